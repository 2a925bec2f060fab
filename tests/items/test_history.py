import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.world import fresh
from wiki.items.choices import Attribution
from wiki.items.kinds import kind_called
from wiki.items.models import Item, Revision, Written
from wiki.kernel.database import transaction
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.markdown import Rendered, read_many


def made(world, *args, **more) -> Item:
    with transaction():
        return world.item(*args, **more)


def laid_out(texts):
    """As if rendered: what the text becomes does not matter here."""
    return {name: Rendered(f"<p>{len(text)}</p>", text) for name, text in texts.items()}


def revise(item: Item, by, title: str | None = None, *, tags=("welcome",), reason="", **texts):
    """An edit of the item as it is now."""
    item = fresh(item)
    all_texts = item.texts() | texts
    written = Written(title or item.title, all_texts, read_many(all_texts), tags=tags)
    item.revise(by, written, version=item.version, reason=reason)
    return item


@pytest.fixture
def chidi(signed_in, world):
    return signed_in(world.chidi)


@pytest.fixture
def edited(world):
    """Shared by Bo, edited by Chidi and again by Bo."""
    item = made(world, "case_note", texts={"limits": "Not in winter."})
    with transaction():
        revise(item, world.chidi, limits="Not in the rain.", reason="Asked around")
        return revise(item, world.bo, title="Tea before forms")


# -- rules


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("edit"), st.text("abc \n", max_size=5), st.sampled_from(["a", "b", "a,b"])
        ),
        st.tuples(st.just("restore"), st.integers(1, 12), st.none()),
    ),
    max_size=12,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(steps)
def test_edits_and_restores_lose_nothing(session, world, steps):  # invariant 5
    kind = kind_called("page")
    texts = {"body": "first"}
    item = Item.begin(kind, world.bo, None, Written("T", texts, laid_out(texts), tags=("a",)))
    item.publish(world.bo)
    for act, what, tags in steps:
        if act == "edit":
            texts = {"body": f"x{what}"}
            written = Written("T", texts, laid_out(texts), tags=tuple(tags.split(",")))
            item.revise(world.chidi, written, version=item.version)
        elif what <= item.version:
            revision = session.scalars(
                select(Revision).where(Revision.item_id == item.id, Revision.number == what)
            ).one()
            kept = revision.kept
            item.restore(revision, world.dele, laid_out(kept["texts"]), item.version)
            assert item.texts() == kept["texts"]
            assert set(item.tag_names()) == set(kept["tags"])

    numbers = session.scalars(select(Revision.number).where(Revision.item_id == item.id)).all()
    assert sorted(numbers) == list(range(1, item.version + 1))
    newest = session.scalars(
        select(Revision).where(Revision.item_id == item.id, Revision.number == item.version)
    ).one()
    assert newest.kept == item.versioned()
    assert item.author_id == world.bo.id


def test_a_restored_version_brings_back_title_tags_areas_and_learners(session, world):
    item = world.item()
    texts = item.texts()
    first = Written(
        "With areas",
        texts,
        laid_out(texts),
        tags=("a", "b"),
        area_ids=(world.area.id,),
        learner_group_ids=(world.group.id,),
    )
    item.revise(world.bo, first, version=1)
    item.revise(world.chidi, Written("Bare", texts, laid_out(texts), tags=("c",)), version=2)

    revision = session.scalars(select(Revision).where(Revision.number == 2)).one()
    item.restore(revision, world.bo, laid_out(texts), version=3)

    assert item.title == "With areas"
    assert item.tag_names() == ["a", "b"]
    assert item.area_ids() == [world.area.id]
    assert item.learner_group_ids() == [world.group.id]


def test_restoring_leaves_the_claims_to_the_author(session, world):
    item = world.item()
    texts = item.texts()
    data = Written("T", texts, laid_out(texts), tags=("a",), evidence_basis="data")
    item.revise(world.bo, data, version=1)

    revision = session.scalars(select(Revision).where(Revision.number == 1)).one()
    item.restore(revision, world.chidi, laid_out(texts), version=2)

    assert item.evidence_basis == "data"


def test_a_change_of_areas_alone_is_a_version(session, world):
    item = world.item()
    written = Written(
        item.title, item.texts(), laid_out(item.texts()), ("welcome",), (world.area.id,)
    )

    item.revise(world.chidi, written, version=1)

    assert item.version == 2
    with pytest.raises(Stale):
        item.revise(world.bo, written, version=1)


def test_only_a_draft_is_discarded_and_its_versions_with_it(session, world):
    draft, shared = world.item(published=False), world.item()

    draft.discard(world.bo)
    with pytest.raises(Refused, match="withdrawn"):
        shared.discard(world.bo)

    assert session.scalar(select(func.count()).select_from(Item)) == 1
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_a_conflict_names_an_editor_but_never_a_role_only_author(session, world):  # invariant 6
    item = world.item()
    item.attribution = Attribution.ROLE_ONLY
    revise(item, world.bo, title="By the author")
    with pytest.raises(Stale) as by_author:
        item.check_version(1)
    revise(item, world.chidi, title="By another")
    with pytest.raises(Stale) as by_another:
        item.check_version(1)

    assert by_author.value.by == "the author"
    assert by_another.value.by == "Chidi Obi"


# -- pages


def test_the_history_says_who_when_and_why(chidi, edited):
    page = chidi.get(f"{edited.path}/history").text

    assert page.index("Version 3") < page.index("Version 2") < page.index("Version 1")
    assert "Chidi Obi" in page
    assert "Bo Lind" in page
    assert "Asked around" in page


def test_a_version_is_shown_as_it_was_written(chidi, world):
    item = made(world, "page", texts={"body": "Some *words* <script>alert(1)</script>"})
    with transaction():
        revise(item, world.bo, body="Other words")

    page = chidi.get(f"{item.path}/history/1").text

    assert "Some *words* &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "Make this the newest again" in page


def test_two_versions_are_compared_word_by_word(chidi, edited):
    page = chidi.get(f"{edited.path}/history/compare?from=1&to=2").text

    assert '<del><span class="vh">[removed: </span>winter' in page
    assert '<ins><span class="vh">[added: </span>the rain' in page
    assert "Title" not in page.split("<main")[1].split("hung")[1]

    newest = chidi.get(f"{edited.path}/history/compare").text
    assert "From version 2 to version 3" in newest


def test_versions_that_never_were_are_not_found(chidi, edited):
    for address in (
        "history/4",
        "history/0",
        f"history/{10**30}",
        "history/-1",
        "history/compare?from=1&to=9",
        "history/compare?from=x",
        f"history/compare?to={'9' * 5000}",
        f"history/compare?to={10**12}",
    ):
        assert chidi.get(f"{edited.path}/{address}").status_code == 404, address


def test_history_is_for_those_who_can_read_it(signed_in, chidi, visitor, world):
    item = made(world, author=world.amina, restricted=True)

    assert signed_in(world.bo).get(f"{item.path}/history").status_code == 200
    for address in ("history", "history/1", "history/compare"):
        assert chidi.get(f"{item.path}/{address}").status_code == 404
        assert visitor.get(f"{item.path}/{address}").status_code == 303
    answer = chidi.post(f"{item.path}/history/1/restoration", data={"version": 1})
    assert answer.status_code == 404


def test_what_the_draft_was_before_sharing_only_its_author_sees(signed_in, chidi, world):
    item = made(world, "page", published=False, texts={"body": "Names a child"})
    with transaction():
        item = revise(item, world.bo, body="Names nobody")
        item.publish(world.bo)
        revise(item, world.bo, body="Names nobody at all")
    bo = signed_in(world.bo)

    assert "Version 1" in bo.get(f"{item.path}/history").text
    assert bo.get(f"{item.path}/history/1").status_code == 200
    assert "Version 2" in (page := chidi.get(f"{item.path}/history").text)
    assert "Version 1" not in page
    assert chidi.get(f"{item.path}/history/2").status_code == 200
    for address in ("history/1", "history/compare?from=1&to=2", "history/compare?from=1&to=3"):
        assert chidi.get(f"{item.path}/{address}").status_code == 404
    answer = chidi.post(f"{item.path}/history/1/restoration", data={"version": 3})
    assert answer.status_code == 404


def test_a_role_only_author_is_not_named_in_the_history(chidi, world, edited):  # invariant 6
    with transaction():
        fresh(edited).attribution = Attribution.ROLE_ONLY

    for address in ("history", "history/1", "history/compare?from=1&to=3"):
        page = chidi.get(f"{edited.path}/{address}").text
        assert "Bo Lind" not in page
        assert "Museum" not in page
        assert "The author" in page
    assert "Chidi Obi" in chidi.get(f"{edited.path}/history").text


def test_history_of_what_was_withdrawn_leads_to_the_reason(chidi, world, edited):
    with transaction():
        fresh(edited).withdraw(world.bo, "It was wrong")

    for address in ("history", "history/1", "history/compare"):
        answer = chidi.get(f"{edited.path}/{address}")
        assert answer.status_code == 303
        assert answer.location == edited.path
    answer = chidi.post(f"{edited.path}/history/1/restoration", data={"version": 3})
    assert answer.status_code == 403


def test_long_histories_come_in_pages_and_ask_the_same_few_questions(
    chidi, world, count_statements
):
    item = made(world, "page")
    chidi.get("/drafts")  # the first page of a visit also writes down that it began
    with count_statements() as few:
        chidi.get(f"{item.path}/history")
    with transaction():
        for number in range(24):
            revise(item, world.bo, title=f"Title {number}")

    with count_statements() as many:
        page = chidi.get(f"{item.path}/history").text

    assert len(few) == len(many) <= 12
    assert "Version 25" in page
    assert "Version 5<" not in page
    assert "Version 5<" in chidi.get(f"{item.path}/history?page=2").text


# -- restoring


def test_anyone_who_may_edit_restores_a_version(chidi, world, edited):
    answer = chidi.post(
        f"{edited.path}/history/1/restoration", data={"version": 3}, follow_redirects=True
    )

    assert "Version 1 is the newest again." in answer.text
    assert "Not in winter." in answer.text
    with transaction():
        item = fresh(edited)
        assert (item.version, item.title) == (4, "Tea first, forms later")
        assert item.limits == "Not in winter."


def test_restoring_over_an_edit_not_seen_changes_nothing(chidi, edited):
    answer = chidi.post(f"{edited.path}/history/1/restoration", data={"version": 2})

    assert answer.status_code == 409
    assert "Bo Lind saved this while you were reading." in answer.text
    with transaction():
        assert fresh(edited).version == 3


def test_of_a_discussion_only_the_author_restores(chidi, signed_in, world):
    item = made(world, "discussion")
    with transaction():
        revise(item, world.bo, body="Other words")

    assert "Make this the newest" not in chidi.get(f"{item.path}/history/1").text
    address = f"{item.path}/history/1/restoration"
    assert chidi.post(address, data={"version": 2}).status_code == 403
    assert signed_in(world.bo).post(address, data={"version": 2}).status_code == 303


def test_the_newest_version_and_unknown_ones_are_not_restored(chidi, edited):
    for number, status in ((3, 404), (9, 404), (0, 404)):
        address = f"{edited.path}/history/{number}/restoration"
        assert chidi.post(address, data={"version": 3}).status_code == status
    address = f"{edited.path}/history/1/restoration"
    assert chidi.post(address, data={"version": ""}).status_code == 409
    assert chidi.post(address, data={"version": 3, "title": "x"}).status_code == 400
