"""A community's life: whatever is done to it, in whatever order, the rules of DOMAIN.md hold."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOON
from tests.world import a_community
from wiki.kernel.clock import clock_at, today
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.places.convening import hand_over
from wiki.places.models import (
    LONGEST_FIRST,
    NEEDS_RECEIVER,
    ExitRoute,
    Extension,
    Place,
    State,
    state_of_place,
)

VERBS = (
    "accept",
    "decline",
    "activate",
    "activate with one organisation",
    "extend",
    "begin_ending",
    "evaluate",
    "close as aim met",
    "close as mainstreamed",
    "close with a receiver",
    "hand over",
    "leave open",
    "fill in the card",
    "blank the card",
)
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 200)), max_size=14)


def proposed(world):
    place = a_community("Proposed", world.forum, world.amina)
    place.accepted_at = place.activated_at = None
    db().add(place)
    db().flush()
    return place


def perform(verb, place, world):
    by = world.amina
    if verb == "accept":
        place.accept(by)
    elif verb == "decline":
        place.decline(by, "Three venues can settle it in a room.")
    elif verb == "activate":
        place.activate(by, 2)
    elif verb == "activate with one organisation":
        place.activate(by, 1)
    elif verb == "extend":
        db().add(place.extend(by, today() + timedelta(days=200), "The figures come late."))
    elif verb == "begin_ending":
        place.begin_ending(by)
    elif verb == "evaluate":
        place.evaluate(by, "It helped some.", "<p>It helped some.</p>")
    elif verb == "close as aim met":
        place.close(by, ExitRoute.AIM_MET, None)
    elif verb == "close as mainstreamed":
        place.close(by, ExitRoute.MAINSTREAMED, None)
    elif verb == "close with a receiver":
        place.close(by, ExitRoute.MAINSTREAMED, world.library)
    elif verb == "hand over":
        place.hand_over(by, world.bo, None)
    elif verb == "leave open":
        place.hand_over(by, None, None)
    else:
        place.success = "People still there at Easter" if verb == "fill in the card" else ""


def check(place, before, verb):
    db().flush()
    in_database = db().scalar(select(state_of_place()).where(Place.id == place.id))
    assert in_database == place.state.value
    # invariant 7: an end after the start, within 24 months unless extended with a reason
    assert place.challenge
    assert place.home_forum_id is not None
    assert place.ends_on > place.starts_on
    extensions = db().scalars(select(Extension).where(Extension.place_id == place.id)).all()
    assert all(one.reason and one.to_on > one.from_on for one in extensions)
    assert extensions or place.ends_on <= place.starts_on + LONGEST_FIRST
    # invariant 8: it becomes active with a convenor, two organisations, a clarity card
    if before.activated_at is None and place.activated_at is not None:
        assert verb == "activate"
        assert before.convenor_id is not None
        assert before.card_is_full
    assert place.convenor_wanted == (
        place.convenor_id is None and place.state not in (State.CLOSED, State.DECLINED)
    )
    # invariant 9: closed with an evaluation and an exit route
    if place.state is State.CLOSED:
        assert place.evaluation
        assert place.exit_route
        assert (place.receiving_organisation_id is not None) == (place.exit_route in NEEDS_RECEIVER)
    # what is decided stays decided
    if before.state in (State.CLOSED, State.DECLINED):
        assert place.state is before.state


class Before:
    def __init__(self, place):
        self.state, self.activated_at = place.state, place.activated_at
        self.convenor_id = place.convenor_id
        self.card_is_full = all((place.priorities, place.answerable, place.success))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_any_sequence_of_verbs_keeps_the_rules(session, world, steps):
    with session.begin_nested() as undone:
        place, days = proposed(world), 0
        for verb, pause in steps:
            days += pause
            with clock_at(NOON + timedelta(days=days)):
                before = Before(place)
                try:
                    perform(verb, place, world)
                except Refused:
                    assert place.state is before.state
                check(place, before, verb)
        undone.rollback()


def test_a_first_end_lies_within_24_months(world):  # invariant 7
    place, start = Place(), date(2026, 3, 1)

    place.set_period(start, date(2028, 3, 1))
    for end in (start, date(2026, 2, 1), date(2028, 3, 2)):
        with pytest.raises(Refused):
            place.set_period(start, end)


@pytest.mark.parametrize(
    ("days", "reason", "sentence"),
    [(0, "x", "later"), (-400, "x", "later"), (2000, "x", "12 months"), (30, " ", "Say why")],
)
def test_an_extension_needs_a_later_end_and_a_reason(session, world, days, reason, sentence):
    place = db().get_one(Place, world.community.id)

    with pytest.raises(Refused, match=sentence):
        place.extend(world.amina, place.ends_on + timedelta(days=days), reason)


def test_at_its_end_a_community_is_ending_and_an_extension_brings_it_back(session, world, at):
    place = db().get_one(Place, world.community.id)
    with at(days=301):
        assert place.state is State.ENDING
        db().add(place.extend(world.amina, today() + timedelta(days=90), "Six more weeks."))
        assert place.state is State.ACTIVE


def test_closing_as_mainstreamed_names_who_takes_it_on(session, world):  # invariant 9
    place = db().get_one(Place, world.community.id)
    place.begin_ending(world.amina)

    with pytest.raises(Refused, match="what was found"):
        place.close(world.amina, ExitRoute.MAINSTREAMED, world.library)
    place.evaluate(world.amina, "It helped.", "<p>It helped.</p>")
    with pytest.raises(Refused, match="Name the organisation"):
        place.close(world.amina, ExitRoute.MAINSTREAMED, None)
    place.close(world.amina, ExitRoute.MAINSTREAMED, world.library)

    assert place.state is State.CLOSED


def test_whoever_is_handed_a_place_is_a_confirmed_member_of_it(session, world):
    place = db().get_one(Place, world.community.id)
    from wiki.places.membership import membership_of

    hand_over(place, world.amina, world.chidi, world.dele)

    for person in (world.chidi, world.dele):
        assert membership_of(person.id, place.id).confirmed_at is not None
    with pytest.raises(Refused, match="somebody else"):
        hand_over(place, world.amina, world.bo, world.bo)
