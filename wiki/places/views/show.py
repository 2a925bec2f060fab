"""A place's overview, and its members."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from wiki.kernel.access import public, signed_in
from wiki.kernel.pages import page_number
from wiki.people.current import current_reader
from wiki.places import members
from wiki.places.forms import WordForm
from wiki.places.frames import read_bodies, read_extensions, read_players, read_tied
from wiki.places.models import EXIT_LABELS, State, conditions
from wiki.places.sections import asked
from wiki.places.views.frame import both, find_frame, may, place_page


@both("/<slug>")
@public
def show(slug: str) -> ResponseReturnValue:
    reader, frame = current_reader(), find_frame(slug)
    bodies = read_bodies(frame.id)
    edits = may(reader, frame).edit
    parts = list(asked("place_parts", reader, frame))
    return place_page(
        "places/show.html",
        frame,
        "overview",
        tied=read_tied(reader, frame),
        bodies=bodies,
        players=read_players(frame.id),
        extensions=read_extensions(frame),
        parts=[part for part in parts if not part.aside],
        aside_parts=[part for part in parts if part.aside],
        conditions=conditions(frame, bodies.taking_part)
        if edits and frame.state is State.FORMING
        else [],
        word_form=WordForm(formdata=None, data={"word": frame.word}) if edits else None,
        exit_label=EXIT_LABELS[frame.exit_route] if frame.exit_route else "",
    )


@both("/<slug>/members", endpoint="members")
@signed_in
def members_page(slug: str) -> ResponseReturnValue:
    reader, frame = current_reader(), find_frame(slug)
    found, pager = members.read_page(reader, frame, page_number())
    if not found and page_number() > 1:
        abort(404)
    return place_page("places/members.html", frame, "members", bodies=found, pager=pager)
