"""Lists: who finds what in them, how they are narrowed, and that their size costs nothing."""

import re

import pytest
from sqlalchemy import insert, select

from wiki.items.choices import Basis
from wiki.items.following import Follow
from wiki.items.models import Item, ItemArea, ItemTag
from wiki.items.reuse import Outcome
from wiki.kernel.database import db, transaction
from wiki.kernel.naming import new_key
from wiki.people.models import Topic
from wiki.people.vocabulary import Area, Tag, TagAlias

LISTS = (
    "/insights",
    "/new",
    "/insights?sort=used",
    "/insights?sort=sure",
    "/tags/welcome",
    "/tags/welcome?kind=insights",
    "/areas/northside",
    "/insights?area=northside",
    "/insights?place=staying-on",
    "/communities/staying-on",
    "/communities/staying-on/insights",
)
TALKS = ("/conversations", "/discussions", "/communities/staying-on/conversations")


def put_in_area(item, area):
    db().add(ItemArea(item_id=item.id, area_id=area.id))
    db().flush()


def found(client, path, word):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return word in answer.text


@pytest.mark.parametrize("path", LISTS)
def test_a_restricted_item_is_listed_for_its_author_and_confirmed_members_only(
    world, signed_in, visitor, path
):  # invariant 2
    with transaction():
        item = world.item(title="Wagtail door", restricted=True, author=world.bo)
        put_in_area(item, world.area)
        open_one = world.item(title="Heron gate", author=world.bo)
        put_in_area(open_one, world.area)

    assert found(signed_in(world.bo), path, "Wagtail")
    for person in (world.chidi, world.dele, world.stella):
        assert found(signed_in(person), path, "Heron"), person.name
        assert not found(signed_in(person), path, "Wagtail"), person.name


@pytest.mark.parametrize("path", [*LISTS, *TALKS])
def test_visitors_find_only_what_is_public(app, world, visitor, path):
    with transaction() as session:
        session.merge(world.community).is_public = True
        for kind in ("insight", "discussion"):
            for title, public in (("Wagtail", False), ("Heron", True)):
                item = world.item(kind, title=f"{title} {kind}", public=public)
                put_in_area(item, world.area)

    text = visitor.get(path).text

    assert "Heron" in text
    assert "Wagtail" not in text
    assert "Bo Lind" not in text  # nobody's name, unless they chose so


@pytest.mark.parametrize("path", LISTS)
def test_drafts_and_what_was_withdrawn_are_in_no_list(world, signed_in, path):
    with transaction():
        draft = world.item(title="Wagtail draft", published=False)
        put_in_area(draft, world.area)
        gone = world.item(title="Wagtail gone")
        put_in_area(gone, world.area)
        gone.withdraw(world.bo, "It was wrong")

    assert not found(signed_in(world.bo), path, "Wagtail")


def test_conversations_can_be_narrowed_to_what_nobody_has_answered(world, signed_in):
    with transaction():
        world.item("discussion", title="Heron answered")
        item = world.item("discussion", title="Wagtail waits")
        answered = db().scalar(select(Item).where(Item.title == "Heron answered"))
        world.reply(answered)

    client = signed_in(world.chidi)

    assert found(client, "/conversations", "Heron")
    assert not found(client, "/conversations?show=unanswered", "Heron")
    assert found(client, "/conversations?show=unanswered", item.title)
    assert not found(client, "/communities/staying-on/conversations?show=unanswered", "Heron")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("place=staying-on", {"Heron"}),
        ("tag=Doors", {"Heron"}),
        ("tag=thresholds", {"Heron"}),
        ("area=northside", {"Heron"}),
        ("evidence=2", {"Heron"}),
        ("basis=data", {"Heron"}),
        ("place=skills-forum", {"Wagtail"}),
        ("origin=own_organisation", {"Heron", "Wagtail"}),
        ("intent=explore", set()),
        ("place=nowhere", set()),
        ("evidence=many", {"Heron", "Wagtail"}),
        ("place=staying-on&basis=own_experience", set()),
    ],
)
def test_filters_are_in_the_address(world, signed_in, asked, expected):
    with transaction():
        item = world.item(title="Heron", tags=("doors",), basis=Basis.DATA)
        put_in_area(item, world.area)
        tag = db().scalar(select(Tag).where(Tag.slug == "doors"))
        db().add(TagAlias(slug="thresholds", name="thresholds", tag_id=tag.id))
        world.item(title="Wagtail", place=world.forum)

    text = signed_in(world.chidi).get(f"/insights?{asked}").text

    assert {word for word in ("Heron", "Wagtail") if f">{word}<" in text} == expected


def test_lists_can_be_ordered_by_use_and_by_how_sure_we_are(world, signed_in):
    with transaction():
        used = world.item(title="Heron used")
        world.use(used, outcome=Outcome.WORKED)
        world.item(title="Wagtail new")

    client = signed_in(world.chidi)
    titles = [
        re.findall(r">((?:Heron|Wagtail) \w+)<", client.get(f"/insights{order}").text)
        for order in ("", "?sort=used", "?sort=sure", "?sort=nonsense")
    ]

    newest, by_use = ["Wagtail new", "Heron used"], ["Heron used", "Wagtail new"]
    assert titles == [newest, by_use, by_use, newest]


# -- subjects


def test_the_page_of_a_tag_tells_who_knows_about_it_to_those_inside(world, signed_in, visitor):
    with transaction():
        world.item(title="Heron", tags=("doors",), public=True)
        tag = db().scalar(select(Tag).where(Tag.slug == "doors"))
        tag.description = "Ways in and out"
        db().add(Topic(person_id=world.chidi.id, tag_id=tag.id))

    inside = signed_in(world.bo).get("/tags/doors").text
    outside = visitor.get("/tags/doors").text

    assert "Ways in and out" in inside
    assert "Chidi Obi" in inside
    assert "Staying on" in inside
    assert "Heron" in outside
    assert "Chidi Obi" not in outside
    assert "Staying on</a>" not in outside  # a place of the network only


def test_an_old_name_of_a_tag_redirects_and_an_unknown_one_is_not_there(world, visitor):
    with transaction():
        world.item(tags=("doors",), public=True)
        world.item(tags=("windows",))
        for slug, old in (("doors", "thresholds"), ("windows", "panes")):
            tag = db().scalar(select(Tag).where(Tag.slug == slug))
            db().add(TagAlias(slug=old, name=old, tag_id=tag.id))

    moved = visitor.get("/tags/thresholds")

    assert moved.status_code == 301
    assert moved.location == "/tags/doors"
    assert visitor.get("/tags/panes").status_code == 404  # nothing public is filed there
    assert visitor.get("/tags/nowhere").status_code == 404
    assert visitor.get("/areas/nowhere").status_code == 404


def test_following_a_tag_needs_no_membership(world, signed_in):  # S4
    with transaction():
        world.item(tags=("doors",))
    client = signed_in(world.chidi)

    assert 'aria-pressed="false"' in client.get("/tags/doors").text
    assert client.post("/following/tag/doors").status_code == 303
    assert 'aria-pressed="true"' in client.get("/tags/doors").text
    with transaction() as session:
        assert session.scalar(select(Follow.person_id)) == world.chidi.id


def test_the_index_counts_what_its_reader_can_read(world, signed_in, visitor):  # invariant 2
    with transaction():
        world.item(tags=("doors", "keys"), restricted=True)
        world.item(tags=("doors",))
        world.item(tags=("doors",), public=True)

    def counts(client):
        text = " ".join(client.get("/tags").text.split())
        return re.findall(r'/tags/(\w+)">\w+</a> <span class="meta">(\w+) item', text)

    assert counts(signed_in(world.bo)) == [("doors", "3"), ("keys", "one")]
    assert counts(signed_in(world.chidi)) == [("doors", "2")]
    assert counts(visitor) == [("doors", "one")]


def test_an_area_shows_what_was_learned_in_the_areas_inside_it(world, signed_in):
    with transaction() as session:
        inner = Area(slug="lock-street", name="Lock Street", parent_id=world.area.id)
        session.add(inner)
        session.flush()
        put_in_area(world.item(title="Heron"), inner)

    assert found(signed_in(world.chidi), "/areas/northside", "Heron")
    assert found(signed_in(world.chidi), "/areas/lock-street", "Northside")


# -- places


def test_a_community_shows_what_it_learned_brought_in_and_talks_about(world, signed_in):
    with transaction():
        learned = world.item(title="Heron insight")
        world.reply(learned)
        elsewhere = world.item(title="Wagtail from the forum", place=world.forum)
        world.use(elsewhere, by=world.dele, place=world.community, outcome=Outcome.DID_NOT_WORK)

    text = signed_in(world.chidi).get("/communities/staying-on").text

    assert text.count("Heron insight") == 2  # learned so far, and being talked about
    assert "Wagtail from the forum" in text
    assert "Didn’t work" in text
    assert "Insights (1)" in text


def test_what_was_brought_in_is_told_to_those_who_may_read_it(world, signed_in):  # invariant 2
    with transaction():
        elsewhere = world.item(title="Wagtail", place=world.community, restricted=True)
        world.use(elsewhere, by=world.dele, place=world.forum)

    assert not found(signed_in(world.chidi), "/forums/skills-forum", "Wagtail")
    assert found(signed_in(world.bo), "/forums/skills-forum", "Wagtail")


def test_without_a_name_nothing_in_a_list_says_who_wrote_it(world, signed_in):  # invariant 6
    with transaction():
        item = world.item(title="Heron")
        item.attribution = "role_only"
        world.use(world.item(title="Wagtail", place=None), by=world.chidi, place=world.community)

    for path in ("/insights", "/tags/welcome", "/communities/staying-on/insights"):
        text = signed_in(world.chidi).get(path).text
        row = text[text.index("Heron") : text.index("Heron") + 900]
        assert "Bo Lind" not in row.split("</article>")[0], path
        assert "Museum" not in row.split("</article>")[0], path


# -- size


def many(world, number):
    """So many items as one, each under the same tags and in the same area; written in bulk."""
    item = world.item("discussion", title="Heron", public=True)
    put_in_area(item, world.area)
    world.reply(item)
    db().flush()
    row = db().execute(select(Item.__table__).where(Item.id == item.id)).mappings().one()
    tag_id = db().scalar(select(ItemTag.tag_id).where(ItemTag.item_id == item.id))
    copies = [
        {**{name: value for name, value in row.items() if name != "id"}, "key": new_key()}
        for _ in range(number - 1)
    ]
    ids = db().scalars(insert(Item.__table__).returning(Item.__table__.c.id), copies).all()
    filed = [{"item_id": one, "tag_id": tag_id, "listed_at": row["listed_at"]} for one in ids]
    db().execute(insert(ItemTag), filed)
    db().execute(insert(ItemArea), [{"item_id": one, "area_id": world.area.id} for one in ids])


@pytest.mark.parametrize(
    "path",
    [
        "/new",
        "/discussions",
        "/discussions?page=3",
        "/conversations",
        "/tags",
        "/tags/welcome",
        "/areas/northside",
        "/communities/staying-on",
        "/communities/staying-on/conversations",
    ],
)
def test_a_list_costs_the_same_however_long_it_is(world, signed_in, count_statements, path):
    client = signed_in(world.chidi)
    with transaction():
        many(world, 10)
    client.get(path)  # the first request of a visit also writes when it was
    with count_statements() as few:
        client.get(path)
    with transaction():
        many(world, 300)
    with count_statements() as lots:
        answer = client.get(path)

    assert answer.status_code == 200
    assert len(lots) == len(few) <= 13  # twelve, and the one that asks who is there


def test_a_list_is_in_pages_of_twenty_without_counting(world, signed_in):
    with transaction():
        many(world, 45)
    client = signed_in(world.chidi)

    pages = [client.get(f"/discussions?page={number}").text for number in (1, 2, 3, 4)]

    assert [text.count('class="entry"') for text in pages] == [20, 20, 5, 0]
    assert 'rel="next"' in pages[1]
    assert 'rel="next"' not in pages[2]
