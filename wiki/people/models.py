"""Persons and organisations."""

from __future__ import annotations

import logging
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wiki.kernel.clock import now, today
from wiki.kernel.database import Base, Timestamps, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import KEY_LENGTH, fold, new_key
from wiki.kernel.outbox import declare, record
from wiki.people import passwords
from wiki.people.vocabulary import Area, Sector, Tag

log = logging.getLogger("across.people")

declare(
    {
        "person.joined": "A person can sign in for the first time.",
        "person.changed": "A person changed their profile, or a steward did.",
        "person.disabled": "A person can no longer sign in; what they published stays.",
        "person.enabled": "A disabled person can sign in again.",
        "person.made_steward": "A person may now run the site.",
        "person.no_longer_steward": "A person may no longer run the site.",
        "organisation.joined": "An organisation was registered.",
        "organisation.changed": "A steward changed what is said of an organisation.",
        "organisation.closed": "An organisation ceased; what it published stays.",
        "organisation.reopened": "A closed organisation goes on.",
    }
)


class Organisation(Timestamps, Base):
    """A body with a sector and areas. Every person belongs to one."""

    __tablename__ = "organisations"
    __table_args__ = (Index("ix_organisations_sort_name", "sort_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True, default=new_key)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    sort_name: Mapped[str] = mapped_column(String(120), default="")
    sector_id: Mapped[int] = mapped_column(ForeignKey("sectors.id"), index=True)
    specialisms: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    confirmed_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    gaps: Mapped[str] = mapped_column(Text, default="")

    sector: Mapped[Sector] = relationship(lazy="raise")
    areas: Mapped[list[Area]] = relationship(secondary="organisation_areas", lazy="raise")

    def rename(self, name: str) -> None:
        self.name = " ".join(name.split())
        self.sort_name = fold(self.name)[:120]

    def close(self, by: object, successor: Organisation | None, gaps: str) -> None:
        """Cease. Nobody joins it any more; without a successor its gaps are listed for others."""
        if self.closed_at is not None:
            raise Refused(_("This organisation is closed already."))
        if successor is not None and successor.id == self.id:
            raise Refused(_("An organisation can’t succeed itself."), "successor")
        if successor is None and not gaps.strip():
            raise Refused(_("Name a successor, or say what it did that nobody does now."), "gaps")
        self.closed_at = now()
        self.successor_id = successor.id if successor else None
        self.gaps = gaps
        record("organisation.closed", self, by)

    def reopen(self, by: object) -> None:
        """Go on after all. Its people can be invited again; what was said of its end is dropped."""
        if self.closed_at is None:
            return
        self.closed_at = self.successor_id = None
        self.gaps = ""
        record("organisation.reopened", self, by)

    def confirm(self, by: object) -> None:
        """What is said of it is still right, as of today."""
        self.confirmed_on = today()
        record("organisation.changed", self, by, changed=["confirmed_on"])


class OrganisationArea(Base):
    __tablename__ = "organisation_areas"

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class MailDomain(Base):
    """People with an address of this domain may register themselves, as this organisation's."""

    __tablename__ = "mail_domains"

    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )


class Person(Timestamps, Base):
    """Someone who can sign in, or once could. Belongs to one organisation."""

    __tablename__ = "people"
    __table_args__ = (
        Index("ix_people_sort_name", "sort_name"),
        CheckConstraint("theme IN ('', 'light', 'dark')", name="theme"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True, default=new_key)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    sort_name: Mapped[str] = mapped_column(String(100), default="")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    about: Mapped[str] = mapped_column(String(600), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_steward: Mapped[bool] = mapped_column(default=False)
    name_is_public: Mapped[bool] = mapped_column(default=False)
    away_until: Mapped[date | None]
    theme: Mapped[str] = mapped_column(String(5), default="")
    text_size: Mapped[int] = mapped_column(default=100)
    sample_as: Mapped[str] = mapped_column(String(80), default="")
    joined_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    visit_began_at: Mapped[datetime | None]
    last_visit_ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    areas: Mapped[list[Area]] = relationship(secondary="person_areas", lazy="raise")

    def rename(self, name: str) -> None:
        self.name = " ".join(name.split())
        self.sort_name = fold(self.name)[:100]

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_away(self) -> bool:
        return self.away_until is not None and self.away_until >= today()

    def set_password(self, password: str) -> None:
        passwords.check_strength(password, about=(self.email, self.name))
        self.password_hash = passwords.hashed(password)

    def disable(self, by: object) -> None:
        """Sign-in ends at the next request; what the person published stays, with their name."""
        if self.disabled_at is not None:
            return
        self.disabled_at = now()
        self.tell("person.disabled", by)

    def enable(self, by: object) -> None:
        if self.disabled_at is None:
            return
        self.disabled_at = None
        self.tell("person.enabled", by)

    def make_steward(self, by: object) -> None:
        if self.is_steward:
            return
        self.is_steward = True
        self.tell("person.made_steward", by)

    def end_stewardship(self, by: object) -> None:
        """Stop running the site. Somebody has to: the last steward stays one."""
        if not self.is_steward:
            return
        others = select(Person.id).where(
            Person.is_steward, Person.disabled_at.is_(None), Person.id != self.id
        )
        if db().scalar(others.with_for_update().limit(1)) is None:
            raise Refused(_("This is the only steward; make somebody else one first."))
        self.is_steward = False
        self.tell("person.no_longer_steward", by)

    def tell(self, event: str, by: object) -> None:
        """Record a change of what this person may do, in the event log and in the log lines."""
        record(event, self, by)  # who can sign in counts for places that visitors see
        log.info(event, extra={"subject": self.key, "by": getattr(by, "key", None)})


class PersonArea(Base):
    __tablename__ = "person_areas"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class Topic(Base):
    """A tag on a person: something they know about, or are learning."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("person_id", "tag_id", "learning"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)
    learning: Mapped[bool] = mapped_column(default=False)

    tag: Mapped[Tag] = relationship(lazy="raise")
