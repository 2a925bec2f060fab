"""Subjects: the tags things are filed under and the areas they come from, each with a page."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Executable, exists, func, literal, select, union_all

from wiki.items.filters import in_area
from wiki.items.following import Follow, Subject
from wiki.items.kinds import Kind, all_kinds
from wiki.items.listing import Link, one_page
from wiki.items.models import Item, ItemTag
from wiki.items.reading import joined, newest_first, rows_for
from wiki.items.visibility import open_to
from wiki.kernel.access import public
from wiki.kernel.clock import today
from wiki.kernel.languages import _, _l
from wiki.kernel.naming import fold
from wiki.kernel.pages import PER_PAGE, Pager, page, page_number
from wiki.kernel.questions import question
from wiki.kernel.registry import MenuEntry, registry
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader, current_reader
from wiki.people.models import Organisation, OrganisationArea, Person, Topic
from wiki.people.tagging import known_to
from wiki.people.vocabulary import Area, Tag, TagAlias
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.models import Place, PlaceArea, is_live
from wiki.places.queries import open_to as places_open_to

views = Blueprint("subjects", __name__)

PEOPLE, PLACES = 6, 5
#: How much is filed under a tag is told up to here; counting on would cost more than it tells.
COUNTED = 99
#: The places where a tag is used most are those of its newest items: so many are looked at.
LOOKED_AT = 200


# -- tags


class TagLine(NamedTuple):
    name: str
    slug: str
    description: str
    number: int

    @property
    def url(self) -> str:
        return f"/tags/{self.slug}"

    @property
    def letter(self) -> str:
        first = fold(self.name)[:1].upper()
        return first if first.isalpha() else "#"


@views.get("/tags")
@public
def index() -> ResponseReturnValue:
    letters: dict[str, list[TagLine]] = {}
    for tag in sorted(read_tags(current_reader()), key=lambda one: fold(one.name)):
        letters.setdefault(tag.letter, []).append(tag)
    return page("listing/tags.html", letters=letters, areas=read_areas())


def read_tags(reader: Reader) -> list[TagLine]:
    """Every tag this reader can find something under, with how much that is, up to a hundred."""
    return [line for line in (TagLine._make(row) for row in all_tags(reader)) if line.number]


@question
def all_tags(reader: Reader) -> Executable:
    some = (
        select(ItemTag.id)
        .join(Item, Item.id == ItemTag.item_id)
        .where(ItemTag.tag_id == Tag.id, ItemTag.listed_at.is_not(None), open_to(reader))
        .limit(COUNTED + 1)
        .correlate(Tag)
        .subquery()
    )
    number = select(func.count()).select_from(some).scalar_subquery()
    return select(Tag.name, Tag.slug, Tag.description, number)


class TagFound(NamedTuple):
    id: int
    name: str
    slug: str
    description: str
    is_followed: bool

    @property
    def title(self) -> str:
        return self.name[:1].upper() + self.name[1:]


@views.get("/tags/<slug>")
@public
def tag(slug: str) -> ResponseReturnValue:
    reader = current_reader()
    found = read_tag(reader, slug)
    if found is None:
        return redirect(f"/tags/{preferred_slug(reader, slug)}", 301)
    kind = kind_asked()
    pager = Pager(page_number(), has_next=False)
    filed = filed_under(reader, found.id, kind.name if kind else None, PER_PAGE + 1, pager.offset)
    rows, pager = one_page(reader, filed, pager.number)
    return page(
        "listing/tag.html",
        tag=found,
        rows=rows,
        pager=pager,
        kind=kind,
        tabs=kind_tabs(f"/tags/{slug}", kind),
        synonyms=[row.name for row in synonyms(found.id)],
        people=people_who_know(reader, found.id),
        places=places_using(reader, found.id),
    )


def read_tag(reader: Reader, slug: str) -> TagFound | None:
    found = tag_row(reader, slug)
    return TagFound._make(found[0]) if found else None


@question
def tag_row(reader: Reader, slug: str) -> Executable:
    followed = exists().where(
        Follow.person_id == reader.id, Follow.subject == Subject.TAG, Follow.subject_id == Tag.id
    )
    return select(Tag.id, Tag.name, Tag.slug, Tag.description, followed).where(
        Tag.slug == slug, known_to(reader)
    )


def preferred_slug(reader: Reader, slug: str) -> str:
    """Where an old name or synonym leads, if the reader may learn of that tag."""
    found = preferred(reader, slug)
    return str(found[0].slug) if found else abort(404)


@question
def preferred(reader: Reader, slug: str) -> Executable:
    named = select(Tag.slug).join(TagAlias, TagAlias.tag_id == Tag.id)
    return named.where(TagAlias.slug == slug, known_to(reader))


@question
def synonyms(tag_id: int) -> Executable:
    return select(TagAlias.name).where(TagAlias.tag_id == tag_id).order_by(TagAlias.name)


@question
def filed_under(
    reader: Reader, tag_id: int, kind: str | None, limit: int, offset: int
) -> Executable:
    """The tag's items, newest first, read in the order of its own index however full it is."""
    statement = (
        joined()
        .join(ItemTag, ItemTag.item_id == Item.id)
        .where(ItemTag.tag_id == tag_id, ItemTag.listed_at.is_not(None), open_to(reader))
        .order_by(ItemTag.listed_at.desc(), ItemTag.item_id.desc())
    )
    if kind is not None:
        statement = statement.where(Item.kind == kind)
    return statement.limit(limit).offset(offset)


def kind_asked() -> Kind | None:
    asked = request.args.get("kind", "")
    return next((kind for kind in all_kinds() if kind.path == asked), None)


def kind_tabs(path: str, asked: Kind | None) -> list[Link]:
    kinds = [
        Link(str(kind.plural), f"{path}?kind={kind.path}", kind is asked) for kind in all_kinds()
    ]
    return [Link(_("All"), path, asked is None), *kinds]


def people_who_know(reader: Reader, tag_id: int) -> list[Byline]:
    """People who say they know about it; visitors are shown nobody."""
    if not reader.signed_in:
        return []
    return [
        byline(
            reader,
            name=row.name,
            key=row.key,
            organisation=row.organisation,
            organisation_id=row.organisation_id,
        )
        for row in knowing(tag_id)
    ]


@question
def knowing(tag_id: int) -> Executable:
    return (
        select(
            Person.name,
            Person.key,
            Person.organisation_id,
            Organisation.name.label("organisation"),
        )
        .join(Topic, Topic.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Topic.tag_id == tag_id, ~Topic.learning, Person.disabled_at.is_(None))
        .order_by(Person.sort_name, Person.id)
        .limit(PEOPLE)
    )


class PlaceUsing(NamedTuple):
    label: PlaceLabel
    number: int


def places_using(reader: Reader, tag_id: int) -> list[PlaceUsing]:
    """Where most of the tag's newest items were written."""
    shown = (
        (place_label(row.slug, row.name, row.kind, row.thread), row.number)
        for row in using(reader, tag_id)
    )
    return [PlaceUsing(label, number) for label, number in shown if label is not None]


@question
def using(reader: Reader, tag_id: int) -> Executable:
    newest = (
        select(ItemTag.item_id)
        .where(ItemTag.tag_id == tag_id, ItemTag.listed_at.is_not(None))
        .order_by(ItemTag.listed_at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return (
        select(Place.slug, Place.name, Place.kind, Place.thread, func.count().label("number"))
        .join(Item, Item.place_id == Place.id)
        .join(newest, newest.c.item_id == Item.id)
        .where(open_to(reader), places_open_to(reader))
        .group_by(Place.id)
        .order_by(func.count().desc(), Place.sort_name)
        .limit(PLACES)
    )


# -- areas


class AreaLine(NamedTuple):
    """An area, possibly inside another, possibly no longer in use."""

    name: str
    slug: str
    inside: str
    valid_to: date | None

    @property
    def url(self) -> str:
        return f"/areas/{self.slug}"

    @property
    def is_past(self) -> bool:
        return self.valid_to is not None and self.valid_to < today()


@question
def area_lines(slug: str | None) -> Executable:
    """All areas, or the one at this address."""
    outer = Area.__table__.alias("outer_area")
    lines = (
        select(Area.name, Area.slug, func.coalesce(outer.c.name, ""), Area.valid_to)
        .outerjoin(outer, outer.c.id == Area.parent_id)
        .order_by(Area.name)
    )
    return lines if slug is None else lines.where(Area.slug == slug)


def read_areas() -> list[AreaLine]:
    return [AreaLine._make(row) for row in area_lines(None)]


@views.get("/areas/<slug>")
@public
def area(slug: str) -> ResponseReturnValue:
    """What was learned in an area and in the areas inside it, whoever wrote it."""
    reader = current_reader()
    lines = area_lines(slug) or abort(404)
    kind = kind_asked()
    pager = Pager(page_number(), has_next=False)
    found = learned_in(reader, slug, kind.name if kind else None, PER_PAGE + 1, pager.offset)
    rows, pager = one_page(reader, found, pager.number)
    places, organisations = read_neighbours(reader, slug)
    return page(
        "listing/area.html",
        area=AreaLine._make(lines[0]),
        rows=rows,
        pager=pager,
        kind=kind,
        tabs=kind_tabs(f"/areas/{slug}", kind),
        places=places,
        organisations=organisations,
    )


@question
def learned_in(reader: Reader, slug: str, kind: str | None, limit: int, offset: int) -> Executable:
    statement = newest_first(rows_for(reader).where(in_area(slug)))
    if kind is not None:
        statement = statement.where(Item.kind == kind)
    return statement.limit(limit).offset(offset)


def read_neighbours(reader: Reader, slug: str) -> tuple[list[PlaceLabel], list[tuple[str, str]]]:
    """The communities and the organisations of an area. One statement."""
    places, organisations = [], []
    for row in neighbours(reader, slug):
        if row.kind == "organisation":
            organisations.append((row.name, f"/organisations/{row.slug}"))
        elif (label := place_label(row.slug, row.name, row.kind, row.thread)) is not None:
            places.append(label)
    return places, organisations


@question
def neighbours(reader: Reader, slug: str) -> Executable:
    here = select(Area.id).where(Area.slug == slug).scalar_subquery()
    places: Any = (
        select(Place.slug, Place.name, Place.kind, Place.thread)
        .join(PlaceArea, PlaceArea.place_id == Place.id)
        .where(PlaceArea.area_id == here, places_open_to(reader), is_live())
    )
    organisations = (
        select(Organisation.key, Organisation.name, literal("organisation"), literal(0))
        .join(OrganisationArea, OrganisationArea.organisation_id == Organisation.id)
        .where(OrganisationArea.area_id == here, Organisation.closed_at.is_(None))
    )
    return union_all(places, organisations).order_by("name")


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
    registry("navigation", app).add(
        MenuEntry(_l("Subjects"), "subjects.index", "tag", section=("subjects",)), 50
    )
