"""Re-use: that somebody else used an item, where, and how it went; and how sure that makes us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.items.choices import Attribution, Basis
from wiki.kernel.clock import now
from wiki.kernel.database import Base, Timestamps, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l
from wiki.kernel.outbox import declare, record
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.places.models import Place

if TYPE_CHECKING:
    from wiki.items.models import Item

declare(
    {
        "reuse.recorded": "Somebody recorded that they used an item, and how it went.",
        "reuse.changed": "A record of re-use was brought up to date.",
        "agreement.given": "A convenor of another place would rely on an item.",
        "agreement.withdrawn": "A convenor no longer says so.",
    }
)


class Outcome(StrEnum):
    WORKED = "worked"
    WITH_CHANGES = "with_changes"
    DID_NOT_WORK = "did_not_work"
    STILL_TRYING = "still_trying"


OUTCOME_LABELS = {
    Outcome.WORKED: _l("Worked"),
    Outcome.WITH_CHANGES: _l("Worked with changes"),
    Outcome.DID_NOT_WORK: _l("Didn’t work"),
    Outcome.STILL_TRYING: _l("Still trying"),
}


class Effect(StrEnum):
    MADE_A_DIFFERENCE = "made_a_difference"
    CHANGED_OUR_VIEW = "changed_our_view"


EFFECT_LABELS = {
    Effect.MADE_A_DIFFERENCE: _l("Made a difference"),
    Effect.CHANGED_OUR_VIEW: _l("Changed our view"),
}


class Rung(IntEnum):
    HUNCH = 1
    TRIED = 2
    SEVERAL = 3
    ESTABLISHED = 4


RUNG_LABELS = {
    Rung.HUNCH: (_l("Hunch"), _l("Somebody’s reading of what they saw.")),
    Rung.TRIED: (
        _l("Tried"),
        _l("Used once by somebody else, or more than one person’s experience behind it."),
    ),
    Rung.SEVERAL: (
        _l("Tried in several places"),
        _l("At least three places, in different settings."),
    ),
    Rung.ESTABLISHED: (
        _l("Established"),
        _l("It worked in at least three places, and two convenors elsewhere would rely on it."),
    ),
}

PlaceOfUse = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Use:
    """A record as the ladder sees it: where, how it went, when; the latest of a place counts."""

    where: PlaceOfUse
    outcome: Outcome
    order: int


class Reuse(Timestamps, Base):
    """One record that an item was used: by whom, in which organisation or community, and how it
    went.

    The place of use is the community if one is named, else the organisation.

    """

    __tablename__ = "reuses"
    __table_args__ = (
        Index("ix_reuses_item", "item_id", "id"),
        Index("ix_reuses_by", "by_id", "outcome", "updated_at"),
        Index("ix_reuses_place", "place_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    attribution: Mapped[Attribution] = mapped_column(String(10), default=Attribution.NAMED)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    outcome: Mapped[Outcome] = mapped_column(String(15))
    effect: Mapped[Effect | None] = mapped_column(String(20))
    changed: Mapped[str] = mapped_column(String(1500), default="")
    may_contact: Mapped[bool] = mapped_column(default=False)
    item_version: Mapped[int]

    @property
    def where(self) -> PlaceOfUse:
        return (
            ("place", self.place_id)
            if self.place_id is not None
            else ("organisation", self.organisation_id)
        )

    def update(
        self,
        item: Item,
        by: Reader | Person,
        outcome: Outcome,
        *,
        changed: str,
        effect: Effect | None,
        may_contact: bool,
    ) -> None:
        """Say how it went in the end, or put right what was recorded."""
        check_account(outcome, changed)
        self.outcome, self.changed, self.effect, self.may_contact = (
            outcome,
            changed,
            effect,
            may_contact,
        )
        self.item_version = item.version
        self.updated_at = now()
        judge(item)
        record("reuse.changed", self, by, scope_id=self.place_id, item_id=item.id)


class Agreement(Base):
    """A convenor's "I would rely on this", for a place that is not the item's own. Can be
    withdrawn.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        Index(
            "uq_agreements_standing",
            "item_id",
            "place_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]

    def withdraw(self, item: Item, by: Reader | Person) -> None:
        self.withdrawn_at = now()
        judge(item)
        record("agreement.withdrawn", self, by, scope_id=self.place_id, item_id=item.id)


def use(
    item: Item,
    by: Reader | Person,
    organisation: Organisation,
    outcome: Outcome,
    *,
    place: Place | None = None,
    changed: str = "",
    effect: Effect | None = None,
    may_contact: bool = False,
) -> Reuse:
    """Record that an item was used. Never by its author (invariant 15)."""
    if not item.is_listed:
        raise Refused(_("Only what is shared can be used by others."))
    if by.id == item.author_id:
        raise Refused(
            _(
                "You wrote this yourself. Others record how they used it;"
                " you can add to it by editing."
            )
        )
    check_account(outcome, changed)
    used = Reuse(
        item_id=item.id,
        by_id=by.id,
        organisation_id=organisation.id,
        place_id=place.id if place else None,
        outcome=outcome,
        effect=effect,
        changed=changed,
        may_contact=may_contact,
        item_version=item.version,
        created_at=now(),
    )
    db().add(used)
    db().flush()
    judge(item)
    record("reuse.recorded", used, by, scope_id=used.place_id, item_id=item.id)
    return used


def check_account(outcome: Outcome, changed: str) -> None:
    if outcome is not Outcome.STILL_TRYING and not changed.strip():
        raise Refused(
            _("Say in a sentence what you did or changed: that is what the next person needs."),
            "changed",
        )


def agree(item: Item, by: Reader | Person, place: Place) -> Agreement:
    """A convenor of another place would rely on this."""
    if by.id == item.author_id:
        raise Refused(_("You wrote this yourself."))
    if place.id == item.place_id:
        raise Refused(_("This counts for convenors of other places than its own."))
    standing = db().scalar(
        select(Agreement).where(
            Agreement.item_id == item.id,
            Agreement.place_id == place.id,
            Agreement.withdrawn_at.is_(None),
        )
    )
    if standing is not None:
        return standing
    assert by.id is not None
    agreement = Agreement(item_id=item.id, place_id=place.id, person_id=by.id, at=now())
    db().add(agreement)
    db().flush()
    judge(item)
    record("agreement.given", agreement, by, scope_id=place.id, item_id=item.id)
    return agreement


def judge(item: Item) -> None:
    """Bring the stored rung up to date: called whenever one of its causes changes."""
    session = db()
    session.flush()
    records = session.scalars(
        select(Reuse)
        .where(
            Reuse.item_id == item.id,
            Reuse.by_id.is_distinct_from(item.author_id)
            if item.author_id
            else Reuse.by_id.is_not(None),
        )
        .order_by(Reuse.updated_at, Reuse.id)
    )
    uses = [Use(one.where, Outcome(one.outcome), order) for order, one in enumerate(records)]
    agreeing = session.scalar(
        select(func.count(Agreement.place_id.distinct())).where(
            Agreement.item_id == item.id,
            Agreement.withdrawn_at.is_(None),
            Agreement.place_id != (item.place_id or 0),
        )
    )
    item.use_count = len({one.where for one in uses})
    if not item.declared.has_ladder:
        return
    rung, item.mixed = ladder(
        Basis(item.evidence_basis or Basis.OWN_EXPERIENCE), uses, agreeing or 0
    )
    item.evidence = int(rung)


def ladder(basis: Basis, uses: Iterable[Use], agreeing: int) -> tuple[Rung, bool]:
    """The rung, and whether results are mixed (DECISIONS.md 4). ``agreeing``: other places whose
    convenor relies on it.

    A later record of the same place replaces an earlier one, but "still trying" never counts and
    replaces nothing.
    """
    latest: dict[PlaceOfUse, Use] = {}
    for one in sorted(uses, key=lambda use: use.order):
        if one.outcome is not Outcome.STILL_TRYING:
            latest[one.where] = one
    outcomes = [one.outcome for one in latest.values()]
    mixed = Outcome.DID_NOT_WORK in outcomes
    if len(outcomes) >= 3:
        established = outcomes.count(Outcome.WORKED) >= 3 and agreeing >= 2
        return (Rung.ESTABLISHED if established else Rung.SEVERAL), mixed
    if outcomes or basis is not Basis.OWN_EXPERIENCE:
        return Rung.TRIED, mixed
    return Rung.HUNCH, mixed
