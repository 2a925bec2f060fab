"""One post as its author left it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from wiki.kernel.languages import _
from wiki.transfer.posts import front_matter
from wiki.transfer.posts.findings import Finding, Report, What
from wiki.transfer.posts.folder import Problem, Source
from wiki.transfer.posts.front_matter import listed, name_of, plain

DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
DATED_NAME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_](?P<name>.+)", re.DOTALL)
FIRST_HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")
SUMMARIES = ("summary", "excerpt", "description")


@dataclass(frozen=True, slots=True)
class Post:
    """What a file says about itself. ``body`` is still Markdown of the house it comes from."""

    path: str
    title: str
    date: date | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    summary: str
    body: str
    digest: str
    #: Single values of the front matter, for templates that print them.
    page: Mapping[str, str] = field(default_factory=dict)
    #: The addresses the post had where it comes from.
    addresses: tuple[str, ...] = ()
    #: The line of the file on which the body begins.
    body_line: int = 1
    findings: tuple[Finding, ...] = ()


def read_post(source: Source) -> Post | Problem:
    """The post in a file. Bad front matter is listed, and the post is kept all the same."""
    if source.refusal:
        return Problem(source.path, source.refusal)
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        return Problem(source.path, _("It is not UTF-8 text (line %(line)s).", line=line))
    report = Report(source.path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front, body, body_line = front_matter.split(text, report)
    title, body, body_line = titled(source.path, front, body, body_line, report)
    return Post(
        path=source.path,
        title=title,
        date=dated(source.path, front, report),
        authors=credited(source.path, front, report),
        tags=tagged(front),
        summary=next(filter(None, (plain(front.get(name)) for name in SUMMARIES)), ""),
        body=body,
        digest=sha256(source.data).hexdigest(),
        page=MappingProxyType(
            {name: text for name, text in front.items() if isinstance(text, str)}
        ),
        addresses=addresses(source.path, front),
        body_line=body_line,
        findings=report.findings,
    )


def titled(
    path: str, front: Mapping[str, Any], body: str, body_line: int, report: Report
) -> tuple[str, str, int]:
    """The title; and the body and its line, less a heading the title had to be taken from."""
    if title := plain(front.get("title")):
        return title, body, body_line
    if heading := FIRST_HEADING.match(body):
        title = plain(heading["title"])
        body_line += body.count("\n", 0, heading.end())
        body = body[heading.end() :]
    title = title or re.sub(r"[-_]+", " ", slug_of(path)).strip().capitalize() or path
    report.add(What.TITLE, path, title)
    return title, body, body_line


def dated(path: str, front: Mapping[str, Any], report: Report) -> date | None:
    """The day as its author counted it: what the front matter says, else the name of the file."""
    written = front.get("date")
    if isinstance(written, str) and written.strip():
        if day := day_in(written):
            return day
        report.add(What.FRONT_MATTER, f"date: {written}")
    if (day := day_in(PurePosixPath(path).name)) is None:
        report.add(What.DATE, path)
    return day


def day_in(text: str) -> date | None:
    """The day a text begins with, if there is such a day."""
    match = DAY.match(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def credited(path: str, front: Mapping[str, Any], report: Report) -> tuple[str, ...]:
    """The names as they are credited; a handle stays a handle."""
    entries = [entry for key in ("authors", "author") for entry in listed(front.get(key))]
    names = tuple(dict.fromkeys(filter(None, map(name_of, entries))))
    if not names:
        report.add(What.AUTHOR, path)
    return names


def tagged(front: Mapping[str, Any]) -> tuple[str, ...]:
    entries = [entry for key in ("tags", "tag", "categories") for entry in listed(front.get(key))]
    return tuple(dict.fromkeys(filter(None, (plain(entry).lower() for entry in entries))))


def addresses(path: str, front: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses other posts may know this one by: those given, and its day and name."""
    given = [entry for key in ("permalink", "redirect_from") for entry in listed(front.get(key))]
    days = filter(None, (day_in(PurePosixPath(path).name), day_in(str(front.get("date", "")))))
    built = [f"/{day:%Y/%m/%d}/{slug_of(path)}/" for day in days]
    return tuple(dict.fromkeys([*(entry for entry in given if isinstance(entry, str)), *built]))


def slug_of(path: str) -> str:
    """The name of a file without its date and ending."""
    stem = PurePosixPath(path).stem
    return match["name"] if (match := DATED_NAME.match(stem)) else stem
