"""What a text becomes when it is read: stored HTML, plain words, references still to be decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

#: Stands on both sides of the number of a reference in stored HTML. Removed from all input.
MARK = "\ue05c"

# Control characters but tab and line feed, lone surrogates, byte order marks, what XML cannot
# carry, and our mark.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff" + MARK + "]")
_KEYED = re.compile(r"(?P<title>.*)#(?P<key>[0-9A-Za-z]{10})", re.DOTALL)


class Reference(NamedTuple):
    """Something a text points at; what to print for it depends on who reads the page."""

    kind: Literal["title", "person", "file"]
    value: str  # what was typed: "Title" or "Title#key", "first.last", the key of a file
    label: str  # what to print where it leads nowhere

    @property
    def title(self) -> str:
        """The title without the key that tells two items of one title apart."""
        keyed = _KEYED.fullmatch(self.value)
        return keyed["title"].strip() if keyed else self.value

    @property
    def key(self) -> str | None:
        """The key typed behind a title, or the key of a file."""
        if self.kind == "file":
            return self.value
        keyed = _KEYED.fullmatch(self.value)
        return keyed["key"] if keyed else None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as it is stored: safe HTML with marks for its references, and its words."""

    html: str
    text: str
    references: tuple[Reference, ...] = ()
    problem: str | None = None  # a sentence for the author: why it is shown as plain text


def normalised(text: str) -> str:
    """The text with one kind of line end and without characters that mean nothing to a reader."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def filled(marked: str, references: Sequence[Reference], put: Callable[[Reference], str]) -> str:
    """The text with each mark replaced by what ``put`` makes of its reference."""
    parts = marked.split(MARK)
    parts[1::2] = [put(references[int(number)]) for number in parts[1::2]]
    return "".join(parts)
