"""Joining and leaving, and what those who run a place do about its members."""

from __future__ import annotations

from typing import NamedTuple

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.people.current import current_reader
from wiki.people.models import Organisation, Person
from wiki.places import membership, policy
from wiki.places.forms import ActForm, MemberForm
from wiki.places.membership import Involvement, Membership
from wiki.places.views.acting import done
from wiki.places.views.frame import FORM, act_page, both, find, find_frame, refusals


@both("/<slug>/membership", ("POST",), endpoint="membership")
@signed_in
def join_or_leave(slug: str) -> ResponseReturnValue:
    reader = current_reader()
    place, _home = find(slug)
    if request.form.get("do") == "leave":
        membership.leave(place, reader)
        return done(place, _("You have left. Everything in it can still be read."))
    membership.join(place, reader)
    return done(place, _("You have joined %(place)s.", place=place.name))


class Seat(NamedTuple):
    """A member as the page about them shows it."""

    membership: Membership
    name: str
    organisation: str


@both("/<slug>/members/<key>", FORM)
@signed_in
def member(slug: str, key: str) -> ResponseReturnValue:
    """Change how somebody is involved: oneself, or any member for those who run the place."""
    reader, form = current_reader(), MemberForm()
    if form.validate_on_submit():
        place, home = find(slug)
        seat = find_seat(place.id, key)
        allow(policy.edit(reader, place, home) or seat.membership.person_id == reader.id)
        seat.membership.involve(reader, Involvement(form.involvement.data))
        return done(place, _("Saved."), page="/members")
    frame = find_frame(slug)
    seat = find_seat(frame.id, key)
    runs = policy.edit(reader, frame, frame.home)
    allow(runs or seat.membership.person_id == reader.id)
    if request.method == "GET":
        form.involvement.data = seat.membership.involvement
    return act_page("places/member.html", frame, form, seat=seat, key=key, runs=runs)


@both("/<slug>/members/<key>/confirmation", ("POST",))
@signed_in
def confirm(slug: str, key: str) -> ResponseReturnValue:
    """Let a member read what is restricted to the place, or no longer."""
    reader = current_reader()
    place, home = find(slug)
    allow(policy.edit(reader, place, home))
    seat = find_seat(place.id, key)
    if request.form.get("do") == "undo":
        seat.membership.unconfirm(reader)
        sentence = _("%(name)s can no longer read what is restricted to members.", name=seat.name)
    else:
        seat.membership.confirm(reader)
        sentence = _("%(name)s can read what is restricted to members.", name=seat.name)
    return done(place, sentence, page="/members")


@both("/<slug>/members/<key>/removal", FORM)
@signed_in
def remove(slug: str, key: str) -> ResponseReturnValue:
    """End somebody's membership, on a page of its own that says what follows."""
    reader, form = current_reader(), ActForm()
    if form.validate_on_submit():
        place, home = find(slug)
        allow(policy.edit(reader, place, home))
        seat = find_seat(place.id, key)
        with refusals(form):
            membership.remove(place, seat.membership, reader)
            return done(
                place, _("%(name)s is no longer a member.", name=seat.name), page="/members"
            )
    frame = find_frame(slug)
    allow(policy.edit(reader, frame, frame.home))
    return act_page("places/removal.html", frame, form, seat=find_seat(frame.id, key), key=key)


def find_seat(place_id: int, key: str) -> Seat:
    row = (
        db()
        .execute(
            select(Membership, Person.name, Organisation.name)
            .join(Person, Person.id == Membership.person_id)
            .join(Organisation, Organisation.id == Person.organisation_id)
            .where(
                Membership.place_id == place_id, Membership.ended_at.is_(None), Person.key == key
            )
        )
        .first()
    )
    if row is None:
        abort(404)
    return Seat(*row)
