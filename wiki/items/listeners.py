"""Who is told by mail what happened to an item of theirs."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.items.visibility import Opening
from wiki.kernel import mail
from wiki.kernel.database import db
from wiki.kernel.outbox import Event, listens_to
from wiki.people.models import Person


def author_to_tell(event: Event) -> tuple[Item, Person] | None:
    """The item and its author, unless the author did it or can no longer sign in."""
    item = db().get(Item, event.thing_id)
    if item is None or item.author_id is None or item.author_id == event.by_id:
        return None
    author = db().get_one(Person, item.author_id)
    return (item, author) if author.is_active else None


@listens_to("item.opened_by_steward")
def tell_author_of_opening(event: Event) -> None:
    """At once, with the reason: a steward reads nothing restricted unseen."""
    told = author_to_tell(event)
    if told is None:
        return
    item, author = told
    opening = db().scalar(
        select(Opening).where(Opening.item_id == item.id).order_by(Opening.id.desc()).limit(1)
    )
    if opening is not None:
        by = db().get_one(Person, opening.by_id)
        mail.post("item_opened", author.email, about_id=item.id, item=item, opening=opening, by=by)


@listens_to("item.widened")
def tell_author_of_public(event: Event) -> None:
    """A convenor opened it to the public; the author hears of it and can take it back."""
    told = author_to_tell(event)
    if told is not None and event.details.get("after") == Visibility.PUBLIC:
        item, author = told
        mail.post("item_public", author.email, about_id=item.id, item=item)


@listens_to("item.revised")
def tell_author_of_edit(event: Event) -> None:
    """Anyone may improve what is shared; its author hears who did, and can restore what was."""
    told = author_to_tell(event)
    if told is not None and event.by_id is not None:
        item, author = told
        by = db().get_one(Person, event.by_id)
        mail.post(
            "item_revised",
            author.email,
            about_id=item.id,
            item=item,
            by=by,
            number=event.details["number"],
        )


@mail.still_wanted_if("item_revised")
def author_can_open(letter: mail.Mail) -> bool:
    """Not once it was withdrawn, or its author can no longer sign in under this address."""
    return is_authors(letter, Item.withdrawn_at.is_(None))


@mail.still_wanted_if("item_public")
def still_public(letter: mail.Mail) -> bool:
    return is_authors(letter, Item.visibility == Visibility.PUBLIC, Item.listed_at.is_not(None))


@mail.still_wanted_if("item_opened")
def author_can_sign_in(letter: mail.Mail) -> bool:
    return is_authors(letter)


def is_authors(letter: mail.Mail, *more: ColumnElement[bool]) -> bool:
    """Whether it goes to the author of what it tells of, who can still sign in."""
    theirs = (
        select(Item.id)
        .join(Person, Person.id == Item.author_id)
        .where(
            Item.id == letter.about_id,
            Person.email == letter.to,
            Person.disabled_at.is_(None),
            *more,
        )
    )
    return db().scalar(theirs) is not None
