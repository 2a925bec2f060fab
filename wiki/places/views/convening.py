"""Handing a place over, and offering to convene it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.people.current import current_reader
from wiki.people.models import Person
from wiki.places import convening, policy
from wiki.places.forms import HandOverForm
from wiki.places.models import Place
from wiki.places.views.acting import done, find_mine, frame_of_mine
from wiki.places.views.frame import FORM, act_page, both, find, refusals


@both("/<slug>/convenor", FORM, endpoint="convenor")
@signed_in
def hand_over(slug: str) -> ResponseReturnValue:
    """Choose convenor and deputy among the members, or leave the role open."""
    frame = frame_of_mine(slug)
    place = db().get_one(Place, frame.id)
    form = HandOverForm(data=held(place))
    form.offer((one.key, f"{one.name}, {one.organisation}") for one in convening.candidates(place))
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            convenor, deputy = person(form.convenor.data), person(form.deputy.data)
            convening.hand_over(place, current_reader(), convenor, deputy)
            return done(place, handed(convenor))
    return act_page(
        "places/convenor.html",
        frame,
        form,
        offers=convening.offers(current_reader(), frame.id) if frame.convenor_wanted else [],
    )


@both("/<slug>/offer", ("POST",))
@signed_in
def offer(slug: str) -> ResponseReturnValue:
    """Offer to convene a place that has nobody."""
    place, _home = find(slug)
    allow(policy.offer(current_reader(), place))
    convening.offer(place, current_reader())
    return done(place, _("Thank you. Those who can give you the role have been told."))


def held(place: Place) -> dict[str, str]:
    return {
        name: db().scalar(select(Person.key).where(Person.id == holder)) or ""
        for name, holder in (("convenor", place.convenor_id), ("deputy", place.deputy_id))
    }


def person(key: str | None) -> Person | None:
    return db().scalar(select(Person).where(Person.key == key)) if key else None


def handed(convenor: Person | None) -> str:
    if convenor is None:
        return _("The page now says “convenor wanted”.")
    if convenor.id == current_reader().id:
        return _("Saved. You convene it.")
    return _("Handed over to %(name)s, who is told by mail.", name=convenor.name)
