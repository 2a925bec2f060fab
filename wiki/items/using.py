"""Using what others shared: records of re-use, agreement of convenors, helpful, following."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.items import following, policy
from wiki.items.following import Subject, follow, mark_helpful, unfollow, unmark_helpful
from wiki.items.frames import read_frame, read_mine
from wiki.items.kinds import Kind
from wiki.items.models import Item
from wiki.items.reuse import Agreement, Effect, Outcome, Reuse, agree, use
from wiki.items.show import find, permissions
from wiki.items.talking import ReuseForm
from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db, row_id
from wiki.kernel.errors import Refused
from wiki.kernel.forms import choices_of
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people.current import Reader, current_reader
from wiki.people.models import Organisation, Person
from wiki.people.tagging import known_to
from wiki.people.vocabulary import Tag
from wiki.places import policy as place_policy
from wiki.places.membership import membership_ids
from wiki.places.models import Place, is_live

views = Blueprint("using", __name__)


@views.route("/<kind:kind>/<ref>/uses/new", methods=["GET", "POST"])
@signed_in
def new(kind: Kind, ref: str) -> ResponseReturnValue:
    """ "We used this too"."""
    form = ReuseForm()
    ok = form.validate_on_submit()
    item, reader = find(kind, ref), current_reader()
    allow(policy.record_use(reader, item))
    form.place.choices = choices_of(place_choices(reader))
    if ok:
        try:
            place = place_named(form.place.data or "")
            organisation = db().get_one(Organisation, reader.organisation_id)
            use(
                item, reader, organisation, Outcome(form.outcome.data), place=place, **account(form)
            )
            flash(_("Recorded. The author and those who follow this will see it."), "done")
            return redirect(f"{item.path}#used", 303)
        except Refused as refusal:
            form.refuse(refusal)
    return form_page(form, item, None)


@views.route("/<kind:kind>/<ref>/uses/<int:use_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(kind: Kind, ref: str, use_id: int) -> ResponseReturnValue:
    """Say how it went in the end."""
    form = ReuseForm()
    ok = form.validate_on_submit()
    item, reader = find(kind, ref), current_reader()
    record = db().scalar(
        select(Reuse).where(Reuse.id == use_id, Reuse.item_id == item.id)
    ) or abort(404)
    allow(record.by_id == reader.id)
    if request.method == "GET":
        form.outcome.data, form.changed.data = record.outcome, record.changed
        form.effect.data, form.may_contact.data = record.effect or "", record.may_contact
    if ok:
        try:
            record.update(item, reader, Outcome(form.outcome.data), **account(form))
            flash(_("Brought up to date."), "done")
            return redirect(f"{item.path}#used", 303)
        except Refused as refusal:
            form.refuse(refusal)
    return form_page(form, item, record)


def account(form: ReuseForm) -> dict[str, Any]:
    return {
        "changed": form.changed.data or "",
        "effect": Effect(form.effect.data) if form.effect.data else None,
        "may_contact": bool(form.may_contact.data),
    }


def form_page(form: ReuseForm, item: Item, record: Reuse | None) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    return page("items/use.html", status=status, form=form, item=item, record=record)


def place_choices(reader: Reader) -> list[tuple[str, str]]:
    """My places first, then all that are under way; or simply my organisation."""
    mine = set(db().scalars(membership_ids(reader.id)))
    found = db().execute(
        select(Place.id, Place.slug, Place.name).where(is_live()).order_by(Place.sort_name)
    )
    ordered = sorted(found, key=lambda row: row.id not in mine)
    return [("", reader.organisation_name), *((row.slug, row.name) for row in ordered)]


def place_named(slug: str) -> Place | None:
    if not slug:
        return None
    found = db().scalar(select(Place).where(Place.slug == slug, is_live()))
    if found is None:
        raise Refused(_("Choose a place from the list."), "place")
    return found


@views.post("/<kind:kind>/<ref>/agreements")
@signed_in
def create_agreement(kind: Kind, ref: str) -> ResponseReturnValue:
    item, reader = find(kind, ref), current_reader()
    place = db().get(Place, row_id(request.form.get("place", type=int))) or abort(404)
    allow(place_policy.runs(reader, place) and place.takes_items)
    allow(item.declared.has_ladder and item.is_listed)
    agree(item, reader, place)
    flash(_("Noted: %(place)s would rely on this.", place=place.name), "done")
    return redirect(item.path, 303)


@views.post("/<kind:kind>/<ref>/agreements/<int:agreement_id>/withdrawal")
@signed_in
def withdraw_agreement(kind: Kind, ref: str, agreement_id: int) -> ResponseReturnValue:
    item, reader = find(kind, ref), current_reader()
    agreement = db().scalar(
        select(Agreement).where(
            Agreement.id == agreement_id,
            Agreement.item_id == item.id,
            Agreement.withdrawn_at.is_(None),
        )
    ) or abort(404)
    allow(agreement.person_id == reader.id)
    agreement.withdraw(item, reader)
    return redirect(item.path, 303)


@views.post("/<kind:kind>/<ref>/helpful")
@signed_in
def helpful(kind: Kind, ref: str) -> ResponseReturnValue:
    """Press once to say it helped, again to take that back."""
    item, reader = find(kind, ref), current_reader()
    allow(policy.react(reader, item))
    held = db().get(following.Helpful, (item.id, reader.id))
    (unmark_helpful if held else mark_helpful)(item, reader)
    db().flush()
    return marks(item)


@views.post("/<kind:kind>/<ref>/following")
@signed_in
def follow_item(kind: Kind, ref: str) -> ResponseReturnValue:
    item, reader = find(kind, ref), current_reader()
    allow(policy.react(reader, item))
    toggle(reader, Subject.ITEM, item.id)
    return marks(item)


def marks(item: Item) -> ResponseReturnValue:
    """The row of buttons as it now is, or the page again."""
    if "HX-Request" not in request.headers:
        return redirect(item.path, 303)
    reader = current_reader()
    frame = read_frame(reader, item.key) or abort(404)
    return page(
        "items/_marks.html",
        item=frame,
        mine=read_mine(reader, frame),
        may=permissions(reader, frame),
    )


def toggle(reader: Reader, subject: Subject, subject_id: int) -> bool:
    """Follow, or stop following; answers whether it is followed now."""
    followed = following.follows(reader.id, subject, subject_id)
    (unfollow if followed else follow)(reader, subject, subject_id)
    return not followed


@views.post("/following/<any(tag,place,person):subject>/<ref>")
@signed_in
def follow_subject(subject: str, ref: str) -> ResponseReturnValue:
    """Follow a tag or place by its slug, a person by their key; no membership is needed (S4)."""
    models: dict[str, Any] = {"tag": Tag.slug, "place": Place.slug, "person": Person.key}
    column = models[subject]
    reader = current_reader()
    wanted = select(column.class_.id, column).where(column == ref)
    if subject == "tag":
        wanted = wanted.where(known_to(reader))
    found = db().execute(wanted).first() or abort(404)
    now_followed = toggle(reader, Subject(subject), found.id)
    if now_followed:
        flash(_("You follow this now: what is new in it comes to your catch-up."), "done")
    else:
        flash(_("You no longer follow this."), "done")
    paths = {"tag": "/tags/", "place": "/communities/", "person": "/people/"}
    if subject == "place":
        kind = db().scalar(select(Place.kind).where(Place.id == found.id))
        return redirect(f"/{'forums' if kind == 'forum' else 'communities'}/{ref}", 303)
    return redirect(paths[subject] + ref, 303)
