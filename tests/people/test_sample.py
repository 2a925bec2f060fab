import re

import pytest
from sqlalchemy import update

from wiki.kernel.database import transaction
from wiki.kernel.site import Site
from wiki.people.models import Person


@pytest.fixture
def sample(app, world):
    with transaction() as session:
        session.execute(update(Site).values(is_sample=True))
        session.execute(
            update(Person).where(Person.id == world.amina.id).values(sample_as="A convenor")
        )


def test_on_a_sample_one_signs_in_as_somebody_without_a_password(visitor, world, sample):
    page = visitor.get("/sample").text
    assert page.index("Amina Hart") < page.index("<details") < page.index("Bo Lind")
    assert "A convenor" in page

    answer = visitor.post("/sample", data={"person": world.bo.key})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Bo Lind" in visitor.get("/account/profile").text


def test_the_sign_in_page_of_a_sample_leads_there(visitor, sample):
    assert 'href="/sample"' in visitor.get("/sign-in").text


def test_on_a_real_site_there_is_no_such_page(visitor, signed_in, world):
    assert visitor.get("/sample").status_code == 404
    assert visitor.post("/sample", data={"person": world.bo.key}).status_code == 404
    assert signed_in(world.stella).get("/sample").status_code == 404
    assert "/sample" not in visitor.get("/sign-in").text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_it_answers_on_this_machine(visitor, sample, host):
    assert visitor.get("/sample", headers={"Host": host}).status_code == 200


def test_it_answers_nowhere_else_even_where_the_site_does(another_app, world, sample):
    client = another_app(ACROSS_URL="https://across.example.org").test_client()
    there = {"base_url": "https://across.example.org"}

    assert client.get("/sample", **there).status_code == 404
    assert client.post("/sample", data={"person": world.bo.key}, **there).status_code == 404


def test_it_wants_the_form_token(another_app, world, sample):
    client = another_app(csrf=True).test_client()
    assert client.post("/sample", data={"person": world.bo.key}).status_code == 400

    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sample").text)[1]
    data = {"person": world.bo.key, "csrf_token": token}
    assert client.post("/sample", data=data).status_code == 303


def test_nobody_is_signed_in_as_somebody_who_left_or_never_was(visitor, world, sample):
    with transaction() as session:
        session.get_one(Person, world.bo.id).disable(world.stella)

    assert visitor.post("/sample", data={"person": world.bo.key}).status_code == 404
    assert visitor.post("/sample", data={"person": "nobody"}).status_code == 404
    assert "Bo Lind" not in visitor.get("/sample").text
