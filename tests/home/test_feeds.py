"""Atom feeds: well-formed whatever was written, and only what is public."""

from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import update

from wiki.items.choices import Attribution
from wiki.kernel.database import transaction
from wiki.people.models import Person
from wiki.places.models import Place

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feed.xml", "/tags/welcome/feed.xml", "/communities/staying-on/feed.xml")


def entries(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith("application/atom+xml")
    return fromstring(answer.data).findall(f"{ATOM}entry")


@pytest.fixture
def open_place(app, world):
    with transaction() as session:
        session.get(Place, world.community.id).is_public = True


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_holds_what_is_public_whoever_asks(world, visitor, signed_in, open_place, path):
    with transaction():
        world.item(title="Heron", public=True)
        world.item(title="Wagtail")
        world.item(title="Plover", restricted=True)

    for client in (visitor, signed_in(world.bo)):
        assert [one.findtext(f"{ATOM}title") for one in entries(client, path)] == ["Heron"]


@pytest.mark.parametrize("path", FEEDS)
def test_what_was_written_is_text_in_a_feed_and_never_markup(world, visitor, open_place, path):
    title = 'Herons & <b>gates</b> "say" ]]> \x0b\ufffe wait'
    with transaction():
        item = world.item(title="Heron", public=True)
        item.title, item.excerpt = title, "<script>alert(1)</script> & more"

    (entry,) = entries(visitor, path)

    assert entry.findtext(f"{ATOM}title") == 'Herons & <b>gates</b> "say" ]]>  wait'
    assert entry.findtext(f"{ATOM}summary") == "<script>alert(1)</script> & more"
    assert entry.find(f"{ATOM}link").get("href").startswith("http://")


def test_a_feed_names_organisations_and_only_people_who_chose_so(world, visitor):
    with transaction() as session:
        session.execute(
            update(Person).where(Person.id == world.amina.id).values(name_is_public=True)
        )
        world.item("discussion", title="1", author=world.bo, public=True)
        world.item("discussion", title="2", author=world.amina, public=True)
        quiet = world.item("discussion", title="3", author=world.chidi, public=True)
        quiet.attribution = Attribution.ROLE_ONLY

    authors = {
        one.findtext(f"{ATOM}title"): one.findtext(f"{ATOM}author/{ATOM}name")
        for one in entries(visitor, "/feed.xml")
    }

    assert authors == {"1": "Museum", "2": "Amina Hart", "3": "A partner"}


def test_there_is_no_feed_of_what_is_not_there_or_not_public(world, visitor):
    assert visitor.get("/tags/nowhere/feed.xml").status_code == 404
    assert visitor.get("/communities/nowhere/feed.xml").status_code == 404
    assert visitor.get("/communities/staying-on/feed.xml").status_code == 404
    assert visitor.get("/forums/staying-on/feed.xml").status_code == 404


def test_an_empty_feed_is_still_a_feed(world, visitor):
    assert entries(visitor, "/feed.xml") == []
