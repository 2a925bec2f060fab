"""The fixed lists: sectors, areas, learner groups."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from wiki.kernel.clock import today
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.people.models import Organisation
from wiki.people.vocabulary import Area, LearnerGroup, Sector


def stored(model, slug: str):
    with transaction(writing=False):
        return db().scalar(select(model).where(model.slug == slug))


def area(name: str, within: Area | None = None) -> Area:
    made = Area()
    made.lie_within(within)
    made.add(name, None)
    return made


def seen_in(page: str) -> str:
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


def test_an_entry_is_added_and_renamed_and_keeps_its_address(world, signed_in):
    stella = signed_in(world.stella)

    assert (
        stella.post("/steward/sectors", data={"name": "Faith", "watched": "y"}).status_code == 303
    )
    page = stella.get("/steward/sectors/faith").text
    form = {"name": "Faith and belief", "watched": "y", "seen": seen_in(page)}
    assert stella.post("/steward/sectors/faith", data=form).status_code == 303

    assert stored(Sector, "faith").name == "Faith and belief"
    assert stored(Sector, "faith").watched


def test_two_entries_have_two_names(world, signed_in):
    answer = signed_in(world.stella).post("/steward/learner-groups", data={"name": "adults"})

    assert answer.status_code == 422
    assert "There is one with this name already" in answer.text


def test_names_that_read_alike_in_an_address_get_two(world, session):
    first, second = LearnerGroup(), LearnerGroup()
    first.add("Parents & carers", None)
    second.add("Parents: carers", None)

    assert (first.slug, second.slug) == ("parents-carers", "parents-carers-2")


def test_what_is_used_stays_and_says_where(world, signed_in):
    stella = signed_in(world.stella)

    answer = stella.post("/steward/sectors/culture/removal")

    assert answer.status_code == 422
    assert "4 organisations" in answer.text
    assert stored(Sector, "culture") is not None


def test_what_nobody_uses_can_go(world, signed_in):
    signed_in(world.stella).post("/steward/areas/northside/removal")

    assert stored(Area, "northside") is None


def test_the_database_keeps_what_a_later_feature_uses(world, session):
    with pytest.raises(Refused):
        session.scalar(select(Sector)).remove(None)
    assert session.scalar(select(Organisation.sector_id).limit(1)) is not None


# -- areas


def test_no_area_lies_inside_itself(world, session):
    city = area("City")
    quarter = area("Quarter", within=city)
    street = area("Street", within=quarter)

    for inner in (city, quarter, street):
        with pytest.raises(Refused):
            city.lie_within(inner)
    street.lie_within(city)
    quarter.lie_within(street)  # turned round, but no circle


def test_a_circle_of_areas_is_refused_beside_the_field(world, signed_in):
    with transaction():
        area("Quayside", within=db().get(Area, world.area.id))
    stella = signed_in(world.stella)
    seen = seen_in(stella.get("/steward/areas/northside").text)
    form = {"name": "Northside", "parent": "quayside", "seen": seen}

    answer = stella.post("/steward/areas/northside", data=form)

    assert answer.status_code == 422
    assert "That area lies inside this one" in answer.text
    assert stored(Area, "northside").parent_id is None


def test_an_area_ends_and_can_no_longer_be_chosen(world, signed_in):
    stella = signed_in(world.stella)
    seen = seen_in(stella.get("/steward/areas/northside").text)
    yesterday = (today() - timedelta(days=1)).isoformat()
    form = {"name": "Northside", "parent": "", "valid_to": yesterday, "seen": seen}

    assert stella.post("/steward/areas/northside", data=form).status_code == 303

    assert "Northside" not in signed_in(world.bo).get("/account/profile").text
    assert "Ended" in stella.get("/steward/areas").text


def test_an_area_ends_after_it_began(world, session):
    with pytest.raises(Refused):
        Area().last(today(), today() - timedelta(days=1))
