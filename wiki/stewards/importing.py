"""Imports as stewards watch them: how far each run is, and what could not be taken along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select

from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.languages import _l
from wiki.kernel.pages import PER_PAGE, Pager
from wiki.people.queries import Rows
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.models import Place
from wiki.stewards.running import first_line
from wiki.transfer.importing import Fate
from wiki.transfer.models import ImportRun, ImportState
from wiki.transfer.posts.findings import LABELS

#: A run nobody has heard of for so long was stopped from outside.
SILENT_AFTER = timedelta(minutes=5)
LATEST = 20

UNDER_WAY = (ImportState.READING, ImportState.WRITING)
STATE_LABELS = {
    ImportState.READING: (_l("Reading"), "hourglass", 3),
    ImportState.WRITING: (_l("Writing"), "hourglass", 3),
    ImportState.FINISHED: (_l("Finished"), "circle-check", 4),
    ImportState.STOPPED: (_l("Stopped"), "octagon-x", 2),
}
FATE_LABELS = {
    Fate.NEW: _l("New"),
    Fate.CHANGED: _l("Changed at the source, revised here"),
    Fate.UNCHANGED: _l("Unchanged"),
    Fate.LEFT: _l("Edited here since, left as they are"),
    Fate.PROBLEM: _l("Not imported"),
}
#: What a line of the report can be, in the order of the report.
KINDS = {
    Fate.PROBLEM.value: _l("Posts that were not imported"),
    Fate.LEFT.value: _l("Posts edited here since, left as they are"),
    **{what.value: label for what, label in LABELS.items()},
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an import, with its place."""

    id: int
    folder: str
    state: ImportState
    total: int
    done: int
    counts: dict[str, int]
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    problem: str
    place: PlaceLabel | None

    @property
    def standing(self) -> tuple[str, str, int]:
        return STATE_LABELS[ImportState.STOPPED if self.is_silent else self.state]

    @property
    def is_silent(self) -> bool:
        """It never said that it ended, and says nothing any more."""
        return self.state in UNDER_WAY and now() - self.seen_at >= SILENT_AFTER

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY and not self.is_silent

    @property
    def fates(self) -> list[tuple[str, int]]:
        """What became of the posts, in words."""
        return [
            (str(label), number)
            for fate, label in FATE_LABELS.items()
            if (number := self.counts.get(fate.value))
        ]


class Line(NamedTuple):
    """One thing that was not taken along as it was."""

    path: str
    line: int | None
    what: str
    text: str
    became: str

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Kind(NamedTuple):
    """A kind of finding, and how many a report lists."""

    value: str
    label: str
    number: int


def run_rows() -> Rows:
    statement: Rows = (
        select(
            ImportRun.id,
            ImportRun.folder,
            ImportRun.state,
            ImportRun.total,
            ImportRun.done,
            ImportRun.counts,
            ImportRun.began_at,
            ImportRun.seen_at,
            ImportRun.ended_at,
            ImportRun.problem,
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
        )
        .join(Place, Place.id == ImportRun.place_id)
        .order_by(ImportRun.id.desc())
    )
    return statement


def run_of(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        folder=row.folder,
        state=ImportState(row.state),
        total=row.total,
        done=row.done,
        counts=row.counts or {},
        began_at=row.began_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
        problem=first_line(row.problem),
        place=place_label(row.slug, row.name, row.kind, row.thread),
    )


def runs() -> list[Run]:
    """The latest runs, newest first."""
    return [run_of(row) for row in db().execute(run_rows().limit(LATEST))]


def run(run_id: int) -> Run | None:
    row = db().execute(run_rows().where(ImportRun.id == run_id)).first()
    return run_of(row) if row else None


def runs_under_way() -> ColumnElement[int]:
    counted = select(func.count()).select_from(ImportRun)
    fresh = ImportRun.seen_at > now() - SILENT_AFTER
    return counted.where(ImportRun.state.in_(UNDER_WAY), fresh).scalar_subquery()


def report(run_id: int, what: str, number: int) -> tuple[list[Kind], list[Line], Pager]:
    """What a run could not take along: how much of each kind, and a page of what was asked for."""
    stored = db().scalar(select(ImportRun.report).where(ImportRun.id == run_id)) or []
    found = Counter(entry[2] for entry in stored)
    kinds = [
        Kind(value, str(label), found[value]) for value, label in KINDS.items() if found[value]
    ]
    asked = [entry for entry in stored if not what or entry[2] == what]
    pager = Pager(number, has_next=False, total=len(asked))
    return kinds, list(lines(asked[pager.offset : pager.offset + PER_PAGE])), pager


def lines(stored: list[list[Any]]) -> Iterator[Line]:
    for path, line, what, text, became in stored:
        yield Line(path, line, str(KINDS.get(what, what)), text, became)
