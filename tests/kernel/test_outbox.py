"""Events, deliveries and the worker."""

import pytest
from sqlalchemy import func, select

from wiki.kernel import outbox
from wiki.kernel.clock import now
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import Delivery, Event, declare, listens_to, record
from wiki.kernel.site import Site
from wiki.kernel.worker import _due, claim, deliver, every, take, work_once

heard: list[int] = []
broken: list[bool] = []

declare({"site.tested": "A test wrote this down."})


@listens_to("site.tested")
def hear(event: Event) -> None:
    heard.append(event.id)
    if broken:
        raise RuntimeError("not today")


@pytest.fixture(autouse=True)
def silence():
    heard.clear()
    broken.clear()


def record_one() -> int:
    with transaction() as session:
        return record("site.tested", session.get_one(Site, 1)).id


def test_an_event_is_kept_exactly_when_its_change_is(world):
    def record_and_fail() -> None:
        with transaction() as session:
            record("site.tested", session.get_one(Site, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()

    work_once()

    assert heard == []


def test_the_worker_hands_an_event_to_its_listener_once(world):
    event_id = record_one()

    work_once()
    work_once()

    assert heard == [event_id]


def test_a_failing_listener_is_tried_again_later_and_keeps_its_error(world, at):
    broken.append(True)
    event_id = record_one()
    work_once()
    broken.clear()

    work_once()
    assert heard == [event_id]  # not yet again: it is put off
    with transaction():
        delivery = db().scalar(select(Delivery).where(Delivery.event_id == event_id))
        assert "not today" in delivery.error
    with at(minutes=10):
        work_once()
    assert heard == [event_id, event_id]


def test_a_claim_left_by_a_killed_worker_expires(world, at):
    record_one()
    taken = claim()
    assert taken is not None
    assert claim() is None

    with at(minutes=6):
        assert claim() == taken
        deliver(taken)

    assert len(heard) == 1


def test_an_undeclared_event_is_a_mistake_at_once(world, session):
    with pytest.raises(KeyError):
        record("site.misspelt", session.get_one(Site, 1))


def test_a_schedule_runs_once_in_its_period_whoever_asks(world, at):
    from datetime import timedelta

    ran = []
    every(timedelta(hours=1), "test schedule")(lambda: ran.append(now()))
    schedule = _due.pop("test schedule")

    take(schedule)
    take(schedule)
    with at(hours=1):
        take(schedule)

    assert len(ran) == 2


def test_every_public_event_raises_the_generation_that_kept_pages_hold_by(world):
    with transaction():
        before = db().scalar(select(Site.generation))

    record_one()

    with transaction():
        assert db().scalar(select(Site.generation)) == before + 1


def test_every_declared_event_says_what_it_means():
    assert all(meaning.endswith(".") for meaning in outbox.declared().values())


def test_deliveries_are_made_for_listeners_only(world):
    declare({"site.unheard": "Nobody listens to this."})
    with transaction() as session:
        record("site.unheard", session.get_one(Site, 1))

    with transaction():
        waiting = (
            select(func.count())
            .select_from(Delivery)
            .join(Event)
            .where(Event.name == "site.unheard")
        )
        assert db().scalar(waiting) == 0


def test_who_wakes_after_another_took_over_hands_on_nothing(world, at):
    event_id = record_one()
    slow = claim()
    with at(minutes=6):
        quick = claim()
        assert quick == slow
        deliver(quick)
        deliver(slow)

    assert heard == [event_id]
