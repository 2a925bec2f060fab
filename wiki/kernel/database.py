"""The database: one model for SQLite and PostgreSQL, one transaction for one request.

Reading requests begin a plain transaction, all others ``BEGIN IMMEDIATE`` at their first statement,
so that two writers on SQLite queue instead of losing each other's update. The kernel commits an
answer below 400 and rolls back any other; views, models and listeners never commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from wiki.kernel.clock import now

READING = frozenset({"GET", "HEAD", "OPTIONS"})
LAST = 100  # the place of a long text among the columns of its table: behind all others
LARGEST_ID = 2**31 - 1


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC and always with its time zone, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


Base.registry.update_type_annotation_map({datetime: Moment})


class Timestamps:
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Database:
    """The engine and the sessions made from it."""

    def __init__(self, address: str) -> None:
        self.engine = make_engine(address)
        self.writing_engine = self.engine.execution_options(immediate=True)
        #: A test puts its connection here, so that all it does is undone with one rollback.
        self.connection: Connection | None = None

    def session(self, *, writing: bool) -> Session:
        if self.connection is not None:
            return Session(
                self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
        return Session(self.writing_engine if writing else self.engine, expire_on_commit=False)

    def read(self, statement: str) -> Any:
        """One value, outside any request; None too where the database can't be asked just now."""
        try:
            if self.connection is not None:
                return self.connection.exec_driver_sql(statement).scalar()
            with self.engine.connect() as connection:
                return connection.exec_driver_sql(statement).scalar()
        except DBAPIError:
            return None


def make_engine(address: str, *, foreign_keys: bool = True) -> Engine:
    """An engine by the rules of SECURITY-BAR: durable, foreign keys on, SQLite's BEGIN our own."""
    if not address.startswith("sqlite"):
        return create_engine(address, pool_pre_ping=True, pool_size=5, max_overflow=10)
    engine = create_engine(address, connect_args={"timeout": 10}, pool_size=5, max_overflow=10)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # BEGIN is ours
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.execute("PRAGMA cache_size=-4000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("immediate"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # cannot fail, so it needs nothing of what SQLAlchemy does around a statement
            connection.connection.cursor().execute("BEGIN")

    return engine


def database() -> Database:
    found: Database = current_app.extensions["across.database"]
    return found


def db() -> Session:
    """The session of this request, or of the ``transaction()`` around this line."""
    if "session" not in g:
        if not has_request_context():
            raise RuntimeError("outside a request the database is used within transaction()")
        g.session = database().session(writing=request.method not in READING)
    session: Session = g.session
    return session


@contextmanager
def transaction(*, writing: bool = True) -> Iterator[Session]:
    """One transaction of its own, committed at the end: for commands, the worker and the short read
    of who asks.
    """
    outer = g.pop("session", None)
    session = database().session(writing=writing)
    g.session = session
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
        g.pop("session", None)
        if outer is not None:
            g.session = outer


def end_request(*, keep: bool) -> None:
    """Commit or undo what this request did. Nothing happens where nothing was asked of the
    database.
    """
    session: Session | None = g.pop("session", None)
    if session is None:
        return
    try:
        if keep:
            session.commit()
        else:
            session.rollback()
    finally:
        session.close()


def init_app(app: Flask) -> None:
    app.extensions["across.database"] = Database(app.config["SETTINGS"].database)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        end_request(keep=False)


def row_id(number: int | None) -> int:
    """A number somebody sent, if a row can have it; else 0, which none has."""
    return number if number is not None and 0 < number <= LARGEST_ID else 0


def upsert(session: Session, table: type[Base]) -> SqliteInsert | PostgresqlInsert:
    """The ``INSERT`` of the session's database, for its ``ON CONFLICT`` clauses."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql_insert(table)
    return sqlite_insert(table)
