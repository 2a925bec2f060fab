"""Backup and restore: database and files in one archive with checksums, proved before anything is
replaced.

SQLite is copied by its online backup while people go on writing; PostgreSQL by COPY in one
snapshot. Files are added after the database, so that every file a row names is in the archive: they
are never changed, only added.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

from flask import current_app
from sqlalchemy import Table, inspect, select, text
from sqlalchemy.engine import Connection

from config import Settings
from wiki.kernel import migrations
from wiki.kernel.clock import now
from wiki.kernel.database import Base, database, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.worker import Heartbeat

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE = "across.sqlite3"
STILL_RUNNING = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says it holds: a checksum for every member."""

    made_at: str
    dialect: str
    revision: str
    checksums: dict[str, str]


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


# -- backup


def back_up(target: Path) -> Manifest:
    """Write an archive of the whole site; it gets its name only when it is complete."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    with (
        TemporaryDirectory(dir=target.parent) as folder,
        tarfile.open(unfinished, "w:gz") as archive,
    ):
        copied = Path(folder)
        revision = copy_sqlite(copied) if settings().is_sqlite else copy_postgresql(copied)
        checksums: dict[str, str] = {}
        for path in sorted(copied.iterdir()):
            add(archive, path, f"database/{path.name}", checksums)
        files = settings().files
        for path in sorted(files.glob("*/*")):
            if not path.name.startswith("."):
                add(archive, path, f"files/{path.relative_to(files).as_posix()}", checksums)
        dialect = "sqlite" if settings().is_sqlite else "postgresql"
        manifest = Manifest(now().isoformat(), dialect, revision, checksums)
        written = copied / MANIFEST
        written.write_text(json.dumps({"format": FORMAT, **as_dict(manifest)}), encoding="utf-8")
        archive.add(written, MANIFEST)
    unfinished.rename(target)
    return manifest


def as_dict(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__slots__}


def add(archive: tarfile.TarFile, path: Path, name: str, checksums: dict[str, str]) -> None:
    checksums[name] = digest_of(path)
    archive.add(path, name, recursive=False)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_sqlite(folder: Path) -> str:
    """The database as it is at one moment, by SQLite's own online backup."""
    source = settings().database.removeprefix("sqlite:///")
    with (
        closing(sqlite3.connect(source)) as live,
        closing(sqlite3.connect(folder / SQLITE)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def copy_postgresql(folder: Path) -> str:
    """Every table as COPY writes it, all of one snapshot."""
    engine = database().engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        revision = migrations.revision_of(connection)
        for table in Base.metadata.sorted_tables:
            copy_out(connection, table, folder / f"{table.name}.copy")
    return str(revision)


def copy_out(connection: Connection, table: Table, target: Path) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f'COPY "{table.name}" ({columns}) TO STDOUT'
    with (
        target.open("wb") as file,
        cursor_of(connection) as cursor,
        cursor.copy(statement) as copy,
    ):
        for data in copy:
            file.write(data)


def cursor_of(connection: Connection) -> Any:
    """The driver's own cursor, which is what can COPY."""
    return cast(Any, connection.connection.dbapi_connection).cursor()


# -- restore


def restore(source: Path, *, replace: bool = False) -> Manifest:
    """Bring a site back from an archive. Everything is read and proved first; what was there is
    kept beside.
    """
    refuse_while_running()
    if not replace and not is_empty():
        raise Refused(
            _("There is a site here already. With --replace it is moved aside and replaced.")
        )
    with TemporaryDirectory(dir=made(settings().data)) as folder:
        unpacked = Path(folder)
        manifest = unpack(source, unpacked)
        (restore_sqlite if settings().is_sqlite else restore_postgresql)(unpacked, manifest)
        put_files(unpacked / "files")
    return manifest


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def refuse_while_running() -> None:
    if is_empty():
        return
    with transaction(writing=False) as session:
        seen = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    if seen is not None and now() - seen < STILL_RUNNING:
        raise Refused(_("The site is running. Stop it first, then restore."))


def is_empty() -> bool:
    if settings().is_sqlite and not Path(settings().database.removeprefix("sqlite:///")).exists():
        return True
    with database().engine.connect() as connection:
        return not inspect(connection).has_table("site")


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder; refuse names that lead out of it and anything that is not what
    was packed.
    """
    try:
        with tarfile.open(source, "r:*") as archive:
            for member in plain_members(archive):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with (
                    cast(IO[bytes], archive.extractfile(member)) as packed,
                    target.open("wb") as file,
                ):
                    shutil.copyfileobj(packed, file)
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{name: told[name] for name in Manifest.__slots__})
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            _("%(file)s is damaged, or no backup of Across.", file=source.name)
        ) from error
    prove(folder, manifest)
    return manifest


def plain_members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in archive:
        path = PurePosixPath(member.name)
        if not member.isfile() or path.is_absolute() or ".." in path.parts:
            raise ValueError(member.name)
        yield member


def prove(folder: Path, manifest: Manifest) -> None:
    """Every member as it was packed, none missing; a revision this version knows; the database the
    same kind.
    """
    there = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {MANIFEST}
    wrong = [
        name
        for name, checksum in manifest.checksums.items()
        if name not in there or digest_of(folder / name) != checksum
    ]
    if wrong or there != set(manifest.checksums):
        raise Refused(
            _(
                "The backup is damaged: %(name)s is not as it was packed.",
                name=(wrong or sorted(there))[0],
            )
        )
    if manifest.revision != migrations.revisions()[0]:
        raise Refused(
            _(
                "The backup was made by another version of Across."
                " Restore it with that version, then migrate."
            )
        )
    if (manifest.dialect == "sqlite") != settings().is_sqlite:
        raise Refused(_("The backup is of the other kind of database."))


def restore_sqlite(unpacked: Path, manifest: Manifest) -> None:
    found = unpacked / "database" / SQLITE
    with closing(sqlite3.connect(found)) as copy:
        (state,) = copy.execute("PRAGMA integrity_check").fetchone()
        dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
    if state != "ok" or dangling:
        raise Refused(_("The database in the backup is damaged."))
    database().engine.dispose()
    target = Path(settings().database.removeprefix("sqlite:///"))
    move_aside(target)
    for leftover in ("-wal", "-shm"):
        Path(f"{target}{leftover}").unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(found, target)


def restore_postgresql(unpacked: Path, manifest: Manifest) -> None:
    """Into fresh tables, in one transaction: either all of it is there afterwards or what was there
    before.
    """
    with database().engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        )
        version = {"revision": manifest.revision}
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), version)
        for table in Base.metadata.sorted_tables:
            copy_in(connection, table.name, [column.name for column in table.columns], unpacked)


def copy_in(connection: Connection, table: str, columns: list[str], unpacked: Path) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    with (
        (unpacked / "database" / f"{table}.copy").open("rb") as file,
        cursor_of(connection) as cursor,
        cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy,
    ):
        while data := file.read(1 << 20):
            copy.write(data)
    if "id" in columns:
        counter = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table}
        )
        if counter:
            connection.execute(
                text(
                    f"SELECT setval(:counter, COALESCE(MAX(id), 1), MAX(id) IS NOT NULL)"
                    f' FROM "{table}"'
                ),
                {"counter": counter},
            )


def put_files(found: Path) -> None:
    move_aside(settings().files)
    if found.is_dir():
        shutil.move(found, settings().files)


def move_aside(path: Path) -> None:
    """Keep what was there under a name that says when it was replaced."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.before-{now():%Y%m%d-%H%M%S}"))
