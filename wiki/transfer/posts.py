"""A folder of Markdown posts, read: what each file says about itself, before its text is converted."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import yaml

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.transfer.findings import Finding, Report, What

#: One post is a page of text, not a book: anything larger is not a post.
LARGEST_FILE = 500_000
LARGEST_FRONT_MATTER = 50_000
DEEPEST_FRONT_MATTER = 10
MOST_FILES = 20_000
ENDINGS = (".md", ".markdown")

# libyaml where it is there; both leave every scalar the text it was written as, and build no objects.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[-_](.+)")
FRONT_MATTER = re.compile(
    r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
WRITTEN_DATE = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
FIRST_HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")
SUMMARIES = ("summary", "excerpt", "description")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the folder: its bytes, or why it was not read."""

    path: str
    data: bytes
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that cannot become a post, and why."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Post:
    """One post as its author left it: ``body`` is still the house's own Markdown."""

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
    #: The addresses the post had where it came from, as written there.
    addresses: tuple[str, ...] = ()
    #: The line of the file on which the body begins.
    body_line: int = 1
    findings: tuple[Finding, ...] = ()


def read_folder(folder: Path) -> Iterator[Source]:
    """The posts of a folder in the order of their paths; nothing outside the folder is opened."""
    for path in sorted(paths_in(folder)):
        if PurePosixPath(path).suffix.lower() in ENDINGS:
            yield read_file(folder, path)


def paths_in(folder: Path) -> Iterator[str]:
    """The relative paths of all files; hidden ones and linked folders are passed over."""
    if not folder.is_dir():
        raise Refused(_("%(folder)s is not a folder.", folder=str(folder)))
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.startswith(".") or not is_text(name):
                continue
            count += 1
            if count > MOST_FILES:
                raise Refused(_("The folder holds more than %(most)s files.", most=MOST_FILES))
            yield (Path(parent) / name).relative_to(folder).as_posix()


def is_text(name: str) -> bool:
    """File names that are not text in this system's encoding cannot be linked to or stored."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def read_file(folder: Path, path: str) -> Source:
    file = folder / path
    if not stays_inside(folder, file):
        return Source(path, b"", _("It is a link to something outside the folder."))
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        return Source(path, b"", _("It cannot be opened: %(why)s.", why=error.strerror or ""))
    if len(data) > LARGEST_FILE:
        return Source(path, b"", _("It is larger than %(most)s kB.", most=LARGEST_FILE // 1000))
    return Source(path, data)


def stays_inside(folder: Path, file: Path) -> bool:
    """Whether a path is a real file of the folder, links followed."""
    try:
        return file.resolve().is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, RuntimeError):
        return False


def read_post(source: Source) -> Post | Problem:
    """The post in a file. Front matter that cannot be read is listed, and the post is kept all the same."""
    if source.refusal:
        return Problem(source.path, source.refusal)
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        return Problem(source.path, _("It is not UTF-8 text (line %(line)s).", line=line))

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    report = Report(source.path)
    front, body, body_line = split_front_matter(text, report)
    title, body, body_line = titled(source.path, front, body, body_line, report)
    return Post(
        path=source.path,
        title=title,
        date=dated(source.path, front, report),
        authors=authors(source.path, front, report),
        tags=tags(front),
        summary=summary(front),
        body=body,
        digest=sha256(source.data).hexdigest(),
        page=MappingProxyType(
            {key: value for key, value in front.items() if isinstance(value, str)}
        ),
        addresses=addresses(source.path, front),
        body_line=body_line,
        findings=report.findings,
    )


def split_front_matter(text: str, report: Report) -> tuple[dict[str, Any], str, int]:
    """The front matter as plain text values and lists, the body, and the line the body begins on."""
    text = text.lstrip("\n")
    match = FRONT_MATTER.match(text)
    if match is None:
        if text.startswith("---\n"):
            report.add(What.FRONT_MATTER, _("The front matter never ends."), line=0)
        return {}, text, 1
    written, body = match[1], text[match.end() :]
    return parse_front_matter(written, report), body, text.count("\n", 0, match.end()) + 1


def parse_front_matter(written: str, report: Report) -> dict[str, Any]:
    if len(written) > LARGEST_FRONT_MATTER:
        report.add(What.FRONT_MATTER, _("The front matter is too large."), line=0)
        return {}
    # White space at the end of a line means nothing in YAML, but a tab there is an error to it.
    tidy = "\n".join(line.rstrip() for line in written.split("\n"))
    try:
        loaded = load_yaml(tidy)
    except (yaml.YAMLError, ValueError) as error:
        report.add(What.FRONT_MATTER, why(error), _("read line by line"), line=1)
        return read_line_by_line(tidy)
    if loaded in (None, ""):
        return {}
    if not isinstance(loaded, dict):
        report.add(
            What.FRONT_MATTER, _("The front matter is not a list of names and values."), line=1
        )
        return {}
    return {key.lower(): value for key, value in loaded.items() if isinstance(key, str)}


def load_yaml(written: str) -> Any:
    """YAML in which every value is text: no types to guess, no objects, no aliases to multiply."""
    depth = 0
    for event in yaml.parse(written, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > DEEPEST_FRONT_MATTER or isinstance(event, yaml.AliasEvent):
            raise ValueError(_("Aliases and deep nesting are not read."))
    loader = _Loader(written)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def why(error: Exception) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if not problem or mark is None:
        return str(error)
    return _("%(problem)s (line %(line)s of the front matter)", problem=problem, line=mark.line + 1)


def read_line_by_line(written: str) -> dict[str, Any]:
    """What can be saved of front matter that is not YAML: ``name: value`` and the lists below a name."""
    front: dict[str, Any] = {}
    name = ""
    for line in written.split("\n"):
        if match := re.match(r"([A-Za-z_][\w-]*):[ \t]*(.*)", line):
            name = match[1].lower()
            front[name] = unquoted(match[2])
        elif name and (match := re.match(r"[ \t]*-[ \t]+(.+)", line)):
            front[name] = [*listed(front[name]), unquoted(match[1])]
        elif name and line.strip() and isinstance(front[name], str):
            front[name] = f"{front[name]} {line.strip()}".strip()
    return front


def unquoted(value: str) -> str:
    value = value.strip()
    if value in {">", "|", ">-", "|-"}:
        return ""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def titled(
    path: str, front: Mapping[str, Any], body: str, body_line: int, report: Report
) -> tuple[str, str, int]:
    """The title, and the body without the heading the title was taken from."""
    if title := plain(front.get("title")):
        return title, body, body_line
    if heading := FIRST_HEADING.match(body):
        title = plain(heading["title"])
        body_line += body.count("\n", 0, heading.end())
        body = body[heading.end() :]
    title = title or name_of(path).replace("-", " ").replace("_", " ").strip().capitalize() or path
    report.add(What.TITLE, path, title)
    return title, body, body_line


def dated(path: str, front: Mapping[str, Any], report: Report) -> date | None:
    """The day of the post as its author counted it: what the front matter says, else the file name."""
    written = front.get("date")
    if isinstance(written, str) and written.strip():
        if (match := WRITTEN_DATE.match(written)) and (day := day_of(match)):
            return day
        report.add(What.FRONT_MATTER, f"date: {written}")
    if (match := DATED_NAME.match(PurePosixPath(path).name)) and (day := day_of(match)):
        return day
    report.add(What.DATE, path)
    return None


def day_of(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def authors(path: str, front: Mapping[str, Any], report: Report) -> tuple[str, ...]:
    """The names as they are credited; a handle stays a handle."""
    credited = [name(entry) for key in ("authors", "author") for entry in listed(front.get(key))]
    names = tuple(dict.fromkeys(filter(None, credited)))
    if not names:
        report.add(What.AUTHOR, path)
    return names


def name(entry: object) -> str:
    """An author may be written as a name, or as a record with the name in it."""
    if isinstance(entry, Mapping):
        entry = next((entry[key] for key in ("name", "full_name", "title") if key in entry), "")
    return plain(entry)


def tags(front: Mapping[str, Any]) -> tuple[str, ...]:
    written = [entry for key in ("tags", "tag", "categories") for entry in listed(front.get(key))]
    return tuple(dict.fromkeys(filter(None, (plain(entry).lower() for entry in written))))


def listed(value: object) -> list[Any]:
    """A value as a list: lists may also be written on one line, with commas."""
    if isinstance(value, str):
        return [part for part in re.split(r"\s*,\s*", value.strip()) if part]
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def summary(front: Mapping[str, Any]) -> str:
    return next(filter(None, (plain(front.get(key)) for key in SUMMARIES)), "")


def plain(value: object) -> str:
    """A value of the front matter as one line of text, without the markup a template would have printed."""
    if not isinstance(value, str):
        return ""
    text = re.sub(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}", "", value)
    text = re.sub(r"</?[A-Za-z][^<>]*>", "", text)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)([^*_`]+)(?<=\S)\1", r"\2", text)
    return " ".join(html.unescape(text).split())


def addresses(path: str, front: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses other posts may know this one by."""
    known = [entry for key in ("permalink", "redirect_from") for entry in listed(front.get(key))]
    for written in (PurePosixPath(path).name, str(front.get("date") or "")):
        if match := WRITTEN_DATE.match(written):
            known.append(f"/{match[1]}/{int(match[2]):02}/{int(match[3]):02}/{name_of(path)}/")
    return tuple(dict.fromkeys(entry for entry in known if isinstance(entry, str)))


def name_of(path: str) -> str:
    """The file name without its date and ending."""
    stem = PurePosixPath(path).stem
    return match[4] if (match := DATED_NAME.match(stem)) else stem
