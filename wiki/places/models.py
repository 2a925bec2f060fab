"""Places: forums, which last, and communities, which work on one challenge until an end date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from dateutil.relativedelta import relativedelta
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    literal,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wiki.kernel.clock import now, today
from wiki.kernel.database import Base, Timestamps
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l
from wiki.kernel.naming import fold
from wiki.kernel.outbox import declare, record
from wiki.kernel.questions import TODAY
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area
from wiki.strategies.models import Strategy

declare(
    {
        "place.proposed": "A community was proposed to its home forum.",
        "place.accepted": "A proposed community may form.",
        "place.declined": "A proposed community was declined, with a reason.",
        "place.opened": "A forum was opened.",
        "place.activated": "A forming community became active.",
        "place.changed": "What is said of a place was changed.",
        "place.extended": "A community's end was moved, with a reason.",
        "place.ending": "A community began to end.",
        "place.closed": "A community closed with an evaluation and an exit route.",
        "place.handed_over": "A place has another convenor or deputy, or none.",
        "place.word": "A convenor wrote a word to the members.",
        "place.convenor_offered": "A person offered to convene a place that has no convenor.",
    }
)

#: Whoever does something: the person who asks, or a person on whose behalf the site acts.
Actor: TypeAlias = Reader | Person

LONGEST_FIRST = relativedelta(months=24)
LONGEST_EXTENSION = relativedelta(months=12)
SUMMARY_WORDS = 120
LONGEST_WORD = 600


class PlaceKind(StrEnum):
    FORUM = "forum"
    COMMUNITY = "community"


class State(StrEnum):
    PROPOSED = "proposed"
    DECLINED = "declined"
    FORMING = "forming"
    ACTIVE = "active"
    ENDING = "ending"
    CLOSED = "closed"


STATE_LABELS = {
    State.PROPOSED: _l("Proposed"),
    State.DECLINED: _l("Declined"),
    State.FORMING: _l("Forming"),
    State.ACTIVE: _l("Active"),
    State.ENDING: _l("Ending"),
    State.CLOSED: _l("Closed"),
}


class ExitRoute(StrEnum):
    MAINSTREAMED = "mainstreamed"
    CONTINUED_ELSEWHERE = "continued_elsewhere"
    AIM_MET = "aim_met"
    STOPPED = "stopped"


EXIT_LABELS = {
    ExitRoute.MAINSTREAMED: _l("Mainstreamed: it is now ordinary work somewhere"),
    ExitRoute.CONTINUED_ELSEWHERE: _l("Continued elsewhere"),
    ExitRoute.AIM_MET: _l("Aim met"),
    ExitRoute.STOPPED: _l("Stopped"),
}
NEEDS_RECEIVER = frozenset({ExitRoute.MAINSTREAMED, ExitRoute.CONTINUED_ELSEWHERE})


class Part(StrEnum):
    """What an organisation does in an activity. Several may be played, one at most is the main."""

    BUILDER = "builder"
    BROKER = "broker"
    EXTENDER = "extender"
    FUNDER = "funder"
    CATALYST = "catalyst"
    HOST = "host"
    EVALUATOR = "evaluator"


PART_LABELS = {
    Part.BUILDER: (_l("Builder"), _l("makes or runs something")),
    Part.BROKER: (
        _l("Broker"),
        _l("brings others together, is acceptable to all sides, and steps back"),
    ),
    Part.EXTENDER: (_l("Extender"), _l("takes something that works to more people or places")),
    Part.FUNDER: (_l("Funder"), _l("pays for it, wholly or in part")),
    Part.CATALYST: (_l("Catalyst"), _l("starts others moving")),
    Part.HOST: (_l("Host"), _l("gives it a home: rooms, staff, an umbrella")),
    Part.EVALUATOR: (_l("Evaluator"), _l("judges whether it worked")),
}


class Readiness(Protocol):
    """What has to be known of a forming community to say what it still lacks."""

    @property
    def convenor_id(self) -> int | None: ...
    @property
    def priorities(self) -> str: ...
    @property
    def answerable(self) -> str: ...
    @property
    def success(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing a community needs before it becomes active."""

    met: bool
    sentence: str
    refusal: str
    where: str


def conditions(place: Readiness, organisations: int) -> list[Condition]:
    """What a community needs to become active (invariant 8)."""
    card = (place.priorities, place.answerable, place.success)
    return [
        Condition(
            place.convenor_id is not None,
            _("Somebody convenes it"),
            _("A community needs a convenor before it becomes active."),
            "convenor",
        ),
        Condition(
            organisations >= 2,
            _("People of at least two organisations take part"),
            _("People of at least two organisations have to have joined before it becomes active."),
            "invitations",
        ),
        Condition(
            all(field.strip() for field in card),
            _("The clarity card is filled in"),
            _("Fill in the clarity card first: priorities, who answers, what success would be."),
            "edit",
        ),
    ]


class Place(Timestamps, Base):
    """A forum or a community. Items and memberships hang from it.

    A community's state is never set: it follows from the dates of decisions, and from its end.
    """

    __tablename__ = "places"
    __table_args__ = (
        CheckConstraint("kind = 'forum' OR ends_on > starts_on", name="ends_after_start"),
        CheckConstraint(
            "kind = 'forum' OR (challenge <> '' AND home_forum_id IS NOT NULL)", name="challenge"
        ),
        CheckConstraint(
            "kind = 'community' OR convening_body_id IS NOT NULL", name="convening_body"
        ),
        CheckConstraint("thread BETWEEN 1 AND 6", name="thread"),
        Index("ix_places_kind_sort_name", "kind", "sort_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PlaceKind] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    sort_name: Mapped[str] = mapped_column(String(100), default="")
    summary: Mapped[str] = mapped_column(String(1200), default="")
    thread: Mapped[int] = mapped_column(default=1)
    is_public: Mapped[bool] = mapped_column(default=False)
    convenor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    word: Mapped[str] = mapped_column(String(600), default="")
    word_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    word_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    # A forum has
    convening_body_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    # A community has
    challenge: Mapped[str] = mapped_column(String(400), default="")
    home_forum_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    within_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    size_least: Mapped[int | None]
    size_most: Mapped[int | None]
    priorities: Mapped[str] = mapped_column(Text, default="")
    answerable: Mapped[str] = mapped_column(Text, default="")
    success: Mapped[str] = mapped_column(Text, default="")
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_because: Mapped[str] = mapped_column(String(600), default="")
    activated_at: Mapped[datetime | None]
    ending_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    evaluation: Mapped[str] = mapped_column(Text, default="")
    evaluation_html: Mapped[str] = mapped_column(Text, default="")
    exit_route: Mapped[ExitRoute | None] = mapped_column(String(20))
    receiving_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    #: By the name of its part (``wiki.places.closing``): what was written, and what it became.
    closing_note: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    closing_note_html: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    convenor: Mapped[Person | None] = relationship(foreign_keys=[convenor_id], lazy="raise")
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id], lazy="raise")
    convening_body: Mapped[Organisation | None] = relationship(
        foreign_keys=[convening_body_id], lazy="raise"
    )
    home_forum: Mapped[Place | None] = relationship(
        foreign_keys=[home_forum_id], remote_side=[id], lazy="raise"
    )
    strategies: Mapped[list[Strategy]] = relationship(secondary="place_strategies", lazy="raise")
    areas: Mapped[list[Area]] = relationship(secondary="place_areas", lazy="raise")

    def rename(self, name: str) -> None:
        self.name = name
        self.sort_name = fold(name)[:100]

    @property
    def is_community(self) -> bool:
        return self.kind == PlaceKind.COMMUNITY

    @property
    def state(self) -> State:
        """Where a community stands today. A forum is always active."""
        if not self.is_community:
            return State.ACTIVE
        if self.closed_at is not None:
            return State.CLOSED
        if self.declined_at is not None:
            return State.DECLINED
        if self.accepted_at is None:
            return State.PROPOSED
        if self.ending_at is not None or (self.ends_on is not None and self.ends_on <= today()):
            return State.ENDING
        return State.FORMING if self.activated_at is None else State.ACTIVE

    @property
    def takes_items(self) -> bool:
        return self.state in (State.FORMING, State.ACTIVE, State.ENDING)

    @property
    def convenor_wanted(self) -> bool:
        return self.convenor_id is None and self.state not in (State.CLOSED, State.DECLINED)

    def accept(self, by: Actor) -> None:
        """The home forum's convenor lets a proposed community form."""
        self._must_be(State.PROPOSED)
        self.accepted_at = now()
        record("place.accepted", self, by, scope_id=self.id)

    def decline(self, by: Actor, reason: str) -> None:
        self._must_be(State.PROPOSED)
        if not reason.strip():
            raise Refused(
                _("Say why, so that those who proposed it know what would change your mind."),
                "reason",
            )
        self.declined_at = now()
        self.declined_because = reason
        record("place.declined", self, by, scope_id=self.id)

    def activate(self, by: Actor, organisations: int) -> None:
        """Begin the work, once the conditions for it are met (invariant 8)."""
        self._must_be(State.FORMING)
        for condition in conditions(self, organisations):
            if not condition.met:
                raise Refused(condition.refusal)
        self.activated_at = now()
        record("place.activated", self, by, scope_id=self.id)

    def extend(self, by: Actor, ends_on: date, reason: str) -> Extension:
        """Move the end, with a reason: by 12 months at most, past 24 in all (invariant 7)."""
        if self.state not in (State.FORMING, State.ACTIVE, State.ENDING) or self.ends_on is None:
            raise Refused(_("Only a community that is under way can be extended."))
        if not reason.strip():
            raise Refused(_("Say why it needs longer."), "reason")
        if ends_on <= self.ends_on or ends_on <= today():
            raise Refused(
                _("The new end must be later than the present one, and later than today."),
                "ends_on",
            )
        if ends_on > max(self.ends_on, today()) + LONGEST_EXTENSION:
            raise Refused(_("An extension adds at most 12 months."), "ends_on")
        extension = Extension(
            place_id=self.id,
            from_on=self.ends_on,
            to_on=ends_on,
            reason=reason,
            by_id=by.id,
            at=now(),
        )
        self.ends_on = ends_on
        self.ending_at = None
        record("place.extended", self, by, scope_id=self.id)
        return extension

    def begin_ending(self, by: Actor) -> None:
        """Start to finish before the date. One that never became active ends the same way."""
        self._must_be(State.FORMING, State.ACTIVE)
        self.ending_at = now()
        record("place.ending", self, by, scope_id=self.id)

    def close(self, by: Actor, route: ExitRoute, receiver: Organisation | None) -> None:
        """Close with an evaluation and an exit route; what was written stays (invariants 9, 10)."""
        self._must_be(State.ENDING)
        if not self.evaluation.strip():
            raise Refused(
                _("Write down what was found first: did it help, for whom, how do you know?"),
                "evaluation",
            )
        if route in NEEDS_RECEIVER and receiver is None:
            raise Refused(_("Name the organisation that takes it on."), "receiving_organisation")
        self.exit_route = route
        self.receiving_organisation_id = (
            receiver.id if receiver is not None and route in NEEDS_RECEIVER else None
        )
        self.closed_at = now()
        record("place.closed", self, by, scope_id=self.id)

    def hand_over(self, by: Actor | None, convenor: Person | None, deputy: Person | None) -> None:
        """Give the role to somebody else, or leave it open: then "convenor wanted" is said."""
        if (convenor is not None and not convenor.is_active) or (
            deputy is not None and not deputy.is_active
        ):
            raise Refused(_("This person can no longer sign in."), "convenor")
        if convenor is not None and deputy is not None and convenor.id == deputy.id:
            raise Refused(_("The deputy has to be somebody else."), "deputy")
        before = (self.convenor_id, self.deputy_id)
        self.convenor_id = convenor.id if convenor is not None else None
        self.deputy_id = deputy.id if deputy is not None else None
        record(
            "place.handed_over",
            self,
            by,
            scope_id=self.id,
            newly=[
                held
                for held in (self.convenor_id, self.deputy_id)
                if held is not None and held not in before
            ],
        )

    def say(self, by: Actor, word: str) -> None:
        """The convenor's word of the week, shown at the top of the page."""
        self.word, self.word_by_id, self.word_at = word, by.id, now()
        record("place.word", self, by, scope_id=self.id)

    def evaluate(self, by: Actor, findings: str, html: str) -> None:
        """Write down what was found: did it help, for whom, how do you know."""
        self._must_be(State.FORMING, State.ACTIVE, State.ENDING, State.CLOSED)
        self.evaluation, self.evaluation_html = findings, html
        record("place.changed", self, by, scope_id=self.id, fields=["evaluation"])

    def conclude(self, by: Actor, note: dict[str, str], html: dict[str, str]) -> None:
        """Write the closing note, part by part. It may be mended after closing."""
        self._must_be(State.FORMING, State.ACTIVE, State.ENDING, State.CLOSED)
        self.closing_note, self.closing_note_html = note, html
        record("place.changed", self, by, scope_id=self.id, fields=["closing_note"])

    def show_to(self, by: Actor, *, everyone: bool) -> None:
        """Let visitors see what the place is, or only people who are signed in."""
        if self.is_public != everyone:
            self.is_public = everyone
            record("place.changed", self, by, scope_id=self.id, fields=["is_public"])

    def set_period(self, starts_on: date, ends_on: date) -> None:
        """First start and end: the end after the start and within 24 months (invariant 7)."""
        if ends_on <= starts_on:
            raise Refused(_("The end has to come after the start."), "ends_on")
        if ends_on > starts_on + LONGEST_FIRST:
            raise Refused(
                _("A community lasts at most 24 months. It can be extended later, with a reason."),
                "ends_on",
            )
        self.starts_on, self.ends_on = starts_on, ends_on

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise Refused(
                _("This can’t be done while it is “%(state)s”.", state=STATE_LABELS[self.state])
            )


def state_of_place() -> ColumnElement[str]:
    """The same state as :attr:`Place.state`, for lists and filters."""
    return case(
        (Place.kind == PlaceKind.FORUM, literal(State.ACTIVE.value)),
        (Place.closed_at.is_not(None), literal(State.CLOSED.value)),
        (Place.declined_at.is_not(None), literal(State.DECLINED.value)),
        (Place.accepted_at.is_(None), literal(State.PROPOSED.value)),
        (or_(Place.ending_at.is_not(None), Place.ends_on <= TODAY), literal(State.ENDING.value)),
        (Place.activated_at.is_(None), literal(State.FORMING.value)),
        else_=literal(State.ACTIVE.value),
    )


def is_live() -> ColumnElement[bool]:
    """Forums, and communities that are under way."""
    return and_(
        Place.closed_at.is_(None),
        Place.declined_at.is_(None),
        or_(Place.kind == PlaceKind.FORUM, Place.accepted_at.is_not(None)),
    )


class OldPlaceSlug(Base):
    """A former address of a place; it redirects."""

    __tablename__ = "old_place_slugs"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)


class PlaceStrategy(Base):
    __tablename__ = "place_strategies"

    place_id: Mapped[int] = mapped_column(
        ForeignKey("places.id", ondelete="CASCADE"), primary_key=True
    )
    strategy_id: Mapped[int] = mapped_column(
        ForeignKey("strategies.id"), primary_key=True, index=True
    )


class PlaceArea(Base):
    __tablename__ = "place_areas"

    place_id: Mapped[int] = mapped_column(
        ForeignKey("places.id", ondelete="CASCADE"), primary_key=True
    )
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class PartPlayed(Base):
    """One part an organisation plays in a place."""

    __tablename__ = "parts_played"
    __table_args__ = (
        UniqueConstraint("place_id", "organisation_id", "part"),
        Index(
            "uq_parts_played_main",
            "place_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("is_main"),
            postgresql_where=text("is_main"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    part: Mapped[Part] = mapped_column(String(20))
    is_main: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(200), default="")


class Extension(Base):
    """That a community's end was moved, and why."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(600))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(default=now)
