"""Replies: comments, questions, supporting examples and counter-examples under an item."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from wiki.items.choices import Attribution
from wiki.items.following import Subject, follow
from wiki.items.models import Item
from wiki.kernel.clock import now
from wiki.kernel.database import LAST, Base, Timestamps, db
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.languages import _, _l
from wiki.kernel.markdown import MAX_REPLY, Rendered
from wiki.kernel.outbox import declare, record
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.places.models import Place, State

declare(
    {
        "reply.posted": "Somebody replied to an item.",
        "reply.revised": "A reply was edited by its author.",
        "reply.withdrawn": "A reply was taken back.",
    }
)


PRESSED_TWICE = timedelta(minutes=2)


class ReplyKind(StrEnum):
    COMMENT = "comment"
    QUESTION = "question"
    SUPPORTING = "supporting"
    COUNTER = "counter"


REPLY_LABELS = {
    ReplyKind.COMMENT: _l("Comment"),
    ReplyKind.QUESTION: _l("Question"),
    ReplyKind.SUPPORTING: _l("Supporting example"),
    ReplyKind.COUNTER: _l("Counter-example"),
}


class Reply(Timestamps, Base):
    """What somebody says to an item; it has the item's visibility."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_item", "item_id", "id"),
        Index("ix_replies_item_author", "item_id", "author_id"),
        Index("ix_replies_author", "author_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    attribution: Mapped[Attribution] = mapped_column(String(10), default=Attribution.NAMED)
    kind: Mapped[ReplyKind] = mapped_column(String(12), default=ReplyKind.COMMENT)
    quotes_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    version: Mapped[int] = mapped_column(default=1)
    revised_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    body: Mapped[str] = mapped_column(Text, sort_order=LAST)
    html: Mapped[str] = mapped_column(Text, default="", sort_order=LAST)
    references: Mapped[list[Any]] = mapped_column(JSON, default=list, sort_order=LAST)

    def revise(
        self, by: Reader | Person, body: str, rendered: Rendered, *, version: int, kind: ReplyKind
    ) -> None:
        if version != self.version:
            raise Stale(
                _("This reply was saved in another window meanwhile. Both texts are below."),
                theirs={"body": self.body},
                by="",
                version=self.version,
            )
        if self.withdrawn_at is not None:
            raise Refused(_("This reply was taken back."))
        if body == self.body and kind == self.kind:
            return
        self._take(body, rendered)
        self.kind = kind
        self.version += 1
        self.revised_at = now()
        db().add(ReplyRevision(reply_id=self.id, number=self.version, body=body, editor_id=by.id))
        record("reply.revised", self, by)

    def withdraw(self, by: Reader | Person) -> None:
        """Take it back; a line saying so stays, since others may have answered it."""
        if self.withdrawn_at is None:
            self.withdrawn_at = now()
            recount(self.item_id)
            record("reply.withdrawn", self, by)

    def _take(self, body: str, rendered: Rendered) -> None:
        if not body.strip():
            raise Refused(_("Write something first."), "body")
        if len(body) > MAX_REPLY:
            raise Refused(
                _(
                    "A reply holds %(most)s characters; this one has %(size)s.",
                    most=f"{MAX_REPLY:,}",
                    size=f"{len(body):,}",
                ),
                "body",
            )
        self.body, self.html = body, rendered.html
        self.references = [[r.kind, r.value, r.label] for r in rendered.references]


class ReplyRevision(Base):
    """A reply as it was."""

    __tablename__ = "reply_revisions"
    __table_args__ = (UniqueConstraint("reply_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id", ondelete="CASCADE"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(default=now)


def said_already(item: Item, by: Reader | Person, body: str) -> Reply | None:
    """The same words by the same person a moment ago: the button was pressed twice."""
    return db().scalar(
        select(Reply).where(
            Reply.item_id == item.id,
            Reply.author_id == by.id,
            Reply.body == body,
            Reply.withdrawn_at.is_(None),
            Reply.created_at > now() - PRESSED_TWICE,
        )
    )


def reply(
    item: Item,
    by: Reader | Person,
    body: str,
    rendered: Rendered,
    kind: ReplyKind = ReplyKind.COMMENT,
    quotes: Reply | None = None,
) -> Reply:
    """Answer an item. Closed places and withdrawn items take no more replies."""
    if not item.is_listed:
        raise Refused(_("This is not shared, so it takes no replies."))
    if item.place_id is not None and db().get_one(Place, item.place_id).state is State.CLOSED:
        raise Refused(
            _("This community has closed. You can still use what is in it and say how it went.")
        )
    if quotes is not None and quotes.item_id != item.id:
        raise Refused(_("That reply belongs to something else."))
    answer = Reply(
        item_id=item.id,
        author_id=by.id,
        kind=kind,
        quotes_id=quotes.id if quotes else None,
        created_at=now(),
    )
    answer._take(body, rendered)
    db().add(answer)
    db().flush()
    db().add(ReplyRevision(reply_id=answer.id, number=1, body=body, editor_id=by.id))
    item.last_reply_at = answer.created_at
    recount(item.id)
    follow(by, Subject.ITEM, item.id)
    record("reply.posted", answer, by, scope_id=item.place_id, item_id=item.id)
    return answer


def recount(item_id: int) -> None:
    """Set the number of replies that stand. Set, not added: so two at once cannot miscount."""
    db().flush()
    number = (
        select(func.count())
        .select_from(Reply)
        .where(Reply.item_id == item_id, Reply.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    db().get_one(Item, item_id).reply_count = db().scalar(select(number)) or 0
