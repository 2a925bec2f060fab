"""Following and "helpful": what a person wants to hear of, and what helped them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from wiki.items.models import Item
from wiki.kernel.clock import now
from wiki.kernel.database import Base, db, upsert
from wiki.people.current import Reader
from wiki.people.models import Person


class Subject(StrEnum):
    """What can be followed."""

    ITEM = "item"
    TAG = "tag"
    PLACE = "place"
    PERSON = "person"


class Follow(Base):
    """That a person wants a subject's news in catch-up. Nobody else sees who follows what."""

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("person_id", "subject", "subject_id"),
        Index("ix_follows_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    subject: Mapped[Subject] = mapped_column(String(10))
    subject_id: Mapped[int]
    since: Mapped[datetime] = mapped_column(default=now)


class Helpful(Base):
    """One person's mark that an item helped; pressing again takes it back."""

    __tablename__ = "helpfuls"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    how: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=now)


def follow(person: Reader | Person, subject: Subject, subject_id: int) -> None:
    session = db()
    session.execute(
        upsert(session, Follow)
        .values(person_id=person.id, subject=subject, subject_id=subject_id, since=now())
        .on_conflict_do_nothing()
    )


def unfollow(person: Reader | Person, subject: Subject, subject_id: int) -> None:
    db().execute(
        delete(Follow).where(
            Follow.person_id == person.id,
            Follow.subject == subject,
            Follow.subject_id == subject_id,
        )
    )


def follows(person_id: int | None, subject: Subject, subject_id: int) -> bool:
    return (
        db().scalar(
            select(Follow.id).where(
                Follow.person_id == person_id,
                Follow.subject == subject,
                Follow.subject_id == subject_id,
            )
        )
        is not None
    )


def mark_helpful(item: Item, person: Reader | Person, how: str = "") -> None:
    session = db()
    session.execute(
        upsert(session, Helpful)
        .values(item_id=item.id, person_id=person.id, how=how, at=now())
        .on_conflict_do_update(index_elements=["item_id", "person_id"], set_={"how": how})
    )
    recount(item)


def unmark_helpful(item: Item, person: Reader | Person) -> None:
    db().execute(delete(Helpful).where(Helpful.item_id == item.id, Helpful.person_id == person.id))
    recount(item)


def recount(item: Item) -> None:
    item.helpful_count = (
        db().scalar(select(func.count()).select_from(Helpful).where(Helpful.item_id == item.id))
        or 0
    )
