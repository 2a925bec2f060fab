"""Invitations to the site: by mail, to one address, for one organisation, used once, good for 14 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel import mail
from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import declare, record
from wiki.people import passwords
from wiki.people.models import MailDomain, Organisation, Person
from wiki.people.tokens import hash_of, new_secret

declare(
    {
        "invitation.sent": "Somebody was invited to the site by mail.",
        "invitation.accepted": "An invited person made their account.",
        "invitation.withdrawn": "An invitation no longer works.",
    }
)

LASTS = timedelta(days=14)


class Invitation(Base):
    """An address that may make one account. ``to_what`` names the place it came from, for the mail and the page."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    to_what: Mapped[str] = mapped_column(String(200), default="")
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > now()

    def withdraw(self, by: object) -> None:
        if self.accepted_at is not None:
            raise Refused(_("This invitation was accepted already."))
        self.withdrawn_at = now()
        record("invitation.withdrawn", self, by, public=False)


def invite(
    email: str,
    organisation: Organisation,
    by: Person | None,
    *,
    by_name: str,
    name: str = "",
    to_what: str = "",
) -> Invitation | None:
    """Send an invitation. None when the address has an account already: the caller says the same either way."""
    email = email.strip().lower()
    if organisation.closed_at is not None:
        raise Refused(_("This organisation is closed; nobody joins it any more."), "organisation")
    if db().scalar(select(Person.id).where(Person.email == email)) is not None:
        return None
    db().execute(
        update(Invitation)
        .where(
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )
    secret = new_secret()
    invitation = Invitation(
        token_hash=hash_of(secret),
        email=email,
        name=name,
        organisation_id=organisation.id,
        to_what=to_what,
        invited_by_id=by.id if by else None,
        expires_at=now() + LASTS,
    )
    db().add(invitation)
    record("invitation.sent", invitation, by, public=False)
    mail.post(
        "invitation",
        email,
        about_id=invitation.id,
        secret=secret,
        invitation=invitation,
        organisation=organisation,
        by_name=by_name,
    )
    return invitation


@mail.still_wanted_if("invitation")
def still_open(letter: mail.Mail) -> bool:
    invitation = db().get(Invitation, letter.about_id)
    return invitation is not None and invitation.is_open


def find(secret: str) -> Invitation | None:
    found = db().scalar(select(Invitation).where(Invitation.token_hash == hash_of(secret)))
    return found if found is not None and found.is_open else None


def accept(secret: str, name: str, password: str) -> Person:
    """Make the account of the invited address. The invitation is used up by the database, so once."""
    taken = db().scalar(
        update(Invitation)
        .where(
            Invitation.token_hash == hash_of(secret),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now(),
        )
        .values(accepted_at=now())
        .returning(Invitation.id)
    )
    if taken is None:
        raise Refused(_("This invitation was used, withdrawn, or is more than 14 days old."))
    invitation = db().get_one(Invitation, taken, populate_existing=True)
    person = register(invitation.email, name, password, invitation.organisation_id)
    record("invitation.accepted", invitation, person, public=False)
    return person


def register(email: str, name: str, password: str | None, organisation_id: int) -> Person:
    """A new person of an organisation. Their mail address is theirs alone."""
    email = email.strip().lower()
    if db().scalar(select(func.count()).select_from(Person).where(Person.email == email)):
        raise Refused(_("There is an account with this address already: sign in instead."), "email")
    person = Person(email=email, organisation_id=organisation_id)
    person.rename(name)
    if password is not None:
        passwords.check_strength(password, about=(email, name))
        person.password_hash = passwords.hashed(password)
    db().add(person)
    record("person.joined", person, person)
    return person


def organisation_for(email: str) -> int | None:
    """The organisation whose people may register themselves with this address, if any."""
    domain = email.strip().lower().rpartition("@")[2]
    return db().scalar(
        select(MailDomain.organisation_id)
        .join(Organisation, Organisation.id == MailDomain.organisation_id)
        .where(MailDomain.domain == domain, Organisation.closed_at.is_(None))
    )
