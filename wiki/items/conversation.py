"""Replying: writing, editing and taking back what one said under an item."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.items import policy
from wiki.items.frames import REPLIES_PER_PAGE
from wiki.items.kinds import Kind
from wiki.items.models import Item
from wiki.items.replies import Reply, ReplyKind, reply, said_already
from wiki.items.show import find, place_of, show_page
from wiki.items.talking import ReplyForm
from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db, end_request, row_id
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.languages import _
from wiki.kernel.pages import page
from wiki.people.current import current_reader

views = Blueprint("conversation", __name__)


@views.post("/<kind:kind>/<ref>/replies")
@signed_in
def create(kind: Kind, ref: str) -> ResponseReturnValue:
    form = ReplyForm()
    ok = form.validate_on_submit()
    item = find(kind, ref)
    allow(policy.react(current_reader(), item))
    if ok:
        try:
            quoted = quoted_reply(item, form.quotes.data)
            reader, body = current_reader(), form.body.data or ""
            kind_of = ReplyKind(form.kind.data or "comment")
            made = said_already(item, reader, body) or reply(
                item, reader, body, form.rendered, kind_of, quoted
            )
            return redirect(address_of(item, made), 303)
        except Refused as refusal:
            form.refuse(refusal)
    end_request(keep=False)
    return show_page(kind, ref, form=form, status=422)


def quoted_reply(item: Item, reply_id: int | None) -> Reply | None:
    if not reply_id:
        return None
    return db().scalar(
        select(Reply).where(Reply.id == row_id(reply_id), Reply.item_id == item.id)
    ) or abort(404)


def address_of(item: Item, made: Reply) -> str:
    """The page of replies this one is on, at its place."""
    number = -(-item.reply_count // REPLIES_PER_PAGE)
    query = f"?page={number}" if number > 1 else ""
    return f"{item.path}{query}#reply-{made.id}"


@views.get("/<kind:kind>/<ref>/replies/new")
@signed_in
def new(kind: Kind, ref: str) -> ResponseReturnValue:
    """The reply form with somebody's words quoted in it."""
    item = find(kind, ref)
    allow(policy.reply(current_reader(), item, place_of(item)))
    form = ReplyForm(formdata=None)
    quoted = quoted_reply(item, request.args.get("quotes", type=int))
    if quoted is not None and quoted.withdrawn_at is None:
        form.quotes.data = quoted.id
        form.body.data = "".join(f"> {line}\n" for line in quoted.body.splitlines()) + "\n"
    return page("items/reply.html", form=form, item=item, reply=None)


def find_mine(item: Item, reply_id: int) -> Reply:
    """A reply of one's own that stands; anybody else's is not to be changed."""
    found = db().scalar(
        select(Reply).where(
            Reply.id == reply_id, Reply.item_id == item.id, Reply.withdrawn_at.is_(None)
        )
    )
    if found is None:
        abort(404)
    allow(found.author_id == current_reader().id)
    return found


@views.route("/<kind:kind>/<ref>/replies/<int:reply_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(kind: Kind, ref: str, reply_id: int) -> ResponseReturnValue:
    form = ReplyForm()
    ok = form.validate_on_submit()
    item = find(kind, ref)
    mine = find_mine(item, reply_id)
    theirs, status = None, 422 if form.is_submitted() else 200
    if request.method == "GET":
        form.body.data, form.kind.data, form.version.data = mine.body, mine.kind, mine.version
    if ok:
        try:
            mine.revise(
                current_reader(),
                form.body.data or "",
                form.rendered,
                version=form.version.data or 0,
                kind=ReplyKind(form.kind.data or "comment"),
            )
            return redirect(f"{item.path}#reply-{mine.id}", 303)
        except Stale as stale:
            form.refuse(stale)
            theirs, status = stale.theirs["body"], 409
            form.version.data, form.version.raw_data = stale.version, None
        except Refused as refusal:
            form.refuse(refusal)
    return page("items/reply.html", status=status, form=form, item=item, reply=mine, theirs=theirs)


@views.route("/<kind:kind>/<ref>/replies/<int:reply_id>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdraw(kind: Kind, ref: str, reply_id: int) -> ResponseReturnValue:
    item = find(kind, ref)
    mine = find_mine(item, reply_id)
    if request.method == "GET":
        return page("items/withdraw_reply.html", item=item, reply=mine)
    mine.withdraw(current_reader())
    flash(_("Taken back. A line says that something stood here."), "done")
    return redirect(item.path, 303)
