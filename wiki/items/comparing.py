"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Literal, NamedTuple

Change = Literal["", "added", "removed"]

#: How many pairs of lines or words are looked at. Beyond, two passages count as different as a
#: whole: somebody waits for the comparison, and its cost grows faster than the texts.
MOST_PAIRS = 4_000_000

_words = re.compile(r"\w+[ \t]*|[^\w\s][ \t]*|\s+")


class Piece(NamedTuple):
    """A run of words that stayed, was added or was removed."""

    change: Change
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order.

    Without those that were added they make the first text, without those removed the second.
    """
    pieces: list[Piece] = []
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for change, old, new in passages(*lines):
        if change == "same":
            pieces.append(Piece("", "".join(old)))
        elif len(old) == len(new):  # paragraphs that were mended one by one
            pieces += chain.from_iterable(map(compare_words, old, new))
        else:
            pieces += compare_words("".join(old), "".join(new))
    return joined(pieces)


def compare_words(before: str, after: str) -> Iterator[Piece]:
    for change, old, new in passages(_words.findall(before), _words.findall(after)):
        if change == "same":
            yield Piece("", "".join(old))
            continue
        if old:
            yield Piece("removed", "".join(old))
        if new:
            yield Piece("added", "".join(new))


def passages(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Runs that are the same in both, and runs that differ. What is alike at both ends is cheap."""
    start = alike(before, after)
    end = alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if start:
        yield "same", before[:start], after[:start]
    if len(old) * len(new) > MOST_PAIRS:
        yield "different", old, new
    elif old or new:
        for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
            yield "same" if what == "equal" else "different", old[i1:i2], new[j1:j2]
    if end:
        yield "same", before[len(before) - end :], after[len(after) - end :]


def alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many of the first are the same."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].change == piece.change:
            found[-1] = Piece(piece.change, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found
