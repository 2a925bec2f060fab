"""Lists of items: of one kind, of all kinds, conversations; of the network and of one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Executable, Row

from wiki.items.filters import OF_A_PLACE, OF_ALL, OF_LADDER, Filters, filters_shown
from wiki.items.kinds import Kind, all_kinds
from wiki.items.models import Item
from wiki.items.reading import ItemRow, Rows, item_row, newest_first, rows_for
from wiki.kernel.access import public
from wiki.kernel.languages import _, _l
from wiki.kernel.pages import PER_PAGE, Pager, page, page_number
from wiki.kernel.questions import question
from wiki.kernel.registry import MenuEntry, registry
from wiki.people.current import Reader, current_reader
from wiki.places.views.frame import add_page, find_frame, place_page

views = Blueprint("listing", __name__)
conversations = Blueprint("conversations", __name__)

#: The orders a list of judged items can be in; "newest" is the order of every other list.
ORDERS = {"newest": _l("Newest"), "used": _l("Most used"), "sure": _l("Most sure")}

#: Under which of these names a list is asked for besides a kind's own.
EVERYTHING, TALK, UNANSWERED = "everything", "talk", "unanswered"


@dataclass(frozen=True, slots=True)
class Link:
    """A tab or an order: where it leads, and whether this is it."""

    label: str
    url: str
    current: bool


# -- the lists of the network


@views.get("/<kind:kind>")
@public
def of_kind(kind: Kind) -> ResponseReturnValue:
    return list_page(
        what=kind.name,
        allowed=OF_LADDER if kind.has_ladder else OF_ALL,
        has_orders=kind.has_ladder,
        title=str(kind.plural),
        lede=f"{kind.hint}.",
        kind=kind,
        tabs=kind_tabs(kind.path),
    )


@views.get("/new")
@public
def everything() -> ResponseReturnValue:
    """Everything new across the network."""
    return list_page(
        what=EVERYTHING,
        allowed=OF_LADDER,
        title=_("Everything new"),
        lede=_("What has been shared across the network, the newest first."),
        tabs=kind_tabs("new"),
    )


@conversations.get("/conversations")
@public
def index() -> ResponseReturnValue:
    what = talk_asked()
    return list_page(
        what=what,
        allowed=OF_ALL - {"origin"},
        title=_("Conversations"),
        lede=_("Things to think through together, in every forum and community."),
        kind=first_talk(),
        tabs=talk_tabs("/conversations", what),
        unanswered=what == UNANSWERED,
    )


def list_page(
    *, what: str, allowed: frozenset[str], has_orders: bool = False, **context: Any
) -> ResponseReturnValue:
    """A list with its filters: one statement for the rows and one for what can be chosen."""
    reader = current_reader()
    listing = read_list(reader, what, allowed=allowed, has_orders=has_orders)
    filters = filters_shown(reader, listing["asked"], allowed)
    return page("listing/index.html", **listing, filters=filters, **context)


def read_list(
    reader: Reader,
    what: str,
    *,
    place_id: int | None = None,
    allowed: frozenset[str],
    has_orders: bool = False,
) -> dict[str, Any]:
    """The rows the address asks for, and the orders they could be in."""
    orders = ORDERS if has_orders else {}
    asked = Filters.asked(request.args, allowed)
    order = request.args.get("sort", "newest")
    order = order if order in orders else "newest"
    pager = Pager(page_number(), has_next=False)
    found = listed_rows(
        reader, Shape(what, order), place_id, PER_PAGE + 1, pager.offset, *asked.values()
    )
    rows, pager = one_page(reader, found, pager.number)
    return {
        "rows": rows,
        "pager": pager,
        "asked": asked,
        "order": order,
        "orders": [
            Link(str(label), with_order(name), name == order) for name, label in orders.items()
        ],
        "keeps": kept_arguments(),
    }


@dataclass(frozen=True, slots=True)
class Shape:
    """Which list, in which order: each has a statement of its own."""

    what: str
    order: str = "newest"


@question
def listed_rows(
    reader: Reader,
    shape: Shape,
    place_id: int | None,
    limit: int,
    offset: int,
    place: str | None,
    tag: str | None,
    area: str | None,
    learner_group: str | None,
    evidence: int | None,
    basis: str | None,
    origin: str | None,
    intent: str | None,
) -> Executable:
    asked = Filters(place, tag, area, learner_group, evidence, basis, origin, intent)
    statement = rows_for(reader).where(*belonging(shape.what), *asked.conditions(reader))
    if place_id is not None:
        statement = statement.where(Item.place_id == place_id)
    return in_order(statement, shape.order).limit(limit).offset(offset)


def belonging(what: str) -> list[ColumnElement[bool]]:
    """What is in the list of this name."""
    if what == EVERYTHING:
        return []
    if what not in (TALK, UNANSWERED):
        return [Item.kind == what]
    kinds = [kind.name for kind in all_kinds() if kind.is_talk]
    return [Item.kind.in_(kinds), *([Item.reply_count == 0] if what == UNANSWERED else [])]


def in_order(statement: Rows, order: str) -> Rows:
    if order == "used":
        return newest_first(statement.order_by(Item.use_count.desc()))
    if order == "sure":
        return newest_first(statement.order_by(Item.evidence.desc()))
    return newest_first(statement)


def one_page(reader: Reader, found: Sequence[Row[Any]], number: int) -> tuple[list[ItemRow], Pager]:
    """The rows of a page of which one more was asked for, to know whether another follows."""
    rows = [item_row(reader, row) for row in found[:PER_PAGE]]
    return rows, Pager(number, has_next=len(found) > PER_PAGE)


def with_order(name: str) -> str:
    """This address in another order, from its first page."""
    kept = {key: value for key, value in request.args.items() if key not in ("sort", "page")}
    return address(kept if name == "newest" else {**kept, "sort": name})


def kept_arguments() -> dict[str, str]:
    """What the filter form sends along unchanged."""
    return {key: request.args[key] for key in ("sort", "show", "kind") if request.args.get(key)}


def address(arguments: dict[str, str]) -> str:
    return f"{request.path}?{urlencode(arguments)}" if arguments else request.path


def kind_tabs(current: str) -> list[Link]:
    kinds = [Link(str(kind.plural), f"/{kind.path}", kind.path == current) for kind in all_kinds()]
    return [Link(_("All"), "/new", current == "new"), *kinds]


def talk_asked() -> str:
    return UNANSWERED if request.args.get("show") == UNANSWERED else TALK


def talk_tabs(path: str, what: str) -> list[Link]:
    return [
        Link(_("All"), path, what == TALK),
        Link(_("Unanswered"), f"{path}?show={UNANSWERED}", what == UNANSWERED),
    ]


def first_talk() -> Kind:
    return next(kind for kind in all_kinds() if kind.is_talk)


# -- the lists of one place


@public
def of_place(slug: str, kind: Kind) -> ResponseReturnValue:
    """What of one kind was written in a place."""
    reader, frame = current_reader(), find_frame(slug)
    if kind.is_talk:
        return redirect(f"{frame.url}/conversations", 301)
    listing = read_list(
        reader,
        kind.name,
        place_id=frame.id,
        allowed=OF_A_PLACE,
        has_orders=kind.has_ladder,
    )
    return place_page("listing/of_place.html", frame, kind.path, **listing, kind=kind)


@public
def conversations_of_place(slug: str) -> ResponseReturnValue:
    reader, frame = current_reader(), find_frame(slug)
    what = talk_asked()
    listing = read_list(reader, what, place_id=frame.id, allowed=OF_A_PLACE)
    listing["orders"] = talk_tabs(f"{frame.url}/conversations", what)
    return place_page(
        "listing/of_place.html",
        frame,
        "conversations",
        **listing,
        kind=first_talk(),
        unanswered=what == UNANSWERED,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
    app.register_blueprint(conversations)
    registry("navigation", app).add(
        MenuEntry(
            _l("Conversations"),
            "conversations.index",
            "messages-square",
            section=("conversations",),
        ),
        40,
    )
    add_page(app, "/<slug>/<kind:kind>", "items", of_place)
    add_page(app, "/<slug>/conversations", "conversations", conversations_of_place)
