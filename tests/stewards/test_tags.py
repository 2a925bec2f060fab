"""The ledger of tags: renaming, synonyms, and making one of two."""

from sqlalchemy import func, select

from wiki.items.following import Follow, Subject, follow
from wiki.items.models import Attribution, Item, ItemTag
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import Event
from wiki.people.models import Topic
from wiki.people.vocabulary import Tag, TagAlias, tags_called


def named(slug: str) -> Tag | None:
    with transaction(writing=False):
        return db().scalar(select(Tag).where(Tag.slug == slug))


def aliases() -> dict[str, int]:
    with transaction(writing=False):
        return dict(db().execute(select(TagAlias.slug, TagAlias.tag_id)).all())


def ids(statement) -> list[int]:
    with transaction(writing=False):
        return list(db().scalars(statement))


def seen_in(page: str) -> str:
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


def filed(world):
    """Two tags for one thing: items, people and follows under one of them, some under both."""
    only = world.item(title="Under the one", tags=("welcomes",))
    both = world.item(title="Under both", tags=("welcomes", "welcome"))
    draft = world.item(title="Not shared yet", tags=("welcomes",), published=False)
    hidden = world.item(title="Restricted", tags=("welcomes",), restricted=True)
    old, new = tags_called(["welcomes", "welcome"])
    db().add_all(
        [
            Topic(person_id=world.bo.id, tag_id=old.id),
            Topic(person_id=world.bo.id, tag_id=new.id),
            Topic(person_id=world.chidi.id, tag_id=old.id, learning=True),
            TagAlias(slug="greetings", name="greetings", tag_id=old.id),
        ]
    )
    follow(world.bo, Subject.TAG, old.id)
    follow(world.bo, Subject.TAG, new.id)
    follow(world.dele, Subject.TAG, old.id)
    return old.id, new.id, {only.id, both.id, draft.id, hidden.id}


def test_merging_moves_all_that_was_filed(world, signed_in):
    with transaction():
        old, new, items = filed(world)

    answer = signed_in(world.stella).post(
        "/steward/tags/welcomes/merging", data={"target": "welcome"}
    )

    assert answer.status_code == 303
    assert named("welcomes") is None
    assert set(ids(select(ItemTag.item_id).where(ItemTag.tag_id == new))) == items
    assert set(ids(select(Topic.person_id).where(Topic.tag_id == new))) == {
        world.bo.id,
        world.chidi.id,
    }
    follows = select(Follow.person_id).where(
        Follow.subject == Subject.TAG, Follow.subject_id == new
    )
    assert set(ids(follows)) == {world.bo.id, world.dele.id}
    assert ids(select(Follow.id).where(Follow.subject_id == old, Follow.subject == "tag")) == []
    assert aliases() == {"welcomes": new, "greetings": new}
    with transaction(writing=False):
        event = db().scalar(select(Event).where(Event.name == "tag.merged"))
        assert (event.thing_id, event.details) == (new, {"before": old})


def test_the_old_address_leads_to_the_tag_that_stays(world, signed_in):
    with transaction():
        filed(world)
    stella = signed_in(world.stella)
    stella.post("/steward/tags/welcomes/merging", data={"target": "welcome"})

    for address in ("/tags/welcomes", "/tags/greetings"):
        answer = signed_in(world.chidi).get(address)
        assert answer.status_code in (301, 302, 303, 308)
        assert answer.location.endswith("/tags/welcome")
    assert stella.get("/steward/tags/welcomes").location.endswith("/steward/tags/welcome")


def test_whoever_types_the_old_word_gets_the_tag_that_stays(world, signed_in):
    with transaction():
        filed(world)
    signed_in(world.stella).post("/steward/tags/welcomes/merging", data={"target": "welcome"})

    with transaction():
        assert [tag.slug for tag in tags_called(["Welcomes", "greetings"])] == ["welcome"]


def test_a_synonym_names_the_tag_to_merge_into(world, signed_in):
    with transaction():
        filed(world)
        tags_called(["first day"])
    stella = signed_in(world.stella)

    stella.post("/steward/tags/first-day/merging", data={"target": "greetings"})

    assert named("first-day") is None
    assert aliases()["first-day"] == named("welcomes").id


def test_nothing_is_merged_into_itself_or_into_nothing(world, signed_in):
    with transaction():
        filed(world)
    stella = signed_in(world.stella)
    where = "/steward/tags/welcomes/merging"

    for target in ("welcomes", "greetings", "no such tag"):
        assert stella.post(where, data={"target": target}).status_code == 422
    assert named("welcomes") is not None


def test_an_old_name_goes_on_working(world, signed_in):
    with transaction():
        world.item(tags=("porch",))
    stella = signed_in(world.stella)
    form = {"name": "Porches, ", "description": "Where people stop first."}
    form["seen"] = seen_in(stella.get("/steward/tags/porch").text)

    assert stella.post("/steward/tags/porch", data=form).location.endswith("/tags/porches")

    assert (named("porches").name, named("porches").description) == (
        "porches",
        "Where people stop first.",
    )
    assert aliases() == {"porch": named("porches").id}
    form["name"], form["seen"] = "porch", seen_in(stella.get("/steward/tags/porches").text)
    assert stella.post("/steward/tags/porches", data=form).status_code == 303
    assert list(aliases()) == ["porches"]  # and back again


def test_a_name_another_tag_has_is_refused(world, signed_in):
    with transaction():
        filed(world)
    stella = signed_in(world.stella)
    seen = seen_in(stella.get("/steward/tags/welcome").text)

    for name in ("welcomes", "greetings"):
        form = {"name": name, "description": "", "seen": seen}
        answer = stella.post("/steward/tags/welcome", data=form)
        assert answer.status_code == 422
        assert "merge the two" in answer.text


def test_synonyms_come_and_go(world, signed_in):
    with transaction():
        world.item(tags=("porch",))
    stella = signed_in(world.stella)

    stella.post("/steward/tags/porch/synonyms", data={"synonym": "Doorstep"})
    assert aliases() == {"doorstep": named("porch").id}
    again = stella.post("/steward/tags/porch/synonyms", data={"synonym": "doorstep"})
    assert again.status_code == 422
    stella.post("/steward/tags/porch/synonyms/doorstep/removal")
    assert aliases() == {}


def test_the_ledger_counts_what_anybody_could(world, signed_in):  # invariant 2
    with transaction():
        filed(world)

    page = signed_in(world.stella).get("/steward/tags?q=greet").text

    assert ">welcomes</a>" in page
    assert ">welcome</a>" not in page
    assert 'data-l="Items">2<' in page  # not the draft, not the restricted one


def test_a_tag_without_items_is_found_and_taken_away(world, signed_in):
    with transaction():
        (tag,) = tags_called(["nobody"])
        follow(world.bo, Subject.TAG, tag.id)
    stella = signed_in(world.stella)
    assert ">nobody</a>" in stella.get("/steward/tags?standing=unused").text

    assert stella.post("/steward/tags/nobody/removal").status_code == 303

    assert named("nobody") is None
    assert ids(select(Follow.id)) == []


def test_a_tag_only_a_draft_has_stays(world, signed_in):
    with transaction():
        world.item(tags=("secret garden",), published=False)

    answer = signed_in(world.stella).post("/steward/tags/secret-garden/removal")

    assert answer.status_code == 422
    assert named("secret-garden") is not None


def test_a_role_only_item_moves_like_any_other(world, signed_in):
    with transaction():
        item = world.item(tags=("porch",))
        item.attribution = Attribution.ROLE_ONLY
        tags_called(["door"])
    signed_in(world.stella).post("/steward/tags/porch/merging", data={"target": "door"})

    with transaction(writing=False):
        assert db().get(Item, item.id).tag_names() == ["door"]
        assert db().scalar(select(func.count()).select_from(ItemTag)) == 1
