"""Invitations, joining by oneself, the first steward."""

import pytest
from sqlalchemy import select, update

from tests.people.test_links import code_in
from tests.people.test_signing_in import sign_in
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.site import Site
from wiki.people import invitations
from wiki.people.invitations import Invitation
from wiki.people.models import MailDomain, Organisation, Person
from wiki.people.tokens import hash_of

LENA = "lena.fox@museum.example"
PASSWORD = "seven slow barges"
CODE = "the-code-that-was-printed"


@pytest.fixture
def invited(signed_in, world, letters, link_in):
    """Stella invites Lena of the museum; the path in the letter."""
    data = {"email": LENA, "name": "Lena Fox", "organisation": world.museum.key}
    assert signed_in(world.stella).post("/people/invite", data=data).status_code == 303
    return link_in(letters("invitation", LENA)[-1])


def accept(client, path, **more):
    data = {"code": code_in(path), "name": "Lena Fox", "password": PASSWORD, "agree": "y"}
    return client.post("/invitation", data={**data, **more})


def person_of(email):
    with transaction(writing=False) as session:
        return session.scalar(select(Person).where(Person.email == email))


# -- invitations


def test_an_invitation_says_who_invites_to_what_and_asks_for_agreement(visitor, world, invited):
    answer = visitor.get(invited)

    assert answer.status_code == 200
    for words in ("Stella Roy invites you", "Council", "Museum", LENA, "Lena Fox", "I agree"):
        assert words in answer.text
    assert person_of(LENA) is None


def test_accepting_makes_one_account_and_signs_in(app, visitor, world, invited):
    assert accept(visitor, invited).status_code == 303
    assert visitor.get("/people").status_code == 200
    assert person_of(LENA).organisation_id == world.museum.id
    assert not person_of(LENA).is_steward

    assert accept(app.test_client(), invited).status_code == 410


def test_without_agreement_nobody_comes_in(visitor, invited):
    answer = accept(visitor, invited, agree="")

    assert answer.status_code == 422
    assert "tick that you agree" in answer.text
    assert 'value="Lena Fox"' in answer.text
    assert person_of(LENA) is None
    assert visitor.get(invited).status_code == 200


def test_a_poor_password_leaves_the_invitation_open(visitor, invited):
    assert accept(visitor, invited, password="lena fox").status_code == 422
    assert accept(visitor, invited).status_code == 303


def test_nobody_makes_themselves_a_steward_while_accepting(visitor, invited):
    assert accept(visitor, invited, is_steward="1").status_code == 400


def test_an_invitation_ends_after_14_days(visitor, invited, at):
    with at(days=13):
        assert visitor.get(invited).status_code == 200
    with at(days=15):
        assert visitor.get(invited).status_code == 410
        assert accept(visitor, invited).status_code == 410


def test_a_steward_takes_an_invitation_back(visitor, signed_in, world, invited, sent):
    stewards = signed_in(world.stella)
    page = stewards.get("/people/invite")
    assert LENA in page.text
    with transaction(writing=False) as session:
        number = session.scalar(select(Invitation.id))
    assert stewards.post(f"/people/invitations/{number}/withdrawal").status_code == 303

    assert visitor.get(invited).status_code == 410
    assert sent() == []
    assert f"<td>{LENA}" not in stewards.get("/people/invite").text


def test_sending_again_makes_a_new_link(visitor, signed_in, world, invited, letters, link_in, at):
    with transaction(writing=False) as session:
        number = session.scalar(select(Invitation.id))
    with at(days=20):
        again = signed_in(world.stella).post(f"/people/invitations/{number}/sending")
        assert again.status_code == 303
        second = link_in(letters("invitation", LENA)[-1])
        assert visitor.get(invited).status_code == 410
        assert visitor.get(second).status_code == 200


def test_an_address_with_an_account_gets_the_same_answer_and_no_letter(signed_in, world, letters):
    data = {"email": world.bo.email, "organisation": world.museum.key}
    answer = signed_in(world.stella).post("/people/invite", data=data)

    assert answer.status_code == 303
    assert letters() == []


def test_only_stewards_invite_here(signed_in, world):
    member = signed_in(world.amina)

    assert member.get("/people/invite").status_code == 404
    assert member.post("/people/invite", data={"email": LENA}).status_code == 404
    assert member.post("/people/invitations/1/sending").status_code == 404
    assert member.post("/people/invitations/1/withdrawal").status_code == 404


def test_no_number_of_an_invitation_breaks_anything(signed_in, world):
    stewards = signed_in(world.stella)

    for number in ("0", "4711", "99999999999999999999"):
        assert stewards.post(f"/people/invitations/{number}/sending").status_code == 404


def test_an_invitation_needs_an_organisation_that_is_open(signed_in, world):
    stewards = signed_in(world.stella)
    for organisation in ("", "nonsense"):
        data = {"email": LENA, "organisation": organisation}
        answer = stewards.post("/people/invite", data=data)
        assert answer.status_code == 422
        assert "Choose their organisation" in answer.text
        assert f'value="{LENA}"' in answer.text


def test_nobody_joins_an_organisation_that_closed_meanwhile(visitor, world, invited):
    with transaction() as session:
        session.get_one(Organisation, world.museum.id).close(world.stella, None, "Its tours.")

    assert visitor.get(invited).status_code == 410
    assert accept(visitor, invited).status_code == 410


def test_a_convenor_invites_through_the_same_function(session, world, letters):
    by = session.get_one(Person, world.amina.id)
    museum = session.get_one(Organisation, world.museum.id)
    made = invitations.invite(
        LENA, museum, by, by_name=by.name, to_what="Staying on", note="You know this best."
    )

    assert made is not None
    session.flush()
    letter = letters("invitation")[0]
    assert letter.subject == "Amina Hart invites you to Staying on"
    assert "You know this best." in letter.body
    museum.close(by, None, "Its tours.")
    with pytest.raises(Refused, match="closed"):
        invitations.invite("x@museum.example", museum, by, by_name=by.name)


def test_accepting_for_an_address_registered_meanwhile_is_refused(visitor, world, invited):
    with transaction():
        invitations.register(LENA, "Lena Fox", None, world.museum.id)
    answer = accept(visitor, invited)

    assert answer.status_code == 422
    assert "account with this address already" in answer.text


def test_a_name_cannot_break_the_head_of_a_letter(signed_in, world, letters):
    stewards = signed_in(world.stella)
    stewards.post("/account/profile", data={"name": "Stella\r\nBcc: x@y.z"})
    stewards.post("/people/invite", data={"email": LENA, "organisation": world.museum.key})

    assert letters()[0].subject == "Stella Bcc: x@y.z invites you to Testford"


# -- joining by oneself


@pytest.fixture
def listed(app, world):
    with transaction() as session:
        session.add(MailDomain(domain="museum.example", organisation_id=world.museum.id))


def test_people_of_a_listed_domain_join_by_themselves(visitor, world, listed, letters, link_in):
    assert visitor.post("/join", data={"email": LENA}).location == "/join/sent"
    path = link_in(letters("join", LENA)[0])
    page = visitor.get(path)
    assert "Museum" in page.text
    assert accept(visitor, path).status_code == 303

    assert person_of(LENA).organisation_id == world.museum.id
    assert visitor.get(path).status_code == 410


@pytest.mark.parametrize("email", [LENA, "x@unlisted.example", "bo.lind@testford.example"])
def test_the_answer_is_the_same_whoever_asks_to_join(visitor, listed, email):
    answer = visitor.post("/join", data={"email": email})

    assert (answer.status_code, answer.location) == (303, "/join/sent")
    assert LENA not in visitor.get("/join/sent").text


def test_only_those_concerned_get_a_letter(visitor, world, listed, sent, letters):
    for email in (LENA, "x@unlisted.example", world.bo.email, "y@sub.museum.example"):
        visitor.post("/join", data={"email": email})

    assert sorted(sent()) == sorted([LENA, world.bo.email])
    assert letters(to=world.bo.email)[0].purpose == "sign_in_link"


def test_the_link_to_join_ends_after_a_day(visitor, listed, letters, link_in, at):
    visitor.post("/join", data={"email": LENA})
    path = link_in(letters("join")[0])
    with at(hours=25):
        assert visitor.get(path).status_code == 410


def test_a_domain_struck_off_meanwhile_lets_nobody_in(visitor, world, listed, letters, link_in):
    visitor.post("/join", data={"email": LENA})
    path = link_in(letters("join")[0])
    with transaction() as session:
        session.delete(session.get_one(MailDomain, "museum.example"))

    assert accept(visitor, path).status_code == 422
    assert person_of(LENA) is None


def test_asking_to_join_does_not_undo_an_invitation(visitor, invited, listed):
    visitor.post("/join", data={"email": LENA})

    assert visitor.get(invited).status_code == 200


def test_the_page_for_joining_is_offered_where_somebody_can(visitor, listed):
    assert "Join with your work address" in visitor.get("/sign-in").text


# -- the first steward


@pytest.fixture
def empty(app):
    """A real site without a steward, and with a code."""
    with transaction() as session:
        session.execute(update(Person).values(is_steward=False))
        session.execute(update(Site).values(setup_code_hash=hash_of(CODE), setup_code_tries=0))


def set_up(client, code=CODE, **more):
    data = {
        "code": code,
        "site_name": "Merrowby",
        "organisation": "Merrowby Council",
        "sector": "Local authority",
        "name": "Ines Calloway",
        "email": "ines@merrowby.example",
        "password": PASSWORD,
    }
    return client.post("/setup", data={**data, **more})


def test_the_first_steward_sets_the_site_up_with_the_code(visitor, empty):
    assert visitor.get("/setup").status_code == 200
    answer = set_up(visitor)

    assert answer.status_code == 303
    assert visitor.get("/people/invite").status_code == 200
    with transaction(writing=False) as session:
        site = session.get_one(Site, 1)
        assert (site.name, site.setup_code_hash) == ("Merrowby", None)
    assert visitor.get("/setup").status_code == 404


def test_there_is_no_setting_up_while_there_is_a_steward(visitor, world):
    with transaction() as session:
        session.execute(update(Site).values(setup_code_hash=hash_of(CODE)))

    assert visitor.get("/setup").status_code == 404
    assert set_up(visitor).status_code == 404


def test_a_sample_is_never_set_up(visitor, empty):
    with transaction() as session:
        session.execute(update(Site).values(is_sample=True))

    assert visitor.get("/setup").status_code == 404
    assert set_up(visitor).status_code == 404


def test_the_code_dies_after_five_wrong_tries(visitor, empty):
    for _ in range(5):
        answer = set_up(visitor, code="a guess")
        assert answer.status_code == 422
        assert "That is not the code" in answer.text
        assert 'value="Ines Calloway"' in answer.text

    answer = set_up(visitor)
    assert answer.status_code == 422
    assert "tried too often" in answer.text
    assert person_of("ines@merrowby.example") is None


def test_other_mistakes_do_not_use_the_code_up(visitor, empty):
    for _ in range(6):
        assert set_up(visitor, password="short").status_code == 422

    assert set_up(visitor).status_code == 303


def test_the_first_steward_signs_in_again(visitor, empty):
    set_up(visitor)
    visitor.post("/sign-out")

    assert sign_in(visitor, person_of("ines@merrowby.example"), PASSWORD).status_code == 303


def test_the_last_steward_stays_one(session, world):
    stella = session.get_one(Person, world.stella.id)
    with pytest.raises(Refused, match="only steward"):
        stella.end_stewardship(stella)
    session.get_one(Person, world.bo.id).make_steward(stella)
    db().flush()
    stella.end_stewardship(stella)

    assert not stella.is_steward
