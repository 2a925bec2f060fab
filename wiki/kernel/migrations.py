"""Bringing a database to the shape this version knows, and knowing when it is not."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from config import Settings, WrongSetting
from wiki.kernel.database import Base, Moment, database, make_engine, transaction
from wiki.kernel.locations import folder


@cache
def revisions() -> tuple[str, ...]:
    """The revisions this version of the product knows, newest first."""
    scripts = str(folder("migrations"))
    found = ScriptDirectory(scripts, version_locations=[scripts]).walk_revisions()
    return tuple(script.revision for script in found)


def revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def is_current(connection: Connection) -> bool:
    return revision_of(connection) == revisions()[0]


def migrate() -> None:
    """Bring the database to the newest revision or change nothing; an unknown one is refused."""
    settings: Settings = current_app.config["SETTINGS"]
    settings.data.mkdir(parents=True, exist_ok=True)
    if settings.is_sqlite:
        Path(settings.database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    with transaction(writing=False) as session:
        found = revision_of(session.connection())
    if found == revisions()[0]:
        return
    if found is not None and found not in revisions():
        raise made_by_newer_version()
    alembic: Alembic = current_app.extensions["alembic"]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context():  # at its end the connection is let go
        alembic.upgrade()
    database().engine.dispose()


def refuse_unknown_schema() -> None:
    """Stop a start on a database that was not migrated, or that a newer version made."""
    with transaction(writing=False) as session:
        connection = session.connection()
        found = revision_of(connection)
        empty = not inspect(connection).get_table_names()
    if empty:
        raise WrongSetting("There is no site in this database yet: run “across setup” first.")
    if found is not None and found not in revisions():
        raise made_by_newer_version()
    if found != revisions()[0]:
        raise WrongSetting(
            "This database was made by an older version of Across: run “across migrate” first."
        )


def made_by_newer_version() -> WrongSetting:
    return WrongSetting(
        "This database was made by a newer version of Across than this one: start that version, "
        "or restore a backup from before."
    )


def check_foreign_keys(*, ctx: MigrationContext, **_more: Any) -> None:
    """SQLite migrates with foreign keys off; what refers to nothing undoes the migration."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"the migration left rows in {broken[0]} that refer to nothing")


def render_type(kind: str, thing: Any, _context: object) -> str | bool:
    """How our own type is written in a revision, which does not change when our code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


def init_app(app: Flask) -> None:
    """Alembic on an engine of its own.

    On SQLite that has foreign keys off: making a table anew, which is how SQLite alters one, would
    otherwise empty the tables that refer to it.
    """
    settings: Settings = app.config["SETTINGS"]
    app.config["ALEMBIC"] = {"script_location": str(folder("migrations"))}
    app.config["ALEMBIC_CONTEXT"] = {
        "transactional_ddl": True,
        "render_as_batch": True,
        "render_item": render_type,
        "on_version_apply": check_foreign_keys,
    }
    engine = make_engine(settings.database, foreign_keys=False).execution_options(immediate=True)
    Alembic(app, metadatas=Base.metadata, engines=engine, run_mkdir=False)
    logging.getLogger("alembic").setLevel(logging.WARNING)
