"""A backup holds the whole site; a restore proves it before anything is replaced."""

import os
import tarfile
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from tests.conftest import make_app
from tests.world import World
from wiki.files import storage
from wiki.files.keeping import keep_picture
from wiki.files.models import File
from wiki.items.models import Item
from wiki.kernel import migrations
from wiki.kernel.clock import now
from wiki.kernel.database import database, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.worker import Heartbeat
from wiki.transfer import backup

numbers = count()


@pytest.fixture
def address(database_address: str, tmp_path: Path) -> str:
    """A database of this test's own, since a restore replaces all of it."""
    if database_address.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/own/across.sqlite3"
    return own_postgresql(database_address)


def own_postgresql(beside: str) -> str:
    from sqlalchemy import create_engine, text

    name = f"backup_{os.getpid()}_{next(numbers)}"
    engine = create_engine(beside, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def site_app(address: str, tmp_path: Path):
    app = make_app(address, tmp_path / "own")
    with app.app_context():
        migrations.migrate()
        world = World.build()
        picture = BytesIO()
        Image.new("RGB", (3, 3), "green").save(picture, "PNG")
        with transaction():
            keep_picture(world.item(title="Kept for good"), "cup.png", picture.getvalue())
        yield app
        database().engine.dispose()


def titles(app: Flask) -> list[str]:
    with transaction(writing=False) as session:
        return list(session.scalars(select(Item.title).order_by(Item.id)))


def test_a_site_comes_back_as_it_was(site_app, tmp_path):
    archive = tmp_path / "across.tar.gz"
    backup.back_up(archive)
    with transaction() as session:
        session.scalars(select(Item)).one().title = "Changed after the backup"
        key = session.scalar(select(File.key))
    storage.path_of(key).unlink()

    backup.restore(archive, replace=True)

    assert titles(site_app) == ["Kept for good"]
    assert storage.path_of(key).exists()
    with transaction() as session:  # and goes on from there
        session.add(Heartbeat(name="after", at=now()))
        assert session.scalar(select(func.count()).select_from(Item)) == 1


def test_nothing_is_replaced_unless_asked_for(site_app, tmp_path):
    archive = tmp_path / "across.tar.gz"
    backup.back_up(archive)

    with pytest.raises(Refused, match="--replace"):
        backup.restore(archive)


def test_a_running_site_is_not_replaced(site_app, tmp_path):
    archive = tmp_path / "across.tar.gz"
    backup.back_up(archive)
    with transaction() as session:
        session.add(Heartbeat(name="worker", at=now()))

    with pytest.raises(Refused, match="running"):
        backup.restore(archive, replace=True)


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "outside", "nonsense"])
def test_a_damaged_archive_changes_nothing(site_app, tmp_path, harm):
    archive = tmp_path / "across.tar.gz"
    backup.back_up(archive)
    damaged = tmp_path / "damaged.tar.gz"
    damage(archive, damaged, harm)

    with pytest.raises(Refused):
        backup.restore(damaged, replace=True)

    assert titles(site_app) == ["Kept for good"]


def damage(archive: Path, damaged: Path, harm: str) -> None:
    if harm in ("cut", "nonsense"):
        whole = archive.read_bytes()
        damaged.write_bytes(whole[: len(whole) // 2] if harm == "cut" else b"not a tar at all")
        return
    with tarfile.open(archive) as source, tarfile.open(damaged, "w:gz") as target:
        for number, member in enumerate(source):
            content = source.extractfile(member).read()
            if number == 0 and harm == "missing":
                continue
            if number == 0 and harm == "changed":
                content = content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"
            if number == 0 and harm == "outside":
                member.name = "../outside"
            member.size = len(content)
            target.addfile(member, BytesIO(content))


def test_the_command_never_overwrites_a_backup(site_app, tmp_path):
    archive = tmp_path / "across.tar.gz"
    run = site_app.test_cli_runner()

    assert run.invoke(args=["backup", str(archive)]).exit_code == 0
    again = run.invoke(args=["backup", str(archive)])

    assert again.exit_code == 1
    assert "never overwrites" in again.output
