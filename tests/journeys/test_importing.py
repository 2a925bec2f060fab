"""A folder of posts comes in, is read and edited here, and comes in again."""

import pytest

from wiki.transfer.importing import Fate, prepare, store

POST = """---
title: {title}
date: 2015-03-02
authors: [mbland]
tags: [welcome]
---
{text}
"""


@pytest.fixture
def bring(tmp_path, world):
    """``bring(first="…")``: write these posts, import the folder, answer what became of them."""

    def write_and_import(**posts: str) -> dict[Fate, int]:
        for name, text in posts.items():
            title = name.replace("_", " ").capitalize()
            (tmp_path / f"2015-03-02-{name}.md").write_text(POST.format(title=title, text=text))
        slug = world.community.slug
        return dict(+store(prepare(tmp_path, slug), slug).fates)

    return write_and_import


def test_what_was_edited_here_is_left_and_what_changed_there_is_revised(
    world, walker, bring, worker
):
    assert bring(say_hello="We said hello.", stay_late="We stayed late.") == {Fate.NEW: 2}
    worker()

    chidi = walker(world.chidi).open("/communities/staying-on/case-notes")
    chidi.follow("Say hello").sees(
        "We said hello.", "mbland", "2 March 2015", "Not recorded in the original."
    )
    chidi.follow("Edit").send(do="save", what_happened="We said hello, twice.").sees("Saved.")
    edited = chidi.url

    assert bring() == {Fate.UNCHANGED: 2}
    fates = bring(say_hello="We said goodbye.", stay_late="We stayed until ten.")
    assert fates == {Fate.LEFT: 1, Fate.CHANGED: 1}
    chidi.open(edited).sees("We said hello, twice.")
    chidi.open("/communities/staying-on/case-notes").follow("Stay late").sees(
        "We stayed until ten."
    )
    chidi.sees("revised once")


def test_nobody_is_told_of_each_but_catch_up_says_it_in_a_line(
    world, walker, bring, worker, links_mailed
):
    bring(say_hello="We said hello.", stay_late="We stayed late.")
    worker()

    amina = walker(world.amina).open("/catch-up?since=7")
    amina.sees("2 case notes were imported into Staying on")
    assert links_mailed(world.amina.email) == []
