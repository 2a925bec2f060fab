"""An import killed at any moment: what was committed is whole, and running it again finishes the rest."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import ROOT, environment, run

POSTS = 40


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A sample database, and a folder of posts that link to each other."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    folder = tmp_path / "posts"
    folder.mkdir()
    for number in range(POSTS):
        later = f"2015-01-{(number + 1) % 28 + 1:02}-post-{(number + 1) % POSTS}.md"
        (folder / f"2015-01-{number % 28 + 1:02}-post-{number}.md").write_text(
            f"---\ntitle: Post {number}\nauthors: [ada]\ntags: [letters]\n---\n"
            f"See [the next]({later}).\n\n" + "Words enough. " * 300
        )
    prepared = subprocess.run(
        [sys.executable, "-c", SAMPLE],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
    )
    assert prepared.returncode == 0, prepared.stderr
    return data


SAMPLE = """
from wiki import create_app
from wiki.kernel import migrations
from tests.world import World
app = create_app()
with app.app_context():
    migrations.migrate()
    World.build()
"""


@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.trial)])
def test_every_post_arrives_once_however_often_the_import_is_killed(site, kills):
    chance = random.Random(kills)
    command = ["import", "markdown", str(site.parent / "posts"), "--community", "staying-on"]

    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-m", "wiki", *command],
            cwd=ROOT,
            env=environment(site),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_writing(process, chance)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert half_done(site) == 0

    finished = run(site, *command)

    assert finished.returncode == 0, finished.stderr
    with closing(sqlite3.connect(site / "across.sqlite3")) as database:
        titles = [row[0] for row in database.execute("SELECT title FROM items WHERE source <> ''")]
        links = database.execute("SELECT what_happened FROM case_notes").fetchall()
    assert sorted(titles) == sorted(f"Post {number}" for number in range(POSTS))
    assert all("(/case-notes/" in text for (text,) in links)
    assert half_done(site) == 0


def wait_until_writing(process: subprocess.Popen, chance: random.Random) -> None:
    """Until it has told of writing, and then a moment more that nobody can foresee."""
    told = ""
    while "Writing: " not in told:
        letter = process.stderr.read(1)
        if not letter:
            return
        told += letter
    patience = time.monotonic() + chance.uniform(0, 0.3)
    while process.poll() is None and time.monotonic() < patience:
        process.stderr.read(1)


def half_done(site: Path) -> int:
    """Items without a revision, and posts said to be stored that are not: there are never any."""
    with closing(sqlite3.connect(site / "across.sqlite3")) as database:
        (bare,) = database.execute(
            "SELECT COUNT(*) FROM items WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE item_id = items.id)"
        ).fetchone()
        (broken,) = database.execute(
            "SELECT COUNT(*) FROM imported_posts p WHERE item_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM items WHERE id = p.item_id AND listed_at IS NOT NULL)"
        ).fetchone()
    return bare + broken
