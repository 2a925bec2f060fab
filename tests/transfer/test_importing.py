"""Importing a folder of posts: two passes, one transaction a post, carried on after a stop."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from tests.corpus import real_posts
from wiki.files.models import File
from wiki.items.choices import Basis, Origin
from wiki.items.models import Item, ItemTag, Revision
from wiki.items.reading import read_rows, rows_for
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.outbox import Event
from wiki.people.current import reader_for
from wiki.transfer import importing
from wiki.transfer.importing import Fate, prepare, store
from wiki.transfer.models import ImportedPost, ImportRun, ImportState

FIRST = """---
title: Say hello first
date: 2015-03-02
authors: [mbland, Ada King]
tags: [Welcome, first visit]
excerpt: A short one.
---
We said hello. See [the other]({{ "/2015/04/01/second/" | url }}) and ![a cup](cup.png).
"""
SECOND = """---
title: The second
authors: [mbland]
tags: [welcome]
---
It came later.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "2015-03-02-first.md").write_text(FIRST)
    (tmp_path / "2015-04-01-second.md").write_text(SECOND)
    picture = BytesIO()
    Image.new("RGB", (4, 4), "blue").save(picture, "PNG")
    (tmp_path / "cup.png").write_bytes(picture.getvalue())
    return tmp_path


def bring(folder: Path, world) -> importing.Outcome:
    return store(prepare(folder, world.community.slug), world.community.slug)


def item_of(path: str) -> Item:
    return db().scalar(
        select(Item)
        .join(ImportedPost, ImportedPost.item_id == Item.id)
        .where(ImportedPost.path == path)
    )


def test_a_post_arrives_with_its_date_names_tags_and_links(world, folder, signed_in):
    outcome = bring(folder, world)

    assert outcome.fates[Fate.NEW] == 2
    with transaction():
        first, second = item_of("2015-03-02-first.md"), item_of("2015-04-01-second.md")
        assert first.credited == ["mbland", "Ada King"]
        assert str(first.source_date) == "2015-03-02" == str(first.published_at.date())
        assert (first.origin, first.evidence_basis) == (Origin.COUNTRY, Basis.OWN_EXPERIENCE)
        row = read_rows(
            reader_for(world.chidi), rows_for(reader_for(world.chidi)).where(Item.id == first.id)
        )[0]
        assert row.byline.shown == "mbland and Ada King"
        second_path, path = second.path, first.path
    page = signed_in(world.chidi).get(path).text
    assert f'href="{second_path}"' in page
    assert "Not recorded in the original." in page
    assert "2 March 2015" in page
    with transaction():
        file = db().scalar(select(File.key))
    assert f"/files/{file}" in page
    assert signed_in(world.chidi).get(f"/files/{file}").status_code == 200


def test_nothing_is_written_by_the_first_pass(world, folder):
    with transaction():
        before = db().scalar(select(func.count()).select_from(Event))

    prepare(folder, world.community.slug)

    with transaction():
        assert db().scalar(select(func.count()).select_from(Event)) == before
        assert db().scalar(select(ImportedPost.id)) is None


def test_an_unreadable_post_is_listed_and_the_others_arrive(world, folder):
    (folder / "broken.md").write_bytes(b"---\ntitle: \xff\xfe\n---\nx")
    (folder / "endless.md").write_text(
        "---\ntitle: Endless\ndate: 2015-01-01\n---\n" + "word " * 13_000
    )

    outcome = bring(folder, world)

    assert outcome.fates == {Fate.NEW: 2, Fate.PROBLEM: 2}
    assert {problem.path for problem in outcome.prepared.problems} == {"broken.md", "endless.md"}


def test_running_it_again_changes_nothing(world, folder):
    bring(folder, world)
    with transaction():
        before = db().scalar(select(func.count()).select_from(Revision))

    outcome = bring(folder, world)

    assert outcome.fates == {Fate.UNCHANGED: 2, Fate.PROBLEM: 0}
    with transaction():
        assert db().scalar(select(func.count()).select_from(Revision)) == before


def test_a_change_at_the_source_becomes_a_new_revision_of_the_same_item(world, folder):
    bring(folder, world)
    with transaction():
        path = item_of("2015-03-02-first.md").path
    (folder / "2015-03-02-first.md").write_text(FIRST + "\nOne more thing.\n")

    outcome = bring(folder, world)

    assert outcome.fates[Fate.CHANGED] == 1
    with transaction():
        item = item_of("2015-03-02-first.md")
        assert (item.path, item.version) == (path, 2)
        assert "One more thing." in item.what_happened
        assert db().scalar(select(func.count()).select_from(File)) == 1


def test_what_was_edited_here_is_left_and_listed(world, folder, session):
    bring(folder, world)
    item = item_of("2015-03-02-first.md")
    item.version += 1
    session.commit()
    (folder / "2015-03-02-first.md").write_text(FIRST + "\nOne more thing.\n")

    outcome = bring(folder, world)

    assert outcome.left == ["2015-03-02-first.md"]
    session.refresh(item)
    assert "One more thing." not in item.what_happened


def test_a_stopped_run_is_carried_on_with_the_same_addresses(world, folder, monkeypatch):
    prepared = prepare(folder, world.community.slug)
    really = importing.store_one
    stored = []

    def stop_after_one(*arguments):
        if stored:
            raise KeyboardInterrupt
        stored.append(arguments)
        return really(*arguments)

    monkeypatch.setattr(importing, "store_one", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        store(prepared, world.community.slug)
    monkeypatch.undo()
    with transaction():
        stopped = db().scalar(select(ImportRun))
        assert (stopped.state, stopped.done) == (ImportState.STOPPED, 1)
        first = item_of("2015-03-02-first.md")
        linked_to = next(one.key for one in prepared.ready if one.post.path.endswith("second.md"))
        assert linked_to in first.what_happened

    outcome = bring(folder, world)

    assert outcome.fates == {Fate.UNCHANGED: 1, Fate.NEW: 1, Fate.PROBLEM: 0}
    with transaction():
        assert item_of("2015-04-01-second.md").key == linked_to


def test_nobody_is_told_of_each_post(world, folder):
    bring(folder, world)

    with transaction():
        names = (
            db()
            .scalars(
                select(Event.name).where(Event.name.in_(["item.published", "import.finished"]))
            )
            .all()
        )
    assert names == ["import.finished"]


def test_a_closed_community_takes_no_import(world, folder):
    with pytest.raises(Refused, match="takes nothing new"):
        prepare(folder, world.closed.slug)


def test_the_command_says_what_would_happen_and_writes_nothing(world, app, folder):
    run = app.test_cli_runner().invoke(
        args=["import", "markdown", str(folder), "--community", world.community.slug, "--dry-run"]
    )

    assert run.exit_code == 0, run.output
    assert "2 posts can be imported; nothing was written." in run.output
    assert (
        app.test_cli_runner()
        .invoke(args=["import", "markdown", str(folder), "--community", "nowhere"])
        .exit_code
        == 1
    )


def test_every_real_post_arrives_with_its_date_names_and_tags(world):
    prepared = prepare(real_posts(), world.community.slug)

    outcome = store(prepared, world.community.slug)

    assert outcome.fates == {Fate.NEW: 504, Fate.PROBLEM: 0}
    with transaction():
        items = db().scalars(select(Item).where(Item.source != "")).all()
        assert len(items) == 504
        assert all(item.credited and item.source_date and item.listed_at for item in items)
        filed = db().scalar(select(func.count(ItemTag.item_id.distinct())))
        assert filed == sum(bool(one.tags) for one in prepared.ready)
