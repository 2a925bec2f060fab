"""Atom feeds of what is public: the whole network, one tag, one place."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, abort, current_app, request
from sqlalchemy import select

from wiki.items.models import Item, ItemTag
from wiki.items.reading import ItemRow, Rows, newest_first, read_rows, rows_for
from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.people.current import VISITOR
from wiki.people.tagging import known_to
from wiki.people.vocabulary import Tag
from wiki.places.models import Place, PlaceKind
from wiki.places.queries import open_to

ENTRIES = 30
ATOM = "http://www.w3.org/2005/Atom"
#: Characters XML cannot hold, however they are written.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def of_everything(site_name: str) -> Response:
    return feed(site_name, "/", rows_for(VISITOR))


def of_tag(slug: str) -> Response:
    wanted = select(Tag.id, Tag.name).where(Tag.slug == slug, known_to(VISITOR))
    tag = db().execute(wanted).first() or abort(404)
    filed = select(ItemTag.item_id).where(ItemTag.tag_id == tag.id)
    return feed(tag.name, f"/tags/{slug}", rows_for(VISITOR).where(Item.id.in_(filed)))


def of_place(kind: PlaceKind, slug: str) -> Response:
    place = db().execute(
        select(Place.id, Place.name).where(Place.kind == kind, Place.slug == slug, open_to(VISITOR))
    ).first() or abort(404)
    return feed(
        place.name,
        request.path.removesuffix("/feed.xml"),
        rows_for(VISITOR).where(Item.place_id == place.id),
    )


def feed(title: str, path: str, statement: Rows) -> Response:
    """The newest public items of a statement as Atom. A text goes in as text, never as markup."""
    rows = read_rows(VISITOR, newest_first(statement).limit(ENTRIES))
    newest = max((row.published_at for row in rows if row.published_at), default=now())
    root = Element("feed", xmlns=ATOM)
    add(root, "title", _("%(title)s – Across", title=title))
    add(root, "id", absolute(path))
    add(root, "updated", moment(newest))
    SubElement(root, "link", rel="alternate", href=absolute(path), type="text/html")
    SubElement(root, "link", rel="self", href=absolute(request.path), type="application/atom+xml")
    for row in rows:
        add_entry(root, row)
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8")
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def add_entry(root: Element, row: ItemRow) -> None:
    entry = SubElement(root, "entry")
    add(entry, "title", row.title)
    add(entry, "id", absolute(f"/{row.kind.path}/{row.key}"))
    when = moment(row.published_at or now())
    add(entry, "published", when)
    add(entry, "updated", when)
    SubElement(entry, "link", rel="alternate", href=absolute(row.url), type="text/html")
    SubElement(entry, "category", term=row.kind.name, label=str(row.kind.label))
    author = SubElement(entry, "author")
    add(author, "name", row.byline.shown or _("A partner"))
    if row.excerpt:
        add(entry, "summary", row.excerpt)


def add(parent: Element, name: str, text: Any) -> None:
    SubElement(parent, name).text = NOT_IN_XML.sub("", str(text))


def absolute(path: str) -> str:
    return f"{current_app.config['SETTINGS'].url}{path}"


def moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
