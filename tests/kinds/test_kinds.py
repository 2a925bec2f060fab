from datetime import date

import pytest

from wiki.items.choices import Basis
from wiki.items.kinds import all_kinds, kind_called
from wiki.items.models import Item, Written
from wiki.kernel.errors import Refused
from wiki.kernel.markdown import read_many
from wiki.kernel.registry import registry

CASE_NOTE = ("setting", "what_happened", "viewpoints", "learned", "principle", "limits")


def begin(world, kind, *, tags=("welcome",), basis=Basis.DATA, author="bo", **texts):
    texts = {part.name: "" for part in kind_called(kind).parts} | texts
    written = Written(
        title="Tea first",
        texts=texts,
        rendered=read_many(texts),
        tags=tags,
        evidence_basis=basis,
    )
    person = getattr(world, author) if author else None
    return Item.begin(kind_called(kind), person, world.community, written)


def test_a_case_note_without_limits_is_not_shared(session, world):  # invariant 13
    note = begin(world, "case_note", principle="Ask first.")

    with pytest.raises(Refused, match="where this would not apply") as refusal:
        note.publish(world.bo)

    assert refusal.value.field == "limits"
    assert note.is_draft


def test_a_case_note_without_principle_is_not_shared(session, world):  # invariant 13
    note = begin(world, "case_note", limits="Where nobody waits.")

    with pytest.raises(Refused, match="wider principle"):
        note.publish(world.bo)


def test_a_case_note_with_principle_and_limits_is_shared_however_much_else_is_missing(
    session, world
):
    note = begin(world, "case_note", tags=(), principle="Ask first.", limits="Where nobody waits.")

    note.publish(world.bo)

    assert note.is_listed


def test_a_shared_case_note_does_not_lose_its_limits_in_an_edit(session, world):  # invariant 13
    note = world.item("case_note")
    texts = note.texts() | {"limits": ""}
    written = Written(title=note.title, texts=texts, rendered=read_many(texts))

    with pytest.raises(Refused, match="where this would not apply"):
        note.revise(world.chidi, written, version=1)


def test_an_imported_case_note_is_as_complete_as_its_original(session, world):
    note = begin(world, "case_note", author=None, what_happened="We moved the table.")

    note.publish(None)

    assert note.is_imported
    assert note.is_listed


def test_an_insight_needs_a_tag(session, world):  # invariant 13
    insight = begin(world, "insight", tags=())

    with pytest.raises(Refused, match="at least one tag"):
        insight.publish(world.bo)


def test_an_insight_says_how_we_know(session, world):  # invariant 13
    insight = begin(world, "insight", basis=None)

    with pytest.raises(Refused, match="how you know"):
        insight.publish(world.bo)


def test_an_insight_comes_from_the_own_organisation_unless_changed(session, world):  # invariant 13
    insight = begin(world, "insight")

    insight.publish(world.bo)

    assert insight.origin == "own_organisation"


@pytest.mark.parametrize("kind", ["discussion", "page"])
def test_a_discussion_or_page_needs_words(session, world, kind):
    with pytest.raises(Refused) as refusal:
        begin(world, kind).publish(world.bo)

    assert refusal.value.field == "body"


def test_every_kind_has_a_form_with_a_field_for_each_of_its_parts(app):
    with app.test_request_context("/"):
        for kind in all_kinds():
            form = kind.form()
            assert all(part.name in form for part in kind.parts)


def test_everything_that_can_be_shared_is_in_the_share_menu_in_its_order(app):
    names = [entry.values["kind"] for entry in registry("share", app)]

    assert names == ["insight", "case_note", "discussion", "page"]


def test_dates_are_not_in_the_text_of_a_form(app):
    """The restriction's review date is a date or nothing, never what was typed."""
    with app.test_request_context("/", method="POST", data={"restriction_review_on": "2026-09-30"}):
        form = kind_called("insight").form()
        assert form.restriction_review_on.data == date(2026, 9, 30)
