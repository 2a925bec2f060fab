"""The ledger of people."""

from sqlalchemy import select

from tests.world import PASSWORD, fresh
from wiki.kernel.database import db, transaction
from wiki.kernel.mail import Mail
from wiki.kernel.outbox import Event
from wiki.people.models import Person
from wiki.people.tokens import Purpose, Token

EVERYONE = {"Amina Hart", "Bo Lind", "Chidi Obi", "Dele Park", "Stella Roy"}


def stored(person) -> Person:
    with transaction(writing=False):
        return fresh(person)


def address(person) -> str:
    return f"/steward/people/{person.key}"


def seen_in(page: str) -> str:
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


def sent(client, person, **changes) -> dict[str, str]:
    """What the form of an account sends, with these changes."""
    return {
        "seen": seen_in(client.get(address(person)).text),
        "name": person.name,
        "job_title": person.job_title,
        "email": person.email,
        **changes,
    }


# -- finding


def test_the_ledger_is_narrowed_by_name_organisation_and_standing(world, signed_in):
    with transaction():
        fresh(world.dele).disable(world.stella)
    stella = signed_in(world.stella)

    def names(query):
        page = stella.get(f"/steward/people?{query}").text
        return {name for name in EVERYONE if f">{name}</a>" in page}

    assert names("") == EVERYONE - {"Dele Park"}
    assert names("q=lind") == {"Bo Lind"}
    assert names(f"organisation={world.museum.key}") == {"Bo Lind"}
    assert names("standing=disabled") == {"Dele Park"}
    assert names("standing=steward") == {"Stella Roy"}
    assert names("standing=all&q=dele") == {"Dele Park"}


# -- changing


def test_a_steward_puts_an_account_right(world, signed_in):
    stella = signed_in(world.stella)
    form = sent(stella, world.bo, job_title="Curator", organisation=world.library.key)

    answer = stella.post(address(world.bo), data=form)

    assert answer.status_code == 303
    assert stored(world.bo).job_title == "Curator"
    assert stored(world.bo).organisation_id == world.library.id
    with transaction(writing=False):
        by = db().scalars(select(Event.by_id).where(Event.name == "person.changed")).all()
    assert set(by) == {world.stella.id}


def test_a_new_address_is_told_to_both_and_ends_links_sent_before(world, signed_in):
    stella = signed_in(world.stella)
    form = sent(stella, world.bo, organisation=world.museum.key, email="bo@new.example")

    assert stella.post(address(world.bo), data=form).status_code == 303

    with transaction(writing=False):
        letters = db().scalars(select(Mail.to).where(Mail.purpose == "address_set")).all()
    assert set(letters) == {world.bo.email, "bo@new.example"}
    assert stored(world.bo).email == "bo@new.example"


def test_ones_own_address_takes_ones_password_elsewhere(world, signed_in):
    stella = signed_in(world.stella)
    form = sent(stella, world.stella, organisation=world.council.key, email="other@new.example")

    answer = stella.post(address(world.stella), data=form)

    assert answer.status_code == 422
    assert "asks for your password" in answer.text
    assert stored(world.stella).email == world.stella.email


def test_an_address_belongs_to_one_account(world, signed_in):
    stella = signed_in(world.stella)
    form = sent(
        stella, world.bo, name="Somebody", organisation=world.museum.key, email=world.chidi.email
    )

    answer = stella.post(address(world.bo), data=form)

    assert answer.status_code == 422
    assert "belongs to another account" in answer.text
    assert 'value="Somebody"' in answer.text  # what was typed is kept
    assert stored(world.bo).name == "Bo Lind"


def test_a_save_over_somebody_elses_shows_what_they_saved(world, signed_in):
    stella = signed_in(world.stella)
    form = sent(stella, world.bo, organisation=world.museum.key, job_title="Keeper")
    with transaction():
        fresh(world.bo).job_title = "Curator"

    answer = stella.post(address(world.bo), data=form)

    assert answer.status_code == 409
    assert "Curator" in answer.text
    assert 'value="Keeper"' in answer.text
    assert stored(world.bo).job_title == "Curator"
    again = stella.post(address(world.bo), data=form | {"seen": seen_in(answer.text)})
    assert again.status_code == 303
    assert stored(world.bo).job_title == "Keeper"


def test_nobody_is_moved_to_a_closed_organisation(world, signed_in):
    with transaction():
        fresh(world.library).close(world.stella, None, "The reading room")
    stella = signed_in(world.stella)
    form = sent(stella, world.bo, organisation=world.library.key)

    assert stella.post(address(world.bo), data=form).status_code == 422
    assert stored(world.bo).organisation_id == world.museum.id


def test_a_link_to_sign_in_is_sent_for_them(world, signed_in):
    answer = signed_in(world.stella).post(f"{address(world.bo)}/sign-in-link")

    assert answer.status_code == 303
    with transaction(writing=False):
        token = db().scalar(select(Token).where(Token.person_id == world.bo.id))
        assert token.purpose == Purpose.SIGN_IN
        assert db().scalar(select(Mail.to).where(Mail.about_id == token.id)) == world.bo.email


# -- stewards


def test_making_a_steward_takes_ones_own_password(world, signed_in):
    stella = signed_in(world.stella)
    where = f"{address(world.bo)}/stewardship"

    assert stella.post(where, data={"current": "not my password"}).status_code == 422
    assert not stored(world.bo).is_steward
    assert stella.post(where, data={"current": PASSWORD}).status_code == 303
    assert stored(world.bo).is_steward


def test_a_disabled_person_is_made_no_steward(world, signed_in):
    with transaction():
        fresh(world.bo).disable(world.stella)

    answer = signed_in(world.stella).post(
        f"{address(world.bo)}/stewardship", data={"current": PASSWORD}
    )

    assert answer.status_code == 422
    assert not stored(world.bo).is_steward


def test_the_last_steward_stays_one(world, signed_in):
    stella = signed_in(world.stella)

    answer = stella.post(f"{address(world.stella)}/stewardship/end")

    assert answer.status_code == 422
    assert stored(world.stella).is_steward


def test_one_of_two_stewards_can_stop(world, signed_in):
    with transaction():
        fresh(world.bo).make_steward(world.stella)
    stella = signed_in(world.stella)

    assert stella.post(f"{address(world.stella)}/stewardship/end").status_code == 303
    assert stella.get("/steward").status_code == 404


def test_a_disabled_steward_does_not_count_as_another(world, signed_in):
    with transaction():
        fresh(world.bo).make_steward(world.stella)
        fresh(world.bo).disable(world.stella)

    answer = signed_in(world.stella).post(f"{address(world.stella)}/stewardship/end")

    assert answer.status_code == 422
