"""Finding people and organisations, and their pages."""

import json

import pytest
from sqlalchemy import select

from tests.world import organisation, person
from wiki.kernel.database import transaction
from wiki.kernel.registry import registry
from wiki.people.changing import Profile, rewrite_profile
from wiki.people.models import Organisation, OrganisationArea, Person, Topic
from wiki.people.sections import PageAct, PagePart
from wiki.people.vocabulary import Sector, Tag, TagAlias


def write(who, **profile):
    with transaction() as session:
        rewrite_profile(session.get_one(Person, who.id), Profile(name=who.name, **profile))


def names_on(page, world):
    people = (world.amina, world.bo, world.chidi, world.dele, world.stella)
    found = page.partition('id="found"')[2]
    return [one.name.split()[0] for one in people if one.name in found]


@pytest.fixture
def topics(world):
    write(world.bo, knows="early years, drama", areas=("northside",))
    write(world.chidi, learning="early years")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Amina", "Bo", "Chidi", "Dele", "Stella"]),
        ("q=bo", ["Bo"]),
        ("q=LIND+bo", ["Bo"]),
        ("q=%25", []),
        ("organisation={museum}", ["Bo", "Dele"]),
        ("sector=culture", ["Amina", "Bo", "Chidi", "Dele", "Stella"]),
        ("sector=nonsense", []),
        ("area=northside", ["Bo"]),
        ("tag=early+years", ["Bo", "Chidi"]),
        ("tag=early+years&how=knows", ["Bo"]),
        ("tag=early+years&how=learning", ["Chidi"]),
        ("tag=eyfs&how=knows", ["Bo"]),
        ("tag=early+years&organisation={museum}", ["Bo"]),
        ("page=nonsense&area=&sector=", ["Amina", "Bo", "Chidi", "Dele", "Stella"]),
    ],
)
def test_the_directory_is_narrowed(signed_in, world, topics, query, found):
    with transaction() as session:
        tag = session.scalar(select(Tag).where(Tag.slug == "early-years"))
        session.add(TagAlias(slug="eyfs", name="eyfs", tag_id=tag.id))
    page = signed_in(world.amina).get("/people?" + query.format(museum=world.museum.key))

    assert page.status_code == 200
    assert names_on(page.text, world) == found


def test_htmx_gets_the_list_alone(signed_in, world):
    answer = signed_in(world.amina).get("/people?q=bo", headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div id="found">')
    assert "HX-Request" in answer.headers["Vary"]


def test_nobody_who_left_is_in_the_directory_but_their_page_stays(signed_in, world):
    with transaction() as session:
        session.get_one(Person, world.bo.id).disable(world.stella)
    client = signed_in(world.amina)

    assert "Bo" not in names_on(client.get("/people").text, world)
    page = client.get(f"/people/{world.bo.key}")
    assert page.status_code == 200
    assert "Bo Lind has left" in page.text


def many(number, world):
    with transaction() as session:
        museum = session.get_one(Organisation, world.museum.id)
        for index in range(number):
            made = person(f"Person Number{index:03}", museum)
            rewrite_profile(
                made, Profile(name=made.name, knows="drama, early years", learning="data")
            )


def test_the_directory_has_20_on_a_page_and_asks_as_often_whatever_its_size(
    signed_in, world, count_statements
):
    client = signed_in(world.amina)
    client.get("/people")
    with count_statements() as few:
        client.get("/people")
    many(45, world)
    with count_statements() as more:
        first = client.get("/people")
    last = client.get("/people?page=3")

    assert len(few) == len(more) <= 12
    assert first.text.count("Person Number") == 16
    assert "Person Number044" in last.text
    assert "Person Number000" not in last.text
    assert client.get("/people?page=99").status_code == 200


def test_the_page_of_a_person_asks_little(signed_in, world, topics, count_statements):
    client = signed_in(world.amina)
    client.get(f"/people/{world.bo.key}")
    with count_statements() as seen:
        assert client.get(f"/people/{world.bo.key}").status_code == 200

    assert len(seen) <= 12


def test_people_are_not_for_visitors(visitor, world):
    for path in ("/people", f"/people/{world.bo.key}", "/people/nobody"):
        assert visitor.get(path).status_code == 303
    assert visitor.get("/tags/completions?q=dr").status_code == 303


def test_nobody_of_that_key_is_nowhere(signed_in, world):
    assert signed_in(world.amina).get("/people/nobodyhere").status_code == 404
    assert signed_in(world.amina).get("/people/%00").status_code in (400, 404)
    assert signed_in(world.amina).get("/people?q=%00&tag=%00&area=%00").status_code == 200


def test_ones_own_page_leads_to_its_form_and_no_other_does(signed_in, world):
    client = signed_in(world.bo)

    assert "/account/profile" in client.get(f"/people/{world.bo.key}").text
    page = client.get(f"/people/{world.chidi.key}").text.partition('id="main"')[2]
    assert "/account/profile" not in page


def test_what_people_say_of_themselves_is_text(signed_in, world):
    write(world.bo, about="<script>alert(1)</script>", job_title="<b>Curator</b>")
    page = signed_in(world.amina).get(f"/people/{world.bo.key}").text

    assert "&lt;script&gt;" in page
    assert "<b>Curator" not in page


def test_later_features_add_parts_and_acts(app, signed_in, world, monkeypatch):
    asked = []

    def acts(reader, row):
        asked.append((reader.id, row.id))
        yield PageAct("Follow them", "/following/1", "bell", pressed=False)

    def parts(reader, row):
        if row.id == world.bo.id:
            yield PagePart("people/_agreement.html", aside=True)

    for name, function in (("profile_acts", acts), ("profile", parts)):
        monkeypatch.setattr(registry(name, app), "_entries", [(50, function)])
    client = signed_in(world.amina)
    page = client.get(f"/people/{world.bo.key}").text

    assert asked == [(world.amina.id, world.bo.id)]
    assert "Follow them" in page
    assert "I tell what didn’t work" in page
    assert "I tell what didn’t work" not in client.get(f"/people/{world.chidi.key}").text


# -- organisations


@pytest.fixture
def described(world):
    with transaction() as session:
        museum = session.get_one(Organisation, world.museum.id)
        museum.specialisms, museum.description = "Handling collections", "Four buildings."
        session.add(OrganisationArea(organisation_id=museum.id, area_id=world.area.id))


def test_anyone_reads_what_an_organisation_is_but_not_who_works_there(
    visitor, signed_in, world, described
):
    path = f"/organisations/{world.museum.key}"
    for client, sees_people in ((visitor, False), (signed_in(world.amina), True)):
        page = client.get(path)
        assert page.status_code == 200
        for words in ("Museum", "Culture", "Handling collections", "Four buildings.", "Northside"):
            assert words in page.text
        assert ("Bo Lind" in page.text) is sees_people
        assert (world.bo.key in page.text) is sees_people


def test_a_kept_page_of_an_organisation_holds_nobody(visitor, signed_in, world):
    path = f"/organisations/{world.museum.key}"
    signed_in(world.amina).get(path)

    assert "Bo Lind" not in visitor.get(path).text
    assert "Bo Lind" not in visitor.get(path).text
    assert "Bo Lind" in signed_in(world.amina).get(path).text


def test_a_closed_organisation_names_its_successor_and_its_gaps(visitor, world):
    with transaction() as session:
        museum = session.get_one(Organisation, world.museum.id)
        college = session.get_one(Organisation, world.college.id)
        museum.close(world.stella, college, "Its tours\nIts tea room")

    page = visitor.get(f"/organisations/{world.museum.key}").text
    for words in ("Closed", "City College", "Its tours", "Its tea room"):
        assert words in page
    assert "Museum" not in visitor.get("/organisations").text.partition('id="found"')[2]
    assert "Museum" in visitor.get("/organisations?closed=1").text.partition('id="found"')[2]


@pytest.mark.parametrize(
    ("query", "museum", "college"),
    [
        ("", True, True),
        ("?sector=culture", True, True),
        ("?sector=school", False, False),
        ("?area=northside", True, False),
        ("?closed=1", False, False),
    ],
)
def test_organisations_are_narrowed(visitor, described, query, museum, college):
    found = visitor.get(f"/organisations{query}").text.partition('id="found"')[2]

    assert ("Museum" in found, "City College" in found) == (museum, college)


def test_the_list_of_organisations_asks_as_often_whatever_its_size(
    visitor, world, count_statements
):
    with count_statements() as few:
        visitor.get("/organisations?page=1")
    with transaction() as session:
        sector = session.scalar(select(Sector))
        for number in range(30):
            organisation(f"Organisation {number:02}", sector)
    with count_statements() as more:
        page = visitor.get("/organisations?page=2")

    assert len(few) == len(more) <= 12
    assert "Organisation 29" in page.text


def test_an_organisation_nobody_knows_is_nowhere(visitor):
    assert visitor.get("/organisations/nothinghere").status_code == 404


# -- tags


@pytest.fixture
def words(app, world):
    """Two tags that are explained and two that Chidi knows about: others may learn of all four."""
    with transaction() as session:
        for name, more in (
            ("early years", "Before school."),
            ("early reading", ""),
            ("drama", ""),
            ("esol", "English for speakers of other languages."),
        ):
            tag = Tag(slug=name.replace(" ", "-"), name=name, description=more)
            session.add(tag)
            session.flush()
            if not more:
                session.add(Topic(person_id=world.chidi.id, tag_id=tag.id))
        years = session.scalar(select(Tag).where(Tag.slug == "early-years"))
        session.add(TagAlias(slug="nursery", name="nursery", tag_id=years.id))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ear", ["early reading", "early years"]),
        ("Early Y", ["early years"]),
        ("#dra", ["drama"]),
        ("nurs", ["early years"]),
        ("years", []),
        ("", []),
        ("%", []),
        ("_", []),
        ("-", []),
        ("x" * 5000, []),
    ],
)
def test_tags_are_completed_by_their_beginning_or_a_synonym(signed_in, world, words, typed, names):
    answer = signed_in(world.bo).get("/tags/completions", query_string={"q": typed})

    assert answer.status_code == 200
    assert [tag["name"] for tag in answer.json] == names


def test_a_completion_says_what_the_tag_means(signed_in, world, words):
    answer = signed_in(world.bo).get("/tags/completions?q=esol")

    assert json.loads(answer.text) == [
        {"name": "esol", "description": "English for speakers of other languages."}
    ]


def test_at_most_ten_are_offered(signed_in, world):
    with transaction() as session:
        tags = [Tag(slug=f"word-{n}", name=f"word {n}") for n in range(15)]
        session.add_all(tags)
        session.flush()
        session.add_all(Topic(person_id=world.chidi.id, tag_id=tag.id) for tag in tags)

    assert len(signed_in(world.bo).get("/tags/completions?q=word").json) == 10


def test_a_tag_of_nothing_one_may_read_is_not_offered(signed_in, world):
    with transaction() as session:
        session.add(Tag(slug="word", name="word"))

    assert signed_in(world.bo).get("/tags/completions?q=word").json == []
