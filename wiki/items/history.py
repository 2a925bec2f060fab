"""History: the versions of an item, what changed between two, and restoring one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, Select, select
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from wiki.items import policy, visibility
from wiki.items.choices import (
    BASIS_LABELS,
    INTENT_LABELS,
    ORIGIN_LABELS,
    Attribution,
    Basis,
    Intent,
    Origin,
)
from wiki.items.comparing import Piece, compare
from wiki.items.kinds import Kind
from wiki.items.models import Item, Revision
from wiki.items.show import find
from wiki.items.writing import label_of
from wiki.kernel import markdown
from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db, end_request, transaction
from wiki.kernel.errors import Stale
from wiki.kernel.forms import Form
from wiki.kernel.languages import _
from wiki.kernel.markdown import Rendered
from wiki.kernel.naming import KEY_LENGTH
from wiki.kernel.pages import PER_PAGE, Pager, page, page_number
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader, current_reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area, LearnerGroup

views = Blueprint("history", __name__)

LAST_NUMBER = 10_000_000


class RestoreForm(Form):
    version = IntegerField(widget=HiddenInput())


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the history."""

    number: int
    byline: Byline
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One field of a version, in words; texts as the Markdown that was written.

    A revision keeps the source only: its HTML would double what is stored of every edit ever made,
    and nothing is laid out while somebody waits for a page. To see it laid out, restore it.
    """

    name: str
    label: Any
    text: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class Compared:
    label: Any
    pieces: list[Piece]


# -- reading


@views.get("/<kind:kind>/<ref>/history")
@signed_in
def index(kind: Kind, ref: str) -> ResponseReturnValue:
    item = find_readable(kind, ref)
    if item.withdrawn_at is not None:
        return redirect(item.path, 303)
    reader = current_reader()
    first = first_shown(reader, item)
    pager = Pager(page_number(), has_next=False, total=item.version - first + 1)
    rows = db().execute(
        versions(item)
        .where(Revision.number >= first)
        .order_by(Revision.number.desc())
        .limit(PER_PAGE)
        .offset(pager.offset)
    )
    return page(
        "history/index.html",
        kind=kind,
        item=item,
        place=label_of(item),
        versions=[version_of(reader, item, row) for row in rows],
        pager=pager,
        first=first,
    )


@views.get(f"/<kind:kind>/<ref>/history/<int(max={LAST_NUMBER}):number>")
@signed_in
def show(kind: Kind, ref: str, number: int) -> ResponseReturnValue:
    item = find_readable(kind, ref)
    if item.withdrawn_at is not None:
        return redirect(item.path, 303)
    return show_version(kind, item, number)


def show_version(
    kind: Kind, item: Item, number: int, *, conflict: Stale | None = None
) -> ResponseReturnValue:
    reader = current_reader()
    row = find_version(reader, item, number)
    may_restore = number != item.version and policy.restore_version(reader, item)
    form = RestoreForm(formdata=None, data={"version": item.version}) if may_restore else None
    return page(
        "history/show.html",
        status=409 if conflict else 200,
        kind=kind,
        item=item,
        place=label_of(item),
        version=version_of(reader, item, row),
        fields=[one for one in fields_of(kind, row.kept) if one.text],
        before=number - 1 if number > first_shown(reader, item) else None,
        form=form,
        has_errors=conflict is not None,
        conflict=conflict,
    )


@views.get("/<kind:kind>/<ref>/history/compare")
@signed_in
def differences(kind: Kind, ref: str) -> ResponseReturnValue:
    """Two versions word by word. Without numbers: the newest and the one before it."""
    item = find_readable(kind, ref)
    if item.withdrawn_at is not None:
        return redirect(item.path, 303)
    reader = current_reader()
    newer = asked_number("to", item.version)
    older = asked_number("from", max(1, newer - 1))
    older, newer = min(older, newer), max(older, newer)
    rows = find_version(reader, item, older), find_version(reader, item, newer)
    before, after = (fields_of(kind, row.kept) for row in rows)
    return page(
        "history/compare.html",
        kind=kind,
        item=item,
        place=label_of(item),
        older=version_of(reader, item, rows[0]),
        newer=version_of(reader, item, rows[1]),
        differences=[
            Compared(old.label, compare(old.text, new.text))
            for old, new in zip(before, after, strict=True)
            if old.text != new.text
        ],
    )


def asked_number(name: str, otherwise: int) -> int:
    value = request.args.get(name, "")
    if not value:
        return otherwise
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(LAST_NUMBER)):
        abort(404)
    return int(value)


def find_readable(kind: Kind, ref: str) -> Item:
    item = visibility.find(current_reader(), ref[:KEY_LENGTH])
    if item is None or item.kind != kind.name:
        abort(404)
    return item


def first_shown(reader: Reader, item: Item) -> int:
    """The version that was shared. What the draft was before that, only its author sees."""
    return 1 if policy.is_author(reader, item) else item.shared_version


def versions(item: Item, *more: Any) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Revision.number,
            Revision.at,
            Revision.reason,
            Revision.editor_id,
            Person.name,
            Person.key,
            Person.organisation_id,
            Organisation.name.label("organisation_name"),
            *more,
        )
        .outerjoin(Person, Person.id == Revision.editor_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Revision.item_id == item.id)
    )
    return statement


def find_version(reader: Reader, item: Item, number: int) -> Row[Any]:
    if number < first_shown(reader, item):
        abort(404)
    row = db().execute(versions(item, Revision.kept).where(Revision.number == number)).first()
    return row or abort(404)


def version_of(reader: Reader, item: Item, row: Row[Any]) -> Version:
    """Who made it: a role-only author's own edits name nobody (invariant 6)."""
    hidden = item.attribution == Attribution.ROLE_ONLY and row.editor_id == item.author_id
    by = byline(
        reader,
        name=row.name,
        key=row.key,
        organisation=row.organisation_name,
        organisation_id=row.organisation_id,
        credited=item.credited or (),
        role_only=hidden,
        role_label=_("The author"),
    )
    return Version(row.number, by, row.at, row.reason)


def fields_of(kind: Kind, kept: Mapping[str, Any]) -> list[Kept]:
    """All that a version keeps, in words and in the order of the page."""
    claims = kept["claims"]
    basis = BASIS_LABELS[Basis(claims["evidence_basis"])][0] if claims["evidence_basis"] else ""
    return [
        Kept("title", _("Title"), kept["title"], False),
        Kept("summary", _("In a sentence or two"), kept["summary"], False),
        *(Kept(p.name, p.label, kept["texts"].get(p.name, ""), True) for p in kind.parts),
        Kept("tags", _("Tags"), ", ".join(kept["tags"]), False),
        Kept("areas", _("Areas"), names_of(Area, kept["areas"]), False),
        Kept("groups", _("Learners"), names_of(LearnerGroup, kept["learner_groups"]), False),
        Kept("basis", _("How we know"), str(basis), False),
        Kept("origin", _("Where it happened"), str(ORIGIN_LABELS[Origin(claims["origin"])]), False),
        Kept("intent", _("What it is for"), str(INTENT_LABELS[Intent(claims["intent"])]), False),
    ]


def names_of(words: type[Area] | type[LearnerGroup], ids: list[int]) -> str:
    if not ids:
        return ""
    return ", ".join(db().scalars(select(words.name).where(words.id.in_(ids)).order_by(words.name)))


# -- restoring


@views.post(f"/<kind:kind>/<ref>/history/<int(max={LAST_NUMBER}):number>/restoration")
@signed_in
def restore(kind: Kind, ref: str, number: int) -> ResponseReturnValue:
    """The text of that version becomes the newest. It is laid out again before the write begins."""
    form = RestoreForm()
    form.validate_on_submit()
    rendered = render_version(kind, ref, number)
    item, reader = find(kind, ref), current_reader()
    allow(policy.restore_version(reader, item))
    revision = db().scalar(
        select(Revision).where(Revision.item_id == item.id, Revision.number == number)
    )
    if revision is None or number == item.version:
        abort(404)
    try:
        item.restore(revision, reader, rendered, form.version.data or 0)
    except Stale as stale:
        end_request(keep=False)
        return show_version(kind, find_readable(kind, ref), number, conflict=stale)
    flash(_("Version %(n)s is the newest again. Nothing in between was lost.", n=number), "done")
    return redirect(item.path, 303)


def render_version(kind: Kind, ref: str, number: int) -> dict[str, Rendered]:
    """Read in a short transaction of its own, so that no write waits for the renderer."""
    with transaction(writing=False):
        item = find_readable(kind, ref)
        texts: dict[str, str] = dict(find_version(current_reader(), item, number).kept["texts"])
    return markdown.read_many(texts)


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
