"""What pages with one form have in common: only those who run a place, and back to it when done."""

from __future__ import annotations

from typing import cast

from flask import Response, flash, redirect
from sqlalchemy import select

from wiki.kernel.access import allow
from wiki.people.current import current_reader
from wiki.people.models import Organisation
from wiki.places import policy
from wiki.places.frames import Frame
from wiki.places.labels import PATHS
from wiki.places.models import Place
from wiki.places.views.describing import pairs
from wiki.places.views.frame import find, find_frame


def find_mine(slug: str) -> Place:
    """The place, for those who run it or stand in."""
    place, home = find(slug)
    allow(policy.edit(current_reader(), place, home))
    return place


def frame_of_mine(slug: str) -> Frame:
    frame = find_frame(slug)
    allow(policy.edit(current_reader(), frame, frame.home))
    return frame


def done(place: Place, sentence: str, category: str = "done", page: str = "") -> Response:
    """Back to the place, or to a page below it, with one sentence on what came of it."""
    flash(sentence, category)
    return cast(Response, redirect(f"/{PATHS[place.kind]}/{place.slug}{page}", 303))


def open_organisations() -> list[tuple[str, str]]:
    return pairs(
        select(Organisation.key, Organisation.name)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.sort_name)
    )
