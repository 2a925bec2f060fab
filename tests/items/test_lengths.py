"""What fits a form fits the columns behind it, on every database."""

from wiki.items.models import Item
from wiki.kernel.database import transaction
from wiki.people.invitations import register


def test_a_long_summary_is_kept_whole_and_cut_in_lists(world, signed_in):
    summary = "Seven words that say little. " * 17
    form = {"title": "Long", "summary": summary, "body": "Text.", "tags": "long", "do": "share"}

    answer = signed_in(world.bo).post("/pages/new", data=form)

    assert answer.status_code == 303
    with transaction() as session:
        made = session.query(Item).filter_by(title="Long").one()
        assert made.summary == summary.strip()
        assert len(made.excerpt) <= 320


def test_a_name_that_grows_when_it_is_folded(world, session):
    person = register("long@testford.example", "ß" * 100, None, world.museum.id)
    session.flush()

    assert len(person.sort_name) == 100


def test_a_use_may_leave_out_what_larger_thing_it_changed(world, signed_in):
    with transaction():
        item = world.item()
    form = {"outcome": "worked", "changed": "We moved it to the door."}

    assert signed_in(world.chidi).post(f"{item.path}/uses/new", data=form).status_code == 303
