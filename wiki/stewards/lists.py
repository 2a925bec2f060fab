"""The fixed lists as stewards keep them: sectors, areas, learner groups, and their uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, func, literal, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from wiki.items.models import ItemArea, ItemLearnerGroup
from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l, ngettext
from wiki.people.current import Reader
from wiki.people.models import Organisation, OrganisationArea, PersonArea
from wiki.people.vocabulary import Area, LearnerGroup, Sector, Word
from wiki.places.models import PlaceArea
from wiki.stewards.forms import AreaForm, SectorForm, WordForm

inner = aliased(Area)


class Use(NamedTuple):
    """A column that refers to the entries of a list, and how a number of such uses is said."""

    column: InstrumentedAttribute[Any]
    say: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the lists."""

    model: type[Word]
    form: type[WordForm]
    title: Any
    lede: Any
    new: Any
    uses: tuple[Use, ...]


LISTINGS = {
    "sectors": Listing(
        Sector,
        SectorForm,
        _l("Sectors"),
        _l("Every organisation is of one. The watched ones are known to be under-represented."),
        _l("Add a sector"),
        (
            Use(
                Organisation.sector_id,
                lambda n: ngettext("One organisation", "%(num)s organisations", n),
            ),
        ),
    ),
    "areas": Listing(
        Area,
        AreaForm,
        _l("Areas"),
        _l("Where things happen. An area that is redrawn ends; what was filed under it stays."),
        _l("Add an area"),
        (
            Use(
                OrganisationArea.area_id,
                lambda n: ngettext("One organisation", "%(num)s organisations", n),
            ),
            Use(PersonArea.area_id, lambda n: ngettext("One person", "%(num)s people", n)),
            Use(
                PlaceArea.area_id,
                lambda n: ngettext("One forum or community", "%(num)s forums and communities", n),
            ),
            Use(ItemArea.area_id, lambda n: ngettext("One item", "%(num)s items", n)),
            Use(
                inner.parent_id,
                lambda n: ngettext("One area inside it", "%(num)s areas inside it", n),
            ),
        ),
    ),
    "learner-groups": Listing(
        LearnerGroup,
        WordForm,
        _l("Learner groups"),
        _l("Kinds of learner, for filing what is shared and for splitting figures."),
        _l("Add a learner group"),
        (
            Use(
                ItemLearnerGroup.learner_group_id,
                lambda n: ngettext("One item", "%(num)s items", n),
            ),
        ),
    ),
}


class Entry(NamedTuple):
    """A line of a list. Only areas lie in another and have dates; only sectors are watched."""

    slug: str
    name: str
    uses: int
    watched: bool
    within: str | None
    valid_from: date | None
    valid_to: date | None

    @property
    def has_ended(self) -> bool:
        return self.valid_to is not None and self.valid_to < today()

    @property
    def is_to_come(self) -> bool:
        return self.valid_from is not None and self.valid_from > today()


def entries(listing: Listing) -> list[Entry]:
    """All entries of a list by name, with how often each is used."""
    model, outer = listing.model, aliased(Area)
    uses = sum((number_of(use, model.id) for use in listing.uses), literal(0)).label("uses")
    columns: list[Any] = [model.slug, model.name, uses]
    if model is Area:
        columns += [literal(False), outer.name, Area.valid_from, Area.valid_to]
        statement = select(*columns).outerjoin(outer, outer.id == Area.parent_id)
    elif model is Sector:
        statement = select(*columns, Sector.watched, null(), null(), null())
    else:
        statement = select(*columns, literal(False), null(), null(), null())
    return [Entry(*row) for row in db().execute(statement.order_by(model.name))]


def number_of(use: Use, entry_id: Any) -> ColumnElement[int]:
    counted = select(func.count()).select_from(use.column.class_).where(use.column == entry_id)
    return counted.scalar_subquery()


def where_used(listing: Listing, word: Word) -> list[str]:
    """Where an entry is used, in words."""
    labels: list[Label[int]] = [
        number_of(use, word.id).label(f"use_{number}") for number, use in enumerate(listing.uses)
    ]
    counts = db().execute(select(*labels)).one()
    return [use.say(count) for use, count in zip(listing.uses, counts, strict=True) if count]


def areas_past_and_in_use() -> ColumnElement[int]:
    """How many areas have ended that organisations, people or places still say they work in."""
    current = (OrganisationArea.area_id, PersonArea.area_id, PlaceArea.area_id)
    used = or_(*(Area.id.in_(select(column)) for column in current))
    counted = select(func.count()).select_from(Area).where(Area.valid_to < today(), used)
    return counted.scalar_subquery()


def outer_areas(but: str = "") -> list[tuple[str, str]]:
    """Choices: the areas another one may lie in."""
    found = db().execute(select(Area.slug, Area.name).where(Area.slug != but).order_by(Area.name))
    return [("", _("No larger area")), *((slug, name) for slug, name in found)]


def described(word: Word) -> dict[str, Any]:
    """What can be changed of an entry, by field."""
    if isinstance(word, Sector):
        return {"name": word.name, "watched": word.watched}
    if isinstance(word, Area):
        parent = db().scalar(select(Area.slug).where(Area.id == word.parent_id))
        dates = {"valid_from": word.valid_from, "valid_to": word.valid_to}
        return {"name": word.name, "parent": parent or "", **dates}
    return {"name": word.name}


def add(word: Word, by: Reader, said: Mapping[str, Any]) -> None:
    write(word, said)
    word.add(said["name"], by)


def describe(word: Word, by: Reader, said: Mapping[str, Any]) -> None:
    write(word, said)
    word.rename(said["name"], by)


def write(word: Word, said: Mapping[str, Any]) -> None:
    if isinstance(word, Sector):
        word.watched = bool(said["watched"])
    if isinstance(word, Area):
        parent = db().scalar(select(Area).where(Area.slug == said["parent"]))
        word.lie_within(parent)
        word.last(said["valid_from"], said["valid_to"])


def remove(listing: Listing, word: Word, by: Reader) -> None:
    """Take an entry off its list, unless something uses it: then say what."""
    uses = where_used(listing, word)
    if uses:
        raise Refused(
            _("“%(name)s” is in use: %(uses)s.", name=word.name, uses=", ".join(uses).lower())
        )
    word.remove(by)
