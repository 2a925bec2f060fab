from sqlalchemy import select

from wiki.kernel.database import transaction
from wiki.strategies.models import Strategy

FORM = {"name": "Culture", "starts_in": "2026", "ends_in": "2030", "summary": "Rooms and stores."}


def names():
    with transaction() as session:
        return set(session.scalars(select(Strategy.name)))


def test_stewards_name_strategies_everyone_signed_in_reads(signed_in, visitor, world):
    stella, chidi = signed_in(world.stella), signed_in(world.chidi)

    assert chidi.post("/strategies/new", data=FORM).status_code == 404
    assert stella.post("/strategies/new", data=FORM).status_code == 303

    page = chidi.get("/strategies").get_data(as_text=True)
    assert "Rooms and stores." in page
    assert "/strategies/new" not in page
    assert visitor.get("/strategies").status_code == 303


def test_a_strategy_is_renamed_and_keeps_its_address(signed_in, world):
    stella = signed_in(world.stella)
    assert stella.get("/strategies/skills/edit").status_code == 200

    stella.post("/strategies/skills/edit", data={**FORM, "name": "Skills for work"})

    assert names() == {"Skills for work"}
    assert stella.get("/strategies/skills/edit").status_code == 200
    assert stella.get("/strategies/nowhere/edit").status_code == 404


def test_faulty_ones_are_told_beside_the_field(signed_in, world):
    stella = signed_in(world.stella)
    for wrong, sentence in (
        ({"name": "Skills"}, "has this name"),
        ({"ends_in": "2020"}, "after the first"),
        ({"starts_in": "soon"}, "Not a valid integer"),
        ({"ends_in": "20300"}, "Give a year"),
    ):
        answer = stella.post("/strategies/new", data={**FORM, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)
    assert names() == {"Skills"}
