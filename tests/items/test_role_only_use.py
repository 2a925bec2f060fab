"""Who used something in a role only: neither person nor organisation is told (invariant 6)."""

import pytest

from wiki.home.news import latest_uses
from wiki.home.week import read_lead
from wiki.items.choices import Attribution
from wiki.kernel.clock import now
from wiki.kernel.database import transaction
from wiki.people.current import VISITOR


@pytest.fixture
def used(world):
    with transaction():
        item = world.item(public=True)
        world.use(item, by=world.chidi).attribution = Attribution.ROLE_ONLY
        return item


def test_its_page_names_no_organisation_of_who_used_it(used, world, visitor, signed_in):
    for client in (visitor, signed_in(world.amina), signed_in(world.stella)):
        text = client.get(used.path).text
        assert "We moved it to the door." in text
        assert "Library" not in text
        assert "Chidi" not in text


def test_the_front_pages_name_no_organisation_either(used, world, visitor, signed_in):
    with transaction(writing=False):
        for reader in (VISITOR, world.reader(world.amina)):
            (_start, knot) = read_lead(reader).knots
            assert knot.place == "A partner"
    assert "Library" not in visitor.get("/").text


def test_nor_does_catch_up(used, world, at):
    with at(days=1), transaction(writing=False):
        uses = latest_uses([used.id], used.published_at, world.reader(world.bo))

    assert uses == {} or {use.where for use in uses[used.id]} == {"A partner"}
    assert now()


def test_a_place_still_proposed_can_rely_on_nothing(used, world, signed_in):
    from wiki.places.models import Place

    with transaction() as session:
        session.get_one(Place, world.forum.id).convenor_id = world.dele.id
        community = session.get_one(Place, world.community.id)
        community.convenor_id, community.accepted_at = world.dele.id, None
    dele = signed_in(world.dele)

    offered = dele.get(used.path).text
    assert "Skills Forum would rely on this" in offered
    refused = dele.post(f"{used.path}/agreements", data={"place": world.community.id})
    assert refused.status_code == 403
    taken = dele.post(f"{used.path}/agreements", data={"place": world.forum.id})
    assert taken.status_code == 303
