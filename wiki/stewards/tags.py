"""The ledger of tags: what each is for, what else it is called, and making one of two."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.kernel.access import steward
from wiki.kernel.database import end_request
from wiki.kernel.errors import Refused
from wiki.kernel.forms import Form
from wiki.kernel.languages import _
from wiki.kernel.pages import page, page_number
from wiki.people.current import current_reader
from wiki.people.forms import said
from wiki.people.vocabulary import Tag
from wiki.stewards import filing
from wiki.stewards.filing import TagFilter
from wiki.stewards.forms import MergeForm, SynonymForm, TagForm
from wiki.stewards.views import SAVED, find, saved, stewards


@stewards.get("/tags")
@steward
def tags() -> ResponseReturnValue:
    only = TagFilter.of(request.args)
    found, pager = filing.find_tags(only, page_number())
    return page(
        "stewards/tags.html", fragment="stewards/_tags.html", found=found, pager=pager, only=only
    )


@stewards.route("/tags/<slug>", methods=["GET", "POST"])
@steward
def tag(slug: str) -> ResponseReturnValue:
    found = find(Tag, slug=slug)
    if found is None:
        return redirect(url_for("stewards.tag", slug=present_slug(slug)), 303)
    form = TagForm()
    stored = {"name": found.name, "description": found.description}
    status = saved(form, stored, partial(describe, found, form))
    if status == SAVED:
        flash(_("Saved."))
        return redirect(url_for("stewards.tag", slug=found.slug), 303)
    return tag_page(slug, form, SynonymForm(formdata=None), status, form)


def present_slug(slug: str) -> str:
    """Where a tag that once had this address is now."""
    found = filing.tag_answering_to(slug)
    return found.slug if found is not None else abort(404)


def describe(found: Tag, form: TagForm) -> None:
    found.rename(said(form.name), current_reader())
    found.describe(said(form.description), current_reader())


def tag_page(
    slug: str, tag_form: TagForm, synonym_form: SynonymForm, status: int, form: Form
) -> Response:
    """The page of a tag; ``form`` is the one of its two whose problems come first on it."""
    row = filing.tag_row(slug) or abort(404)
    return page(
        "stewards/tag.html",
        status=status,
        form=form,
        tag_form=tag_form,
        synonym_form=synonym_form,
        tag=row,
    )


# -- synonyms


@stewards.post("/tags/<slug>/synonyms")
@steward
def add_synonym(slug: str) -> ResponseReturnValue:
    form = SynonymForm()
    found = find(Tag, slug=slug) or abort(404)
    if form.validate_on_submit():
        try:
            found.add_synonym(said(form.synonym), current_reader())
            flash(_("Whoever types “%(word)s” gets this tag.", word=said(form.synonym)))
            return redirect(url_for("stewards.tag", slug=slug), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    tag_form = TagForm(formdata=None)
    row = filing.tag_row(slug) or abort(404)
    tag_form.fill({"name": row.name, "description": row.description})
    return tag_page(slug, tag_form, form, 422, form)


@stewards.post("/tags/<slug>/synonyms/<synonym>/removal")
@steward
def remove_synonym(slug: str, synonym: str) -> ResponseReturnValue:
    found = find(Tag, slug=slug) or abort(404)
    found.remove_synonym(synonym, current_reader())
    flash(_("That word is no synonym any more."))
    return redirect(url_for("stewards.tag", slug=slug), 303)


# -- merging, removing


@stewards.route("/tags/<slug>/merging", methods=["GET", "POST"])
@steward
def merge(slug: str) -> ResponseReturnValue:
    found = find(Tag, slug=slug) or abort(404)
    form = MergeForm(target=request.args.get("into", ""))
    if form.validate_on_submit():
        try:
            target = merged(found, said(form.target))
            flash(_("All of it is under “%(tag)s” now.", tag=target.name))
            return redirect(url_for("stewards.tag", slug=target.slug), 303)
        except Refused as refusal:
            end_request(keep=False)
            form.refuse(refusal)
    row = filing.tag_row(slug) or abort(404)
    return page(
        "stewards/merging.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        tag=row,
    )


def merged(found: Tag, name: str) -> Tag:
    target = filing.tag_answering_to(name)
    if target is None:
        raise Refused(_("There is no tag “%(name)s”.", name=name), "target")
    found.merge_into(target, current_reader())
    return target


@stewards.post("/tags/<slug>/removal")
@steward
def remove_tag(slug: str) -> ResponseReturnValue:
    found = find(Tag, slug=slug) or abort(404)
    filing.remove(found, current_reader())
    flash(_("The tag “%(tag)s” is gone.", tag=found.name))
    return redirect(url_for("stewards.tags", standing="unused"), 303)
