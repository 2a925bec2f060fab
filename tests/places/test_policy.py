"""Who may do what to a place, as a table (DECISIONS.md 3)."""

from dataclasses import dataclass

import pytest

from wiki.people.current import Reader
from wiki.places import policy
from wiki.places.models import State

VISITOR = Reader()
CONVENOR, DEPUTY, HOME, STEWARD, OTHER = (
    Reader(id=number, is_steward=number == 4) for number in (1, 2, 3, 4, 5)
)


@dataclass
class Held:
    """A place as far as rights go."""

    convenor_id: int | None = 1
    deputy_id: int | None = 2
    is_community: bool = True
    state: State = State.ACTIVE


HOME_FORUM = Held(convenor_id=3, deputy_id=None, is_community=False)
VACANT_HOME = Held(convenor_id=None, deputy_id=None, is_community=False)


@pytest.mark.parametrize(
    ("reader", "filled", "vacant"),
    [
        (CONVENOR, True, False),
        (DEPUTY, True, True),
        (HOME, False, True),
        (STEWARD, False, True),
        (OTHER, False, False),
        (VISITOR, False, False),
    ],
)
def test_its_convenor_edits_and_others_stand_in_only_while_there_is_none(reader, filled, vacant):
    assert policy.edit(reader, Held(), HOME_FORUM) is filled
    assert policy.edit(reader, Held(convenor_id=None), HOME_FORUM) is vacant


@pytest.mark.parametrize(
    ("reader", "community", "forum"),
    [
        (CONVENOR, True, True),
        (STEWARD, False, True),
        (HOME, False, False),
        (OTHER, False, False),
        (VISITOR, False, False),
    ],
)
def test_stewards_describe_forums_but_not_communities(reader, community, forum):
    assert policy.describe(reader, Held(), HOME_FORUM) is community
    assert policy.describe(reader, Held(is_community=False)) is forum


@pytest.mark.parametrize(
    ("reader", "home", "vacant_home"),
    [
        (HOME, True, False),
        (STEWARD, False, True),
        (CONVENOR, False, False),
        (OTHER, False, False),
        (VISITOR, False, False),
    ],
)
def test_the_home_forum_decides_on_a_proposal(reader, home, vacant_home):
    proposed = Held(state=State.PROPOSED)

    assert policy.decide(reader, proposed, HOME_FORUM) is home
    assert policy.decide(reader, proposed, VACANT_HOME) is vacant_home
    assert not policy.decide(reader, Held(state=State.FORMING), HOME_FORUM)
    assert not policy.decide(reader, proposed, None)


@pytest.mark.parametrize("state", State)
def test_everyone_signed_in_may_join_what_has_not_ended(state):
    open_to_join = state not in (State.CLOSED, State.DECLINED)

    assert policy.join(OTHER, Held(state=state)) is open_to_join
    assert policy.offer(OTHER, Held(state=state, convenor_id=None)) is open_to_join
    assert not policy.offer(OTHER, Held(state=state))
    assert not policy.join(VISITOR, Held(state=state))


def test_only_stewards_open_forums_and_everyone_signed_in_proposes():
    assert [policy.open_forum(reader) for reader in (STEWARD, CONVENOR, VISITOR)] == [
        True,
        False,
        False,
    ]
    assert policy.propose(OTHER)
    assert not policy.propose(VISITOR)
