"""Accounts as stewards keep them: who there is, and what is changed about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError

from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import fold
from wiki.kernel.outbox import record
from wiki.kernel.pages import Pager
from wiki.people import letters, tokens
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.queries import Rows


class Account(NamedTuple):
    """A line of the ledger of people."""

    id: int
    key: str
    name: str
    email: str
    job_title: str
    organisation_key: str
    organisation: str
    is_steward: bool
    has_password: bool
    joined_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What the ledger was narrowed to, as the address has it."""

    q: str = ""
    organisation: str = ""
    standing: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> AccountFilter:
        return cls(**{name: arguments.get(name, "").strip()[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        for word in fold(self.q).split():
            yield or_(
                Person.sort_name.contains(word, autoescape=True),
                Person.email.contains(word, autoescape=True),
            )
        if self.organisation:
            yield Organisation.key == self.organisation
        if self.standing == "disabled":
            yield Person.disabled_at.is_not(None)
        elif self.standing != "all":
            yield Person.disabled_at.is_(None)
        if self.standing == "steward":
            yield Person.is_steward.is_(True)


def account_rows() -> Rows:
    statement: Rows = select(
        Person.id,
        Person.key,
        Person.name,
        Person.email,
        Person.job_title,
        Organisation.key,
        Organisation.name,
        Person.is_steward,
        Person.password_hash.is_not(None),
        Person.joined_at,
        Person.seen_at,
        Person.disabled_at,
    ).join(Organisation, Organisation.id == Person.organisation_id)
    return statement


def find_accounts(only: AccountFilter, number: int) -> tuple[list[Account], Pager]:
    """One page of the ledger, by name."""
    narrowed = account_rows().where(*only.conditions())
    total = db().scalar(narrowed.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pager = Pager(number, has_next=False, total=total)
    found = db().execute(
        narrowed.order_by(Person.sort_name, Person.id).limit(pager.per_page).offset(pager.offset)
    )
    return [Account(*row) for row in found], pager


def account(key: str) -> Account | None:
    row = db().execute(account_rows().where(Person.key == key)).first()
    return Account(*row) if row else None


def organisations_for(key: str = "") -> list[tuple[str, str]]:
    """Choices: organisations that are not closed, and the one somebody belongs to now."""
    open_or_theirs = or_(Organisation.closed_at.is_(None), Organisation.key == key)
    found = db().execute(
        select(Organisation.key, Organisation.name)
        .where(open_or_theirs)
        .order_by(Organisation.sort_name)
    )
    return [(value, label) for value, label in found]


def described(person: Person) -> dict[str, Any]:
    """What a steward can change of an account, by field."""
    organisation = db().scalar(
        select(Organisation.key).where(Organisation.id == person.organisation_id)
    )
    return {
        "name": person.name,
        "job_title": person.job_title,
        "organisation": organisation,
        "email": person.email,
    }


def change(person: Person, by: Reader, said: Mapping[str, str]) -> None:
    """Put right what is said of a person. Whatever they published stays theirs."""
    before = described(person)
    if said["email"] != person.email:
        set_address(person, by, said["email"])
    if said["organisation"] != before["organisation"]:
        move(person, organisation_called(said["organisation"]), by)
    if said["name"] != person.name or said["job_title"] != person.job_title:
        person.rename(said["name"])
        person.job_title = said["job_title"]
        record("person.changed", person, by, changed=["name", "job_title"])


def set_address(person: Person, by: Reader, email: str) -> None:
    """Another mail address, set by a steward: links sent before die, both addresses are told."""
    if person.id == by.id:
        own = _("Change your own address under “Devices and password”: it asks for your password.")
        raise Refused(own, "email")
    old, taken = person.email, _("This address belongs to another account.")
    try:
        with db().begin_nested():
            person.email = email
    except IntegrityError:
        raise Refused(taken, "email") from None
    tokens.revoke_all(person.id)
    record("person.changed", person, by, public=False, changed=["email"])
    for to in (old, email):
        letters.post("address_set", to, old=old, new=email, by=by)


def move(person: Person, organisation: Organisation, by: Reader) -> None:
    """Let a person belong to another organisation from now on."""
    if organisation.closed_at is not None:
        raise Refused(_("That organisation is closed; nobody joins it any more."), "organisation")
    person.organisation_id = organisation.id
    record("person.changed", person, by, changed=["organisation"])


def organisation_called(key: str, field: str = "organisation") -> Organisation:
    found = db().scalar(select(Organisation).where(Organisation.key == key))
    if found is None:
        raise Refused(_("Choose an organisation."), field)
    return found
