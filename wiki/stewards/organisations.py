"""The ledger of organisations: the register of the network (S81)."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from wiki.kernel.access import steward
from wiki.kernel.clock import today
from wiki.kernel.database import end_request
from wiki.kernel.errors import Refused
from wiki.kernel.forms import choices_of
from wiki.kernel.languages import _, ngettext
from wiki.kernel.pages import PER_PAGE, page, page_number
from wiki.people import queries
from wiki.people.current import current_reader
from wiki.people.forms import said
from wiki.people.models import Organisation
from wiki.people.vocabulary import Area
from wiki.stewards import accounts, bodies
from wiki.stewards.bodies import Body, BodyFilter
from wiki.stewards.forms import ClosingForm, LedgerForm, MovingForm, OrganisationForm
from wiki.stewards.views import SAVED, find, saved, stewards


@stewards.get("/organisations")
@steward
def organisations() -> ResponseReturnValue:
    only = BodyFilter.of(request.args)
    found, pager = bodies.find_bodies(only, page_number())
    return page(
        "stewards/organisations.html",
        fragment="stewards/_organisations.html",
        found=found,
        pager=pager,
        only=only,
    )


@stewards.route("/organisations/new", methods=["GET", "POST"])
@steward
def new_organisation() -> ResponseReturnValue:
    form = organisation_form([])
    if form.validate_on_submit():
        try:
            made = bodies.register(current_reader(), sent(form))
            flash(_("%(name)s is in the register.", name=made.name))
            return redirect(url_for("stewards.organisation", key=made.key), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    status = 422 if form.is_submitted() else 200
    return page("stewards/new_organisation.html", status=status, form=form)


@stewards.route("/organisations/<key>", methods=["GET", "POST"])
@steward
def organisation(key: str) -> ResponseReturnValue:
    found = find(Organisation, key=key) or abort(404)
    stored = bodies.described(found)
    form = organisation_form(stored["areas"])
    status = saved(form, stored, partial(bodies.describe, found, current_reader(), sent(form)))
    if status == SAVED:
        flash(_("Saved, and right as of today."))
        return redirect(url_for("stewards.organisation", key=key), 303)
    row = known(key)
    return page(
        "stewards/organisation.html",
        status=status,
        form=form,
        body=row,
        people=bodies.people_of(row.id, PER_PAGE),
        forums=bodies.forums_of(row.id),
        register=queries.find_organisation(key),
    )


def organisation_form(areas: list[str]) -> OrganisationForm:
    """The form with what there is to choose from: areas that exist now, and those it is in."""
    form = OrganisationForm()
    form.sector.choices = choices_of([("", ""), *queries.sectors()])
    lasts = or_(Area.valid_to.is_(None), Area.valid_to >= today(), Area.slug.in_(areas))
    statement = select(Area.slug, Area.name).where(lasts).order_by(Area.name)
    form.areas.choices = choices_of(queries.pairs(statement))
    return form


def sent(form: LedgerForm) -> dict[str, Any]:
    """What was sent, by field."""
    return {field.short_name: field.data or "" for field in form} | {
        "areas": form["areas"].data or []
    }


def known(key: str) -> Body:
    return bodies.body(key) or abort(404)


@stewards.post("/organisations/<key>/confirmation")
@steward
def confirm(key: str) -> ResponseReturnValue:
    """ "Still right": what is said of it was looked at today."""
    found = find(Organisation, key=key) or abort(404)
    found.confirm(current_reader())
    flash(_("%(name)s: still right as of today.", name=found.name))
    return redirect(url_for("stewards.organisations", standing="unconfirmed"), 303)


@stewards.route("/organisations/<key>/closing", methods=["GET", "POST"])
@steward
def close(key: str) -> ResponseReturnValue:
    found = find(Organisation, key=key) or abort(404)
    form = ClosingForm()
    form.successor.choices = choices_of(successors(key))
    if form.validate_on_submit():
        successor = said(form.successor)
        try:
            bodies.close(found, current_reader(), successor, said(form.gaps))
            flash(_("%(name)s is closed. Everything it shared stays.", name=found.name))
            return redirect(after_closing(found, successor), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    row = known(key)
    return page(
        "stewards/closing.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        body=row,
        forums=bodies.forums_of(row.id),
    )


def successors(key: str) -> list[tuple[str, str]]:
    others = [choice for choice in accounts.organisations_for() if choice[0] != key]
    return [("", _("Nobody; its gaps are listed below")), *others]


def after_closing(found: Organisation, successor: str) -> str:
    """Its people are offered to the successor next, if there are any."""
    if successor and bodies.people_of(found.id, 1):
        return url_for("stewards.move_people", key=found.key, to=successor)
    return url_for("stewards.organisation", key=found.key)


@stewards.post("/organisations/<key>/closing/end")
@steward
def reopen(key: str) -> ResponseReturnValue:
    found = find(Organisation, key=key) or abort(404)
    found.reopen(current_reader())
    flash(_("%(name)s goes on.", name=found.name))
    return redirect(url_for("stewards.organisation", key=key), 303)


@stewards.route("/organisations/<key>/people", methods=["GET", "POST"])
@steward
def move_people(key: str) -> ResponseReturnValue:
    found = find(Organisation, key=key) or abort(404)
    name, people = found.name, bodies.people_of(found.id)
    form = MovingForm(to=request.args.get("to", ""))
    form.people.choices = choices_of((one.key, one.name) for one in people)
    form.to.choices = choices_of([("", ""), *successors(key)[1:]])
    if not form.is_submitted():
        form.people.data = [one.key for one in people]
    if form.validate_on_submit():
        try:
            chosen = form.people.data or []
            number = bodies.move_people(found, current_reader(), chosen, said(form.to))
            flash(ngettext("One person moved.", "%(num)s people moved.", number))
            return redirect(url_for("stewards.organisation", key=key), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    return moving_page(form, name, key, bool(people))


def moving_page(form: MovingForm, name: str, key: str, anybody: bool) -> Response:
    status = 422 if form.is_submitted() else 200
    return page(
        "stewards/moving.html", status=status, form=form, name=name, key=key, anybody=anybody
    )
