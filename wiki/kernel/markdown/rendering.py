"""From Markdown to what is stored. Runs in a renderer process: it may take long, and may fail."""

from __future__ import annotations

import hashlib
import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor
from pymdownx.highlight import HighlightExtension
from pymdownx.quotes import QuotesExtension
from pymdownx.superfences import SuperFencesCodeExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from wiki.kernel.markdown.rendered import Rendered
from wiki.kernel.markdown.rewriting import rewritten
from wiki.kernel.markdown.sanitising import sanitised

#: A short source can repeat one long definition thousands of times; no page should carry that.
LARGEST = 1_000_000


def rendered(source: str, shift: int) -> Rendered:
    """The source as it is stored, its headings ``shift`` levels below the top of the page."""
    html = _markdown().convert(source)
    if len(html) > LARGEST:
        raise ValueError(f"the text grows to {len(html)} characters")
    prefix = f"c-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    page = rewritten(html, shift=shift, prefix=prefix)
    return Rendered(sanitised(page.html), page.text, page.references)


def _markdown() -> Markdown:
    """Used once, so that no definition reaches the next text; half a millisecond to make."""
    return Markdown(
        extensions=[
            DeleteSubExtension(subscript=False),
            FootnoteExtension(BACKLINK_TITLE="Back to note {} in the text"),
            HighlightExtension(use_pygments=False),  # it knows 500 languages; we colour on the tree
            QuotesExtension(callouts=True),
            SaneListExtension(),
            SuperFencesCodeExtension(relaxed_headers=True),
            TableExtension(use_align_attribute=True),
            TasklistExtension(),
            _Titles(),
        ]
    )


class _Titles(Extension):
    """Keeps ``[[a title]]`` as it was typed: references are found on the tree, after Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:
        below_code_and_escapes_above_links = 176
        md.inlinePatterns.register(
            _Untouched(r"\[\[[^\[\]]+\]\]", md), "titles", below_code_and_escapes_above_links
        )


class _Untouched(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # text may be returned too, which the stub forgets
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        return self.unescape(m[0]), m.start(0), m.end(0)
