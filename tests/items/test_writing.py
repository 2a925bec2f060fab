from datetime import date

import pytest
from sqlalchemy import func, select

from tests.world import fresh
from wiki.items.choices import Visibility
from wiki.items.listeners import author_can_open, tell_author_of_edit
from wiki.items.models import Item, Revision, Written
from wiki.kernel import markdown
from wiki.kernel.clock import now
from wiki.kernel.database import db, transaction
from wiki.kernel.mail import Mail
from wiki.kernel.markdown import read_many
from wiki.kernel.outbox import Delivery, Event
from wiki.people.models import Person
from wiki.people.vocabulary import Area
from wiki.places import membership
from wiki.places.models import Place

INSIGHT = {
    "title": "Tea first, forms later",
    "evidence_basis": "own_experience",
    "tags": "welcome, first visits",
}
CASE_NOTE = {
    "title": "The half-past-three library",
    "what_happened": "We moved the *hour*.",
    "principle": "Go where people wait.",
    "limits": "Where nobody waits.",
    "nobody_recognisable": "y",
    "quoted_know": "y",
}


def only_item() -> Item:
    with transaction() as session:
        return session.scalars(select(Item).order_by(Item.id.desc()).limit(1)).one()


def number_of_items() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Item)) or 0


@pytest.fixture
def bo(signed_in, world):
    return signed_in(world.bo)


@pytest.fixture
def chidi(signed_in, world):
    return signed_in(world.chidi)


def made(world, *args, **more) -> Item:
    with transaction():
        return world.item(*args, **more)


def edit_of(item: Item, **changes: object) -> dict[str, object]:
    """What a form of this item sends when somebody else changes something."""
    texts = item.texts()
    return {"title": item.title, "tags": "welcome", "version": item.version, **texts, **changes}


# -- sharing something new


@pytest.mark.parametrize("kind", ["insights", "case-notes", "discussions", "pages"])
def test_each_kind_has_a_form(bo, kind):
    answer = bo.get(f"/{kind}/new")

    assert answer.status_code == 200
    assert b"Share with everyone" in answer.data


def test_visitors_sign_in_first(visitor):
    assert visitor.get("/insights/new").status_code == 303
    assert visitor.post("/insights/new", data=INSIGHT).status_code == 401


def test_three_fields_share_an_insight_with_everyone(bo, chidi):
    answer = bo.post("/insights/new", data=INSIGHT | {"do": "share"}, follow_redirects=True)

    assert answer.status_code == 200
    assert "Shared with everyone." in answer.text
    item = only_item()
    assert item.is_listed
    assert (item.visibility, item.origin) == ("network", "own_organisation")
    assert chidi.get(item.path).status_code == 200


def test_what_is_missing_is_said_beside_each_field_and_nothing_is_stored(bo):
    answer = bo.post("/insights/new", data={"do": "share", "body": "Kept <b>words</b>"})

    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert "Write your insight in one sentence." in answer.text
    assert "Choose how you know." in answer.text
    assert "Add at least one tag" in answer.text
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in answer.text
    assert number_of_items() == 0


def test_an_insight_begun_in_a_place_is_begun_with_its_sentence(bo, world):
    page = bo.get(f"/insights/new?place={world.community.slug}&sentence=Ask+%3Cfirst%3E").text

    assert f'<option selected value="{world.community.slug}">' in page
    assert "Ask &lt;first&gt;" in page


def test_a_place_that_closed_or_never_was_is_not_offered(bo, world):
    assert world.closed.slug not in bo.get("/insights/new").text
    assert bo.get("/insights/new?place=nowhere").status_code == 200

    for slug in (world.closed.slug, "nowhere", "\x00"):
        answer = bo.post("/insights/new", data=INSIGHT | {"do": "share", "place": slug})
        assert answer.status_code == (303 if slug == "\x00" else 422)


def test_an_insight_is_shared_in_its_place(bo, world):
    bo.post("/insights/new", data=INSIGHT | {"do": "share", "place": world.community.slug})

    assert only_item().place_id == world.community.id


def test_a_case_note_is_refused_without_limits_and_consents_but_can_be_kept(bo):
    data = CASE_NOTE | {"limits": ""}
    del data["quoted_know"]

    refused = bo.post("/case-notes/new", data=data | {"do": "share"})
    assert refused.status_code == 422
    assert "Say where this would not apply" in refused.text
    assert "Check that those you quote know it" in refused.text
    assert "Go where people wait." in refused.text
    assert number_of_items() == 0

    kept = bo.post("/case-notes/new", data=data | {"do": "draft"}, follow_redirects=True)
    assert "Saved as a draft" in kept.text
    assert only_item().is_draft


def test_a_case_note_with_principle_limits_and_consents_is_shared(bo):
    answer = bo.post("/case-notes/new", data=CASE_NOTE | {"do": "share"}, follow_redirects=True)

    assert answer.status_code == 200
    assert "<em>hour</em>" in answer.text
    assert "Still finding out." in answer.text


@pytest.mark.parametrize("kind", ["discussions", "pages"])
def test_a_discussion_and_a_page_are_shared(bo, kind):
    data = {"title": "Do prizes help?", "body": "We wonder.", "do": "share"}

    assert bo.post(f"/{kind}/new", data=data).status_code == 303
    assert only_item().is_listed


def test_a_preview_shows_the_page_and_stores_nothing(bo):
    answer = bo.post("/case-notes/new", data=CASE_NOTE | {"do": "preview"})

    assert answer.status_code == 200
    assert "We moved the <em>hour</em>." in answer.text
    assert "We moved the *hour*." in answer.text
    assert number_of_items() == 0


def test_a_restriction_at_posting_needs_place_reason_and_date(bo, world):
    data = INSIGHT | {"do": "share", "visibility": "restricted"}

    for more, sentence in (
        ({}, "Only what belongs to a forum or community"),
        ({"place": "staying-on"}, "Say why others in the network should not read this."),
        (
            {"place": "staying-on", "restriction_reason": "Names people"},
            "within the next 12 months",
        ),
        (
            {
                "place": "staying-on",
                "restriction_reason": "Names people",
                "restriction_review_on": "2027-09-30",
            },
            "within the next 12 months",
        ),
        ({"restriction_review_on": "soon"}, "Give a date"),
    ):
        answer = bo.post("/insights/new", data=data | more)
        assert answer.status_code == 422, more
        assert sentence in answer.text
    assert number_of_items() == 0


def test_a_restricted_insight_is_shared_with_the_members_only(bo, chidi, signed_in, world):
    amina = signed_in(world.amina)
    data = INSIGHT | {
        "do": "share",
        "place": world.community.slug,
        "visibility": "restricted",
        "restriction_reason": "Names a learner’s situation",
        "restriction_review_on": "2026-09-30",
    }

    answer = amina.post("/insights/new", data=data, follow_redirects=True)

    assert "Shared with the confirmed members of Staying on." in answer.text
    item = only_item()
    assert item.restriction_review_on == date(2026, 9, 30)
    assert bo.get(item.path).status_code == 200
    assert chidi.get(item.path).status_code == 404


def test_an_author_may_share_with_the_public(bo, visitor):
    bo.post("/insights/new", data=INSIGHT | {"do": "share", "visibility": "public"})

    assert visitor.get(only_item().path).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"evidence_basis": "hearsay"},
        {"origin": "\x00"},
        {"intent": "x" * 5000},
        {"visibility": "secret"},
        {"areas": "9" * 5000},
        {"areas": str(10**30)},
        {"areas": "first"},
        {"learner_groups": "0"},
        {"title": "x" * 201},
        {"tags": ",".join(f"tag{n}" for n in range(13))},
        {"tags": "t" * 41},
        {"tags": "---"},
        {"tags": "x, " * 400},
        {"body": "long " * 12_001},
        {"restriction_review_on": "99999-01-01"},
    ],
)
def test_what_no_form_would_send_gets_a_sentence_and_stores_nothing(bo, wrong):
    answer = bo.post("/insights/new", data=INSIGHT | {"do": "share"} | wrong)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert number_of_items() == 0


def test_a_text_that_is_too_long_is_told_with_its_count(bo):
    answer = bo.post("/case-notes/new", data=CASE_NOTE | {"learned": "x" * 61_000, "do": "draft"})

    assert answer.status_code == 422
    assert "61,0" in answer.text
    assert "60,000 fit" in answer.text
    assert "x" * 61_000 in answer.text


def test_unknown_fields_and_buttons_are_refused(bo):
    assert bo.post("/insights/new", data=INSIGHT | {"author_id": "1"}).status_code == 400
    assert bo.post("/insights/new", data=INSIGHT | {"do": "publish"}).status_code == 400
    assert bo.get("/rumours/new").status_code == 404


def test_what_no_text_holds_is_dropped(bo):
    data = INSIGHT | {"title": "Tea\x00 \x07first,\nforms", "body": "a\x00b\x0bc", "do": "share"}

    bo.post("/insights/new", data=data)

    item = only_item()
    assert item.title == "Tea first, forms"
    with transaction():
        assert fresh(item).texts()["body"] == "abc"


def test_a_repeated_field_counts_once(bo):
    data = {**INSIGHT, "title": ["First", "Second"], "do": "share"}

    bo.post("/insights/new", data=data)

    assert only_item().title == "First"


def test_the_author_is_told_when_a_text_could_not_be_laid_out(bo, monkeypatch):
    def slow(texts, **_more):
        return {n: markdown.Rendered("<p>x</p>", t, problem="Too slow.") for n, t in texts.items()}

    monkeypatch.setattr(markdown, "read_many", slow)

    answer = bo.post(
        "/insights/new", data=INSIGHT | {"body": "[" * 9, "do": "share"}, follow_redirects=True
    )

    assert "Too slow." in answer.text


# -- drafts


def test_a_draft_is_its_authors_alone(bo, chidi, signed_in, world, visitor):
    bo.post("/insights/new", data={"title": "Half a thought", "do": "draft"})
    draft = only_item()

    assert draft.is_draft
    assert bo.get(f"{draft.path}/edit").status_code == 200
    unknown = chidi.get("/insights/aaaaaaaaaa-half-a-thought/edit")
    for other in (chidi, signed_in(world.stella)):
        for address in (draft.path, f"{draft.path}/edit", f"{draft.path}/history"):
            answer = other.get(address)
            assert answer.status_code == 404
            assert len(answer.data) == len(other.get("/insights/aaaaaaaaaa/edit").data)
        assert other.post(f"{draft.path}/edit", data=INSIGHT).status_code == 404
        assert other.get(f"/drafts/{draft.key}/removal").status_code == 404
        assert other.post(f"/drafts/{draft.key}/removal").status_code == 404
    assert unknown.status_code == 404
    assert "Half a thought" in bo.get("/drafts").text
    assert "Half a thought" not in chidi.get("/drafts").text


def test_a_draft_without_a_title_can_be_kept_and_found_again(bo):
    bo.post("/case-notes/new", data={"what_happened": "We moved it.", "do": "draft"})

    assert "Untitled" in bo.get("/drafts").text
    assert "We moved it." in bo.get(f"{only_item().path}/edit").text


def test_a_draft_is_continued_and_shared(bo, chidi):
    bo.post("/case-notes/new", data={"title": "Moved", "do": "draft"})
    draft = only_item()

    data = CASE_NOTE | {"version": draft.version, "do": "share"}
    answer = bo.post(f"{draft.path}/edit", data=data, follow_redirects=True)

    assert "Shared with everyone." in answer.text
    assert chidi.get(fresh_path(draft)).status_code == 200


def fresh_path(item: Item) -> str:
    with transaction():
        return fresh(item).path


def test_the_restriction_of_a_draft_can_be_changed_with_its_place(bo, world):
    restricted = {
        "visibility": "restricted",
        "restriction_reason": "Names people",
        "restriction_review_on": "2026-09-30",
    }
    bo.post("/insights/new", data=INSIGHT | restricted | {"place": "staying-on", "do": "draft"})
    draft = only_item()
    assert draft.visibility == Visibility.RESTRICTED

    moved = bo.post(
        f"{draft.path}/edit",
        data=INSIGHT | restricted | {"place": "skills-forum", "version": 1, "do": "draft"},
    )
    assert moved.status_code == 303
    nowhere = bo.post(
        f"{draft.path}/edit",
        data=INSIGHT | restricted | {"place": "", "version": 1, "do": "draft"},
    )
    assert nowhere.status_code == 422
    opened = bo.post(
        f"{draft.path}/edit",
        data=INSIGHT | {"visibility": "network", "place": "", "version": 1, "do": "draft"},
    )
    assert opened.status_code == 303
    with transaction():
        assert fresh(draft).visibility == Visibility.NETWORK
        assert fresh(draft).place_id is None


def test_saving_as_a_draft_what_is_shared_meanwhile_changes_nothing(bo, world):
    item = made(world)

    answer = bo.post(
        f"{item.path}/edit",
        data=edit_of(item, title="Unfinished", visibility="network", do="draft"),
    )

    assert answer.status_code == 422
    assert "This is shared by now" in answer.text
    assert "Unfinished" in answer.text
    with transaction():
        assert fresh(item).title == "Tea first, forms later"


def test_a_draft_is_not_shared_in_a_community_that_closed_meanwhile(bo, world):
    bo.post("/insights/new", data=INSIGHT | {"place": world.community.slug, "do": "draft"})
    draft = only_item()
    with transaction() as session:
        session.get(Place, world.community.id).closed_at = now()

    data = INSIGHT | {"place": world.community.slug, "version": 1, "do": "share"}
    refused = bo.post(f"{draft.path}/edit", data=data)
    assert refused.status_code == 422
    assert "This place takes nothing new." in refused.text

    assert bo.post(f"{draft.path}/edit", data=data | {"place": ""}).status_code == 303


def test_a_draft_is_thrown_away_on_a_page_of_its_own(bo):
    bo.post("/insights/new", data=INSIGHT | {"do": "draft"})
    draft = only_item()

    assert bo.get(f"/drafts/{draft.key}/removal").status_code == 200
    assert number_of_items() == 1
    gone = bo.post(f"/drafts/{draft.key}/removal", follow_redirects=True)

    assert "The draft is gone." in gone.text
    assert "No drafts" in gone.text
    assert number_of_items() == 0


def test_what_is_shared_is_not_thrown_away(bo, world):
    item = made(world)

    assert bo.get(f"/drafts/{item.key}/removal").status_code == 404
    assert bo.post(f"/drafts/{item.key}/removal").status_code == 404


# -- editing


def test_anyone_who_can_read_it_improves_it_and_history_names_both(chidi, world):
    item = made(world, "case_note")

    answer = chidi.post(
        f"{item.path}/edit",
        data=edit_of(item, limits="Not in winter.", reason="Asked the caretaker", do="save"),
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "Saved." in answer.text
    assert "Not in winter." in answer.text
    history = chidi.get(f"{item.path}/history").text
    assert "Chidi Obi" in history
    assert "Bo Lind" in history
    assert "Asked the caretaker" in history
    with transaction():
        assert fresh(item).author_id == world.bo.id  # invariant 5


def test_an_unchanged_save_makes_no_version(chidi, world):
    item = made(world)

    answer = chidi.post(f"{item.path}/edit", data=edit_of(item, do="save"), follow_redirects=True)

    assert "Nothing was changed." in answer.text
    with transaction() as session:
        assert fresh(item).version == 1
        assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_only_the_author_changes_what_is_claimed(bo, chidi, world):
    item = made(world)

    assert "evidence_basis" not in chidi.get(f"{item.path}/edit").text
    for claim in ({"evidence_basis": "data"}, {"origin": "abroad"}, {"place": ""}):
        assert chidi.post(f"{item.path}/edit", data=edit_of(item, **claim)).status_code == 400

    assert "evidence_basis" in bo.get(f"{item.path}/edit").text
    answer = bo.post(f"{item.path}/edit", data=edit_of(item, evidence_basis="data", do="save"))
    assert answer.status_code == 303
    with transaction():
        changed = fresh(item)
        assert (changed.evidence_basis, changed.evidence, changed.version) == ("data", 2, 2)


def test_only_its_author_edits_a_discussion_and_others_learn_who_can(bo, chidi, world):
    item = made(world, "discussion")

    assert bo.get(f"{item.path}/edit").status_code == 200
    refused = chidi.get(f"{item.path}/edit")
    assert refused.status_code == 403
    assert "Only its author edits this." in refused.text
    assert chidi.post(f"{item.path}/edit", data=edit_of(item, body="No.")).status_code == 403


def test_outsiders_do_not_learn_that_a_restricted_item_can_be_edited(bo, chidi, world):
    item = made(world, author=world.amina, restricted=True)

    assert bo.get(f"{item.path}/edit").status_code == 200
    assert chidi.get(f"{item.path}/edit").status_code == 404
    assert chidi.post(f"{item.path}/edit", data=edit_of(item)).status_code == 404


def test_leaving_a_place_ends_editing_at_once(bo, world):
    item = made(world, author=world.amina, restricted=True)
    assert bo.get(f"{item.path}/edit").status_code == 200

    with transaction():
        membership.membership_of(world.bo.id, world.community.id).end(world.bo)

    assert bo.get(f"{item.path}/edit").status_code == 404


def test_what_was_withdrawn_is_not_edited(bo, world):
    item = made(world)
    with transaction():
        fresh(item).withdraw(world.bo, "It was wrong")

    assert bo.get(f"{item.path}/edit").status_code == 303
    answer = bo.post(f"{item.path}/edit", data=edit_of(item, title="Back", do="save"))
    assert answer.status_code == 303
    with transaction():
        assert fresh(item).title == "Tea first, forms later"


def test_an_edit_that_empties_a_needed_part_is_refused_with_everything_kept(chidi, world):
    item = made(world, "case_note")

    answer = chidi.post(
        f"{item.path}/edit", data=edit_of(item, principle="", learned="New words", do="save")
    )

    assert answer.status_code == 422
    assert "wider principle" in answer.text
    assert "New words" in answer.text
    with transaction():
        assert fresh(item).version == 1


def test_a_wrong_slug_leads_to_the_right_address_and_a_wrong_kind_nowhere(bo, world):
    item = made(world)

    assert bo.get(f"/insights/{item.key}-other/edit").location.endswith(f"{item.path}/edit")
    assert bo.get(f"/pages/{item.key}-{item.slug}/edit").status_code == 404


def test_the_author_moves_an_item_but_not_out_of_its_restriction(bo, world):
    item, restricted = made(world), made(world, restricted=True)

    answer = bo.post(f"{item.path}/edit", data=edit_of(item, place="skills-forum", do="save"))
    assert answer.status_code == 303
    refused = bo.post(
        f"{restricted.path}/edit", data=edit_of(restricted, place="skills-forum", do="save")
    )
    assert refused.status_code == 422
    assert "Open it to the network first" in refused.text
    with transaction() as session:
        assert fresh(item).place_id == world.forum.id
        assert fresh(restricted).place_id == world.community.id
        assert session.scalar(select(Event.details).where(Event.name == "item.moved")) == {
            "before": world.community.id
        }


def test_an_item_of_a_closed_community_can_be_repaired_where_it_is(bo, world):
    item = made(world)
    with transaction() as session:
        session.get(Place, world.community.id).closed_at = now()

    assert f'<option selected value="{world.community.slug}">' in bo.get(f"{item.path}/edit").text
    data = edit_of(item, title="Mended", place=world.community.slug, do="save")
    assert bo.post(f"{item.path}/edit", data=data).status_code == 303


def test_a_preview_of_an_edit_stores_nothing(chidi, world):
    item = made(world, "page")

    answer = chidi.post(f"{item.path}/edit", data=edit_of(item, body="*New*", do="preview"))

    assert answer.status_code == 200
    assert "<em>New</em>" in answer.text
    with transaction():
        assert fresh(item).version == 1


def test_the_edit_page_asks_the_same_few_questions_however_much_there_is(
    bo, world, count_statements
):
    item = made(world, "case_note")
    bo.get("/drafts")  # the first page of a visit also writes down that it began
    with count_statements() as few:
        bo.get(f"{item.path}/edit")
    long = made(
        world,
        "case_note",
        tags=tuple(f"tag {n}" for n in range(12)),
        texts={"learned": "word " * 2000},
    )
    with transaction() as session:
        session.add_all(Area(slug=f"area-{n}", name=f"Area {n}") for n in range(40))

    with count_statements() as many:
        assert bo.get(f"{long.path}/edit").status_code == 200

    assert len(few) == len(many) <= 12


# -- two at once


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(bo, chidi, world):
    item = made(world, "case_note")
    first = chidi.post(f"{item.path}/edit", data=edit_of(item, limits="Not in winter.", do="save"))
    assert first.status_code == 303

    second = bo.post(f"{item.path}/edit", data=edit_of(item, limits="Not in the rain.", do="save"))

    assert second.status_code == 409
    assert "Chidi Obi saved this while you were writing" in second.text
    assert "winter" in second.text
    assert "rain" in second.text
    assert 'name="version" type="hidden" value="2"' in second.text
    with transaction():
        assert fresh(item).limits == "Not in winter."

    merged = bo.post(
        f"{item.path}/edit",
        data=edit_of(item, limits="Not in winter or in the rain.", version=2, do="save"),
    )
    assert merged.status_code == 303
    with transaction():
        assert fresh(item).limits == "Not in winter or in the rain."
        assert fresh(item).version == 3


def test_mine_can_be_kept_as_a_draft_of_its_own(chidi, bo, world):
    item = made(world, "case_note", restricted=False)
    bo.post(f"{item.path}/edit", data=edit_of(item, limits="Not in winter.", do="save"))

    answer = chidi.post(
        f"{item.path}/edit",
        data=edit_of(item, limits="Not in the rain.", do="copy"),
        follow_redirects=True,
    )

    assert "Saved as a draft" in answer.text
    copy = only_item()
    assert copy.is_draft
    assert copy.author_id == world.chidi.id
    with transaction():
        assert fresh(item).limits == "Not in winter."


def test_a_draft_made_of_a_restricted_text_is_as_restricted(bo, world):
    item = made(world, author=world.amina, restricted=True)

    bo.post(f"{item.path}/edit", data=edit_of(item, do="copy"))

    copy = only_item()
    assert copy.author_id == world.bo.id
    assert copy.visibility == Visibility.RESTRICTED
    assert copy.restriction_reason == item.restriction_reason


@pytest.mark.parametrize("version", ["", "0", "one", "9" * 30, "9" * 5000, "-1"])
def test_a_form_without_its_version_overwrites_nothing(chidi, world, version):
    item = made(world)

    data = edit_of(item, title="Overwritten", version=version, do="save")

    assert chidi.post(f"{item.path}/edit", data=data).status_code in (409, 422)
    with transaction():
        assert fresh(item).title == "Tea first, forms later"


# -- who is told


def revised_by(world, item: Item, person: Person) -> Event:
    texts = item.texts() | {"body": "Other words."}
    item.revise(person, Written("Tea", texts, read_many(texts), tags=("a",)), version=item.version)
    return db().scalars(select(Event).where(Event.name == "item.revised")).one()


def test_the_author_is_told_by_mail_when_somebody_else_edits(session, world):
    item = world.item()
    event = revised_by(world, item, world.chidi)
    assert session.scalar(
        select(Delivery.id).where(
            Delivery.event_id == event.id, Delivery.listener.endswith("tell_author_of_edit")
        )
    )

    tell_author_of_edit(event)

    letter = session.scalars(select(Mail)).one()
    assert letter.to == world.bo.email
    assert letter.subject == "Chidi Obi edited something you wrote"
    assert f"{item.path}/history/compare?from=1&to=2" in letter.body
    assert "http" in letter.body
    assert "Other words" not in letter.body
    assert author_can_open(letter)


def test_nobody_is_told_of_their_own_edit(session, world):
    item = world.item()

    tell_author_of_edit(revised_by(world, item, world.bo))

    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_an_author_who_left_is_not_told(session, world):
    item = world.item()
    event = revised_by(world, item, world.chidi)
    session.get(Person, world.bo.id).disable(world.stella)

    tell_author_of_edit(event)

    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_mail_about_what_was_withdrawn_meanwhile_is_not_sent(session, world):
    item = world.item()
    tell_author_of_edit(revised_by(world, item, world.chidi))
    letter = session.scalars(select(Mail)).one()
    assert author_can_open(letter)

    item.withdraw(world.bo, "It was wrong")
    session.flush()

    assert not author_can_open(letter)
