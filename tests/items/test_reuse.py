import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.items.choices import Basis
from wiki.items.models import Item
from wiki.items.reuse import Outcome, Rung, Use, agree, ladder
from wiki.kernel.database import db
from wiki.kernel.errors import Refused

outcomes = st.sampled_from(Outcome)
places = st.tuples(st.sampled_from(["place", "organisation"]), st.integers(1, 5))
uses = st.lists(st.tuples(places, outcomes), max_size=12).map(
    lambda found: [Use(where, outcome, order) for order, (where, outcome) in enumerate(found)]
)


@given(st.sampled_from(Basis), uses, st.integers(0, 4))
def test_the_ladder_never_counts_a_place_twice_and_never_what_is_still_being_tried(
    basis, uses, agreeing
):
    rung, mixed = ladder(basis, uses, agreeing)
    settled = {use.where for use in uses if use.outcome is not Outcome.STILL_TRYING}

    assert (rung >= Rung.SEVERAL) == (len(settled) >= 3)
    assert (rung == Rung.HUNCH) == (not settled and basis is Basis.OWN_EXPERIENCE)
    if rung is Rung.ESTABLISHED:
        assert agreeing >= 2
    if mixed:
        assert any(use.outcome is Outcome.DID_NOT_WORK for use in uses)


@given(uses, st.integers(0, 4))
def test_one_more_agreement_never_lowers_the_rung(uses, agreeing):
    assert ladder(Basis.DATA, uses, agreeing + 1)[0] >= ladder(Basis.DATA, uses, agreeing)[0]


def test_a_later_record_of_the_same_place_replaces_the_earlier_one():
    first, second = Use(("place", 1), Outcome.DID_NOT_WORK, 1), Use(("place", 1), Outcome.WORKED, 2)

    assert ladder(Basis.OWN_EXPERIENCE, [first, second], 0) == (Rung.TRIED, False)
    assert ladder(Basis.OWN_EXPERIENCE, [first], 0) == (Rung.TRIED, True)


def test_authors_do_not_record_their_own_use(session, world):  # invariant 15
    item = world.item(author=world.bo)

    with pytest.raises(Refused, match="wrote this yourself"):
        world.use(item, by=world.bo)


def test_a_recorded_use_lifts_a_hunch(session, world):
    item = world.item()
    assert item.evidence == Rung.HUNCH

    world.use(item, by=world.chidi)

    assert (item.evidence, item.use_count) == (Rung.TRIED, 1)


def test_only_convenors_of_other_places_count(session, world):
    item = world.item()

    with pytest.raises(Refused, match="other places"):
        agree(item, world.amina, world.community)
    agree(item, world.amina, world.forum)
    assert db().get_one(Item, item.id).evidence == Rung.HUNCH
