"""A community from its proposal to its end."""

from tests.world import fresh
from wiki.kernel.clock import today
from wiki.kernel.database import transaction
from wiki.places.models import State


def test_a_community_is_proposed_runs_is_extended_ends_and_stays_readable(
    world, walker, links_mailed, at
):
    bo = walker(world.bo).follow("Communities").follow("Propose")
    bo.send(
        name="Second chances",
        challenge="Why do people leave in the fourth week",
        home="skills-forum",
        starts_on="2026-04-01",
        ends_on="2027-03-31",
        status=422,
    )
    bo.sees("Write the challenge as a question")
    bo.send(
        challenge="Why do people leave in the fourth week?",
        priorities="Week four",
        answerable="Bo Lind",
        success="Half as many leave",
        convening="me",
    )
    bo.sees("This is a proposal")
    address = bo.url

    amina = walker(world.amina)
    amina.sees("Second chances")  # it waits for her
    amina.open(address).follow("Accept or decline it")
    amina.send(decision="decline", reason="", status=422).sees("Say why")
    amina.send(decision="accept")
    amina.sees("Accepted.")

    with at(days=30):
        bo = walker(world.bo).open(address)
        bo.sees("People of at least two organisations take part")
        assert bo.client.post(f"{address}/activation").status_code == 422
        bo.open(f"{address}/invitations")
        bo.send(email=world.chidi.email, organisation=world.library.key, note="Do come.")
        chidi = walker(world.chidi)
        chidi.sees("Second chances")
        chidi.open(f"{address}/invitation").send(do="accept")
        chidi.sees("You have joined Second chances")
        bo.open(address).send("/activation")
        bo.sees("It is active now.")
        chidi.follow("Share with this community")
        chidi.send(
            do="share",
            title="A call in week three keeps people.",
            evidence_basis="several_accounts",
            tags="attendance",
        )
        insight = chidi.url

    with at(days=340):
        bo = walker(world.bo).open(f"{address}/extension")
        bo.send(ends_on="2029-01-01", reason="The figures come late.", status=422)
        bo.sees("An extension adds at most 12 months.")
        bo.send(ends_on="2027-09-30", reason="The figures come late.")
        bo.sees("Extended.", "The figures come late.")
        bo.open(f"{address}/ending").send(status=200)
        bo.sees("It is ending.")
        bo.open(f"{address}/closure").send(exit_route="aim_met", status=422)
        bo.sees("Write down what was found first")
        bo.open(f"{address}/evaluation").send(evaluation="Half as many left, by **March** figures.")
        bo.open(f"{address}/closing-note").send(know="Week three is the week to ring.")
        bo.open(f"{address}/closure").send(exit_route="mainstreamed", status=422)
        bo.sees("Name the organisation that takes it on.")
        bo.send(exit_route="mainstreamed", receiving_organisation=world.college.key)
        bo.sees("Closed. Everything written in it stays.")

    with at(days=400):
        chidi = walker(world.chidi).open(address)
        chidi.sees(
            "Half as many left, by March figures.",
            "Week three is the week to ring.",
            "City College",
        )
        assert "Share with this community" not in chidi.words
        chidi.open(insight).sees("This community has closed.", "A call in week three keeps people.")
        assert not [form for form in chidi.page.forms if form.action.endswith("/replies")]
        dele = walker(world.dele).open(insight).follow("We used this too")
        dele.send(outcome="worked", changed="We rang too.").sees("Recorded.")


def test_the_state_of_a_place_is_what_its_dates_say(world, app, at):
    with transaction():
        assert fresh(world.community).state is State.ACTIVE
    with at(days=301), transaction():
        assert fresh(world.community).state is State.ENDING
        assert fresh(world.community).ends_on <= today()
