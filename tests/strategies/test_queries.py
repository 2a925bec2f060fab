from datetime import UTC, datetime

from wiki.kernel.clock import clock_at
from wiki.kernel.database import db
from wiki.strategies.models import Strategy
from wiki.strategies.queries import current


def test_only_strategies_of_this_year_are_offered(session, world):
    db().add(Strategy(slug="old", name="Old aims", starts_in=2018, ends_in=2023))
    db().add(Strategy(slug="culture", name="Culture", starts_in=2026, ends_in=2030))

    assert [strategy.name for strategy in current()] == ["Culture", "Skills"]
    with clock_at(datetime(2029, 6, 1, tzinfo=UTC)):
        assert [strategy.name for strategy in current()] == ["Culture"]
