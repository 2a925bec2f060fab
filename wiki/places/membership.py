"""Who has joined a place, who was invited, and who may read what is restricted to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l
from wiki.kernel.outbox import declare, record
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.places.models import Actor, Place, State

declare(
    {
        "membership.began": "A person joined a place.",
        "membership.ended": "A person left a place, or was removed from it.",
        "membership.confirmed": "A member may now read what is restricted to the place.",
        "membership.unconfirmed": "A member may no longer read what is restricted to the place.",
        "membership.changed": "A member takes part, or is now also involved.",
        "place_invitation.sent": "A person was invited to a place.",
        "place_invitation.declined": "A person declined an invitation to a place.",
        "place_invitation.withdrawn": "An invitation to a place was taken back.",
    }
)


class Involvement(StrEnum):
    DIRECT = "direct"
    ALSO = "also"


INVOLVEMENT_LABELS = {
    Involvement.DIRECT: _l("Takes part"),
    Involvement.ALSO: _l("Also involved"),
}


class Membership(Base):
    """A person in a place, from one day to another. A person has at most one that has not ended."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_present",
            "place_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_memberships_person", "person_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    involvement: Mapped[Involvement] = mapped_column(String(10), default=Involvement.DIRECT)
    began_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]

    def confirm(self, by: Actor) -> None:
        """Let this member read what is restricted to the place."""
        if self.ended_at is not None:
            raise Refused(_("This person has left."))
        if self.confirmed_at is None:
            self.confirmed_at, self.confirmed_by_id = now(), by.id
            record("membership.confirmed", self, by, scope_id=self.place_id, public=False)

    def unconfirm(self, by: Actor) -> None:
        if self.confirmed_at is not None:
            self.confirmed_at = self.confirmed_by_id = None
            record("membership.unconfirmed", self, by, scope_id=self.place_id, public=False)

    def involve(self, by: Actor, involvement: Involvement) -> None:
        """Take part, or be also involved: who takes part counts when sectors are."""
        if self.involvement != involvement:
            self.involvement = involvement
            record("membership.changed", self, by, scope_id=self.place_id)

    def end(self, by: Actor) -> None:
        """Leave, or be removed: reading what is restricted ends at the next request."""
        if self.ended_at is None:
            self.ended_at = now()
            record("membership.ended", self, by, scope_id=self.place_id)


class PlaceInvitation(Base):
    """An invitation to a place, to an address: who signs in with it finds it waiting."""

    __tablename__ = "place_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    note: Mapped[str] = mapped_column(String(400), default="")
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    def decline(self, by: Actor) -> None:
        self.answered_at = now()
        record("place_invitation.declined", self, by, scope_id=self.place_id, public=False)

    def withdraw(self, by: Actor) -> None:
        if self.is_open:
            self.withdrawn_at = now()
            record("place_invitation.withdrawn", self, by, scope_id=self.place_id, public=False)


def present() -> Select[Membership]:
    """Memberships that have not ended; every question about members starts here."""
    return select(Membership).where(Membership.ended_at.is_(None))


def counts() -> ColumnElement[bool]:
    """Memberships counted and listed: those of people who can sign in. Join Person."""
    return and_(Membership.ended_at.is_(None), Person.disabled_at.is_(None))


def confirmed_places(person_id: int | None) -> Select[int]:
    """The places whose restricted items a person may read."""
    return select(Membership.place_id).where(
        Membership.person_id == person_id,
        Membership.ended_at.is_(None),
        Membership.confirmed_at.is_not(None),
    )


def membership_of(person_id: int | None, place_id: int) -> Membership | None:
    return db().scalar(
        present().where(Membership.person_id == person_id, Membership.place_id == place_id)
    )


def join(place: Place, person: Actor, involvement: Involvement = Involvement.DIRECT) -> Membership:
    """Joining is open and at once. One who was invited is confirmed by it."""
    if place.state in (State.CLOSED, State.DECLINED):
        raise Refused(_("This community has closed; you can still read everything in it."))
    assert person.id is not None
    found = membership_of(person.id, place.id)
    if found is None:
        found = Membership(
            place_id=place.id, person_id=person.id, involvement=involvement, began_at=now()
        )
        db().add(found)
        record("membership.began", found, person, scope_id=place.id)
    invitation = open_invitation(place.id, person.email)
    if invitation is not None:
        invitation.answered_at, invitation.accepted = now(), True
        inviter = db().get_one(Person, invitation.invited_by_id)
        found.confirm(inviter)
    return found


def seat(place: Place, person: Person, by: Actor) -> Membership:
    """Whoever convenes a place is in it, and may read what is restricted to it."""
    found = join(place, person)
    found.confirm(by)
    return found


def leave(place: Place, person: Reader) -> None:
    """Leaving is at once; whoever answers for the place hands it over first."""
    found = membership_of(person.id, place.id)
    if found is None:
        return
    if place.state is not State.CLOSED and person.id in (place.convenor_id, place.deputy_id):
        raise Refused(_("You answer for it: hand it over before you leave."))
    found.end(person)


def remove(place: Place, member: Membership, by: Actor) -> None:
    """End somebody else's membership. What they wrote stays."""
    if member.person_id in (place.convenor_id, place.deputy_id):
        raise Refused(_("Hand over first: this person convenes the place or is its deputy."))
    member.end(by)


def is_waiting() -> ColumnElement[bool]:
    """Invitations nobody has answered or taken back."""
    return and_(PlaceInvitation.answered_at.is_(None), PlaceInvitation.withdrawn_at.is_(None))


def open_invitation(place_id: int, email: str) -> PlaceInvitation | None:
    return db().scalar(
        select(PlaceInvitation)
        .where(
            PlaceInvitation.place_id == place_id,
            PlaceInvitation.email == email.lower(),
            is_waiting(),
        )
        .order_by(PlaceInvitation.id.desc())
        .limit(1)
    )


def invite(place: Place, email: str, by: Reader, note: str = "") -> PlaceInvitation | None:
    """Invite an address; asking twice renews the first invitation. None for a member."""
    if place.state in (State.CLOSED, State.DECLINED):
        raise Refused(_("This community has closed."))
    email = email.strip().lower()
    assert by.id is not None
    if is_member(email, place.id):
        return None
    invitation = open_invitation(place.id, email)
    if invitation is None:
        invitation = PlaceInvitation(place_id=place.id, email=email, invited_by_id=by.id)
        db().add(invitation)
    invitation.note, invitation.invited_by_id, invitation.invited_at = note, by.id, now()
    record("place_invitation.sent", invitation, by, scope_id=place.id, public=False)
    return invitation


def is_member(email: str, place_id: int) -> bool:
    found = present().join(Person, Person.id == Membership.person_id)
    return (
        db().scalar(found.where(Person.email == email, Membership.place_id == place_id)) is not None
    )


def organisations_in(place_id: int) -> int:
    """How many organisations have a member who takes part."""
    return (
        db().scalar(
            select(func.count(Person.organisation_id.distinct()))
            .select_from(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Membership.place_id == place_id,
                counts(),
                Membership.involvement == Involvement.DIRECT,
            )
        )
        or 0
    )


def membership_ids(person_id: int | None) -> Select[int]:
    """The places a person is in."""
    return select(Membership.place_id).where(
        Membership.person_id == person_id, Membership.ended_at.is_(None)
    )
