"""The one door to Markdown: what members write becomes HTML that is safe to store and to show.

``read`` renders in a process that is killed when a text takes too long, and never raises. Its HTML
has marks where the text refers to an item, a person or a file; ``show`` prints these for whoever
reads the page, and is the only place that makes ``Markup`` of stored HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from markupsafe import Markup
from markupsafe import escape as escaped

from wiki.kernel.languages import _
from wiki.kernel.markdown.pool import Trouble, renderers
from wiki.kernel.markdown.rendered import Reference, Rendered, filled, normalised

__all__ = [
    "MAX_ITEM",
    "MAX_REPLY",
    "RENDERER_VERSION",
    "Reference",
    "Rendered",
    "excerpt",
    "read",
    "read_many",
    "render",
    "show",
    "warm",
]

MAX_ITEM = 60_000  # characters of all Markdown of an item together
MAX_REPLY = 10_000

#: Stored beside the HTML, and raised when the same text would give other HTML from now on.
RENDERER_VERSION = 1


def read(text: str, *, shift: int = 1) -> Rendered:
    """The text as it is stored, its highest heading ``shift`` levels below the page's title."""
    return read_many({"text": text}, shift=shift)["text"]


def read_many(texts: Mapping[str, str], *, shift: int = 1) -> dict[str, Rendered]:
    """Several texts, by name, rendered side by side.

    Each has a limit of its own, so that a hostile field spoils nothing but itself. A text costs
    about a millisecond more than its rendering: hundreds may be handed over at once.
    """
    sources = {name: normalised(text) for name, text in texts.items()}
    became = renderers.render({name: text for name, text in sources.items() if _fits(text)}, shift)
    return {
        name: _answer(source, became[name]) if name in became else _unasked(source)
        for name, source in sources.items()
    }


def render(text: str) -> str:
    """The text as HTML, with what it refers to printed as text."""
    rendered = read(text)
    return filled(rendered.html, rendered.references, lambda found: escape(found.label))


def show(
    html: str, references: Sequence[Reference], resolve: Callable[[Reference], Markup | str]
) -> Markup:
    """Stored HTML for a page, each reference as ``resolve`` prints it: escaped unless Markup."""
    return Markup(filled(html, references, lambda reference: escaped(resolve(reference))))


#: The end of a line that no mark ends.
_UNENDED = re.compile(r"([\w)”’\"'%])\n")


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a plain text, in one line, ending with a whole word. Headings and rows of
    tables, which end without a full stop, are set off by a dot in the middle.
    """
    lines = (" ".join(line.split()) for line in text[: 4 * length].splitlines())
    line = _UNENDED.sub(r"\1 · ", "\n".join(filter(None, lines))).replace("\n", " ")
    if len(line) <= length:
        return line
    whole_words = line[: length + 1].rpartition(" ")[0] or line[:length]
    return whole_words.rstrip(" ,;:.–—-") + "…"


def warm() -> None:
    """Starts the renderers, so that the first to save does not wait for them; after any fork."""
    renderers.start()


def _fits(source: str) -> bool:
    return bool(source.strip()) and len(source) <= MAX_ITEM


def _answer(source: str, became: Rendered | Trouble) -> Rendered:
    if isinstance(became, Rendered):
        return became
    if became is Trouble.SLOW:
        problem = _(
            "This text took too long to lay out and is shown as plain text. Long runs of brackets, "
            "quotation marks or backticks are the usual reason."
        )
    else:
        problem = _("This text could not be laid out and is shown as plain text.")
    return _plain(source, problem)


def _unasked(source: str) -> Rendered:
    if not source.strip():
        return Rendered("", "")
    problem = _(
        "This text is longer than %(most)s characters and is shown as plain text.",
        most=f"{MAX_ITEM:,}",
    )
    return _plain(source, problem)


def _plain(source: str, problem: str) -> Rendered:
    paragraphs = (part.strip() for part in escape(source).split("\n\n"))
    broken = (part.replace("\n", "<br>\n") for part in paragraphs if part)
    return Rendered("\n".join(f"<p>{part}</p>" for part in broken), source, problem=problem)
