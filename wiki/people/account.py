"""What people set for themselves: profile, look, address, password, where they are signed in."""

from __future__ import annotations

from typing import cast

from flask import Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select, update
from werkzeug.exceptions import TooManyRequests

from wiki.kernel.access import public, signed_in
from wiki.kernel.answers import never_store
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.forms import Form, choices_of
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people import changing, letters, passwords, proving, queries, sessions
from wiki.people.by_link import count_letter
from wiki.people.changing import Profile
from wiki.people.current import current_reader
from wiki.people.forms import AppearanceForm, NewAddressForm, PasswordForm, ProfileForm, said
from wiki.people.models import Person
from wiki.people.proving import Proof
from wiki.people.returning import safe_target
from wiki.people.sessions import SignIn
from wiki.people.signing_in import too_many
from wiki.people.tokens import Purpose
from wiki.people.views import account, form_page, people

LOOK_COOKIE = "across-look"
LOOK_LASTS = 365 * 24 * 3600


# -- profile


@account.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    never_store()
    form = ProfileForm()
    form.areas.choices = choices_of(queries.present_areas())
    if not form.is_submitted():
        show_present_profile(form)
    if not form.validate_on_submit():
        return form_page("people/profile.html", form)
    reader = current_reader()
    written = Profile(
        name=said(form.name),
        job_title=said(form.job_title),
        about=said(form.about),
        away_until=form.away_until.data,
        name_is_public=bool(form.name_is_public.data),
        areas=tuple(form.areas.data or ()),
        knows=said(form.knows),
        learning=said(form.learning),
    )
    try:
        changing.rewrite_profile(me(), written)
    except Refused as refusal:
        form.refuse(refusal)
        return form_page("people/profile.html", form)
    flash(_("Your profile is saved."))
    return redirect(url_for("people.show", key=reader.key), 303)


def show_present_profile(form: ProfileForm) -> None:
    person = me()
    row = queries.find_person(current_reader(), person.key) or abort(404)
    form.process(
        name=person.name,
        job_title=person.job_title,
        areas=[area.slug for area in queries.areas_of_person(person.id)],
        knows=", ".join(tag.name for tag in row.knows),
        learning=", ".join(tag.name for tag in row.learning),
        about=person.about,
        away_until=person.away_until,
        name_is_public=person.name_is_public,
    )


def has_password() -> bool:
    mine = select(Person.password_hash.is_not(None)).where(Person.id == current_reader().id)
    return bool(db().scalar(mine))


def me() -> Person:
    return db().get_one(Person, current_reader().id)


# -- devices and password


@account.get("/devices")
@signed_in
def devices() -> ResponseReturnValue:
    never_store()
    reader = current_reader()
    found = queries.devices_of(reader)
    return page("people/devices.html", devices=found, has_password=has_password())


@account.post("/devices/<int(max=2147483647):sign_in_id>/end")
@signed_in
def end_device(sign_in_id: int) -> ResponseReturnValue:
    reader = current_reader()
    ended = db().execute(
        delete(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == reader.id)
        .returning(SignIn.id)
    )
    if ended.first() is None:
        abort(404)
    flash(_("That device is signed out."))
    return redirect(url_for("account.devices"), 303)


@account.post("/devices/others/end")
@signed_in
def end_other_devices() -> ResponseReturnValue:
    reader = current_reader()
    assert reader.id is not None
    sessions.end_all(reader.id, but=reader.sign_in_id)
    flash(_("Every other device is signed out."))
    return redirect(url_for("account.devices"), 303)


@account.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    never_store()
    form = PasswordForm()
    template = "people/password.html"
    if not form.validate_on_submit():
        return form_page(template, form)
    reader = current_reader()
    try:
        proof = prove_again(said(form.current))
        about = (reader.email, reader.name)
        password_hash = passwords.chosen(said(form.password), about)
        use_proof(proof)
    except TooManyRequests as refusal:
        return wait(template, form, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        return form_page(template, form)
    changing.set_password(me(), password_hash, but=reader.sign_in_id)
    flash(_("Your password is changed. Every other device is signed out."))
    return redirect(url_for("account.devices"), 303)


@account.route("/address", methods=["GET", "POST"])
@signed_in
def address() -> ResponseReturnValue:
    """Ask for another mail address. It counts once a link sent to it was used."""
    never_store()
    form = NewAddressForm()
    template = "people/address.html"
    if not form.validate_on_submit():
        return form_page(template, form)
    reader = current_reader()
    try:
        if said(form.email) == reader.email:
            raise Refused(_("This is your address already."), "email")
        count_letter(said(form.email))
        use_proof(prove_again(said(form.current)))
    except TooManyRequests as refusal:
        return wait(template, form, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        return form_page(template, form)
    letters.send_link_to(reader.id, Purpose.NEW_ADDRESS, said(form.email))
    flash(_("Look in the mail of %(address)s for a link.", address=said(form.email)))
    return redirect(url_for("account.devices"), 303)


def prove_again(password: str) -> Proof:
    """Ask for the password once more, counted like signing in. Call before the first ``db()``."""
    proof = proving.prove(current_reader().email, password)
    if proof is None:
        raise Refused(_("That is not your password."), "current")
    return proof


def use_proof(proof: Proof) -> None:
    if not proving.accept(proof, current_reader().email):
        raise Refused(_("That is not your password."), "current")


def wait(template: str, form: Form, refusal: TooManyRequests) -> Response:
    form.refuse(Refused(too_many(refusal)))
    answer = form_page(template, form, status=429)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


# -- the look


@people.route("/appearance", methods=["GET", "POST"])
@public
def appearance() -> ResponseReturnValue:
    """Colours and text size: kept with the account, or in a cookie of a visitor's own."""
    reader = current_reader()
    form = AppearanceForm(
        theme=reader.theme, text_size=str(reader.text_size), next=request.args.get("next")
    )
    if not form.validate_on_submit():
        return form_page("people/appearance.html", form)
    theme, size = said(form.theme), int(said(form.text_size))
    to = safe_target(said(form.next)) if form.next.data else url_for("people.appearance")
    answer = cast(Response, redirect(to, 303))
    if reader.signed_in:
        values = {"theme": theme, "text_size": size, "updated_at": Person.updated_at}
        db().execute(update(Person).where(Person.id == reader.id).values(values))
    else:
        keep_look(answer, theme, size)
    flash(_("That is how Across looks from now on."))
    return answer


def keep_look(answer: Response, theme: str, size: int) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(
        LOOK_COOKIE,
        f"{theme}.{size}",
        max_age=LOOK_LASTS,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
