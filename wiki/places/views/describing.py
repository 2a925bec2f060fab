"""Proposing a community, opening a forum, and changing what is said of either."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from wiki.kernel.access import allow, signed_in, steward
from wiki.kernel.database import db
from wiki.kernel.errors import Stale
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people.current import current_reader
from wiki.people.models import Organisation
from wiki.people.vocabulary import Area
from wiki.places import describing, policy
from wiki.places.describing import Described
from wiki.places.forms import (
    THREADS,
    CommunityForm,
    ForumForm,
    Offered,
    PlaceForm,
    typed_day,
)
from wiki.places.frames import Weeks
from wiki.places.frames import weeks as weeks_between
from wiki.places.models import (
    Place,
    PlaceKind,
    PlaceStrategy,
    is_live,
)
from wiki.places.views.frame import (
    FORM,
    act_page,
    both,
    communities,
    find,
    find_frame,
    forums,
    refusals,
)
from wiki.strategies.models import Strategy
from wiki.strategies.queries import is_current


@communities.route("/new", methods=FORM)
@signed_in
def new() -> ResponseReturnValue:
    form = CommunityForm(data={"home": request.args.get("forum", "")})
    form.without("version")
    form.offer(offered())
    if form.validate_on_submit():
        with refusals(form):
            place = describing.propose(
                current_reader(),
                said(form),
                public=form.audience.data == "public",
                convening=form.convening.data == "me",
            )
            flash(_("Proposed. It can begin once the convenor of its home forum accepts it."))
            return redirect(url_for(".show", slug=place.slug), 303)
    return new_page("places/community_new.html", form)


@forums.route("/new", methods=FORM, endpoint="new")
@steward
def new_forum() -> ResponseReturnValue:
    form = ForumForm()
    form.without("version")
    form.offer(offered())
    if form.validate_on_submit():
        with refusals(form):
            place = describing.open_forum(
                current_reader(),
                said(form),
                public=form.audience.data == "public",
                convening=form.convening.data == "me",
            )
            flash(_("The forum is open."))
            return redirect(url_for(".show", slug=place.slug), 303)
    return new_page("places/forum_new.html", form)


@both("/<slug>/edit", FORM)
@signed_in
def edit(slug: str) -> ResponseReturnValue:
    """Change what is said of a place. A version older than what is stored answers with both."""
    reader = current_reader()
    frame = find_frame(slug) if request.method == "GET" else None
    place, home = find(slug, selectinload(Place.strategies), selectinload(Place.areas))
    allow(policy.describe(reader, place, home))
    form = edit_form(place)
    conflict, differing = None, []
    if form.validate_on_submit():
        now_said = said(form)
        with refusals(form):
            try:
                describing.revise(place, reader, typed_version(form), now_said)
                flash(_("Saved."))
                return redirect(url_for(".show", slug=place.slug), 303)
            except Stale as stale:
                conflict, differing = stale, differences(form, stale, now_said)
                form.version.data = str(stale.version)
    return act_page(
        "places/edit.html",
        frame or find_frame(slug),
        form,
        conflict=conflict,
        differing=differing,
        threads=THREADS,
        typed_weeks=typed_weeks(form),
        **({"status": 409} if conflict else {}),
    )


@communities.get("/weeks")
@signed_in
def weeks() -> ResponseReturnValue:
    """How many weeks lie between the two dates of a form, worked out while it is filled in."""
    starts_on = typed_day(request.args.get("starts_on", ""))
    ends_on = typed_day(request.args.get("ends_on", ""))
    return page("places/_weeks.html", found=weeks_of(starts_on, ends_on))


def weeks_of(starts_on: date | None, ends_on: date | None) -> Weeks | None:
    """The weeks between two days, where the second is the later one."""
    in_order = starts_on is not None and ends_on is not None and starts_on < ends_on
    return weeks_between(starts_on, ends_on) if in_order else None


def typed_weeks(form: PlaceForm) -> Weeks | None:
    return weeks_of(form["starts_on"].data, form["ends_on"].data) if "starts_on" in form else None


def new_page(template: str, form: PlaceForm) -> Response:
    status = 422 if form.problems else 200
    weeks = typed_weeks(form)
    return page(template, status=status, form=form, threads=THREADS, typed_weeks=weeks)


def edit_form(place: Place) -> CommunityForm | ForumForm:
    """The form with what is said now, without what has a page of its own."""
    said_now = describing.described(place)
    shown: dict[str, Any] = {
        **{name: getattr(said_now, name) for name in ("name", *describing.PLAIN)},
        "strategies": [strategy.slug for strategy in place.strategies],
        "areas": [area.slug for area in place.areas],
        "home": said_now.home.slug if said_now.home else "",
        "within": said_now.within.slug if said_now.within else "",
        "body": said_now.body.key if said_now.body else "",
        "starts_on": place.starts_on,
        "ends_on": place.ends_on,
        "version": str(place.version),
    }
    form = CommunityForm(data=shown) if place.is_community else ForumForm(data=shown)
    form.without("audience", "convening")
    if place.is_community and not describing.can_move_period(place):
        form.without("home", "starts_on", "ends_on")
    form.offer(offered(place))
    return form


def said(form: CommunityForm | ForumForm) -> Described:
    """What a valid form says, with the rows it names."""
    typed = {name: form[name].data for name in ("name", *describing.PLAIN) if name in form}
    typed |= {name: form[name].data for name in ("starts_on", "ends_on") if name in form}
    session = db()
    return Described(
        **typed,
        strategies=list(
            session.scalars(select(Strategy).where(Strategy.slug.in_(form.strategies.data or [])))
        ),
        areas=list(session.scalars(select(Area).where(Area.slug.in_(form.areas.data or [])))),
        body=session.scalar(select(Organisation).where(Organisation.key == picked(form, "body"))),
        home=place_called(picked(form, "home"), PlaceKind.FORUM),
        within=place_called(picked(form, "within"), PlaceKind.COMMUNITY),
    )


def picked(form: PlaceForm, name: str) -> str:
    return (form[name].data or "") if name in form else ""


def place_called(slug: str, kind: PlaceKind) -> Place | None:
    if not slug:
        return None
    return db().scalar(select(Place).where(Place.slug == slug, Place.kind == kind))


def typed_version(form: CommunityForm | ForumForm) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def differences(
    form: CommunityForm | ForumForm, stale: Stale, typed: Described
) -> list[tuple[str, str, str]]:
    """Field by field where they differ: its label, what is stored now, what was typed."""
    mine = describing.texts_of(typed)
    return [
        (str(form[name].label.text), theirs, mine[name])
        for name, theirs in stale.theirs.items()
        if name in form and theirs != mine[name]
    ]


def offered(place: Place | None = None) -> Offered:
    """What the form's selects offer, and what is chosen already although it is past."""
    session, place_id = db(), place.id if place else 0
    tied = select(PlaceStrategy.strategy_id).where(PlaceStrategy.place_id == place_id)
    places = session.execute(
        select(Place.slug, Place.name, Place.kind, Place.within_id, Place.id)
        .where(or_(is_live(), Place.id == (place.within_id if place else None)))
        .order_by(Place.sort_name)
    ).all()
    return Offered(
        strategies=pairs(
            select(Strategy.slug, Strategy.name)
            .where(or_(is_current(), Strategy.id.in_(tied)))
            .order_by(Strategy.name)
        ),
        areas=pairs(select(Area.slug, Area.name).order_by(Area.name)),
        forums=[(row.slug, row.name) for row in places if row.kind == PlaceKind.FORUM],
        communities=[
            (row.slug, row.name)
            for row in places
            if row.kind == PlaceKind.COMMUNITY and row.within_id is None and row.id != place_id
        ],
        organisations=pairs(
            select(Organisation.key, Organisation.name)
            .where(
                or_(
                    Organisation.closed_at.is_(None),
                    Organisation.id == (place.convening_body_id if place else None),
                )
            )
            .order_by(Organisation.sort_name)
        ),
    )


def pairs(statement: Any) -> list[tuple[str, str]]:
    return [(value, label) for value, label in db().execute(statement)]
