"""Becoming one of the people here: first steward, by invitation, or with a listed mail domain."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from wiki.kernel import throttle
from wiki.kernel.access import public, steward
from wiki.kernel.answers import never_store
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.forms import choices_of
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people import founding, invitations, passwords, queries
from wiki.people.by_link import count_letter, sent_enough
from wiki.people.current import current_reader
from wiki.people.entering import enter
from wiki.people.forms import AcceptForm, AddressForm, InviteForm, SetupForm, said
from wiki.people.founding import Founding
from wiki.people.invitations import Invitation
from wiki.people.models import Organisation
from wiki.people.proving import HOUR
from wiki.people.views import form_page, people
from wiki.people.vocabulary import Sector

INVITATIONS_AN_HOUR = 200


@people.route("/setup", methods=["GET", "POST"])
@public
def set_up() -> ResponseReturnValue:
    never_store()
    form = SetupForm()
    with transaction(writing=False):
        if not founding.is_open():
            abort(404)
    if not form.validate_on_submit():
        return set_up_page(form)
    try:
        founding.check_code(said(form.code))
        about = (said(form.email), said(form.name))
        site = Founding(
            site_name=said(form.site_name),
            organisation=said(form.organisation),
            sector=said(form.sector),
            name=said(form.name),
            email=said(form.email),
            password_hash=passwords.chosen(said(form.password), about),
        )
        person = founding.found(site, said(form.code))
    except Refused as refusal:
        form.refuse(refusal)
        return set_up_page(form)
    answer = enter(person.id, person.key, staying=False, via="setup", to="/")
    flash(_("%(site)s is open. You are its first steward.", site=site.site_name))
    return answer


def set_up_page(form: SetupForm) -> Response:
    sectors = db().scalars(select(Sector.name).order_by(Sector.name)).all()
    return form_page("people/set_up.html", form, sectors=sectors)


@people.route("/invitation", methods=["GET", "POST"])
@public
def accept() -> ResponseReturnValue:
    never_store()
    form = AcceptForm(code=request.args.get("code"))
    secret = said(form.code)
    with transaction(writing=False):
        invitation = invitations.find(secret)
    if invitation is None:
        return page("people/dead_invitation.html", status=410)
    if not form.is_submitted():
        form.name.data = invitation.name
    if not form.validate_on_submit():
        return form_page("people/accept.html", form, invitation=invitation)
    try:
        about = (invitation.email, said(form.name))
        password_hash = passwords.chosen(said(form.password), about)
        person = invitations.accept(secret, said(form.name), password_hash)
    except Refused as refusal:
        form.refuse(refusal)
        return form_page("people/accept.html", form, invitation=invitation)
    answer = enter(person.id, person.key, staying=False, via="invitation", to="/")
    flash(_("Welcome. Everything here that is not restricted is yours to read and to answer."))
    return answer


@people.route("/join", methods=["GET", "POST"])
@public
def join() -> ResponseReturnValue:
    """Ask to join with a work address. Listed or not, known or not: the answer is the same."""
    form = AddressForm()
    if not form.validate_on_submit():
        return form_page("people/join.html", form)
    try:
        count_letter(said(form.email))
    except TooManyRequests:
        return sent_enough(form, "people/join.html")
    invitations.ask_to_join(said(form.email))
    return redirect(url_for("people.join_sent"), 303)


@people.get("/join/sent")
@public
def join_sent() -> ResponseReturnValue:
    return page("people/join_sent.html")


# -- stewards invite


@people.route("/people/invite", methods=["GET", "POST"])
@steward
def invite() -> ResponseReturnValue:
    never_store()
    form = InviteForm()
    if form.is_submitted():
        throttle.count("invitations by", current_reader().key, INVITATIONS_AN_HOUR, HOUR)
    form.organisation.choices = choices_of([("", ""), *queries.open_organisations()])
    if not form.validate_on_submit():
        return invite_page(form)
    reader = current_reader()
    organisation = db().scalar(
        select(Organisation).where(Organisation.key == said(form.organisation))
    )
    try:
        if organisation is None:
            raise Refused(_("Choose their organisation."), "organisation")
        invitations.invite(
            said(form.email), organisation, reader, by_name=reader.name, name=said(form.name)
        )
    except Refused as refusal:
        form.refuse(refusal)
        return invite_page(form)
    flash(_("An invitation is on its way to %(address)s.", address=said(form.email)))
    return redirect(url_for("people.invite"), 303)


def invite_page(form: InviteForm) -> Response:
    waiting = queries.waiting_invitations()
    return form_page("people/invite.html", form, waiting=waiting)


@people.post("/people/invitations/<int(max=2147483647):invitation_id>/sending")
@steward
def send_again(invitation_id: int) -> ResponseReturnValue:
    reader = current_reader()
    throttle.count("invitations by", reader.key, INVITATIONS_AN_HOUR, HOUR)
    invitation = find_invitation(invitation_id)
    if invitations.send_again(invitation, reader) is None:
        raise Refused(_("This address has an account by now."))
    flash(_("Sent again to %(address)s, with a new link.", address=invitation.email))
    return redirect(url_for("people.invite"), 303)


@people.post("/people/invitations/<int(max=2147483647):invitation_id>/withdrawal")
@steward
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    invitation = find_invitation(invitation_id)
    invitation.withdraw(current_reader())
    flash(_("The invitation to %(address)s no longer works.", address=invitation.email))
    return redirect(url_for("people.invite"), 303)


def find_invitation(invitation_id: int) -> Invitation:
    return db().get(Invitation, invitation_id, with_for_update=True) or abort(404)
