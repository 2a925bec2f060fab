"""Pieces of real text, rendered once: what the items of the benchmarks are put together from."""

from __future__ import annotations

import itertools
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from wiki.kernel.markdown import RENDERER_VERSION, read_many

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 200  # texts handed to the renderers together
#: Lines of a template language or raw markup; the import converts them, here they are left out.
NOT_MARKDOWN = re.compile(r"\{[{%]|<[a-z/!]")
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")
#: Words that are exchanged, so that no two items hold quite the same text.
CHANGED = {
    "government": ("the college", "the council", "our museum", "the library", "the trust"),
    "agency": ("college", "council", "museum", "library", "charity", "club"),
    "agencies": ("colleges", "councils", "museums", "libraries", "charities", "clubs"),
    "federal": ("local", "northern", "coastal", "shared", "seasonal", "open"),
    "website": ("workshop", "course", "noticeboard", "programme", "welcome desk"),
    "team": ("group", "staff room", "partnership", "evening class", "crew"),
    "users": ("learners", "families", "visitors", "adults", "young people"),
    "design": ("teaching", "planning", "welcome", "outreach", "listening"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A few paragraphs of a post: as they were written, rendered, and as plain words."""

    markdown: str
    html: str
    text: str

    def changed(self, by: Random) -> Piece:
        """The same with some of its words exchanged, in all three forms alike."""
        markdown, html, text = self.markdown, self.html, self.text
        for word, others in CHANGED.items():
            other = by.choice(others)
            markdown = markdown.replace(f" {word}", f" {other}")
            html = html.replace(f" {word}", f" {other}")
            text = text.replace(f" {word}", f" {other}")
        return Piece(markdown, html, text)


@dataclass(frozen=True, slots=True)
class Pieces:
    """All pieces, sentences that can be titles, and the tags of the posts."""

    pieces: list[Piece]
    sentences: list[str]
    tags: list[str]

    def some(self, by: Random, number: int) -> Piece:
        """So many pieces as one text."""
        chosen = [by.choice(self.pieces).changed(by) for _ in range(number)]
        return Piece(
            "\n\n".join(piece.markdown for piece in chosen),
            "\n".join(piece.html for piece in chosen),
            "\n\n".join(piece.text for piece in chosen),
        )

    def title(self, by: Random) -> str:
        sentence = by.choice(self.sentences)
        for word, others in CHANGED.items():
            sentence = sentence.replace(f" {word}", f" {by.choice(others)}")
        return sentence[:200]


def corpus() -> Path:
    """The real posts, beside the repository or where ACROSS_CORPUS says."""
    given = Path(os.environ.get("ACROSS_CORPUS", ROOT.parent / "shared" / "corpus"))
    found = given / "18f-posts" if (given / "18f-posts").is_dir() else given
    if not any(found.glob("*.md")):
        raise SystemExit(f"The posts the benchmarks need are not at {found}: set ACROSS_CORPUS.")
    return found


def read_pieces(kept_in: Path) -> Pieces:
    """Rendered from the corpus, or as they were kept by an earlier run."""
    kept = kept_in / f"pieces-{RENDERER_VERSION}.json"
    if kept.exists():
        found = json.loads(kept.read_text(encoding="utf-8"))
        return Pieces([Piece(**one) for one in found["pieces"]], found["sentences"], found["tags"])
    sources, tags = read_corpus()
    pieces = rendered(sources)
    sentences = sorted({one for piece in pieces for one in sentences_of(piece.text)})
    made = Pieces(pieces, sentences, tags)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def read_corpus() -> tuple[list[str], list[str]]:
    """The posts in pieces of some hundred words, and the tags they bear."""
    sources: list[str] = []
    tags: dict[str, None] = {}
    for path in sorted(corpus().glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        _, _, after = front.partition("\ntags:\n")
        named = itertools.takewhile(lambda line: line.startswith("- "), after.splitlines())
        tags.update(dict.fromkeys(line[2:].strip(" \t\"'").lower()[:40] for line in named))
        sources += cut(body)
    return sources, list(tags)


def cut(body: str) -> list[str]:
    """A post in pieces: whole paragraphs, from 300 characters on."""
    pieces: list[str] = []
    piece = ""
    for paragraph in re.split(r"\n\s*\n", body):
        if NOT_MARKDOWN.search(paragraph):
            continue
        piece = f"{piece}\n\n{paragraph}".strip("\n")
        if len(piece) >= 300:
            pieces.append(piece)
            piece = ""
    return pieces


def rendered(sources: list[str]) -> list[Piece]:
    pieces = []
    for start in range(0, len(sources), AT_ONCE):
        some = {str(number): source for number, source in enumerate(sources[start:][:AT_ONCE])}
        became = read_many(some)
        pieces += [
            Piece(some[name], one.html, one.text)
            for name, one in became.items()
            if one.problem is None and not one.references
        ]
    return pieces


def sentences_of(text: str) -> list[str]:
    found = SENTENCE.split(" ".join(text.split()))
    return [one for one in found if 40 <= len(one) <= 140 and one[0].isupper()]
