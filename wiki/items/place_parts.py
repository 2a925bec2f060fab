"""What items put on a place's pages: tabs, sections of the overview, and "Follow"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask, g
from sqlalchemy import Executable, exists, func, literal, select, union_all

from wiki.items.following import Follow, Subject
from wiki.items.kinds import all_kinds
from wiki.items.models import Item
from wiki.items.reading import ItemRow, item_row, joined
from wiki.items.reuse import Outcome, Reuse
from wiki.items.visibility import listed_for
from wiki.kernel.languages import _
from wiki.kernel.questions import question
from wiki.kernel.registry import registry
from wiki.people.current import Reader
from wiki.places.frames import Frame
from wiki.places.sections import PlaceAct, PlacePart, PlaceTab

LEARNED, TALKED_ABOUT, BROUGHT_IN = 4, 3, 5
#: A tab says how many there are up to here; counting on would cost more than it tells.
COUNTED = 99


# -- tabs and "Follow"


@dataclass(frozen=True, slots=True)
class Held:
    """How much of each kind a place holds for this reader, and whether they follow it."""

    counts: dict[str, int]
    is_followed: bool

    def count(self, *kinds: str) -> int | None:
        """None when there are more than are counted."""
        number = sum(self.counts[kind] for kind in kinds)
        return number if number <= COUNTED else None


def held(reader: Reader, frame: Frame) -> Held:
    """Asked once for a page, whichever of tabs and acts comes first."""
    found: dict[int, Held] = g.setdefault("held_by_place", {})
    if frame.id not in found:
        found[frame.id] = read_held(reader, frame)
    return found[frame.id]


def read_held(reader: Reader, frame: Frame) -> Held:
    found: list[Any] = list(counted(reader, frame.id)[0])
    kinds = (kind.name for kind in all_kinds())
    return Held(dict(zip(kinds, found[:-1], strict=True)), bool(found[-1]))


@question
def counted(reader: Reader, place_id: int) -> Executable:
    """So many of each kind, in the order of kinds, and whether the reader follows the place."""
    numbers: list[Any] = [
        select(func.count())
        .select_from(
            select(Item.id)
            .where(Item.place_id == place_id, Item.kind == kind.name, listed_for(reader))
            .limit(COUNTED + 1)
            .subquery()
        )
        .scalar_subquery()
        for kind in all_kinds()
    ]
    followed = exists().where(
        Follow.person_id == reader.id,
        Follow.subject == Subject.PLACE,
        Follow.subject_id == place_id,
    )
    return select(*numbers, followed)


def tabs(reader: Reader, frame: Frame) -> Iterator[PlaceTab]:
    """Insights, case notes, conversations; pages and other kinds once there are some."""
    holds = held(reader, frame)
    kinds = [kind for kind in all_kinds() if not kind.is_talk]
    for kind in kinds:
        number = holds.count(kind.name)
        if kind.has_ladder or number != 0:
            yield PlaceTab(kind.path, str(kind.plural), f"{frame.url}/{kind.path}", number)
    talk = [kind.name for kind in all_kinds() if kind.is_talk]
    yield PlaceTab(
        "conversations", _("Conversations"), f"{frame.url}/conversations", holds.count(*talk)
    )


def acts(reader: Reader, frame: Frame) -> Iterator[PlaceAct]:
    """Following needs no membership."""
    if reader.signed_in:
        yield PlaceAct(
            _("Follow"),
            f"/following/place/{frame.slug}",
            icon="bell",
            pressed=held(reader, frame).is_followed,
        )


# -- the overview


class BroughtIn(NamedTuple):
    """An item from elsewhere that was tried here, and what happened."""

    row: ItemRow
    outcome: Outcome


def parts(reader: Reader, frame: Frame) -> Iterator[PlacePart]:
    """What we have learned so far, what we brought in from elsewhere, what we talk about."""
    learned, talked = read_learned_and_talked(reader, frame)
    if frame.is_community or learned:
        number = held(reader, frame).count("insight")
        yield PlacePart("place_parts/learned.html", {"rows": learned, "number": number})
    if brought := read_brought_in(reader, frame):
        yield PlacePart("place_parts/brought_in.html", {"uses": brought})
    if talked or not frame.is_community:
        yield PlacePart("place_parts/talked_about.html", {"rows": talked})


def read_learned_and_talked(reader: Reader, frame: Frame) -> tuple[list[ItemRow], list[ItemRow]]:
    """The surest insights, and what was answered last. One statement."""
    found = learned_and_talked(reader, frame.id)
    learned = [item_row(reader, row) for row in found if row.what == "learned"]
    talked = [item_row(reader, row) for row in found if row.what == "talked"]
    return learned, talked


@question
def learned_and_talked(reader: Reader, place_id: int) -> Executable:
    here = (Item.place_id == place_id, listed_for(reader))
    surest = (
        select(Item.id, literal("learned").label("what"), Item.evidence.label("first"))
        .add_columns(Item.listed_at.label("then"))
        .where(*here, Item.kind == "insight")
        .order_by(Item.evidence.desc(), Item.listed_at.desc(), Item.id.desc())
        .limit(LEARNED)
        .subquery()
    )
    latest = (
        select(Item.id, literal("talked"), literal(0), Item.last_reply_at)
        .where(*here, Item.reply_count > 0)
        .order_by(Item.last_reply_at.desc(), Item.id.desc())
        .limit(TALKED_ABOUT)
        .subquery()
    )
    chosen = union_all(select(*surest.c), select(*latest.c)).subquery("chosen")
    return (
        joined()
        .join(chosen, chosen.c.id == Item.id)
        .add_columns(chosen.c.what)
        .order_by(chosen.c.first.desc(), chosen.c.then.desc(), Item.id.desc())
    )


def read_brought_in(reader: Reader, frame: Frame) -> list[BroughtIn]:
    """Uses recorded for this place of what came from elsewhere, the latest of each item."""
    found = brought_in(reader, frame.id)
    return [BroughtIn(item_row(reader, row), Outcome(row.outcome)) for row in found]


@question
def brought_in(reader: Reader, place_id: int) -> Executable:
    latest = select(func.max(Reuse.id)).where(Reuse.place_id == place_id).group_by(Reuse.item_id)
    return (
        joined()
        .join(Reuse, Reuse.item_id == Item.id)
        .add_columns(Reuse.outcome)
        .where(
            Reuse.id.in_(latest),
            Item.place_id.is_distinct_from(place_id),
            listed_for(reader),
        )
        .order_by(Reuse.id.desc())
        .limit(BROUGHT_IN)
    )


def init_app(app: Flask) -> None:
    registry("place_tabs", app).add(tabs, 20)
    registry("place_acts", app).add(acts, 20)
    registry("place_parts", app).add(parts, 20)
