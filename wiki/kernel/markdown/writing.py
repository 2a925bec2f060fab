"""The page being written: HTML with marks, words for search and excerpts, references."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from wiki.kernel.markdown.rendered import MARK, Reference, filled, normalised

#: Every page looks its references up; past this many in one text the rest are printed as text.
MOST_REFERENCES = 500


class Writing:
    """HTML put together from starts, ends and text; all that is passed in is escaped here."""

    def __init__(self) -> None:
        self._html: list[str] = []
        self._words: list[str] = []
        self._references: dict[Reference, int] = {}

    @property
    def html(self) -> str:
        return "".join(self._html)

    @property
    def text(self) -> str:
        """The words, a line for each block, with the label of each reference in its place."""
        words = filled("".join(self._words), self.references, lambda reference: reference.label)
        lines = (" ".join(line.split()) for line in words.split("\n"))
        return "\n".join(line for line in lines if line)

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(self._references)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        carried = (f' {name}="{escape(normalised(to))}"' for name, to in attributes.items())
        self._html.append(f"<{tag}{''.join(carried)}>")

    def end(self, tag: str) -> None:
        self._html.append(f"</{tag}>")

    def put(self, text: str) -> None:
        text = normalised(text)
        self._html.append(escape(text, quote=False))
        self._words.append(text.replace("\n", " "))

    @contextmanager
    def unsearched(self, numbers: bool) -> Iterator[None]:
        """Keeps what is put out of the words, if it is but the number of a footnote."""
        before = len(self._words)
        yield
        if numbers:
            del self._words[before:]

    def part(self, words: str) -> None:
        """Parts the words where the page shows a line's or a cell's end."""
        self._words.append(words)

    def refer(self, reference: Reference) -> None:
        if len(self._references) == MOST_REFERENCES and reference not in self._references:
            self.put(reference.label)
            return
        number = self._references.setdefault(reference, len(self._references))
        self._html.append(f"{MARK}{number}{MARK}")
        self._words.append(f"{MARK}{number}{MARK}")
