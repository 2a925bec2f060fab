"""Bringing a database to the shape this version of the product knows, and knowing when it is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from config import Settings, WrongSetting
from wiki.kernel.database import Base, database, make_engine, transaction
from wiki.kernel.locations import folder


@cache
def newest() -> str | None:
    """The revision this version of the product was made for."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def is_current(connection: Connection) -> bool:
    return MigrationContext.configure(connection).get_current_revision() == newest()


def migrate() -> None:
    """Bring the database to the newest revision, wholly or not at all; a revision we do not know is refused."""
    settings: Settings = current_app.config["SETTINGS"]
    settings.data.mkdir(parents=True, exist_ok=True)
    if settings.is_sqlite:
        Path(settings.database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    with transaction(writing=False) as session:
        if is_current(session.connection()):
            return
    alembic: Alembic = current_app.extensions["alembic"]
    alembic.upgrade()
    database().engine.dispose()


def refuse_unknown_schema() -> None:
    """Stop a start on a database that was not migrated, or that a newer version made."""
    with transaction(writing=False) as session:
        connection = session.connection()
        if is_current(connection):
            return
        empty = not inspect(connection).get_table_names()
    if empty:
        raise WrongSetting("There is no site in this database yet: run “across setup” first.")
    raise WrongSetting(
        "This database was made by another version of Across: run “across migrate” first."
    )


def init_app(app: Flask) -> None:
    """Alembic on an engine of its own. On SQLite that has foreign keys off: making a table anew, which is how SQLite
    alters one, would otherwise empty the tables that refer to it.
    """
    settings: Settings = app.config["SETTINGS"]
    app.config["ALEMBIC"] = {"script_location": str(folder("migrations"))}
    app.config["ALEMBIC_CONTEXT"] = {"transactional_ddl": True, "render_as_batch": True}
    engine = make_engine(settings.database, foreign_keys=False).execution_options(immediate=True)
    Alembic(app, metadatas=Base.metadata, engines=engine, run_mkdir=False)
