"""The parts organisations play in a place."""

from __future__ import annotations

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import signed_in
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.people.current import current_reader
from wiki.people.models import Organisation
from wiki.places import playing
from wiki.places.forms import PartsForm
from wiki.places.frames import read_players
from wiki.places.models import PART_LABELS, Part
from wiki.places.views.acting import done, find_mine, frame_of_mine, open_organisations
from wiki.places.views.frame import FORM, act_page, both, place_page, refusals


@both("/<slug>/parts", endpoint="parts")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Which organisations play which parts; ``?organisation=`` leads to the page of another."""
    frame = frame_of_mine(slug)
    if request.args.get("organisation"):
        return redirect(f"{frame.url}/parts/{find_organisation(request.args['organisation']).key}")
    return place_page(
        "places/parts.html",
        frame,
        "",
        players=read_players(frame.id),
        organisations=open_organisations(),
    )


@both("/<slug>/parts/<key>", FORM, endpoint="part")
@signed_in
def edit_parts(slug: str, key: str) -> ResponseReturnValue:
    form = PartsForm()
    if form.validate_on_submit():
        place, organisation = find_mine(slug), find_organisation(key)
        with refusals(form):
            parts = [Part(name) for name in form.parts.data or []]
            main = Part(form.main.data) if form.main.data else None
            playing.play(place, organisation, current_reader(), parts, main, form.note.data or "")
            return done(place, _("Saved."), page="/parts")
    frame, organisation = frame_of_mine(slug), find_organisation(key)
    if request.method == "GET":
        show(form, frame.id, organisation.id)
    return act_page(
        "places/part.html",
        frame,
        form,
        organisation=organisation.name,
        meanings={part.value: meaning for part, (_label, meaning) in PART_LABELS.items()},
    )


def show(form: PartsForm, place_id: int, organisation_id: int) -> None:
    """Fill the form with the parts played now."""
    found = playing.played(place_id, organisation_id)
    form.parts.data = [one.part for one in found]
    form.main.data = next((one.part for one in found if one.is_main), "")
    form.note.data = " ".join(one.note for one in found if one.note)


def find_organisation(key: str) -> Organisation:
    organisation = db().scalar(select(Organisation).where(Organisation.key == key))
    if organisation is None:
        abort(404)
    return organisation
