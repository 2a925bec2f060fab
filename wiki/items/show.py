"""The page of an item, and what is decided about it there: who may read it, and taking it back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.items import policy, visibility
from wiki.items.choices import BASIS_LABELS, INTENT_LABELS, ORIGIN_LABELS, Visibility
from wiki.items.frames import (
    REPLIES_PER_PAGE,
    Frame,
    crossing,
    read_agreements,
    read_filing,
    read_frame,
    read_mine,
    read_replies,
    read_uses,
    successor_of,
)
from wiki.items.kinds import Kind
from wiki.items.models import Item
from wiki.items.reuse import RUNG_LABELS
from wiki.items.talking import (
    OpeningForm,
    ReplyForm,
    VisibilityForm,
    WithdrawalForm,
    blank_reply,
)
from wiki.kernel.access import allow, public, signed_in, steward
from wiki.kernel.answers import never_store
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, language
from wiki.kernel.naming import KEY_LENGTH
from wiki.kernel.pages import Pager, page, page_number
from wiki.people.current import Reader, current_reader
from wiki.places.models import Place, State

views = Blueprint("items", __name__)


@views.get("/<kind:kind>/<ref>")
@public
def show(kind: Kind, ref: str) -> ResponseReturnValue:
    return show_page(kind, ref)


def show_page(
    kind: Kind, ref: str, *, form: ReplyForm | None = None, editing: int = 0, status: int = 200
) -> ResponseReturnValue:
    """The page; a wrong slug or kind redirects to the right address, what was withdrawn answers
    410.
    """
    reader = current_reader()
    frame = read_frame(reader, ref[:KEY_LENGTH]) or abort(404)
    if request.method == "GET" and request.path != frame.url:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        return redirect(frame.url + query, 301)
    if frame.withdrawn_at is not None:
        return page(
            "items/withdrawn.html", status=410, item=frame, successor=successor_of(reader, frame)
        )
    number = min(page_number(), max(1, -(-frame.row.reply_count // REPLIES_PER_PAGE) + 1))
    replies = read_replies(reader, frame.id, number)
    uses = read_uses(reader, frame)
    mine = read_mine(reader, frame)
    may = permissions(reader, frame)
    return page(
        "items/show.html",
        status=status,
        item=frame,
        filing=read_filing(frame.id),
        replies=replies,
        pager=Pager(
            number,
            has_next=len(replies) == REPLIES_PER_PAGE,
            total=max(frame.row.reply_count, len(replies)),
            per_page=REPLIES_PER_PAGE,
        ),
        uses=uses,
        knots=crossing(frame, uses),
        agreements=read_agreements(reader, frame.id) if frame.kind.has_ladder else [],
        mine=mine,
        may=may,
        form=form,
        blank_reply=blank_reply(language()) if may["reply"] and form is None else None,
        editing=editing,
        rungs=RUNG_LABELS,
        basis=BASIS_LABELS.get(frame.basis) if frame.basis else None,
        intent=INTENT_LABELS[frame.intent],
        origin=ORIGIN_LABELS[frame.origin],
    )


def permissions(reader: Reader, frame: Frame) -> dict[str, bool]:
    """What this page offers. The views that do it ask the policy again, of the thing itself."""
    author = reader.signed_in and reader.id == frame.author_id
    runs = reader.signed_in and reader.id in frame.runs
    shared = not frame.is_draft
    return {
        "edit": author or (reader.signed_in and shared and frame.kind.anyone_edits),
        "reply": reader.signed_in and shared and frame.place_state != State.CLOSED,
        "use": reader.signed_in and shared and not author,
        "agree": frame.kind.has_ladder and not author and shared,
        "set_visibility": shared and (author or runs),
        "withdraw": shared and (author or runs or reader.is_steward),
        "react": reader.signed_in and shared,
        "author": author,
    }


def find(kind: Kind, ref: str) -> Item:
    """The item a change is asked of, held until it is done; hidden and unknown are the same 404."""
    item = visibility.find_to_change(current_reader(), ref[:KEY_LENGTH])
    if item is None or item.kind != kind.name:
        abort(404)
    return item


def place_of(item: Item) -> Place | None:
    return db().get(Place, item.place_id) if item.place_id is not None else None


@views.route("/<kind:kind>/<ref>/visibility", methods=["GET", "POST"])
@signed_in
def edit_visibility(kind: Kind, ref: str) -> ResponseReturnValue:
    form = VisibilityForm()
    ok = form.validate_on_submit()
    item = find(kind, ref)
    reader, place = current_reader(), place_of(item)
    allow(policy.set_visibility(reader, item, place))
    if request.method == "GET":
        form.visibility.data = item.visibility
        form.reason.data, form.review_on.data = item.restriction_reason, item.restriction_review_on
    if ok:
        try:
            set_visibility(item, form)
            flash(_("Saved: who may read this has changed."), "done")
            return redirect(item.path, 303)
        except Refused as refusal:
            form.refuse(rename_field(refusal))
    status = 422 if form.is_submitted() else 200
    return page("items/visibility.html", status=status, form=form, item=item, place=place)


def set_visibility(item: Item, form: VisibilityForm) -> None:
    """Widen, or narrow with a reason. A convenor who opens it to the public tells the author: by
    mail, from the event.
    """
    wanted = Visibility(form.visibility.data)
    if wanted is Visibility.RESTRICTED:
        item.restrict(current_reader(), form.reason.data or "", form.review_on.data)
    else:
        item.open_to(current_reader(), wanted, form.reason.data or "")


def rename_field(refusal: Refused) -> Refused:
    names = {"restriction_reason": "reason", "restriction_review_on": "review_on"}
    return Refused(refusal.sentence, names.get(refusal.field or "", refusal.field))


@views.route("/<kind:kind>/<ref>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdraw(kind: Kind, ref: str) -> ResponseReturnValue:
    form = WithdrawalForm()
    ok = form.validate_on_submit()
    item = find(kind, ref)
    reader = current_reader()
    allow(policy.withdraw(reader, item, place_of(item)))
    if ok:
        try:
            item.withdraw(
                reader, form.reason.data or "", successor_named(form.successor.data or "")
            )
            flash(_("Withdrawn. Whoever comes back to it finds your reason."), "done")
            return redirect(item.path, 303)
        except Refused as refusal:
            form.refuse(refusal)
    status = 422 if form.is_submitted() else 200
    return page("items/withdraw.html", status=status, form=form, item=item)


def successor_named(address: str) -> Item | None:
    """The item a pasted address leads to; refused when there is none the reader may read."""
    if not address.strip():
        return None
    last = address.strip().rstrip("/").rsplit("/", 1)[-1]
    found = visibility.find(current_reader(), last[:KEY_LENGTH])
    if found is None or not found.is_listed:
        raise Refused(_("There is nothing shared at that address."), "successor")
    return found


@views.post("/<kind:kind>/<ref>/withdrawal/end")
@signed_in
def put_back(kind: Kind, ref: str) -> ResponseReturnValue:
    item = find(kind, ref)
    allow(policy.withdraw(current_reader(), item, place_of(item)))
    item.put_back(current_reader())
    flash(_("It is back where it was."), "done")
    return redirect(item.path, 303)


@views.route("/restricted/<key>", methods=["GET", "POST"])
@steward
def open_restricted(key: str) -> ResponseReturnValue:
    """A steward opens one restricted item, with a written reason, for a day. Title and text are not
    shown before.
    """
    never_store()
    form = OpeningForm()
    ok = form.validate_on_submit()
    item = db().scalar(
        select(Item).where(Item.key == key, Item.visibility == Visibility.RESTRICTED)
    )
    if item is None or item.is_draft:
        abort(404)
    if ok:
        try:
            visibility.open_restricted(item, current_reader(), form.reason.data or "")
            flash(
                _("Open to you for 24 hours. Its author has been told, with your reason."), "notice"
            )
            return redirect(item.path, 303)
        except Refused as refusal:
            form.refuse(refusal)
    status = 422 if form.is_submitted() else 200
    return page("items/open_restricted.html", status=status, form=form)
