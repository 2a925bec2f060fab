"""What visitors read of places counts nothing they may not see, and follows what changes."""

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from wiki.kernel.database import db, transaction
from wiki.kernel.site import Site
from wiki.people.current import VISITOR
from wiki.people.models import Person
from wiki.places.directory import Sought, read_page
from wiki.places.models import Place, PlaceKind


@pytest.fixture
def public_forum(world):
    with transaction():
        db().execute(update(Place).where(Place.id == world.forum.id).values(is_public=True))


def communities_counted(reader):
    rows, _pager = read_page(reader, PlaceKind.FORUM, Sought.from_address(MultiDict(), reader), 1)
    return rows[0].communities


def test_a_visitor_counts_only_the_communities_they_see(world, public_forum):
    with transaction(writing=False):
        assert communities_counted(world.reader(world.bo)) == 1
        assert communities_counted(VISITOR) == 0


def test_kept_pages_no_longer_hold_when_somebody_can_no_longer_sign_in(world):
    with transaction() as session:
        before = session.scalar(select(Site.generation))
        session.get_one(Person, world.bo.id).disable(None)  # organisations present are counted
        assert session.scalar(select(Site.generation)) > before


@pytest.mark.parametrize("year", ["0001", "1066", "9999"])
def test_a_date_of_no_time_of_ours_is_told_beside_its_field(world, signed_in, year):
    form = {
        "name": "Far off",
        "challenge": "When?",
        "home": "skills-forum",
        "starts_on": f"{year}-01-01",
        "ends_on": f"{year}-12-31",
        "convening": "me",
        "audience": "network",
        "thread": "1",
    }

    answer = signed_in(world.bo).post("/communities/new", data=form)

    assert answer.status_code == 422
    assert "Give a date, like 2026-04-16." in answer.text
