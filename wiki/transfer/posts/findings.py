"""What an import reports: one line for each thing that was not taken along as it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wiki.kernel.languages import _l

#: A finding shows enough of a thing to find it again, not the whole of it.
LONGEST = 200


class What(StrEnum):
    """The kinds of finding, in the order a report lists them."""

    FRONT_MATTER = "front_matter"
    TITLE = "title_missing"
    DATE = "date_missing"
    AUTHOR = "author_missing"
    LINK = "link_unresolved"
    IMAGE = "image_missing"
    TEMPLATE = "template_tag"
    HTML = "html_removed"
    ATTRIBUTES = "attributes_removed"
    CODE = "shown_as_code"


LABELS = {
    What.FRONT_MATTER: _l("Front matter that could not be read as written"),
    What.TITLE: _l("No title given"),
    What.DATE: _l("No date given"),
    What.AUTHOR: _l("No author credited"),
    What.LINK: _l("Links that lead nowhere"),
    What.IMAGE: _l("Pictures that are not in the folder"),
    What.TEMPLATE: _l("Template tags that stand for nothing here"),
    What.HTML: _l("HTML that was left out"),
    What.ATTRIBUTES: _l("Lists of attributes that were left out"),
    What.CODE: _l("Markup that is now shown as code"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was not taken along as it was: where, what, and what stands there instead."""

    path: str
    line: int | None
    what: What
    text: str
    became: str = ""


class Report:
    """The findings of one post while it is read and converted."""

    def __init__(self, path: str, first_line: int = 1) -> None:
        self._path = path
        self._first_line = first_line
        self._findings: list[Finding] = []

    def add(self, what: What, text: str, became: str = "", line: int | None = None) -> None:
        """List a finding; its line is counted from 0 within the text being read."""
        found_at = None if line is None else self._first_line + line
        self._findings.append(Finding(self._path, found_at, what, short(text), short(became)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)


def short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text[: 4 * LONGEST].split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
