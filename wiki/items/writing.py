"""Writing: beginning an item, keeping a draft, sharing it, editing it with nobody's words lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import undefer

from wiki.items import policy
from wiki.items.choices import BASIS_LABELS, Intent, Origin, Visibility
from wiki.items.comparing import Piece, compare
from wiki.items.forms import ItemForm
from wiki.items.frames import shown
from wiki.items.kinds import Kind, PartOfText, kind_called
from wiki.items.models import Item
from wiki.items.offering import read_offered
from wiki.items.visibility import readable_by
from wiki.kernel.access import signed_in
from wiki.kernel.answers import wrong
from wiki.kernel.database import db, end_request
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.languages import _, _l
from wiki.kernel.naming import KEY_LENGTH
from wiki.kernel.pages import PER_PAGE, Pager, page, page_number
from wiki.kernel.registry import MenuEntry, registry
from wiki.people.current import Reader, current_reader
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.models import Place

views = Blueprint("writing", __name__)

#: What the buttons of the form are called.
BUTTONS = frozenset({"", "share", "draft", "preview", "save", "copy"})

INTENT_NOTES = {
    Intent.SHARE: _l("Others can use it as it is"),
    Intent.EXPLORE: _l("Not finished: think along"),
    Intent.SEEK_VIEWS: _l("Say what you would like to hear"),
}
#: What is asked for in the text, once it is said what the text is for.
PROMPTS = {
    Intent.EXPLORE: _l("What are you wondering about, and what makes you think so?"),
    Intent.SEEK_VIEWS: _l("What do you want views on, whose, and by when?"),
}
VISIBILITY_NOTES = {
    Visibility.PUBLIC: _l("Your name only if you allow that in your profile"),
    Visibility.NETWORK: _l("The usual choice: every signed-in person"),
    Visibility.RESTRICTED: _l(
        "Needs a reason and a date to look again, and is counted in the open"
    ),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """The item a form is about, as it was before the form was sent."""

    url: str
    title: str
    is_draft: bool
    is_imported: bool
    saved_at: datetime
    place: PlaceLabel | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page of an item would show of the text the server saw last."""

    parts: tuple[tuple[PartOfText, Markup | None], ...]
    is_imported: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of which two people saved different words."""

    label: Any
    theirs: list[Piece]
    yours: list[Piece]


# -- something new


@views.get("/<kind:kind>/new")
@signed_in
def new(kind: Kind) -> ResponseReturnValue:
    offered = read_offered(current_reader())
    place = offered.place_called(request.args.get("place", ""))
    form: ItemForm = kind.form(data=beginning(kind, place))
    form.narrow(None, is_author=True)
    form.offer(offered)
    return compose(kind, form, place=place)


def beginning(kind: Kind, place: PlaceLabel | None) -> dict[str, Any]:
    """What a new form already says: where it was opened, a sentence begun there, usual choices."""
    return {
        "title": request.args.get("sentence", "")[:1000],
        "place": place.slug if place else "",
        "origin": Origin.OWN_ORGANISATION,
        "visibility": Visibility.NETWORK,
        **kind.form.usual,
    }


@views.post("/<kind:kind>/new")
@signed_in
def create(kind: Kind) -> ResponseReturnValue:
    form = read_form(kind)
    offered = read_offered(current_reader())
    form.narrow(None, is_author=True)
    form.offer(offered)
    place = offered.place_called(form.place.data or "")
    if form.problems or form.asked == "preview":
        return compose(kind, form, place=place)
    try:
        item = Item.begin(kind, current_reader(), place_chosen(form), form.written())
        let_read(item, form)
        return finish(item, form)
    except Refused as refusal:
        form.refuse(refusal)
    end_request(keep=False)
    return compose(kind, form, place=place)


# -- something that is there


@views.get("/<kind:kind>/<ref>/edit")
@signed_in
def edit(kind: Kind, ref: str) -> ResponseReturnValue:
    item = find(kind, ref)
    if request.path != f"{item.path}/edit":
        return redirect(f"{item.path}/edit", 301)
    reader, place = current_reader(), label_of(item)
    if not policy.edit(reader, item):
        return not_yours(item)
    form: ItemForm = kind.form(data=values_of(item, place))
    form.narrow(item, is_author=policy.edit_claims(reader, item))
    form.offer(read_offered(reader), place)
    stored = tuple(
        (part, shown(item.html.get(part.name), item.references.get(part.name, ())))
        for part in kind.parts
    )
    preview = Preview(stored, item.is_imported, item.problem)
    return compose(kind, form, edited_of(item, place), preview=preview)


@views.post("/<kind:kind>/<ref>/edit")
@signed_in
def update(kind: Kind, ref: str) -> ResponseReturnValue:
    form = read_form(kind)
    item = find(kind, ref, to_change=True)
    reader, place = current_reader(), label_of(item)
    if not policy.edit(reader, item):
        return not_yours(item)
    edited = edited_of(item, place)
    form.narrow(item, is_author=policy.edit_claims(reader, item))
    form.offer(read_offered(reader), place)
    if form.asked == "draft" and not item.is_draft:
        form.refuse(Refused(_("This is shared by now: what you save, everybody reads.")))
    if form.problems or form.asked == "preview":
        return compose(kind, form, edited)
    try:
        if form.asked == "copy":
            return finish(begin_copy(item, form), form)
        save(item, form)
        return finish(item, form)
    except Stale as stale:
        return show_conflict(kind, form, item, edited, stale)
    except Refused as refusal:
        form.refuse(refusal)
    end_request(keep=False)
    return compose(kind, form, edited)


def save(item: Item, form: ItemForm) -> None:
    """Keep an edit: the text first, then where it hangs and who may read it."""
    reader, before = current_reader(), item.version
    reason = form.reason.data if "reason" in form else ""
    item.revise(reader, form.written(item), version=form.version.data or 0, reason=reason or "")
    if "visibility" in form and form.wanted_visibility is not Visibility.RESTRICTED:
        item.open_to(reader, form.wanted_visibility)
    moved = "place" in form and form.place.data is not None and move(item, form)
    if "visibility" in form:
        let_read(item, form)
    if item.version == before and not moved and not item.is_draft:
        flash(_("Nothing was changed."), "notice")


def move(item: Item, form: ItemForm) -> bool:
    before = item.place_id
    item.move(current_reader(), place_chosen(form))
    return item.place_id != before


def let_read(item: Item, form: ItemForm) -> None:
    """Set who may read a draft once it is shared."""
    wanted = form.wanted_visibility
    if wanted is Visibility.RESTRICTED:
        reason, review_on = form.restriction_reason.data or "", form.restriction_review_on.data
        item.restrict(current_reader(), reason, review_on)
    else:
        item.open_to(current_reader(), wanted)


def begin_copy(item: Item, form: ItemForm) -> Item:
    """Words written over an edit not yet seen, as a draft as restricted as the original."""
    place = db().get(Place, item.place_id) if item.place_id is not None else None
    if place is not None and not place.takes_items:
        place = None
    copy = Item.begin(item.declared, current_reader(), place, form.written(item))
    if item.visibility == Visibility.RESTRICTED and place is not None:
        copy.visibility = item.visibility
        copy.restriction_reason = item.restriction_reason
        copy.restriction_review_on = item.restriction_review_on
    return copy


def finish(item: Item, form: ItemForm) -> ResponseReturnValue:
    """Share it if that was asked, say what came of it, and lead on."""
    was_draft = item.is_draft
    if was_draft and form.asked == "share":
        item.publish(current_reader())
    if item.problem:
        flash(item.problem, "notice")
    if item.is_draft:
        flash(_("Saved as a draft. Only you can see it."), "done")
        return redirect(f"{item.path}/edit", 303)
    flash(shared_with(item) if was_draft else _("Saved."), "done")
    return redirect(item.path, 303)


def shared_with(item: Item) -> str:
    place = label_of(item)
    if item.visibility == Visibility.RESTRICTED and place is not None:
        return _("Shared with the confirmed members of %(place)s.", place=place.name)
    return _("Shared with everyone.")


def show_conflict(
    kind: Kind, form: ItemForm, item: Item, edited: Edited, stale: Stale
) -> ResponseReturnValue:
    """Both texts side by side; the form keeps the reader's own and now carries the new version."""
    theirs: ItemForm = kind.form(formdata=None, data=values_of(item, edited.place))
    theirs.offer(read_offered(current_reader()), edited.place)
    form.version.process(None, stale.version)
    form.version.raw_data = None
    differences = [
        Difference(form[name].label.text, *both_sides(said(theirs, name), said(form, name)))
        for name in form.compared
        if name in form and said(theirs, name) != said(form, name)
    ]
    return compose(kind, form, edited, status=409, conflict=stale, differences=differences)


def said(form: ItemForm, name: str) -> str:
    """What a field says, in words."""
    field = form[name]
    if not hasattr(field, "iter_choices"):
        return field.data or ""
    groups = field.iter_groups() if field.has_groups() else [(None, field.iter_choices())]
    return ", ".join(
        str(choice.label) for _group, choices in groups for choice in choices if choice.selected
    )


def both_sides(theirs: str, yours: str) -> tuple[list[Piece], list[Piece]]:
    pieces = compare(theirs, yours)
    return (
        [piece for piece in pieces if piece.change != "added"],
        [piece for piece in pieces if piece.change != "removed"],
    )


# -- drafts


@views.get("/drafts")
@signed_in
def drafts() -> ResponseReturnValue:
    number = page_number()
    pager = Pager(number, has_next=False)
    found = (
        db()
        .execute(
            mine_unshared(current_reader())
            .order_by(Item.updated_at.desc(), Item.id.desc())
            .limit(PER_PAGE + 1)
            .offset(pager.offset)
        )
        .all()
    )
    rows = [draft_row(row) for row in found[:PER_PAGE]]
    return page("writing/drafts.html", drafts=rows, pager=Pager(number, len(found) > PER_PAGE))


@dataclass(frozen=True, slots=True)
class Draft:
    key: str
    url: str
    kind: Kind
    title: str
    place: PlaceLabel | None
    saved_at: datetime


def mine_unshared(reader: Reader) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Item.key,
            Item.slug,
            Item.kind,
            Item.title,
            Item.updated_at,
            Place.slug.label("place_slug"),
            Place.name.label("place_name"),
            Place.kind.label("place_kind"),
            Place.thread.label("place_thread"),
        )
        .outerjoin(Place, Place.id == Item.place_id)
        .where(Item.author_id == reader.id, Item.published_at.is_(None))
    )
    return statement


def draft_row(row: Any) -> Draft:
    kind = kind_called(row.kind)
    place = place_label(row.place_slug, row.place_name, row.place_kind, row.place_thread)
    url = f"/{kind.path}/{row.key}-{row.slug}"
    return Draft(row.key, url, kind, row.title, place, row.updated_at)


@views.get("/drafts/<key>/removal")
@signed_in
def confirm_removal(key: str) -> ResponseReturnValue:
    row = db().execute(mine_unshared(current_reader()).where(Item.key == key)).first()
    return page("writing/throw_away.html", draft=draft_row(row) if row else abort(404))


@views.post("/drafts/<key>/removal")
@signed_in
def throw_away(key: str) -> ResponseReturnValue:
    reader = current_reader()
    unshared = select(Item).where(
        Item.key == key, Item.author_id == reader.id, Item.published_at.is_(None)
    )
    item = db().scalar(unshared.with_for_update(of=Item)) or abort(404)
    item.discard(reader)
    flash(_("The draft is gone."), "done")
    return redirect(url_for(".drafts"), 303)


# -- how


def find(kind: Kind, ref: str, *, to_change: bool = False) -> Item:
    """The item with all its texts, in one statement; hidden and unknown are the same 404."""
    model = kind.model
    statement: Select[Item] = (
        select(model)
        .where(model.key == ref[:KEY_LENGTH], readable_by(current_reader()))
        .options(undefer(model.body), undefer(model.html), undefer(model.references))
    )
    if to_change:
        statement = statement.with_for_update(of=Item)
    item: Item = db().scalar(statement) or abort(404)
    return item


def read_form(kind: Kind) -> ItemForm:
    """The form as it was sent, checked and rendered before the database is asked for anything."""
    form: ItemForm = kind.form()
    if form.asked not in BUTTONS:
        abort(400)
    form.validate_on_submit()
    return form


def values_of(item: Item, place: PlaceLabel | None) -> dict[str, Any]:
    """What the form of this item says before anybody types."""
    return {
        **item.texts(),
        "title": item.title,
        "summary": item.summary,
        "tags": ", ".join(item.tag_names()),
        "place": place.slug if place else "",
        "areas": item.area_ids(),
        "learner_groups": item.learner_group_ids(),
        "intent": item.intent,
        "evidence_basis": item.evidence_basis,
        "origin": item.origin,
        "visibility": item.visibility,
        "restriction_reason": item.restriction_reason,
        "restriction_review_on": item.restriction_review_on,
        "version": item.version,
    }


def edited_of(item: Item, place: PlaceLabel | None) -> Edited:
    return Edited(item.path, item.title, item.is_draft, item.is_imported, item.updated_at, place)


def label_of(item: Item) -> PlaceLabel | None:
    if item.place_id is None:
        return None
    columns = (Place.slug, Place.name, Place.kind, Place.thread)
    row = db().execute(select(*columns).where(Place.id == item.place_id)).one()
    return place_label(*row)


def place_chosen(form: ItemForm) -> Place | None:
    slug = form.place.data
    return db().scalar(select(Place).where(Place.slug == slug)) if slug else None


def compose(
    kind: Kind,
    form: ItemForm,
    item: Edited | None = None,
    *,
    place: PlaceLabel | None = None,
    preview: Preview | None = None,
    status: int = 0,
    **more: Any,
) -> ResponseReturnValue:
    """The form, with everything that was typed."""
    imported = item.is_imported if item else False
    return page(
        f"kinds/{kind.name}/compose.html",
        status=status or (422 if form.problems else 200),
        kind=kind,
        form=form,
        item=item,
        place=item.place if item else place,
        preview=preview or Preview(rendered_parts(kind, form), imported, problem_of(form)),
        as_page=form.asked == "preview" and not form.problems,
        has_errors=bool(form.problems) or status == 409,
        completions=url_for("people.tag_completions"),
        basis_notes={basis: note for basis, (_label, note) in BASIS_LABELS.items()},
        intent_notes=INTENT_NOTES,
        visibility_notes=VISIBILITY_NOTES,
        prompt=PROMPTS.get(form.intent.data) if "intent" in form else None,
        **more,
    )


def rendered_parts(kind: Kind, form: ItemForm) -> tuple[tuple[PartOfText, Markup | None], ...]:
    rendered: Mapping[str, Any] = form.rendered
    return tuple(
        (part, shown(one.html, one.references) if (one := rendered.get(part.name)) else None)
        for part in kind.parts
    )


def problem_of(form: ItemForm) -> str:
    return next((one.problem for one in form.rendered.values() if one.problem), "") or ""


def not_yours(item: Item) -> ResponseReturnValue:
    """Refused to somebody who can read it: who may, and the way back."""
    if item.withdrawn_at is not None:
        return redirect(item.path, 303)
    return wrong(
        403,
        _("Only its author edits this."),
        _("You can reply to it, and say there what you would change."),
        way_on_url=item.path,
        way_on=_("Back to “%(title)s”", title=item.title),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
    registry("account", app).add(MenuEntry(_l("Drafts"), "writing.drafts", "pencil"), position=20)
