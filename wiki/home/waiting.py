"""What waits for a person among items: replies, restrictions, uses without an end, drafts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from wiki.home.words import quoted
from wiki.items.choices import Visibility
from wiki.items.kinds import kind_called
from wiki.items.models import Item
from wiki.items.replies import Reply, ReplyKind
from wiki.items.reuse import Outcome, Reuse
from wiki.items.visibility import listed_for
from wiki.kernel.clock import now, today
from wiki.kernel.languages import _, ngettext
from wiki.kernel.pages import ago, day
from wiki.kernel.questions import question
from wiki.kernel.registry import registry
from wiki.kernel.waiting import Waiting
from wiki.people.current import Reader

REVIEW_SOON = timedelta(days=14)
TRYING_LONG = timedelta(weeks=6)
#: A question is kept in view for so long after it was first seen.
QUESTION_WAITS = timedelta(weeks=4)
SHOWN_AT_HOME = 3


def waiting_for(reader: Reader) -> list[Waiting]:
    """All that waits, one thing of each feature in turn: none pushes another out of sight."""
    asked = [ask(reader) for ask in registry("waiting")]
    in_turn = chain.from_iterable(zip_longest(*asked))
    return [one for one in in_turn if one is not None]


def waiting_items(reader: Reader) -> list[Waiting]:
    """What waits for this reader among items, in one statement."""
    if not reader.signed_in:
        return []
    since = reader.last_visit_ended_at or reader.joined_at or now()
    late = now() - QUESTION_WAITS
    soon, long_ago = today() + REVIEW_SOON, now() - TRYING_LONG
    return list(said(asked_of_items(reader, since, min(since, late), soon, long_ago)))


@question
def asked_of_items(
    reader: Reader, since: datetime, late: datetime, soon: date, long_ago: datetime
) -> Executable:
    asked = (
        unanswered(reader, since, late),
        to_review(reader, soon),
        still_trying(reader, long_ago),
        oldest_draft(reader),
    )
    return union_all(*(select(*one.subquery().c) for one in asked))


def said(found: Sequence[Row[Any]]) -> Iterator[Waiting]:
    """In words, what waits longest first among things of a sort."""
    for what, say in SAYING.items():
        of_this_sort = [row for row in found if row.what == what]
        yield from map(say, sorted(of_this_sort, key=lambda row: row.day or row.at))


def columns(what: str, *, at: Any, on: Any = None, number: Any = 1) -> tuple[Any, ...]:
    """The columns all questions answer with: what, the item, since when, by when, how many."""
    return (
        literal(what).label("what"),
        Item.kind,
        Item.key,
        Item.slug,
        Item.title,
        at.label("at"),
        (literal(None, Date) if on is None else on).label("day"),
        (literal(number) if isinstance(number, int) else number).label("number"),
    )


def unanswered(reader: Reader, since: datetime, late: datetime) -> Select[Any]:
    """Replies to what I wrote since my last visit, and questions of late, unless I answered."""
    mine = aliased(Reply)
    answered = exists().where(
        mine.item_id == Reply.item_id,
        mine.id > Reply.id,
        mine.author_id == reader.id,
        mine.withdrawn_at.is_(None),
    )
    return (
        select(*columns("reply", at=func.max(Reply.created_at), number=func.count()))
        .join(Item, Item.id == Reply.item_id)
        .where(
            Item.author_id == reader.id,
            Item.last_reply_at > late,
            looked_at_last(Item.listed_at.is_not(None)),
            Reply.created_at > late,
            Reply.withdrawn_at.is_(None),
            Reply.author_id.is_distinct_from(reader.id),
            or_(Reply.created_at > since, Reply.kind == ReplyKind.QUESTION),
            ~answered,
        )
        .group_by(Item.id)
    )


def to_review(reader: Reader, soon: date) -> Select[Any]:
    """Restrictions of mine to be looked at again within a fortnight, or overdue."""
    return select(*columns("review", at=Item.published_at, on=Item.restriction_review_on)).where(
        Item.author_id == reader.id,
        Item.restriction_review_on <= soon,
        looked_at_last(Item.visibility == Visibility.RESTRICTED, Item.listed_at.is_not(None)),
    )


def looked_at_last(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """A CASE, so that SQLite does not begin with all for which these hold."""
    return case((and_(*conditions), 1), else_=0) == 1


def still_trying(reader: Reader, long_ago: datetime) -> Select[Any]:
    """Uses I recorded six weeks ago or earlier and have said nothing of since."""
    return (
        select(*columns("use", at=Reuse.updated_at, number=Reuse.id))
        .join(Item, Item.id == Reuse.item_id)
        .where(
            Reuse.by_id == reader.id,
            Reuse.outcome == Outcome.STILL_TRYING,
            Reuse.updated_at <= long_ago,
            listed_for(reader),
        )
    )


def oldest_draft(reader: Reader) -> Select[Any]:
    return (
        select(*columns("draft", at=Item.updated_at))
        .where(
            Item.author_id == reader.id,
            Item.listed_at.is_(None),
            Item.published_at.is_(None),
        )
        .order_by(Item.updated_at, Item.id)
        .limit(1)
    )


def url_of(row: Row[Any]) -> str:
    return f"/{kind_called(row.kind).path}/{row.key}-{row.slug}"


def reply_waits(row: Row[Any]) -> Waiting:
    label = ngettext(
        "A reply waits for your answer", "%(num)s replies wait for your answer", row.number
    )
    return Waiting(label, f"{url_of(row)}#replies", quoted(row.title), row.at)


def review_waits(row: Row[Any]) -> Waiting:
    note = _("%(title)s, due %(day)s.", title=quoted(row.title), day=day(row.day))
    if row.day < today():
        note = _("%(title)s, was due %(day)s.", title=quoted(row.title), day=day(row.day))
    return Waiting(_("Look again at a restriction"), f"{url_of(row)}/visibility", note, row.at)


def use_waits(row: Row[Any]) -> Waiting:
    note = _("Still being tried on %(day)s: %(title)s", day=day(row.at), title=quoted(row.title))
    return Waiting(_("Say how it went"), f"{url_of(row)}/uses/{row.number}/edit", note, row.at)


def draft_waits(row: Row[Any]) -> Waiting:
    note = _("%(title)s, saved %(when)s.", title=quoted(row.title), when=ago(row.at))
    return Waiting(_("Finish your draft"), f"{url_of(row)}/edit", note, row.at)


SAYING = {
    "reply": reply_waits,
    "review": review_waits,
    "use": use_waits,
    "draft": draft_waits,
}
