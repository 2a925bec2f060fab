"""What all pages of places stand on: two blueprints, finding a place, head and tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, abort, redirect, request, url_for
from sqlalchemy.orm.interfaces import ORMOption

from wiki.kernel.database import end_request
from wiki.kernel.errors import Refused
from wiki.kernel.forms import Form
from wiki.kernel.languages import _
from wiki.kernel.pages import menu, page
from wiki.people.current import Reader, current_reader
from wiki.places import policy, queries
from wiki.places.frames import Frame, read_frame
from wiki.places.models import Place, PlaceKind
from wiki.places.sections import PlaceTab, asked

communities = Blueprint("communities", __name__, url_prefix="/communities")
forums = Blueprint("forums", __name__, url_prefix="/forums")

KINDS = {"communities": PlaceKind.COMMUNITY, "forums": PlaceKind.FORUM}
READ = ("GET",)
FORM = ("GET", "POST")

View = TypeVar("View", bound=Callable[..., Any])


def both(
    rule: str, methods: tuple[str, ...] = READ, endpoint: str | None = None
) -> Callable[[View], View]:
    """A page that communities and forums have alike."""

    def remember(view: View) -> View:
        for blueprint in (communities, forums):
            blueprint.add_url_rule(rule, endpoint, view, methods=list(methods))
        return view

    return remember


def add_page(app: Flask, rule: str, name: str, view: Callable[..., Any], **options: Any) -> None:
    """Give every place a page of a later feature: ``communities.<name>`` and ``forums.<name>``."""
    for section in KINDS:
        app.add_url_rule(f"/{section}{rule}", f"{section}.{name}", view, **options)


def kind_asked() -> PlaceKind:
    """Whether this address is a community's or a forum's."""
    return KINDS[(request.endpoint or "").split(".")[0]]


def find_frame(slug: str) -> Frame:
    """The place at this address; old addresses lead here, what the reader may not see is a 404."""
    reader = current_reader()
    frame = read_frame(reader, kind_asked(), slug)
    if frame is None:
        present = queries.present_slug(reader, kind_asked(), slug)
        if present is None or request.method != "GET":
            abort(404)
        here = {**(request.view_args or {}), "slug": present}
        query = request.query_string.decode("ascii", "ignore")
        abort(redirect(url_for(request.endpoint or "", **here) + (f"?{query}" if query else "")))
    return frame


def find(slug: str, *options: ORMOption) -> tuple[Place, Place | None]:
    """The place and its home forum, to change them."""
    found = queries.find_to_change(current_reader(), kind_asked(), slug, *options)
    if found is None:
        abort(404)
    return found


def only_communities() -> None:
    """Forums neither begin nor end."""
    if kind_asked() is not PlaceKind.COMMUNITY:
        abort(404)


@dataclass(frozen=True, slots=True)
class May:
    """What this reader may do with this place."""

    edit: bool
    describe: bool
    decide: bool
    join: bool
    offer: bool


def may(reader: Reader, frame: Frame) -> May:
    return May(
        edit=policy.edit(reader, frame, frame.home),
        describe=policy.describe(reader, frame, frame.home),
        decide=policy.decide(reader, frame, frame.home),
        join=policy.join(reader, frame),
        offer=policy.offer(reader, frame),
    )


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    current: bool
    count: int | None = None


def tabs(reader: Reader, frame: Frame, current: str) -> list[Tab]:
    """Overview, what later features add, and the members, whom visitors do not see."""
    added: list[PlaceTab] = [
        PlaceTab("overview", _("Overview"), frame.url),
        *asked("place_tabs", reader, frame),
    ]
    if reader.signed_in:
        added.append(PlaceTab("members", _("Members"), f"{frame.url}/members", frame.members))
    return [Tab(tab.label, tab.url, tab.name == current, tab.count) for tab in added]


def place_page(template: str, frame: Frame, tab: str, **context: Any) -> Response:
    """A page under one of the tabs of a place. Its template extends ``places/frame.html``."""
    reader = current_reader()
    return page(
        template,
        frame=frame,
        may=may(reader, frame),
        tabs=tabs(reader, frame, tab),
        acts=list(asked("place_acts", reader, frame)) if reader.signed_in else [],
        share_url=share_url(frame),
        **context,
    )


def share_url(frame: Frame) -> str:
    """Where something is shared with this place: the first thing the Share menu offers."""
    first = next(iter(menu("share")), None)
    return f"{first.url}?place={frame.slug}" if first is not None and frame.takes_items else ""


def act_page(template: str, frame: Frame, form: Form, **context: Any) -> Response:
    """A page with one form about a place. Its template extends ``places/act.html``."""
    status = context.pop("status", 422 if form.problems else 200)
    return page(template, status=status, frame=frame, form=form, **context)


@contextmanager
def refusals(form: Form) -> Iterator[None]:
    """What the domain refuses is said in the form, and nothing of it stays."""
    try:
        yield
    except Refused as refusal:
        end_request(keep=False)
        form.refuse(refusal)
