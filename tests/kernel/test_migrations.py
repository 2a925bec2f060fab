import pytest
from sqlalchemy import create_engine, inspect, text

from config import WrongSetting
from tests.conftest import make_app
from wiki.kernel import migrations
from wiki.kernel.database import Base, database, transaction
from wiki.kernel.readiness import is_sample


@pytest.fixture
def empty(database_address, tmp_path):
    """The application on a database with nothing in it."""
    if database_address.startswith("sqlite"):
        yield from entered(make_app(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path))
        return
    server = create_engine(database_address, isolation_level="AUTOCOMMIT")
    name = f"{server.url.database}_empty"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        address = server.url.set(database=name).render_as_string(hide_password=False)
        yield from entered(make_app(address, tmp_path))
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def entered(app):
    with app.app_context():
        yield app
        database().engine.dispose()


def ready(app):
    answer = app.test_client().get("/-/ready")
    return answer.status_code, answer.json["schema"]


def stamp(revision):
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})


def test_migrating_an_empty_database_leaves_nothing_to_migrate(empty):
    assert ready(empty) == (503, False)

    migrations.migrate()

    with empty.app_context():
        assert empty.extensions["alembic"].compare_metadata() == []
    assert ready(empty) == (200, True)


def test_migrating_twice_changes_nothing(empty):
    migrations.migrate()
    migrations.migrate()

    assert ready(empty) == (200, True)


def test_going_down_takes_everything_away_again(empty):
    migrations.migrate()
    with empty.app_context():
        empty.extensions["alembic"].downgrade("base")

    assert inspect(database().engine).get_table_names() == ["alembic_version"]


def test_a_database_of_a_newer_version_is_left_alone(empty):
    migrations.migrate()
    stamp("from the future")

    assert ready(empty) == (503, False)
    with pytest.raises(WrongSetting, match="newer version"):
        migrations.refuse_unknown_schema()
    with pytest.raises(WrongSetting, match="newer version"):
        migrations.migrate()


def test_an_empty_database_is_no_site(empty):
    with pytest.raises(WrongSetting, match="across setup"):
        is_sample()


def test_a_migrated_database_without_a_site_is_no_site_either(empty):
    migrations.migrate()

    with pytest.raises(WrongSetting, match="across setup"):
        is_sample()


def test_a_migration_that_leaves_loose_ends_is_undone(tmp_path):
    app = make_app(f"sqlite:///{tmp_path}/loose.sqlite3", tmp_path)
    with app.app_context():
        migrations.migrate()
    alembic = app.extensions["alembic"]
    with app.app_context():
        context = alembic.migration_context
        context.connection.execute(text("INSERT INTO person_areas VALUES (1, 1)"))
        with pytest.raises(RuntimeError, match="refer to nothing"):
            migrations.check_foreign_keys(ctx=context)


def test_every_name_fits_into_what_postgresql_keeps():
    names = [
        thing.name
        for table in Base.metadata.tables.values()
        for thing in (table, *table.constraints, *table.indexes)
        if thing.name
    ]

    assert max(map(len, names)) <= 63
