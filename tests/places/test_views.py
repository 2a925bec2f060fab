"""The pages of places: one way through each, one refusal, and nothing shown to whom it is not for."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.world import a_community, person
from wiki.kernel.clock import now, today
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import Event
from wiki.people.models import Topic
from wiki.people.vocabulary import Tag
from wiki.places import membership
from wiki.places.membership import Membership, PlaceInvitation, membership_of
from wiki.places.models import OldPlaceSlug, Part, PartPlayed, Place, State
from wiki.places.playing import play

PAGE = "/communities/staying-on"


def text(answer):
    return answer.get_data(as_text=True)


def stored(place):
    with transaction() as session:
        return session.get_one(Place, place.id)


def found(statement):
    with transaction() as session:
        return session.scalar(statement)


def seat(person, world):
    with transaction():
        return membership_of(person.id, world.community.id)


def change(place, **values):
    with transaction() as session:
        row = session.get_one(Place, place.id)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.fixture
def amina(signed_in, world):
    return signed_in(world.amina)


@pytest.fixture
def chidi(signed_in, world):
    return signed_in(world.chidi)


# -- seeing


def test_the_page_shows_challenge_weeks_and_convenor(chidi, world):
    page = text(chidi.get(PAGE))

    assert "What helps with staying on?" in page
    assert "Week 9 of 52" in page
    assert "Amina Hart" in page
    assert "Not yet stated" not in page


def test_blank_fields_of_the_clarity_card_say_so(chidi, world):  # S37
    change(world.community, success="")

    assert "Not yet stated" in text(chidi.get(PAGE))


def test_hidden_and_unknown_are_the_same_404(visitor, world):
    hidden, unknown = visitor.get(PAGE), visitor.get("/communities/nowhere")

    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data.replace(b"staying-on", b"nowhere") == unknown.data


def test_visitors_see_public_places_without_people(visitor, world):
    change(
        world.community,
        is_public=True,
        word="Bo, bring the biscuits",
        answerable="Ask Amina Hart, Thursdays",
    )
    page = text(visitor.get(PAGE))

    assert "What helps with staying on?" in page
    assert "City College" in page  # the convenor's organisation
    for hidden in ("Amina", "Bo ", "Museum", "members", "biscuits", "Skills Forum"):
        assert hidden not in page
    assert visitor.get(f"{PAGE}/members").status_code == 303


def test_visitors_never_see_what_was_only_proposed(visitor, chidi, world):
    change(world.community, is_public=True, accepted_at=None, activated_at=None)

    assert visitor.get(PAGE).status_code == 404
    assert "This is a proposal" in text(chidi.get(PAGE))


def test_old_addresses_lead_to_the_present_one(chidi, visitor, world):
    with transaction() as session:
        session.add(OldPlaceSlug(slug="remaining", place_id=world.community.id))

    answer = chidi.get("/communities/remaining?x=1")

    assert (answer.status_code, answer.location) == (302, f"{PAGE}?x=1")
    assert visitor.get("/communities/remaining").status_code == 404
    assert chidi.get("/forums/remaining").status_code == 404


def test_a_vacant_place_says_convenor_wanted_and_how_to_offer(chidi, world):  # invariant 8
    change(world.community, convenor_id=None)

    page = text(chidi.get(PAGE))
    assert "Convenor wanted" in page
    assert "Offer to convene it" in page
    assert "Convenor wanted" in text(chidi.get("/communities"))


def test_a_closed_community_shows_what_it_leaves(chidi, amina, world):
    change(
        world.closed,
        evaluation="x",
        evaluation_html="<p>It helped some.</p>",
        closing_note_html={"know": "<p>Mark the plan.</p>", "ask": "<p>Ask Amina.</p>"},
        exit_route="mainstreamed",
        receiving_organisation_id=world.library.id,
        is_public=True,
    )
    page = text(chidi.get("/communities/thinking-skills"))

    for shown in ("has closed", "Mark the plan.", "It helped some.", "Library", "Ask Amina."):
        assert shown in page
    assert "Share with this community" not in page
    assert ">Join<" not in page


def test_sectors_present_and_absent_are_listed(chidi, world):  # S35
    assert "Taking part" in text(chidi.get(PAGE))


def test_statements_do_not_grow_with_the_place(chidi, visitor, amina, world, count_statements):
    def counts():
        numbers = {}
        for name, client, address in (
            ("page", chidi, PAGE),
            ("its convenor", amina, PAGE),
            ("members", amina, f"{PAGE}/members"),
            ("index", chidi, "/communities"),
            ("forums", chidi, "/forums"),
            ("visitor", visitor, "/communities"),
        ):
            client.get(address)
            with count_statements() as seen:  # another address, so that nothing kept answers
                assert client.get(f"{address}?again").status_code == 200
            numbers[name] = len(seen)
        return numbers

    change(world.community, is_public=True)
    before = counts()
    with transaction() as session:
        for number in range(30):
            newcomer = person(f"Person {number}", world.library)
            place = session.get_one(Place, world.community.id)
            membership.join(place, newcomer)
            tag = Tag(slug=f"topic-{number}", name=f"topic {number}")
            session.add(tag)
            session.flush()
            session.add(Topic(person_id=newcomer.id, tag_id=tag.id))
            more = a_community(f"More {number}", world.forum, newcomer)
            more.is_public = True
            session.flush()
            play(place, world.library, newcomer, [Part.HOST, Part.BROKER])
    after = counts()

    assert after == before
    assert max(after.values()) <= 12


def test_the_directory_answers_htmx_with_the_list_alone(chidi, world):
    whole = chidi.get("/communities?state=running")
    part = chidi.get("/communities?state=running", headers={"HX-Request": "true"})

    assert b"<html" in whole.data
    assert b"<html" not in part.data
    assert b"Staying on" in part.data
    assert "HX-Request" in part.headers["Vary"]


# -- proposing and deciding


def proposal(**more):
    return {
        "name": "First weeks",
        "challenge": "What keeps people coming in the first weeks?",
        "home": "skills-forum",
        "starts_on": str(today()),
        "ends_on": str(today() + timedelta(days=84)),
        "thread": "3",
        "audience": "network",
        "convening": "me",
        **more,
    }


def test_somebody_proposes_and_the_home_forum_accepts(chidi, amina, world):
    answer = chidi.post(
        "/communities/new", data=proposal(strategies=["skills"], areas=["northside"])
    )
    assert answer.status_code == 303
    assert "waiting for Amina Hart" in text(chidi.get("/communities/first-weeks"))
    assert chidi.get("/communities/first-weeks/decision").status_code == 403

    amina.post("/communities/first-weeks/decision", data={"decision": "accept"})

    place = found(select(Place).where(Place.slug == "first-weeks"))
    assert place.state is State.FORMING
    assert place.convenor_id == world.chidi.id


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"challenge": "Keeping people"}, "as a question"),
        ({"ends_on": ""}, "Say when it ends"),
        ({"ends_on": "2031-01-01"}, "at most 24 months"),
        ({"ends_on": "tomorrow"}, "Give a date"),
        ({"name": "Staying on"}, "has this name"),
        ({"summary": "word " * 121}, "121 words"),
        ({"size_least": "many"}, "whole number"),
        ({"home": "elsewhere"}, "Not a valid choice"),
        ({"thread": "9"}, "Not a valid choice"),
    ],
)
def test_a_faulty_proposal_is_told_and_keeps_what_was_typed(chidi, world, wrong, sentence):
    answer = chidi.post("/communities/new", data=proposal(priorities="The front door", **wrong))

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "The front door" in text(answer)
    assert "<title>Error: " in text(answer)
    assert found(select(func.count()).select_from(Place).where(Place.name == "First weeks")) == 0


def test_declining_needs_a_reason_which_everyone_signed_in_reads(chidi, amina, world):
    chidi.post("/communities/new", data=proposal())
    address = "/communities/first-weeks"

    refused = amina.post(f"{address}/decision", data={"decision": "decline", "reason": ""})
    assert refused.status_code == 422
    amina.post(
        f"{address}/decision", data={"decision": "decline", "reason": "Settle it in a room."}
    )

    assert "Settle it in a room." in text(chidi.get(address))
    assert chidi.post(f"{address}/membership").status_code == 422


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=99999999999999", "area=%00", "state=%FF", "present=a&present=b", "part[]=x"],
)
def test_no_address_breaks_a_directory(chidi, query):
    assert chidi.get(f"/communities?{query}").status_code in (200, 400)


def test_the_weeks_are_worked_out_while_dates_are_chosen(chidi):
    answer = chidi.get("/communities/weeks?starts_on=2026-03-01&ends_on=2026-05-24")

    assert "12 weeks" in text(answer)
    assert "24 months" in text(chidi.get("/communities/weeks?starts_on=x&ends_on=2026-05-24"))


def test_stewards_open_forums(signed_in, chidi, world):
    form = {
        "name": "Culture",
        "body": world.museum.key,
        "thread": "5",
        "audience": "public",
        "convening": "nobody",
    }

    assert chidi.post("/forums/new", data=form).status_code == 404
    assert signed_in(world.stella).post("/forums/new", data=form).status_code == 303
    assert "Convenor wanted" in text(chidi.get("/forums/culture"))


# -- editing


def edit_form(**more):
    return {
        "name": "Staying on",
        "challenge": "What helps with staying on?",
        "thread": "2",
        "version": "1",
        **more,
    }


def test_its_convenor_edits_and_the_version_goes_up(amina, chidi, world):
    assert amina.get(f"{PAGE}/edit").status_code == 200
    assert chidi.get(f"{PAGE}/edit").status_code == 403

    assert amina.post(f"{PAGE}/edit", data=edit_form(summary="New words")).status_code == 303

    assert (stored(world.community).summary, stored(world.community).version) == ("New words", 2)


def test_a_stale_save_shows_both_and_stores_neither(amina, world):
    amina.post(f"{PAGE}/edit", data=edit_form(summary="Theirs"))

    answer = amina.post(f"{PAGE}/edit", data=edit_form(summary="Mine", priorities="The door"))

    assert answer.status_code == 409
    assert "Theirs" in text(answer)
    assert text(answer).count("Mine") == 2  # beside theirs, and still in the form
    assert 'name="version" type="hidden" value="2"' in text(answer)
    assert stored(world.community).summary == "Theirs"
    again = edit_form(summary="Mine", version="2")
    assert amina.post(f"{PAGE}/edit", data=again).status_code == 303


def test_the_end_is_no_part_of_the_edit_form_once_accepted(amina, world):
    answer = amina.post(f"{PAGE}/edit", data=edit_form(ends_on="2027-01-01"))

    assert answer.status_code == 400


def test_stewards_edit_forums_but_do_not_run_them(signed_in, world):
    stella = signed_in(world.stella)

    assert stella.get("/forums/skills-forum/edit").status_code == 200
    assert stella.get("/forums/skills-forum/convenor").status_code == 403
    assert stella.get(f"{PAGE}/edit").status_code == 403


def test_a_page_is_opened_to_visitors(amina, visitor, world):
    amina.post(f"{PAGE}/visibility", data={"audience": "public"})
    assert visitor.get(PAGE).status_code == 200

    amina.post(f"{PAGE}/visibility", data={"audience": "network"})
    assert visitor.get(PAGE).status_code == 404


# -- members


def test_joining_and_leaving(chidi, world):
    chidi.post(f"{PAGE}/membership")
    assert seat(world.chidi, world)
    assert "You’re a member" in text(chidi.get(PAGE))

    chidi.post(f"{PAGE}/membership", data={"do": "leave"})
    assert seat(world.chidi, world) is None


def test_the_convenor_does_not_just_leave(amina, world):
    assert amina.post(f"{PAGE}/membership", data={"do": "leave"}).status_code == 422


def test_members_by_organisation_and_who_is_confirmed_only_for_the_convenor(amina, chidi, world):
    with transaction() as session:
        session.add(tag := Tag(slug="bread", name="bread"))
        session.flush()
        session.add(Topic(person_id=world.bo.id, tag_id=tag.id))
    theirs, ours = text(chidi.get(f"{PAGE}/members")), text(amina.get(f"{PAGE}/members"))

    for shown in ("Museum", "Bo Lind", "Dele Park", "bread"):
        assert shown in theirs
    assert "onfirmed" not in theirs
    assert "Not confirmed" in ours


def test_confirming_and_no_longer(amina, chidi, world):
    address = f"{PAGE}/members/{world.dele.key}/confirmation"

    assert chidi.post(address).status_code == 403
    amina.post(address)
    assert seat(world.dele, world).confirmed_at
    amina.post(address, data={"do": "undo"})
    assert seat(world.dele, world).confirmed_at is None


def test_involvement_is_changed_by_oneself_or_the_convenor(amina, signed_in, chidi, world):
    address = f"{PAGE}/members/{world.bo.key}"

    assert chidi.get(address).status_code == 403
    assert chidi.post(address, data={"involvement": "also"}).status_code == 403
    signed_in(world.bo).post(address, data={"involvement": "also"})
    assert seat(world.bo, world).involvement == "also"
    assert amina.post(address, data={"involvement": "none"}).status_code == 422
    assert amina.get(f"{PAGE}/members/{world.chidi.key}").status_code == 404


def test_removing_is_a_page_of_its_own(amina, chidi, world):
    address = f"{PAGE}/members/{world.bo.key}/removal"

    assert chidi.get(address).status_code == 403
    assert "stays" in text(amina.get(address))
    assert amina.post(address).status_code == 303
    assert seat(world.bo, world) is None
    assert amina.post(f"{PAGE}/members/{world.amina.key}/removal").status_code == 422


def test_inviting_says_the_same_for_known_and_unknown(amina, chidi, world):
    def invite(address):
        answer = amina.post(
            f"{PAGE}/invitations",
            data={"email": address, "organisation": world.library.key, "note": "Do come"},
            follow_redirects=True,
        )
        return answer.status_code, f"on its way to {address}" in text(answer)

    assert invite(world.chidi.email) == invite("new@elsewhere.example") == (200, True)
    assert invite(world.bo.email) == (200, True)  # a member already
    assert amina.post(f"{PAGE}/invitations", data={"email": "nonsense"}).status_code == 422
    assert chidi.get(f"{PAGE}/invitations").status_code == 403


@pytest.fixture
def invited(session, world):
    membership.invite(
        db().get_one(Place, world.community.id),
        world.chidi.email,
        world.reader(world.amina),
        "Do come",
    )
    session.commit()


def test_an_invited_person_accepts(invited, chidi, world):
    assert "Do come" in text(chidi.get(f"{PAGE}/invitation"))
    assert "invited" in text(chidi.get(PAGE))

    chidi.post(f"{PAGE}/invitation", data={"do": "accept"})

    assert seat(world.chidi, world).confirmed_at
    assert chidi.get(f"{PAGE}/invitation").status_code == 303


def test_an_invited_person_declines(invited, chidi, signed_in, world):
    assert signed_in(world.bo).get(f"{PAGE}/invitation").status_code == 303
    assert signed_in(world.stella).get(f"{PAGE}/invitation").status_code == 404

    chidi.post(f"{PAGE}/invitation", data={"do": "decline"})

    assert seat(world.chidi, world) is None
    assert chidi.get(f"{PAGE}/invitation").status_code == 404


def test_an_invitation_is_taken_back(invited, amina, chidi, world):
    number = found(select(PlaceInvitation.id))
    other = f"/forums/skills-forum/invitations/{number}/withdrawal"

    assert chidi.post(f"{PAGE}/invitations/{number}/withdrawal").status_code == 403
    assert amina.post(other).status_code == 404  # of another place
    amina.post(f"{PAGE}/invitations/{number}/withdrawal")
    assert chidi.get(f"{PAGE}/invitation").status_code == 404


# -- answering for a place


def test_the_word_of_the_week(amina, chidi, world):
    assert amina.get(f"{PAGE}/word").status_code == 200
    amina.post(f"{PAGE}/word", data={"word": "Bring one thing a learner said."})

    assert "Bring one thing a learner said." in text(chidi.get(PAGE))
    assert chidi.post(f"{PAGE}/word", data={"word": "x"}).status_code == 403
    assert amina.post(f"{PAGE}/word", data={"word": "x" * 601}).status_code == 422


def test_handing_over_to_a_member_or_to_nobody(amina, signed_in, world):
    assert "Bo Lind" in text(amina.get(f"{PAGE}/convenor"))
    amina.post(f"{PAGE}/convenor", data={"convenor": world.bo.key, "deputy": world.dele.key})
    assert stored(world.community).convenor_id == world.bo.id

    bo = signed_in(world.bo)
    assert (
        bo.post(f"{PAGE}/convenor", data={"convenor": world.chidi.key, "deputy": ""}).status_code
        == 422
    )
    bo.post(f"{PAGE}/convenor", data={"convenor": "", "deputy": ""})
    assert stored(world.community).convenor_wanted
    assert bo.get(f"{PAGE}/convenor").status_code == 403


def test_offering_to_convene(chidi, amina, world):
    assert chidi.post(f"{PAGE}/offer").status_code == 403  # somebody does
    change(world.community, convenor_id=None)

    chidi.post(f"{PAGE}/offer")
    chidi.post(f"{PAGE}/offer")

    assert found(select(func.count()).where(Event.name == "place.convenor_offered")) == 1
    assert seat(world.chidi, world)
    assert "Chidi Obi" in text(amina.get(f"{PAGE}/convenor"))


def test_parts_played_in_plain_words(amina, chidi, world):  # S42
    address = f"{PAGE}/parts/{world.museum.key}"
    assert amina.get(f"{PAGE}/parts?organisation={world.museum.key}").location == address
    assert amina.post(address, data={"parts": ["host"], "main": "broker"}).status_code == 422

    amina.post(address, data={"parts": ["host", "broker"], "main": "broker", "note": "The kitchen"})

    page = text(chidi.get(PAGE))
    assert "brings others together" in page
    assert "The kitchen" in page
    assert chidi.get(address).status_code == 403
    amina.post(address, data={"note": ""})
    assert found(select(func.count()).select_from(PartPlayed)) == 0


# -- beginning, extending, ending


def test_a_forming_community_says_what_it_lacks_and_becomes_active(amina, chidi, world):
    change(world.community, activated_at=None, success="")

    assert "Before it becomes active" in text(amina.get(PAGE))
    assert "Before it becomes active" not in text(chidi.get(PAGE))
    assert amina.post(f"{PAGE}/activation").status_code == 422
    change(world.community, success="People stay")
    assert chidi.post(f"{PAGE}/activation").status_code == 403
    amina.post(f"{PAGE}/activation")
    assert stored(world.community).state is State.ACTIVE


def test_extending_shows_the_rule_and_the_reason(amina, chidi, world):
    end = stored(world.community).ends_on

    late = {"ends_on": str(end + timedelta(days=500)), "reason": "Figures"}
    assert "12 months" in text(amina.post(f"{PAGE}/extension", data=late))
    amina.post(
        f"{PAGE}/extension",
        data={"ends_on": str(end + timedelta(days=40)), "reason": "Late figures"},
    )

    assert stored(world.community).ends_on == end + timedelta(days=40)
    assert "Late figures" in text(chidi.get(PAGE))
    assert chidi.get(f"{PAGE}/extension").status_code == 403


def test_from_ending_to_closed(amina, chidi, world):  # invariants 9 and 10
    amina.post(f"{PAGE}/ending")
    assert "Before it closes" in text(amina.get(PAGE))
    early = amina.post(f"{PAGE}/closure", data={"exit_route": "aim_met"})
    assert early.status_code == 422
    assert "what was found" in text(early)

    amina.post(f"{PAGE}/evaluation", data={"evaluation": "It helped **some**."})
    amina.post(f"{PAGE}/closing-note", data={"know": "# Ask\n\nThe door matters.", "ask": "Amina"})
    nobody = amina.post(f"{PAGE}/closure", data={"exit_route": "mainstreamed"})
    assert "Name the organisation" in text(nobody)
    assert chidi.post(f"{PAGE}/closure", data={"exit_route": "aim_met"}).status_code == 403
    amina.post(
        f"{PAGE}/closure",
        data={"exit_route": "mainstreamed", "receiving_organisation": world.library.key},
    )

    page = text(chidi.get(PAGE))
    assert "<strong>some</strong>" in page
    assert "What we know now" in page
    assert "The door matters." in page
    assert "<h3" in page  # headings inside a part stay below it
    assert (
        amina.post(f"{PAGE}/extension", data={"ends_on": "2028-01-01", "reason": "x"}).status_code
        == 422
    )


def test_what_was_written_is_there_to_be_changed(amina, world):
    amina.post(f"{PAGE}/closing-note", data={"know": "Mark the plan."})
    amina.post(f"{PAGE}/evaluation", data={"evaluation": "It helped."})

    assert "Mark the plan." in text(amina.get(f"{PAGE}/closing-note"))
    assert "It helped." in text(amina.get(f"{PAGE}/evaluation"))


def test_forums_neither_begin_nor_end(amina, world):
    for page in (
        "decision",
        "activation",
        "extension",
        "ending",
        "evaluation",
        "closing-note",
        "closure",
    ):
        assert amina.get(f"/forums/skills-forum/{page}").status_code == 404


def test_fields_the_form_does_not_have_are_refused(amina, world):
    assert amina.post(f"{PAGE}/word", data={"word": "x", "convenor_id": "1"}).status_code == 400


def test_a_member_that_left_is_in_no_list(amina, chidi, world):
    with transaction() as session:
        session.execute(
            Membership.__table__.update()
            .where(Membership.person_id == world.bo.id)
            .values(ended_at=now())
        )

    assert "Bo Lind" not in text(chidi.get(f"{PAGE}/members"))
    assert amina.get(f"{PAGE}/members/{world.bo.key}").status_code == 404
