"""Narrowing a list of items: what the address asks for, and what can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, exists, literal, select, union_all

from wiki.items.choices import BASIS_LABELS, INTENT_LABELS, ORIGIN_LABELS
from wiki.items.models import Item, ItemArea, ItemLearnerGroup, ItemTag
from wiki.items.reuse import RUNG_LABELS, Rung
from wiki.kernel.languages import _, _l
from wiki.kernel.naming import slug_of
from wiki.kernel.questions import question
from wiki.people.current import Reader
from wiki.people.vocabulary import Area, LearnerGroup, Tag, TagAlias
from wiki.places.models import Place
from wiki.places.queries import open_to

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks of a list; None where it does not say."""

    place: str | None = None
    tag: str | None = None
    area: str | None = None
    learner_group: str | None = None
    evidence: int | None = None  # at least
    basis: str | None = None
    origin: str | None = None
    intent: str | None = None

    @classmethod
    def asked(cls, address: Mapping[str, str], allowed: frozenset[str]) -> Filters:
        """The filters of an address; a value no choice has asks for nothing."""
        wanted: dict[str, Any] = {}
        for name in allowed:
            value = address.get(name, "")[:LONGEST].strip()
            if name == "tag":
                value = slug_of(value) if value else ""
            if value and (name not in FIXED or value in FIXED[name]):
                wanted[name] = int(value) if name == "evidence" else value
        return cls(**wanted)

    def values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, one.name) for one in fields(self))

    @property
    def number(self) -> int:
        """How many are set."""
        return sum(1 for value in self.values() if value is not None)

    def conditions(self, reader: Reader) -> list[ColumnElement[bool]]:
        """What a statement asks for these; the values may be parameters."""
        found: list[ColumnElement[bool]] = []
        if self.place is not None:
            place = select(Place.id).where(Place.slug == self.place, open_to(reader))
            found.append(Item.place_id == place.scalar_subquery())
        if self.tag is not None:
            found.append(Item.id.in_(filed_under_tag(self.tag)))
        if self.area is not None:
            found.append(in_area(self.area))
        if self.learner_group is not None:
            found.append(of_learners(self.learner_group))
        if self.evidence is not None:
            found.append(Item.evidence >= self.evidence)
        if self.basis is not None:
            found.append(Item.evidence_basis == self.basis)
        if self.origin is not None:
            found.append(Item.origin == self.origin)
        if self.intent is not None:
            found.append(Item.intent == self.intent)
        return found


#: The fixed choices, by the name of the filter: their values as the address gives them.
FIXED: dict[str, Mapping[str, Any]] = {
    "evidence": {str(int(rung)): RUNG_LABELS[rung][0] for rung in Rung if rung > Rung.HUNCH},
    "basis": {basis.value: labels[0] for basis, labels in BASIS_LABELS.items()},
    "origin": {origin.value: label for origin, label in ORIGIN_LABELS.items()},
    "intent": {intent.value: label for intent, label in INTENT_LABELS.items()},
}
LABELS = {
    "place": _l("Community or forum"),
    "tag": _l("Tag"),
    "area": _l("Area"),
    "learner_group": _l("Learners"),
    "evidence": _l("How sure we are"),
    "basis": _l("How we know"),
    "origin": _l("Where it comes from"),
    "intent": _l("What it is for"),
}
OF_ALL = frozenset({"place", "tag", "area", "learner_group", "origin", "intent"})
OF_LADDER = OF_ALL | {"evidence", "basis"}
OF_A_PLACE = OF_LADDER - {"place"}


def filed_under_tag(slug: str) -> Any:
    """The items under a tag, called by its own address or by that of a synonym."""
    wanted = union_all(
        select(Tag.id).where(Tag.slug == slug),
        select(TagAlias.tag_id).where(TagAlias.slug == slug),
    )
    return select(ItemTag.item_id).where(ItemTag.tag_id.in_(wanted))


def in_area(slug: str) -> ColumnElement[bool]:
    """Items of an area and of the areas inside it. Areas are few and full: asked item by item."""
    outer = select(Area.id).where(Area.slug == slug).scalar_subquery()
    inside = select(Area.id).where((Area.slug == slug) | (Area.parent_id == outer))
    return exists().where(ItemArea.item_id == Item.id, ItemArea.area_id.in_(inside))


def of_learners(slug: str) -> ColumnElement[bool]:
    group = select(LearnerGroup.id).where(LearnerGroup.slug == slug).scalar_subquery()
    filed = ItemLearnerGroup.learner_group_id == group
    return exists().where(ItemLearnerGroup.item_id == Item.id, filed)


class Choice(NamedTuple):
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as the form shows it; without choices it is typed."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...]


def filters_shown(reader: Reader, asked: Filters, allowed: frozenset[str]) -> list[Filter]:
    """The form's filters in their order, with what can be chosen. One statement."""
    found: dict[str, list[Choice]] = {name: [] for name in LABELS}
    for row in words_to_choose(reader):
        found[row.what].append(Choice(row.slug, row.name))
    for name, choices in FIXED.items():
        found[name] = [Choice(value, fixed_label(name, label)) for value, label in choices.items()]
    return [
        Filter(name, str(label), shown_value(asked, name), tuple(found[name]))
        for name, label in LABELS.items()
        if name in allowed
    ]


def shown_value(asked: Filters, name: str) -> str:
    """What the form shows as chosen; a tag in words, as it would be typed."""
    value = str(getattr(asked, name) or "")
    return value.replace("-", " ") if name == "tag" else value


def fixed_label(name: str, label: Any) -> str:
    if name == "evidence" and label != RUNG_LABELS[Rung.ESTABLISHED][0]:
        return _("%(rung)s, or surer", rung=label)
    return str(label)


@question
def words_to_choose(reader: Reader) -> Executable:
    """Places this reader may see, areas and learner groups."""
    places = select(literal("place").label("what"), Place.slug, Place.name).where(
        open_to(reader), Place.declined_at.is_(None)
    )
    areas = select(literal("area"), Area.slug, Area.name)
    groups = select(literal("learner_group"), LearnerGroup.slug, LearnerGroup.name)
    return union_all(places, areas, groups).order_by("what", "name")
