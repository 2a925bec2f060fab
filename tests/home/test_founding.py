"""A real site nobody has founded yet."""

from sqlalchemy import update

from wiki.kernel.database import transaction
from wiki.kernel.site import Site
from wiki.people.models import Person
from wiki.people.tokens import hash_of


def test_its_front_leads_to_the_page_for_the_first_steward(world, visitor):
    with transaction() as session:
        session.execute(update(Person).values(is_steward=False))
        session.execute(update(Site).values(setup_code_hash=hash_of("a code")))

    answer = visitor.get("/")

    assert (answer.status_code, answer.location) == (303, "/setup")
    assert visitor.get(answer.location).status_code == 200


def test_once_it_has_a_steward_the_front_is_for_everyone(world, visitor):
    assert visitor.get("/").status_code == 200
