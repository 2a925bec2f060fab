"""Reading items: Core rows with named columns, made into what lists and page frames print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Select, select

from wiki.items.choices import Attribution
from wiki.items.kinds import Kind, kind_called
from wiki.items.models import Item
from wiki.items.visibility import listed_for
from wiki.kernel.database import db
from wiki.kernel.pages import PER_PAGE, Pager
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.models import Place

#: A statement for list rows: its columns are those of ROW.
Rows: TypeAlias = Select[*tuple[Any, ...]]

#: What a list prints of an item, its author and its place.
ROW = (
    Item.id,
    Item.key,
    Item.slug,
    Item.kind,
    Item.title,
    Item.excerpt,
    Item.evidence,
    Item.mixed,
    Item.listed_at,
    Item.reply_count,
    Item.use_count,
    Item.visibility,
    Item.attribution,
    Item.credited,
    Item.source_date,
    Item.is_history,
    Person.name.label("person_name"),
    Person.key.label("person_key"),
    Person.name_is_public,
    Person.organisation_id,
    Organisation.name.label("organisation_name"),
    Place.id.label("place_id"),
    Place.slug.label("place_slug"),
    Place.name.label("place_name"),
    Place.kind.label("place_kind"),
    Place.thread.label("place_thread"),
    Place.is_public.label("place_is_public"),
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in a list, as this reader may see it."""

    id: int
    key: str
    url: str
    kind: Kind
    title: str
    excerpt: str
    byline: Byline
    place: PlaceLabel | None
    evidence: int
    mixed: bool
    published_at: datetime | None
    reply_count: int
    reuse_count: int
    visibility: str
    is_history: bool


def rows_for(reader: Reader) -> Rows:
    """All items listed for this reader, as list rows; narrow and order this."""
    return joined().where(listed_for(reader))


def joined() -> Rows:
    statement: Rows = (
        select(*ROW)
        .outerjoin(Person, Person.id == Item.author_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Place, Place.id == Item.place_id)
    )
    return statement


def newest_first(statement: Rows) -> Rows:
    return statement.order_by(Item.listed_at.desc(), Item.id.desc())


def read_rows(reader: Reader, statement: Rows) -> list[ItemRow]:
    return [item_row(reader, row) for row in db().execute(statement)]


def read_page(reader: Reader, statement: Rows, number: int) -> tuple[list[ItemRow], Pager]:
    """One page of a list; whether there is another is learnt from one row more."""
    pager = Pager(number, has_next=False)
    found = db().execute(statement.limit(PER_PAGE + 1).offset(pager.offset)).all()
    rows = [item_row(reader, row) for row in found[:PER_PAGE]]
    return rows, Pager(number, has_next=len(found) > PER_PAGE)


def item_row(reader: Reader, row: Any) -> ItemRow:
    kind = kind_called(row.kind)
    return ItemRow(
        id=row.id,
        key=row.key,
        url=f"/{kind.path}/{row.key}-{row.slug}",
        kind=kind,
        title=row.title,
        excerpt=row.excerpt,
        byline=byline_of(reader, row),
        # A place that is not public does not exist for visitors, though an item in it may be.
        place=place_label(row.place_slug, row.place_name, row.place_kind, row.place_thread)
        if reader.signed_in or row.place_is_public
        else None,
        evidence=row.evidence,
        mixed=row.mixed,
        published_at=row.listed_at,
        reply_count=row.reply_count,
        reuse_count=row.use_count,
        visibility=row.visibility,
        is_history=row.is_history,
    )


def byline_of(reader: Reader, row: Any) -> Byline:
    return byline(
        reader,
        name=row.person_name,
        key=row.person_key,
        organisation=row.organisation_name,
        organisation_id=row.organisation_id,
        name_is_public=row.name_is_public,
        credited=row.credited or (),
        role_only=row.attribution == Attribution.ROLE_ONLY,
    )


def item_ids(rows: Iterable[ItemRow]) -> list[int]:
    return [row.id for row in rows]
