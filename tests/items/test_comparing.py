import time

from hypothesis import given
from hypothesis import strategies as st

from wiki.items.comparing import Piece, compare

words = st.lists(st.sampled_from(["tea", "first", "then", "forms", "\n", "\n\n", "é"]), max_size=60)
texts = st.one_of(words.map(" ".join), st.text(max_size=200))


@given(texts, texts)
def test_no_word_of_either_text_is_lost(before, after):
    pieces = compare(before, after)

    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after


@given(texts)
def test_a_text_is_the_same_as_itself(text):
    assert compare(text, text) == ([Piece("", text)] if text else [])


def test_what_changed_is_told_word_by_word():
    assert compare("Tea first, forms later.", "Tea first, questions later.") == [
        Piece("", "Tea first, "),
        Piece("removed", "forms "),
        Piece("added", "questions "),
        Piece("", "later."),
    ]


def test_an_edit_in_every_paragraph_is_still_told_word_by_word():
    before = "\n".join(f"Week {n}: we moved the table." for n in range(300))

    pieces = compare(before, before.replace("table", "chair"))

    assert sum(piece.change == "added" for piece in pieces) == 300


def test_a_hostile_pair_of_texts_does_not_hold_up_the_page():
    one = "\n".join(" ".join(str(n * k % 7) for n in range(190)) for k in range(1, 150))
    other = "\n".join(" ".join(str(n * k % 5) for n in range(190)) for k in range(1, 151))
    began = time.process_time()

    compare(one[:60_000], other[:60_000])

    assert time.process_time() - began < 3
