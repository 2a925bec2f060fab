"""The register of organisations (S81), and what ends with one (S24)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.world import fresh
from wiki.kernel.clock import today
from wiki.kernel.database import db, transaction
from wiki.people.models import MailDomain, Organisation, OrganisationArea, Person

NEW = {
    "name": "Harbour Radio",
    "sector": "culture",
    "specialisms": "Oral history",
    "description": "Two rooms above a chandler’s.",
    "areas": ["northside"],
    "domains": "@harbour.example, radio.harbour.example",
}


def address(organisation, below: str = "") -> str:
    return f"/steward/organisations/{organisation.key}{below}"


def count(statement) -> int:
    with transaction(writing=False):
        return db().scalar(statement) or 0


def seen_in(page: str) -> str:
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


def test_a_steward_adds_an_organisation(world, signed_in, visitor):
    answer = signed_in(world.stella).post("/steward/organisations/new", data=NEW)

    assert answer.status_code == 303
    with transaction(writing=False):
        made = db().scalar(select(Organisation).where(Organisation.name == "Harbour Radio"))
        assert made.confirmed_on == today()
        domains = db().scalars(select(MailDomain.domain)).all()
    assert set(domains) == {"harbour.example", "radio.harbour.example"}
    assert count(select(func.count()).where(OrganisationArea.organisation_id == made.id)) == 1
    assert "Harbour Radio" in visitor.get("/organisations").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "museum", "with this name already"),
        ("name", "", "Write its name"),
        ("sector", "", "Choose a sector"),
        ("domains", "not a domain!", "is not a mail domain"),
        ("domains", "localhost", "is not a mail domain"),
        ("description", "x" * 2001, "2,001 characters long"),
    ],
)
def test_what_is_wrong_is_said_and_kept(world, signed_in, field, value, sentence):
    answer = signed_in(world.stella).post("/steward/organisations/new", data={**NEW, field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "chandler" in answer.text or field == "description"
    assert count(select(func.count()).where(Organisation.name == NEW["name"])) == 0


def test_a_mail_domain_leads_to_one_organisation(world, signed_in):
    with transaction() as session:
        session.add(MailDomain(domain="harbour.example", organisation_id=world.museum.id))

    answer = signed_in(world.stella).post("/steward/organisations/new", data=NEW)

    assert answer.status_code == 422
    assert "harbour.example belongs to Museum" in answer.text


def test_changing_what_is_said_confirms_it(world, signed_in):
    stella = signed_in(world.stella)
    seen = seen_in(stella.get(address(world.museum)).text)
    form = {**NEW, "name": "Museum by the harbour", "seen": seen}

    assert stella.post(address(world.museum), data=form).status_code == 303

    with transaction(writing=False):
        museum = fresh(world.museum)
    assert (museum.name, museum.confirmed_on) == ("Museum by the harbour", today())


def test_still_right_is_one_press_and_lasts_a_year(world, signed_in, at):
    stella = signed_in(world.stella)
    unconfirmed = "/steward/organisations?standing=unconfirmed"
    assert ">Museum</a>" in stella.get(unconfirmed).text

    stella.post(address(world.museum, "/confirmation"))

    assert ">Museum</a>" not in stella.get(unconfirmed).text
    with transaction():
        fresh(world.museum).confirmed_on = today() - timedelta(days=366)
    assert ">Museum</a>" in stella.get(unconfirmed).text


def test_closing_needs_a_successor_or_the_gaps(world, signed_in):
    stella = signed_in(world.stella)
    where = address(world.museum, "/closing")

    assert stella.post(where, data={"successor": "", "gaps": " "}).status_code == 422
    assert stella.post(where, data={"successor": "", "gaps": "The loans boxes"}).status_code == 303

    page = signed_in(world.chidi).get(f"/organisations/{world.museum.key}").text
    assert "The loans boxes" in page


def test_its_people_are_offered_to_the_successor(world, signed_in):
    stella = signed_in(world.stella)
    form = {"successor": world.library.key, "gaps": ""}
    offer = stella.post(address(world.museum, "/closing"), data=form).location
    page = stella.get(offer).text
    assert "Bo Lind" in page
    assert "Dele Park" in page

    stella.post(
        address(world.museum, "/people"), data={"people": [world.bo.key], "to": world.library.key}
    )

    with transaction(writing=False):
        assert fresh(world.bo).organisation_id == world.library.id
        assert fresh(world.dele).organisation_id == world.museum.id


def test_what_a_closed_organisation_shared_stays(world, signed_in):  # invariant 10
    with transaction():
        path = world.item().path
    stella = signed_in(world.stella)

    stella.post(address(world.museum, "/closing"), data={"successor": "", "gaps": "All of it"})

    page = signed_in(world.chidi).get(path).text
    assert "Bo Lind" in page
    assert "Museum" in page
    assert signed_in(world.bo).get(path).status_code == 200


def test_nobody_moves_out_of_another_organisation(world, signed_in):
    """The people named must belong to the organisation of the address."""
    answer = signed_in(world.stella).post(
        address(world.museum, "/people"),
        data={"people": [world.chidi.key], "to": world.college.key},
    )

    assert answer.status_code == 422
    with transaction(writing=False):
        assert fresh(world.chidi).organisation_id == world.library.id


def test_a_closed_organisation_can_go_on(world, signed_in):
    stella = signed_in(world.stella)
    stella.post(address(world.museum, "/closing"), data={"successor": "", "gaps": "All of it"})

    stella.post(address(world.museum, "/closing/end"))

    with transaction(writing=False):
        museum = fresh(world.museum)
        assert museum.closed_at is None
        assert museum.gaps == ""
    assert count(select(func.count()).where(Person.organisation_id == world.museum.id)) == 2
