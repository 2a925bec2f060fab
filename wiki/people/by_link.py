"""Getting in by a link from a mail: signing in, a new password, a new address.

Opening a link only shows a page; its button uses the link. Mail scanners open links too.
"""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from wiki.kernel import throttle
from wiki.kernel.access import public
from wiki.kernel.answers import never_store
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.forms import Form
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people import changing, letters, passwords, tokens
from wiki.people.entering import enter
from wiki.people.forms import AddressForm, CodeForm, LinkForm, ResetForm, said
from wiki.people.models import Person
from wiki.people.proving import HOUR
from wiki.people.tokens import Purpose
from wiki.people.views import form_page, people

LETTERS_TO_ONE, LETTERS_FROM_ONE = 5, 50  # an hour


@people.route("/sign-in/link", methods=["GET", "POST"])
@public
def ask_link() -> ResponseReturnValue:
    return ask(Purpose.SIGN_IN, "people/ask_link.html", "people.link_sent")


@people.get("/sign-in/link/sent")
@public
def link_sent() -> ResponseReturnValue:
    return page("people/link_sent.html")


@people.route("/sign-in/link/open", methods=["GET", "POST"])
@public
def use_link() -> ResponseReturnValue:
    never_store()
    form = LinkForm(code=request.args.get("code"))
    if not form.validate_on_submit():
        if tokens.find(Purpose.SIGN_IN, said(form.code)) is None:
            return dead_link(Purpose.SIGN_IN)
        return page("people/use_link.html", form=form)
    person = owner_of(tokens.use(Purpose.SIGN_IN, said(form.code)))
    if person is None:
        return dead_link(Purpose.SIGN_IN)
    return enter(person.id, person.key, staying=form.stay.data, via="link", to="/")


@people.route("/password-reset", methods=["GET", "POST"])
@public
def ask_reset() -> ResponseReturnValue:
    return ask(Purpose.RESET, "people/ask_reset.html", "people.reset_sent")


@people.get("/password-reset/sent")
@public
def reset_sent() -> ResponseReturnValue:
    return page("people/reset_sent.html")


@people.route("/password-reset/new", methods=["GET", "POST"])
@public
def reset() -> ResponseReturnValue:
    never_store()
    form = ResetForm(code=request.args.get("code"))
    secret = said(form.code)
    with transaction(writing=False):
        token = tokens.find(Purpose.RESET, secret)
    if token is None:
        return dead_link(Purpose.RESET)
    if not form.validate_on_submit():
        return form_page("people/reset.html", form)
    try:
        password_hash = passwords.chosen(said(form.password), about=(token.email,))
    except Refused as refusal:
        form.refuse(refusal)
        return form_page("people/reset.html", form)
    person = owner_of(tokens.use(Purpose.RESET, secret))
    if person is None:
        return dead_link(Purpose.RESET)
    changing.set_password(person, password_hash)
    answer = enter(person.id, person.key, staying=False, via="reset", to="/")
    flash(_("Your password is changed. Every other device is signed out."))
    return answer


@people.route("/address", methods=["GET", "POST"])
@public
def confirm_address() -> ResponseReturnValue:
    """The new address proves itself here; whoever reads its mail need not be signed in."""
    never_store()
    form = CodeForm(code=request.args.get("code"))
    secret = said(form.code)
    if not form.validate_on_submit():
        token = tokens.find(Purpose.NEW_ADDRESS, secret)
        if token is None:
            return dead_link(Purpose.NEW_ADDRESS)
        return page("people/confirm_address.html", form=form, address=token.email)
    token = tokens.use(Purpose.NEW_ADDRESS, secret)
    person = owner_of(token)
    if token is None or person is None:
        return dead_link(Purpose.NEW_ADDRESS)
    changing.set_address(person, token.email)
    flash(_("Your address is %(address)s now. Sign in with it from here on.", address=token.email))
    return redirect(url_for("people.sign_in"), 303)


def ask(purpose: Purpose, template: str, sent: str) -> ResponseReturnValue:
    """Ask for a link by mail: the same answer for an address we know and one we do not."""
    form = AddressForm()
    if not form.validate_on_submit():
        return form_page(template, form)
    try:
        count_letter(said(form.email))
    except TooManyRequests:
        return sent_enough(form, template)
    letters.send_link(purpose, said(form.email))
    return redirect(url_for(sent), 303)


def count_letter(email: str) -> None:
    throttle.count("letters from", throttle.address(), LETTERS_FROM_ONE, HOUR)
    throttle.count("letters to", email, LETTERS_TO_ONE, HOUR)


def sent_enough(form: Form, template: str) -> Response:
    form.refuse(Refused(_("Several links were sent already. Look in your mail, or wait an hour.")))
    answer = form_page(template, form, status=429)
    answer.headers["Retry-After"] = str(int(HOUR.total_seconds()))
    return answer


def owner_of(token: tokens.Token | None) -> Person | None:
    return db().get(Person, token.person_id) if token is not None else None


def dead_link(purpose: Purpose) -> Response:
    """Used, too old, or never sent: which of them is nobody's business."""
    return page(
        "people/dead_link.html", status=410, purpose=purpose, form=AddressForm(formdata=None)
    )
