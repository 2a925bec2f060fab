"""Who has joined a place, who was invited, and who may read what is restricted to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l
from wiki.kernel.outbox import declare, record
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.places.models import Place, State

declare(
    {
        "membership.began": "A person joined a place.",
        "membership.ended": "A person left a place, or was removed from it.",
        "membership.confirmed": "The convenor confirmed a member, who may now read what is restricted to the place.",
        "place_invitation.sent": "A person was invited to a place.",
        "place_invitation.declined": "A person declined an invitation to a place.",
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

    def confirm(self, by: Reader | Person) -> None:
        """Let this member read what is restricted to the place."""
        if self.ended_at is not None:
            raise Refused(_("This person has left."))
        if self.confirmed_at is None:
            self.confirmed_at, self.confirmed_by_id = now(), by.id
            record("membership.confirmed", self, by, scope_id=self.place_id, public=False)

    def unconfirm(self) -> None:
        self.confirmed_at = self.confirmed_by_id = None

    def end(self, by: Reader | Person) -> None:
        """Leave, or be removed: reading what is restricted ends at the next request."""
        if self.ended_at is None:
            self.ended_at = now()
            record("membership.ended", self, by, scope_id=self.place_id)


class PlaceInvitation(Base):
    """An invitation to a place, to an address: whoever signs in with it finds the invitation waiting."""

    __tablename__ = "place_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    note: Mapped[str] = mapped_column(String(400), default="")
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool] = mapped_column(default=False)

    def decline(self, by: Reader) -> None:
        self.answered_at = now()
        record("place_invitation.declined", self, by, scope_id=self.place_id, public=False)


def present() -> Select[Membership]:
    """Memberships that have not ended; every question about members starts here."""
    return select(Membership).where(Membership.ended_at.is_(None))


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


def join(
    place: Place, person: Reader | Person, involvement: Involvement = Involvement.DIRECT
) -> Membership:
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


def open_invitation(place_id: int, email: str) -> PlaceInvitation | None:
    return db().scalar(
        select(PlaceInvitation)
        .where(
            PlaceInvitation.place_id == place_id,
            PlaceInvitation.email == email.lower(),
            PlaceInvitation.answered_at.is_(None),
        )
        .order_by(PlaceInvitation.id.desc())
        .limit(1)
    )


def invite(place: Place, email: str, by: Reader, note: str = "") -> PlaceInvitation:
    """Invite an address to a place; asking twice renews the first invitation."""
    if place.state in (State.CLOSED, State.DECLINED):
        raise Refused(_("This community has closed."))
    email = email.strip().lower()
    assert by.id is not None
    invitation = open_invitation(place.id, email)
    if invitation is None:
        invitation = PlaceInvitation(place_id=place.id, email=email, invited_by_id=by.id)
        db().add(invitation)
    invitation.note, invitation.invited_by_id, invitation.invited_at = note, by.id, now()
    record("place_invitation.sent", invitation, by, scope_id=place.id, public=False)
    return invitation


def organisations_in(place_id: int) -> int:
    """How many organisations have a member who takes part."""
    return (
        db().scalar(
            select(func.count(Person.organisation_id.distinct()))
            .select_from(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Membership.place_id == place_id,
                Membership.ended_at.is_(None),
                Membership.involvement == Involvement.DIRECT,
            )
        )
        or 0
    )
