"""What is restricted is read by its author and by confirmed members; a steward's opening is told."""

import pytest

TITLE = "One learner told us why she left."


@pytest.fixture
def restricted(world, walker) -> str:
    """Bo restricts an insight to the confirmed members of a community: its address."""
    bo = walker(world.bo).open("/insights/new?place=staying-on")
    filled = {"title": TITLE, "evidence_basis": "own_experience", "tags": "leaving"}
    bo.send(do="share", visibility="restricted", **filled, status=422).sees("reason")
    reason = {"restriction_reason": "Names her situation", "restriction_review_on": "2026-09-01"}
    bo.send(do="share", visibility="restricted", **filled, **reason)
    bo.sees("Shared with the confirmed members of Staying on.", "Names her situation")
    return bo.url


def test_only_confirmed_members_read_it_and_leaving_ends_that(world, walker, restricted, visitor):
    chidi, dele, amina = (walker(one) for one in (world.chidi, world.dele, world.amina))

    for outsider in (chidi, dele):  # dele joined, nobody confirmed him
        outsider.open(restricted, status=404)
        for page in ("/new", "/insights", "/communities/staying-on", "/tags", "/catch-up?since=7"):
            assert TITLE not in outsider.open(page).text, page
        assert (
            outsider.client.post(f"{restricted}/replies", data={"body": "Hello"}).status_code == 404
        )
    assert visitor.get(restricted).status_code == 404

    amina.open("/communities/staying-on/members").send(f"/members/{world.dele.key}/confirmation")
    amina.sees("Dele Park can read what is restricted to members.")
    dele.open(restricted).sees(TITLE)
    dele.open("/communities/staying-on").sees(TITLE)

    dele.open(f"/communities/staying-on/members/{world.dele.key}").send("/membership")
    dele.sees("You have left.")
    dele.open(restricted, status=404)
    assert TITLE not in dele.open("/new").text

    dele.open("/communities/staying-on").send("/membership")
    dele.open(restricted, status=404)  # joining again is not being confirmed


def test_a_steward_opens_it_for_a_day_and_its_author_is_told(
    world, walker, restricted, links_mailed, worker, at
):
    stella = walker(world.stella)
    stella.open(restricted, status=404)
    key = restricted.rsplit("/", 1)[1][:10]
    page = stella.open(f"/restricted/{key}")
    assert TITLE not in page.text
    page.send(reason="ask", status=422).sees("Write a reason the author will understand.")
    page.send(reason="Her school asked for advice on Monday.").sees(
        TITLE, "Open to you for 24 hours."
    )
    worker()

    assert any(restricted in link for link in links_mailed(world.bo.email))
    with at(hours=23):
        walker(world.stella).open(restricted).sees(TITLE)
    with at(hours=25):
        walker(world.stella).open(restricted, status=404)


def test_widening_it_lets_everybody_in(world, walker, restricted):
    walker(world.bo).open(restricted).follow("Who may read this").send(visibility="network")

    walker(world.chidi).open(restricted).sees(TITLE)
