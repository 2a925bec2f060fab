"""Signing in with a password, signing out, and on a sample site signing in as one of its people."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select
from werkzeug.exceptions import TooManyRequests

from config import LOOPBACK
from wiki.kernel.access import public
from wiki.kernel.answers import never_store
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.forms import Form
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people import proving, queries
from wiki.people.current import current_reader
from wiki.people.entering import enter, leave
from wiki.people.forms import PersonForm, SignInForm, said
from wiki.people.models import MailDomain, Person
from wiki.people.returning import safe_target
from wiki.people.views import form_page, people

#: Where nobody wants to be once they are signed in.
NO_WAY_BACK = ("/sign-", "/sample", "/setup", "/join", "/password-reset", "/invitation", "/address")


@people.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm(next=safe_target(request.args.get("next") or came_from()))
    if request.method == "GET" and current_reader().signed_in:
        return redirect(safe_target(said(form.next)), 303)
    if not form.validate_on_submit():
        return sign_in_page(form)
    try:
        proof = proving.prove(said(form.email), said(form.password))
    except TooManyRequests as refusal:
        return wait(form, refusal)
    if proof is None or not proving.accept(proof, said(form.email)):
        form.refuse(Refused(_("That email and password don’t match.")))
        return sign_in_page(form)
    return enter(
        proof.person_id,
        proof.key,
        staying=form.stay.data,
        via="password",
        to=safe_target(said(form.next)),
    )


def came_from() -> str | None:
    """The page of ours whose link was followed here. A page that is missing cannot name itself in
    its link: it would be longer or shorter than another one that is hidden.
    """
    if request.method != "GET" or not request.referrer:
        return None
    try:
        page_before = urlsplit(request.referrer)
    except ValueError:
        return None
    if page_before.netloc != request.host or page_before.path.startswith(NO_WAY_BACK):
        return None
    return page_before.path


def sign_in_page(form: Form, status: int | None = None) -> Response:
    never_store()
    can_join = bool(db().scalar(select(exists(select(MailDomain.domain)))))
    return form_page("people/sign_in.html", form, status=status, can_join=can_join)


def wait(form: Form, refusal: TooManyRequests) -> Response:
    form.refuse(Refused(too_many(refusal)))
    answer = sign_in_page(form, 429)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def too_many(refusal: TooManyRequests) -> str:
    if isinstance(refusal.retry_after, int) and refusal.retry_after > 60:
        return _("There were too many tries. Wait an hour, or have a sign-in link sent to you.")
    return _("There were too many tries. Wait a minute and try again.")


@people.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    answer = leave(url_for("people.sign_in"))
    flash(_("You’re signed out."))
    return answer


@people.route("/sample", methods=["GET", "POST"])
@public
def sample() -> ResponseReturnValue:
    """Sign in as somebody invented: only on a sample site, only on the machine it runs on."""
    if not g.site or not g.site.is_sample or not on_this_machine():
        abort(404)
    never_store()
    form = PersonForm()
    if form.validate_on_submit():
        chosen = (
            db()
            .execute(
                select(Person.id, Person.key).where(
                    Person.key == said(form.person), Person.disabled_at.is_(None)
                )
            )
            .first()
        )
        if chosen is None:
            abort(404)
        return enter(chosen.id, chosen.key, staying=False, via="sample", to="/")
    offered, others = queries.sample_people(current_reader())
    return page("people/sample.html", form=form, offered=offered, others=others)


def on_this_machine() -> bool:
    return urlsplit(f"//{request.host}").hostname in LOOPBACK
