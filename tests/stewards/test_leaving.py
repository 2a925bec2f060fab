"""Disabling a person: first what they hold, then the end of signing in (S24, invariant 10)."""

import re

from sqlalchemy import func, select

from tests.world import PASSWORD, fresh
from wiki.items.models import Attribution
from wiki.kernel.database import db, transaction
from wiki.people import invitations
from wiki.people.sessions import SignIn
from wiki.places.membership import membership_of


def address(person) -> str:
    return f"/steward/people/{person.key}/disabling"


def fields(page: str) -> dict[str, str]:
    """The choices of the form, each left vacant."""
    return dict.fromkeys(re.findall(r'name="(successor_\d+)"', page), "")


def test_disabling_takes_effect_at_the_next_request(world, signed_in):
    bo, stella = signed_in(world.bo), signed_in(world.stella)
    with transaction():
        path = world.item().path
    assert bo.get("/people").status_code == 200

    answer = stella.post(address(world.bo))

    assert answer.status_code == 303
    assert bo.get("/people").status_code == 303  # to the door
    with transaction(writing=False):
        mine = select(func.count()).where(SignIn.person_id == world.bo.id)
        assert db().scalar(mine) == 0
    assert stella.get(path).status_code == 200  # what was published stays
    assert "Bo Lind" in stella.get(path).text


def test_what_they_hold_is_shown_first(world, signed_in):
    with transaction():
        for number in range(3):
            world.item(author=world.amina, tags=("porch",), title=f"Porches, part {number}")
        world.item(author=world.amina, published=False)
        world.item(author=world.amina, restricted=True, title="Named learner")
        invitations.invite("new@testford.example", world.college, world.amina, by_name="Amina")

    page = signed_in(world.stella).get(address(world.amina)).text

    for held in ("Skills Forum", "Staying on", "One open invitation", "One draft", "“porch”"):
        assert held in page
    assert "One restricted item" in page
    assert "Named learner" not in page  # invariant 2
    assert "Thinking skills" not in page  # closed: nobody has to take it on


def test_what_is_role_only_is_nobodys_when_they_leave(world, signed_in):  # invariant 6
    with transaction():
        for number in range(3):
            item = world.item(author=world.bo, tags=("porch",), title=f"Porches, part {number}")
            item.attribution = Attribution.ROLE_ONLY
        world.item(author=world.bo, restricted=True).attribution = Attribution.ROLE_ONLY

    page = signed_in(world.stella).get(address(world.bo)).text

    assert "porch" not in page
    assert "restricted item" not in page
    assert "Nothing that somebody else would have to take on" in page


def test_their_places_go_to_whom_the_steward_chooses(world, signed_in):
    stella = signed_in(world.stella)
    form = fields(stella.get(address(world.amina)).text)
    assert len(form) == 2
    form[f"successor_{world.community.id}"] = world.dele.key

    assert stella.post(address(world.amina), data=form).status_code == 303

    with transaction(writing=False):
        assert fresh(world.community).convenor_id == world.dele.id
        assert membership_of(world.dele.id, world.community.id).confirmed_at is not None
        assert fresh(world.forum).convenor_id is None
        assert fresh(world.closed).convenor_id == world.amina.id  # history stays


def test_only_members_can_come_after_them(world, signed_in):
    stella = signed_in(world.stella)
    form = fields(stella.get(address(world.amina)).text)
    form[f"successor_{world.community.id}"] = world.chidi.key

    assert stella.post(address(world.amina), data=form).status_code == 422
    with transaction(writing=False):
        assert fresh(world.amina).is_active


def test_a_page_that_is_out_of_date_decides_nothing(world, signed_in):
    stella = signed_in(world.stella)
    form = fields(stella.get(address(world.amina)).text)
    form.pop(f"successor_{world.forum.id}")

    answer = stella.post(address(world.amina), data=form)

    assert answer.location.endswith("/disabling")
    with transaction(writing=False):
        assert fresh(world.amina).is_active


def test_a_deputy_who_leaves_leaves_no_deputy(world, signed_in):
    with transaction():
        fresh(world.community).deputy_id = world.bo.id
    signed_in(world.stella).post(address(world.bo))

    with transaction(writing=False):
        assert fresh(world.community).deputy_id is None
        assert fresh(world.community).convenor_id == world.amina.id


def test_no_steward_disables_themselves(world, signed_in):
    answer = signed_in(world.stella).post(address(world.stella))

    assert answer.status_code == 422
    assert "ask another steward" in answer.text
    with transaction(writing=False):
        assert fresh(world.stella).is_active


def test_an_enabled_person_signs_in_as_before(world, signed_in, visitor):
    stella = signed_in(world.stella)
    stella.post(address(world.bo))
    form = {"email": world.bo.email, "password": PASSWORD}
    assert visitor.post("/sign-in", data=form).status_code == 422

    stella.post(f"/steward/people/{world.bo.key}/enabling")

    assert visitor.post("/sign-in", data=form).status_code == 303
