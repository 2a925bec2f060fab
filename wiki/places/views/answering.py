"""Inviting to a place, and answering an invitation."""

from __future__ import annotations

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import signed_in
from wiki.kernel.answers import never_store
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.people.current import current_reader
from wiki.people.models import Organisation
from wiki.places import inviting, membership
from wiki.places.forms import ActForm, InvitationForm
from wiki.places.membership import PlaceInvitation
from wiki.places.models import State
from wiki.places.views.acting import done, find_mine, frame_of_mine, open_organisations
from wiki.places.views.frame import FORM, act_page, both, find, find_frame, refusals


@both("/<slug>/invitations", FORM, endpoint="invitations")
@signed_in
def invite(slug: str) -> ResponseReturnValue:
    """Invite somebody by address. The answer is the same whether or not they have an account."""
    never_store()
    if request.method == "POST":
        inviting.check_rate(current_reader())
    form = InvitationForm()
    form.offer(open_organisations())
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            organisation = (
                db()
                .scalars(select(Organisation).where(Organisation.key == form.organisation.data))
                .one()
            )
            address = form.email.data or ""
            inviting.invite(place, address, organisation, current_reader(), form.note.data or "")
            sentence = _("An invitation is on its way to %(address)s.", address=address)
            return done(place, sentence, page="/invitations")
    frame = frame_of_mine(slug)
    return act_page(
        "places/invitations.html",
        frame,
        form,
        waiting=inviting.waiting(frame.id),
        is_shut=frame.state in (State.CLOSED, State.DECLINED),
    )


@both("/<slug>/invitations/<int:number>/withdrawal", ("POST",))
@signed_in
def withdraw_invitation(slug: str, number: int) -> ResponseReturnValue:
    place = find_mine(slug)
    found = db().scalar(
        select(PlaceInvitation).where(
            PlaceInvitation.id == min(number, 2**31 - 1), PlaceInvitation.place_id == place.id
        )
    )
    if found is None:
        abort(404)
    found.withdraw(current_reader())
    return done(place, _("The invitation is taken back."), page="/invitations")


@both("/<slug>/invitation", FORM, endpoint="invitation")
@signed_in
def answer(slug: str) -> ResponseReturnValue:
    """The invited person accepts, which confirms them as a member, or declines."""
    reader, form = current_reader(), ActForm()
    if form.validate_on_submit():
        place, _home = find(slug)
        invitation = membership.open_invitation(place.id, reader.email)
        if invitation is None:
            abort(404)
        with refusals(form):
            if request.form.get("do") == "decline":
                invitation.decline(reader)
                return done(place, _("Declined. You can still read and join whenever you like."))
            membership.join(place, reader)
            return done(place, _("You have joined %(place)s.", place=place.name))
    frame = find_frame(slug)
    asked = inviting.asked(reader, frame.id)
    if asked is None:
        if frame.is_member:
            return redirect(frame.url, 303)
        abort(404)
    return act_page("places/invitation.html", frame, form, asked=asked)
