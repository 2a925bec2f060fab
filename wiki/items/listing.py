"""Lists of items: of one kind, of all kinds, conversations; of the network and of one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from wiki.items.filters import OF_A_PLACE, OF_ALL, OF_LADDER, Filters, filters_shown
from wiki.items.kinds import Kind, all_kinds
from wiki.items.models import Item
from wiki.items.reading import Rows, newest_first, read_page, rows_for
from wiki.kernel.access import public
from wiki.kernel.languages import _, _l
from wiki.kernel.pages import page, page_number
from wiki.kernel.registry import MenuEntry, registry
from wiki.people.current import Reader, current_reader
from wiki.places.views.frame import add_page, find_frame, place_page

views = Blueprint("listing", __name__)
conversations = Blueprint("conversations", __name__)

Ordered = Callable[[Rows], Rows]


def most_used(statement: Rows) -> Rows:
    return statement.order_by(Item.use_count.desc(), Item.listed_at.desc(), Item.id.desc())


def surest(statement: Rows) -> Rows:
    return statement.order_by(Item.evidence.desc(), Item.listed_at.desc(), Item.id.desc())


ORDERS: dict[str, tuple[Any, Ordered]] = {
    "newest": (_l("Newest"), newest_first),
    "used": (_l("Most used"), most_used),
    "sure": (_l("Most sure"), surest),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A tab or an order: where it leads, and whether this is it."""

    label: str
    url: str
    current: bool


@views.get("/<kind:kind>")
@public
def of_kind(kind: Kind) -> ResponseReturnValue:
    reader = current_reader()
    return list_page(
        "listing/index.html",
        reader,
        Item.kind == kind.name,
        allowed=OF_LADDER if kind.has_ladder else OF_ALL,
        orders=ORDERS if kind.has_ladder else {},
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
        "listing/index.html",
        current_reader(),
        allowed=OF_LADDER,
        title=_("Everything new"),
        lede=_("What has been shared across the network, the newest first."),
        tabs=kind_tabs("new"),
    )


@conversations.get("/conversations")
@public
def index() -> ResponseReturnValue:
    unanswered = request.args.get("show") == "unanswered"
    return list_page(
        "listing/index.html",
        current_reader(),
        *talk(unanswered),
        allowed=OF_ALL - {"origin"},
        title=_("Conversations"),
        lede=_("Things to think through together, in every forum and community."),
        kind=first_talk(),
        tabs=talk_tabs("/conversations", unanswered),
        unanswered=unanswered,
    )


def list_page(
    template: str,
    reader: Reader,
    *conditions: ColumnElement[bool],
    allowed: frozenset[str],
    orders: dict[str, tuple[Any, Ordered]] | None = None,
    **context: Any,
) -> ResponseReturnValue:
    """A list with its filters: one statement for the rows and one for what can be chosen."""
    listing = read_list(reader, *conditions, allowed=allowed, orders=orders)
    filters = filters_shown(reader, listing["asked"], allowed)
    return page(template, **listing, filters=filters, **context)


def read_list(
    reader: Reader,
    *conditions: ColumnElement[bool],
    allowed: frozenset[str],
    orders: dict[str, tuple[Any, Ordered]] | None = None,
) -> dict[str, Any]:
    """The rows the address asks for, and the orders they could be in."""
    orders = orders or {}
    asked = Filters.asked(request.args, allowed)
    order = request.args.get("sort", "newest")
    order = order if order in orders else "newest"
    statement = rows_for(reader).where(*conditions, *asked.conditions(reader))
    rows, pager = read_page(reader, ORDERS[order][1](statement), page_number())
    return {
        "rows": rows,
        "pager": pager,
        "asked": asked,
        "order": order,
        "orders": [
            Link(str(label), with_order(name), name == order)
            for name, (label, _by) in orders.items()
        ],
        "keeps": kept_arguments(),
    }


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


def talk_tabs(path: str, unanswered: bool) -> list[Link]:
    return [
        Link(_("All"), path, not unanswered),
        Link(_("Unanswered"), f"{path}?show=unanswered", unanswered),
    ]


def talk(unanswered: bool) -> list[ColumnElement[bool]]:
    """What belongs under Conversations, or only what nobody has answered yet."""
    kinds = [kind.name for kind in all_kinds() if kind.is_talk]
    return [Item.kind.in_(kinds), *([Item.reply_count == 0] if unanswered else [])]


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
        Item.place_id == frame.id,
        Item.kind == kind.name,
        allowed=OF_A_PLACE,
        orders=ORDERS if kind.has_ladder else None,
    )
    return place_page("listing/of_place.html", frame, kind.path, **listing, kind=kind)


@public
def conversations_of_place(slug: str) -> ResponseReturnValue:
    reader, frame = current_reader(), find_frame(slug)
    unanswered = request.args.get("show") == "unanswered"
    listing = read_list(reader, Item.place_id == frame.id, *talk(unanswered), allowed=OF_A_PLACE)
    listing["orders"] = talk_tabs(f"{frame.url}/conversations", unanswered)
    return place_page(
        "listing/of_place.html",
        frame,
        "conversations",
        **listing,
        kind=first_talk(),
        unanswered=unanswered,
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
