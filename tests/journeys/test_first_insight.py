"""Somebody is invited, joins, shares, and finds out that it was used elsewhere."""

from tests.world import PASSWORD


def test_an_invited_person_shares_an_insight_and_hears_that_it_was_used(
    world, walker, stranger, links_mailed, worker, at
):
    stella = walker(world.stella).follow("Keeping the place")
    stella.open("/people/invite").send(
        email="nia@testford.example", name="Nia Newcomb", organisation=world.college.key
    )
    stella.sees("An invitation is on its way to nia@testford.example")

    nia = (
        stranger.open(links_mailed("nia@testford.example")[0]).sees("Stella Roy invites you")
        and stranger
    )
    nia.send(name="Nia Newcomb", password="one slow barge", agree="y")
    nia.sees("Welcome.", "Find a community")

    nia.follow("Find a community").follow("Staying on").send("/membership")
    nia.sees("You have joined Staying on")
    nia.follow("Share with this community")
    nia.send(do="share", title="", status=422)
    nia.sees("Write your insight in one sentence.")
    assert nia.page.title.startswith("Error: ")
    nia.send(
        do="share",
        title="People come back when somebody rings.",
        evidence_basis="own_experience",
        tags="attendance",
        body="We rang on *Mondays*.",
    )
    nia.sees("Shared with everyone.", "We rang on Mondays .", "Not yet used elsewhere.")
    address = nia.url

    with at(hours=2):  # her visit is over
        chidi = walker(world.chidi).open(address)
        chidi.send("/replies", kind="supporting", body="It was so with us.")
        chidi.sees("One reply", "Supporting example", "It was so with us.")
        chidi.follow("We used this too").send(outcome="worked", changed="", status=422)
        chidi.sees("Say in a sentence what you did or changed")
        chidi.send(outcome="with_changes", changed="We wrote postcards.", place="")
        chidi.sees("Recorded.", "Tried", "We wrote postcards.")
        worker()

    with at(hours=4):
        nia.open("/")
        nia.sees("People come back when somebody rings.")
        nia.open("/catch-up")
        nia.sees(
            "Catch-up", "People come back when somebody rings.", "one new reply from Chidi Obi"
        )
        nia.sees("Worked with changes at Library")

    again = stranger.client.application.test_client()
    answer = again.post("/sign-in", data={"email": "nia@testford.example", "password": PASSWORD})
    assert answer.status_code == 422  # it is her own password that opens
