"""Invitations to the site: by mail, to one address, for one organisation, used once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, aliased, mapped_column

from wiki.kernel import mail
from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import declare, record
from wiki.people import letters
from wiki.people.current import Reader
from wiki.people.models import MailDomain, Organisation, Person
from wiki.people.tokens import Purpose, hash_of, new_secret

declare(
    {
        "invitation.sent": "Somebody was invited to the site by mail.",
        "invitation.accepted": "An invited person made their account.",
        "invitation.withdrawn": "An invitation no longer works.",
    }
)

LASTS = timedelta(days=14)
LASTS_WHEN_ASKED_FOR = timedelta(days=1)


class Invitation(Base):
    """An address that may make one account. ``to_what`` names the place it is for, if one.

    Somebody with an address of a listed mail domain asks for one themselves.
    """

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    to_what: Mapped[str] = mapped_column(String(200), default="")
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_for: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def can_be_sent_again(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def is_open(self) -> bool:
        return self.can_be_sent_again and self.expires_at > now()

    def withdraw(self, by: object) -> None:
        if self.accepted_at is not None:
            raise Refused(_("This invitation was accepted already."))
        self.withdrawn_at = now()
        record("invitation.withdrawn", self, by, public=False)


def waiting() -> ColumnElement[bool]:
    """Invitations somebody may still accept."""
    return (
        Invitation.accepted_at.is_(None)
        & Invitation.withdrawn_at.is_(None)
        & (Invitation.expires_at > now())
    )


def invite(
    email: str,
    organisation: Organisation,
    by: Person | Reader | None,
    *,
    by_name: str,
    name: str = "",
    to_what: str = "",
    note: str = "",
) -> Invitation | None:
    """Send an invitation. None when the address has an account: the caller says the same then."""
    email = email.strip().lower()
    check_open(organisation)
    if has_account(email):
        return None
    withdraw_earlier(email)
    invitation, secret = begin(email, organisation, LASTS)
    invitation.name, invitation.to_what = name, to_what
    invitation.invited_by_id = by.id if by else None
    record("invitation.sent", invitation, by, public=False)
    letters.post(
        "invitation",
        email,
        about_id=invitation.id,
        url=letters.address("people.accept", code=secret),
        invitation=invitation,
        organisation=organisation,
        note=note,
        by_name=by_name,
    )
    return invitation


def ask_to_join(email: str) -> None:
    """Somebody asks to join. Whatever comes of it, the page says the same; their mail tells.

    An address of a listed domain is sent a link to make an account, a known one a link to sign in.
    """
    organisation_id = organisation_for(email)
    if organisation_id is None or has_account(email):
        letters.send_link(Purpose.SIGN_IN, email)
        return
    organisation = db().get_one(Organisation, organisation_id)
    withdraw_earlier(email, asked_for=True)
    invitation, secret = begin(email, organisation, LASTS_WHEN_ASKED_FOR)
    invitation.asked_for = True
    record("invitation.sent", invitation, public=False)
    url = letters.address("people.accept", code=secret)
    letters.post("join", email, about_id=invitation.id, url=url, organisation=organisation)


def send_again(invitation: Invitation, by: Reader) -> Invitation | None:
    """The same invitation with a new link and another 14 days; the link sent before dies."""
    if not invitation.can_be_sent_again:
        raise Refused(_("This invitation was accepted or withdrawn already."))
    organisation = db().get_one(Organisation, invitation.organisation_id)
    return invite(
        invitation.email,
        organisation,
        by,
        by_name=by.name,
        name=invitation.name,
        to_what=invitation.to_what,
    )


def check_open(organisation: Organisation) -> None:
    if organisation.closed_at is not None:
        raise Refused(_("This organisation is closed; nobody joins it any more."), "organisation")


def has_account(email: str) -> bool:
    return db().scalar(select(Person.id).where(Person.email == email)) is not None


def withdraw_earlier(email: str, **narrower: bool) -> None:
    db().execute(
        update(Invitation)
        .where(
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .filter_by(**narrower)
        .values(withdrawn_at=now())
    )


def begin(email: str, organisation: Organisation, lasts: timedelta) -> tuple[Invitation, str]:
    secret = new_secret()
    invitation = Invitation(
        token_hash=hash_of(secret),
        email=email,
        organisation_id=organisation.id,
        expires_at=now() + lasts,
    )
    db().add(invitation)
    return invitation, secret


@mail.still_wanted_if("join")
@mail.still_wanted_if("invitation")
def still_open(letter: mail.Mail) -> bool:
    invitation = db().get(Invitation, letter.about_id)
    return invitation is not None and invitation.is_open


class Opened(NamedTuple):
    """What the page of an invitation says of it."""

    email: str
    name: str
    organisation: str
    to_what: str
    by_name: str | None
    by_organisation: str | None
    asked_for: bool


def find(secret: str) -> Opened | None:
    """The invitation if its link still works. Looking does not use it."""
    theirs = aliased(Organisation)
    row = (
        db()
        .execute(
            select(
                Invitation.email,
                Invitation.name,
                Organisation.name,
                Invitation.to_what,
                Person.name,
                theirs.name,
                Invitation.asked_for,
            )
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .outerjoin(Person, Person.id == Invitation.invited_by_id)
            .outerjoin(theirs, theirs.id == Person.organisation_id)
            .where(
                Invitation.token_hash == hash_of(secret),
                waiting(),
                Organisation.closed_at.is_(None),
            )
        )
        .first()
    )
    return Opened(*row) if row else None


def accept(secret: str, name: str, password_hash: str) -> Person:
    """Make the account of the invited address. The database uses the invitation up, so once."""
    taken = db().scalar(
        update(Invitation)
        .where(Invitation.token_hash == hash_of(secret), waiting())
        .values(accepted_at=now())
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise Refused(_("This invitation was used, withdrawn, or is too old."))
    invitation = db().get_one(Invitation, taken, populate_existing=True)
    check_open(db().get_one(Organisation, invitation.organisation_id))
    if invitation.asked_for and organisation_for(invitation.email) is None:
        raise Refused(_("People with this address can no longer join by themselves."))
    withdraw_earlier(invitation.email)
    person = register(invitation.email, name, password_hash, invitation.organisation_id)
    record("invitation.accepted", invitation, person, public=False)
    return person


def register(email: str, name: str, password_hash: str | None, organisation_id: int) -> Person:
    """A new person of an organisation. Their address is theirs alone: the database sees to it."""
    email = email.strip().lower()
    person = Person(email=email, organisation_id=organisation_id, password_hash=password_hash)
    person.rename(name)
    try:
        with db().begin_nested():
            db().add(person)
    except IntegrityError:
        taken = _("There is an account with this address already: sign in instead.")
        raise Refused(taken, "email") from None
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
