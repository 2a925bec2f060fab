"""The ledger of people: who can sign in, who runs the site, and leaving it."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField

from wiki.kernel.access import steward
from wiki.kernel.database import db, end_request, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.forms import choices_of
from wiki.kernel.holdings import held_by
from wiki.kernel.languages import _
from wiki.kernel.pages import page, page_number
from wiki.people import letters
from wiki.people.account import has_password, prove_again, use_proof
from wiki.people.by_link import count_letter
from wiki.people.current import current_reader
from wiki.people.forms import said
from wiki.people.models import Person
from wiki.people.tokens import Purpose
from wiki.stewards import accounts, leaving
from wiki.stewards.accounts import Account, AccountFilter
from wiki.stewards.forms import DisablingForm, PasswordForm, PersonForm
from wiki.stewards.leaving import Convened
from wiki.stewards.views import SAVED, find, saved, stewards


@stewards.get("/people")
@steward
def people() -> ResponseReturnValue:
    only = AccountFilter.of(request.args)
    found, pager = accounts.find_accounts(only, page_number())
    return page(
        "stewards/people.html",
        fragment="stewards/_people.html",
        found=found,
        pager=pager,
        only=only,
        organisations=accounts.organisations_for(only.organisation),
    )


@stewards.route("/people/<key>", methods=["GET", "POST"])
@steward
def person(key: str) -> ResponseReturnValue:
    form = PersonForm()
    found = find(Person, key=key) or abort(404)
    stored = accounts.described(found)
    form.organisation.choices = choices_of(accounts.organisations_for(stored["organisation"]))
    sent = {name: said(form[name]) for name in stored}
    status = saved(form, stored, partial(accounts.change, found, current_reader(), sent))
    if status == SAVED:
        flash(_("Saved. What they published stays theirs."))
        return redirect(url_for("stewards.person", key=key), 303)
    return page("stewards/person.html", status=status, form=form, account=known(key))


def known(key: str) -> Account:
    return accounts.account(key) or abort(404)


@stewards.post("/people/<key>/sign-in-link")
@steward
def send_sign_in_link(key: str) -> ResponseReturnValue:
    with transaction(writing=False):
        email = known(key).email
    count_letter(email)
    found = find(Person, key=key) or abort(404)
    if not found.is_active:
        raise Refused(_("This account is disabled; enable it first."))
    letters.send_link_to(found.id, Purpose.SIGN_IN, found.email)
    flash(_("A link to sign in is on its way to %(address)s.", address=found.email))
    return redirect(url_for("stewards.person", key=key), 303)


# -- running the site


@stewards.route("/people/<key>/stewardship", methods=["GET", "POST"])
@steward
def stewardship(key: str) -> ResponseReturnValue:
    """Let somebody run the site, for one's own password."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return stewardship_page(key, form, 422 if form.is_submitted() else 200)
    try:
        proof = prove_again(said(form.current))
        use_proof(proof)
        found = find(Person, key=key) or abort(404)
        if not found.is_active:
            raise Refused(_("This account is disabled; enable it first."))
        found.make_steward(current_reader())
    except Refused as refusal:
        end_request(keep=False)
        form.refuse(refusal)
        return stewardship_page(key, form, 422)
    flash(_("%(name)s is a steward now.", name=found.name))
    return redirect(url_for("stewards.person", key=key), 303)


def stewardship_page(key: str, form: PasswordForm, status: int) -> Response:
    return page(
        "stewards/stewardship.html",
        status=status,
        form=form,
        account=known(key),
        has_password=has_password(),
        stewards=stewards_beside(key),
    )


def stewards_beside(key: str) -> list[str]:
    """The names of the other stewards."""
    others = Person.is_steward & Person.disabled_at.is_(None) & (Person.key != key)
    return list(db().scalars(select(Person.name).where(others).order_by(Person.sort_name)))


@stewards.post("/people/<key>/stewardship/end")
@steward
def end_stewardship(key: str) -> ResponseReturnValue:
    found = find(Person, key=key) or abort(404)
    found.end_stewardship(current_reader())
    flash(_("%(name)s no longer runs the site.", name=found.name))
    mine = key == current_reader().key
    return redirect("/" if mine else url_for("stewards.person", key=key), 303)


# -- leaving


@stewards.route("/people/<key>/disabling", methods=["GET", "POST"])
@steward
def disabling(key: str) -> ResponseReturnValue:
    """What a person holds comes first; each place they convene needs an answer."""
    found = find(Person, key=key) or abort(404)
    places = leaving.convened_by(found.id)
    if request.method == "POST" and asked_for(places) != fields_sent():
        flash(_("What they hold has changed since you opened this page. Look again."), "notice")
        return redirect(url_for("stewards.disabling", key=key), 303)
    form = disabling_form(places)()
    name = found.name
    if form.validate_on_submit():
        successors = {place.id: said(form[place.choice]) for place in places}
        try:
            leaving.disable(found, current_reader(), successors)
            flash(_("%(name)s can no longer sign in. What they published stays.", name=name))
            return redirect(url_for("stewards.person", key=key), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    status = 422 if form.is_submitted() else 200
    row = known(key)
    return page(
        "stewards/disabling.html",
        status=status,
        form=form,
        account=row,
        places=places,
        holdings=held_by(row.id),
    )


def asked_for(places: list[Convened]) -> set[str]:
    return {place.choice for place in places}


def fields_sent() -> set[str]:
    return {name for name in request.form if name.startswith("successor_")}


def disabling_form(places: list[Convened]) -> type[DisablingForm]:
    """A form with a choice for each place; nobody is a choice too."""
    fields = {place.choice: successor_field(place) for place in places}
    return type("DisablingForm", (DisablingForm,), fields)


def successor_field(place: Convened) -> SelectField:
    nobody = ("", _("Nobody yet: “convenor wanted”"))
    members = [(one.key, f"{one.name}, {one.organisation}") for one in place.candidates]
    return SelectField(
        _("Who convenes %(place)s?", place=place.name), choices=choices_of([nobody, *members])
    )


@stewards.post("/people/<key>/enabling")
@steward
def enable(key: str) -> ResponseReturnValue:
    found = find(Person, key=key) or abort(404)
    found.enable(current_reader())
    flash(_("%(name)s can sign in again.", name=found.name))
    return redirect(url_for("stewards.person", key=key), 303)
