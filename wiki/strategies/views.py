"""The strategies of the network, and the stewards' form for them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import signed_in, steward
from wiki.kernel.database import db, end_request
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import slug_of
from wiki.kernel.pages import page
from wiki.people.current import current_reader
from wiki.strategies import queries
from wiki.strategies.forms import StrategyForm
from wiki.strategies.models import Strategy

views = Blueprint("strategies", __name__, url_prefix="/strategies")


@views.get("")
@signed_in
def index() -> ResponseReturnValue:
    return page("strategies/index.html", strategies=queries.all_of_them())


@views.route("/new", methods=["GET", "POST"])
@steward
def new() -> ResponseReturnValue:
    form = StrategyForm()
    if form.validate_on_submit() and save(Strategy(slug=""), form):
        return redirect(url_for(".index"), 303)
    return form_page(form, _("Name a strategy"))


@views.route("/<slug>/edit", methods=["GET", "POST"])
@steward
def edit(slug: str) -> ResponseReturnValue:
    found = db().scalar(select(Strategy).where(Strategy.slug == slug)) or abort(404)
    form = StrategyForm(obj=found)
    title = found.name
    if form.validate_on_submit() and save(found, form):
        return redirect(url_for(".index"), 303)
    return form_page(form, title)


def save(strategy: Strategy, form: StrategyForm) -> bool:
    """Store what a valid form says; its refusals stand in the form."""
    name, starts_in, ends_in = form.name.data or "", form.starts_in.data, form.ends_in.data
    assert starts_in is not None  # the form needs both
    assert ends_in is not None
    try:
        if queries.is_taken(name, slug_of(name) if not strategy.slug else "", strategy.id):
            raise Refused(_("Another strategy has this name."), "name")
        strategy.slug = strategy.slug or slug_of(name)
        summary = form.summary.data or ""
        strategy.describe(current_reader(), name, starts_in, ends_in, summary)
    except Refused as refusal:
        end_request(keep=False)
        form.refuse(refusal)
        return False
    flash(_("Saved."))
    return True


def form_page(form: StrategyForm, title: str) -> Response:
    status = 422 if form.problems else 200
    return page("strategies/form.html", status=status, form=form, title=title)
