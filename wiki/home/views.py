"""Home, what waits, what is new; for visitors the public front."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Executable, exists, select

from wiki.home import feeds
from wiki.home.belonging import my_places, public_places
from wiki.home.front import read_history, read_subjects
from wiki.home.news import (
    by_subject,
    read_changed,
    read_changed_places,
    read_imports,
    read_page_of_changes,
)
from wiki.home.waiting import SHOWN_AT_HOME, waiting_for
from wiki.home.week import numbers, read_lead
from wiki.home.words import greeting, on_the_week
from wiki.items.following import Follow
from wiki.items.listing import Link
from wiki.items.models import Item
from wiki.items.reading import ItemRow, item_row, newest_first, rows_for
from wiki.kernel.access import public, signed_in
from wiki.kernel.clock import now
from wiki.kernel.languages import _
from wiki.kernel.pages import page, page_number
from wiki.kernel.questions import question
from wiki.kernel.waiting import Waiting
from wiki.people import founding
from wiki.people.current import Reader, current_reader
from wiki.places.membership import Membership, membership_ids
from wiki.places.models import PlaceKind

views = Blueprint("home", __name__)

NEW_MEMBER = timedelta(days=14)
CHANGED, NEW = 5, 10


@views.get("/")
@public
def index() -> ResponseReturnValue:
    reader = current_reader()
    return home(reader) if reader.signed_in else front(reader)


def home(reader: Reader) -> ResponseReturnValue:
    waiting = waiting_for(reader)
    shown = waiting[:SHOWN_AT_HOME]
    shared, used = numbers()
    lead = read_lead(reader, quiet=not (shared or used))
    changed = read_changed(reader, last_visit(reader), limit=CHANGED + 1)
    return page(
        "home/index.html",
        greeting=greeting(reader.first_name),
        on_the_week=on_the_week(shared, used),
        waiting=shown,
        waiting_more=len(waiting) - len(shown),
        first_steps=first_steps(reader)[: SHOWN_AT_HOME - len(shown)],
        lead=lead,
        changed=changed[:CHANGED],
        changed_more=len(changed) > CHANGED,
        new=new_elsewhere(reader, but=lead.row.id if lead else None),
        places=my_places(reader),
    )


def front(reader: Reader) -> ResponseReturnValue:
    if founding.is_open():  # nobody is here yet: the first steward is on the way
        return redirect(url_for("people.set_up"), 303)
    return page(
        "home/front.html",
        lead=read_lead(reader),
        subjects=read_subjects(),
        places=public_places(),
        history=read_history(),
    )


def last_visit(reader: Reader) -> datetime:
    """When the last visit ended; on a first visit, when they joined."""
    return reader.last_visit_ended_at or reader.joined_at or now()


def first_steps(reader: Reader) -> list[Waiting]:
    """What somebody who joined within a fortnight could begin with and has not done yet."""
    if reader.joined_at is None or now() - reader.joined_at >= NEW_MEMBER:
        return []
    steps = (
        Waiting(
            _("Find a community"),
            url_for("communities.index"),
            _("Each works on one question until an end date. Reading needs no joining."),
        ),
        Waiting(
            _("Follow a subject"),
            url_for("subjects.index"),
            _("What is new in it comes to you, whoever wrote it."),
        ),
        Waiting(
            _("Share a first insight"),
            "/insights/new",
            _("One sentence. A hunch is fine; new eyes notice things."),
        ),
    )
    (done,) = begun(reader)
    return [step for step, is_done in zip(steps, done, strict=True) if not is_done]


@question
def begun(reader: Reader) -> Executable:
    """Whether the reader ever joined a place, followed something, wrote something."""
    return select(
        exists().where(Membership.person_id == reader.id),
        exists().where(Follow.person_id == reader.id),
        exists().where(Item.author_id == reader.id),
    )


def new_elsewhere(reader: Reader, but: int | None) -> list[ItemRow]:
    """The newest from communities the reader is not in, and from none; not what leads the page."""
    found = elsewhere(reader, but or 0)
    return [item_row(reader, row) for row in found]


@question
def elsewhere(reader: Reader, but: int) -> Executable:
    statement = rows_for(reader).where(
        Item.id != but,
        Item.author_id.is_distinct_from(reader.id),
        Item.place_id.is_(None) | Item.place_id.not_in(membership_ids(reader.id)),
    )
    return newest_first(statement).limit(NEW)


@views.get("/waiting")
@signed_in
def waiting() -> ResponseReturnValue:
    return page("home/waiting.html", waiting=waiting_for(current_reader()))


# -- catch-up

SINCE = {"7": timedelta(days=7), "30": timedelta(days=30)}


@views.get("/catch-up")
@signed_in
def catch_up() -> ResponseReturnValue:
    """What changed in what the reader follows since their last visit, or in so many days."""
    reader = current_reader()
    asked = request.args.get("since", "")
    since = now() - SINCE[asked] if asked in SINCE else last_visit(reader)
    told, pager = read_page_of_changes(reader, since, page_number())
    first = pager.number == 1
    places = read_changed_places(reader, since) if first else []
    return page(
        "home/catch_up.html",
        since=since,
        asked=asked,
        choices=since_choices(asked),
        groups=by_subject(told, places),
        imports=read_imports(reader, since) if first else [],
        pager=pager,
    )


def since_choices(asked: str) -> list[Link]:
    return [
        Link(_("Since your last visit"), "/catch-up", asked not in SINCE),
        Link(_("Last 7 days"), "/catch-up?since=7", asked == "7"),
        Link(_("Last 30 days"), "/catch-up?since=30", asked == "30"),
    ]


# -- feeds of what is public


@views.get("/feed.xml")
@public
def feed() -> ResponseReturnValue:
    return feeds.of_everything(g.site.name)


@views.get("/tags/<slug>/feed.xml")
@public
def feed_of_tag(slug: str) -> ResponseReturnValue:
    return feeds.of_tag(slug)


@views.get("/communities/<slug>/feed.xml")
@public
def feed_of_community(slug: str) -> ResponseReturnValue:
    return feeds.of_place(PlaceKind.COMMUNITY, slug)


@views.get("/forums/<slug>/feed.xml")
@public
def feed_of_forum(slug: str) -> ResponseReturnValue:
    return feeds.of_place(PlaceKind.FORUM, slug)
