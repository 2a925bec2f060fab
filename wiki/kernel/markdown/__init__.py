"""The one door to Markdown: what members write becomes HTML that is safe to store, and pages that print it.

``read`` renders in a process that is killed when a text takes too long, and never raises. What it stores has marks
where the text refers to an item, a person or a file; ``show`` prints each for whoever reads the page, and is the
only place that makes ``Markup`` of stored HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from markupsafe import Markup
from markupsafe import escape as escaped

from wiki.kernel.languages import _
from wiki.kernel.markdown.pool import Trouble, outcome, pool
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

#: Stored beside the HTML; raised whenever the same text would give other HTML, so that it can be rendered again.
RENDERER_VERSION = 1


def read(text: str, *, shift: int = 1) -> Rendered:
    """The text as it is stored. Its highest heading is ``shift`` levels below the title of the page."""
    return read_many({"text": text}, shift=shift)["text"]


def read_many(texts: Mapping[str, str], *, shift: int = 1) -> dict[str, Rendered]:
    """Several texts, by name, rendered side by side.

    Each has a limit of its own: a hostile field then spoils itself alone, and no field is counted for another. A
    task costs less than a millisecond, so whole folders may be handed over at once.
    """
    sources = {name: normalised(text) for name, text in texts.items()}
    futures = {
        name: pool.schedule(source, shift)
        for name, source in sources.items()
        if source.strip() and len(source) <= MAX_ITEM
    }
    return {
        name: _answer(source, outcome(futures[name])) if name in futures else _unasked(source)
        for name, source in sources.items()
    }


def render(text: str) -> str:
    """The text as HTML, with what it refers to printed as text."""
    rendered = read(text)
    return filled(rendered.html, rendered.references, lambda found: escape(found.label))


def show(
    html: str, references: Sequence[Reference], resolve: Callable[[Reference], Markup | str]
) -> Markup:
    """Stored HTML for a page, each reference as ``resolve`` prints it for this reader: escaped unless Markup."""
    return Markup(filled(html, references, lambda reference: escaped(resolve(reference))))


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a plain text, in one line, ending with a whole word."""
    line = " ".join(text[: 4 * length + 200].split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(" ,;:.–—-") + "…"


def warm() -> None:
    """Starts the renderers now, so that the first to save does not wait for them. Called after any fork."""
    pool.schedule("", 1)


def _answer(source: str, became: Rendered | Trouble) -> Rendered:
    if isinstance(became, Rendered):
        return became
    if became is Trouble.SLOW:
        problem = _(
            "This text took too long to lay out and is shown as plain text. Long runs of brackets, quotation "
            "marks or backticks are the usual reason."
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
    paragraphs = (part.strip() for part in source.split("\n\n"))
    html = "\n".join(
        f"<p>{escape(part)}</p>".replace("\n", "<br>\n") for part in paragraphs if part
    )
    return Rendered(html, source, problem=problem)
