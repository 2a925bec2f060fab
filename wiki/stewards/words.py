"""The ledgers of the fixed lists: sectors, areas, learner groups."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.kernel.access import steward
from wiki.kernel.database import end_request
from wiki.kernel.errors import Refused
from wiki.kernel.forms import choices_of
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people.current import current_reader
from wiki.stewards import lists
from wiki.stewards.forms import AreaForm, WordForm
from wiki.stewards.lists import LISTINGS, Listing
from wiki.stewards.views import SAVED, find, saved, stewards

WHICH = "<any({}):which>".format(", ".join(f"'{name}'" for name in LISTINGS))


@stewards.route(f"/{WHICH}", methods=["GET", "POST"])
@steward
def words(which: str) -> ResponseReturnValue:
    """A list, and a form that adds to it."""
    listing = LISTINGS[which]
    form = form_of(listing)
    if form.validate_on_submit():
        try:
            lists.add(listing.model(), current_reader(), sent(form))
            flash(_("“%(name)s” is on the list.", name=form.name.data))
            return redirect(url_for("stewards.words", which=which), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    return page(
        "stewards/words.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        which=which,
        listing=listing,
        entries=lists.entries(listing),
    )


@stewards.route(f"/{WHICH}/<slug>", methods=["GET", "POST"])
@steward
def word(which: str, slug: str) -> ResponseReturnValue:
    listing = LISTINGS[which]
    found = find(listing.model, slug=slug) or abort(404)
    form = form_of(listing, slug)
    stored, name = lists.described(found), found.name
    uses = lists.where_used(listing, found)
    status = saved(form, stored, partial(lists.describe, found, current_reader(), sent(form)))
    if status == SAVED:
        flash(_("Saved."))
        return redirect(url_for("stewards.words", which=which), 303)
    return page(
        "stewards/word.html",
        status=status,
        form=form,
        which=which,
        listing=listing,
        slug=slug,
        name=name,
        uses=uses,
    )


@stewards.post(f"/{WHICH}/<slug>/removal")
@steward
def remove_word(which: str, slug: str) -> ResponseReturnValue:
    listing = LISTINGS[which]
    found = find(listing.model, slug=slug) or abort(404)
    lists.remove(listing, found, current_reader())
    flash(_("“%(name)s” is off the list.", name=found.name))
    return redirect(url_for("stewards.words", which=which), 303)


def form_of(listing: Listing, slug: str = "") -> WordForm:
    form = listing.form()
    if isinstance(form, AreaForm):
        form.parent.choices = choices_of(lists.outer_areas(but=slug))
    return form


def sent(form: WordForm) -> dict[str, Any]:
    return {field.short_name: field.data for field in form}
