"""Two people edit the same case note: nobody's words are lost."""

import pytest

from wiki.kernel.database import transaction


@pytest.fixture
def note(world, app) -> str:
    with transaction():
        return world.item("case_note", author=world.amina, title="The half-past-three library").path


def test_the_second_to_save_sees_both_texts_and_merges_them(world, walker, note):
    bo, chidi = walker(world.bo).open(f"{note}/edit"), walker(world.chidi).open(f"{note}/edit")
    bo.send(do="save", what_happened="We opened at three.", reason="The hour").sees("Saved.")

    chidi.send(do="save", what_happened="Nobody came before four.", status=409)
    chidi.sees("Bo Lind saved this while you were writing. Nothing is lost.")
    chidi.sees("removed: We opened at three", "added: Nobody came before four")
    assert dict(chidi.form("").fields)["what_happened"] == "Nobody came before four."
    chidi.send(do="save", what_happened="We opened at three. Nobody came before four.").sees(
        "Saved."
    )

    reader = walker(world.dele).open(note)
    reader.sees("We opened at three. Nobody came before four.", "revised 2 times")
    reader.follow("revised 2 times").sees("Bo Lind", "Chidi Obi", "The hour")


def test_whoever_does_not_want_to_merge_keeps_a_draft(world, walker, note):
    bo, chidi = walker(world.bo).open(f"{note}/edit"), walker(world.chidi).open(f"{note}/edit")
    bo.send(do="save", what_happened="We opened at three.")
    chidi.send(do="save", what_happened="Nobody came before four.", status=409)
    chidi.send(do="copy", what_happened="Nobody came before four.").sees("Saved as a draft.")

    walker(world.dele).open(note).sees("We opened at three.")
    walker(world.chidi).open("/drafts").sees("The half-past-three library")


def test_an_earlier_version_comes_back(world, walker, note):
    walker(world.bo).open(f"{note}/edit").send(do="save", what_happened="Everything was wrong.")

    amina = walker(world.amina).open(f"{note}/history/1")
    amina.send("/restoration").sees("Some words on what_happened.")
    assert "Everything was wrong." not in amina.text
