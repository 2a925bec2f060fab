"""The YAML above a post.

Every value stays the text it was written as, so there is nothing to guess and nothing to run.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import yaml

from wiki.kernel.languages import _
from wiki.transfer.posts.findings import Report, What

LARGEST = 50_000
DEEPEST = 10

# libyaml where it is there, for its speed. Both leave every scalar a string and make no objects.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

FENCED = re.compile(
    r"\n*---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
NAMED_VALUE = re.compile(r"(?P<name>[A-Za-z_][\w-]*):[ \t]*(?P<value>.*)")
LISTED_VALUE = re.compile(r"[ \t]*-[ \t]+(?P<value>.+)")


def split(text: str, report: Report) -> tuple[dict[str, Any], str, int]:
    """The front matter, by names in lower case; the body; and the line of the file it begins on."""
    match = FENCED.match(text)
    if match is None:
        if text.lstrip("\n").startswith("---\n"):
            report.add(What.FRONT_MATTER, _("The front matter never ends."), line=0)
        return {}, text, 1
    return parse(match["yaml"], report), text[match.end() :], text.count("\n", 0, match.end()) + 1


def parse(written: str, report: Report) -> dict[str, Any]:
    """The values of front matter. What is not YAML is listed, and read as far as it can be."""
    if len(written) > LARGEST:
        report.add(What.FRONT_MATTER, _("The front matter is too large to be read."), line=0)
        return {}
    # White space at the end of a line means nothing in YAML, but one of its readers refuses tabs.
    tidy = "\n".join(line.rstrip() for line in written.split("\n"))
    try:
        front = load(tidy)
    except (yaml.YAMLError, ValueError) as error:
        report.add(What.FRONT_MATTER, reason(error), _("read line by line"), line=1)
        front = read_line_by_line(tidy)
    if front and not isinstance(front, dict):
        report.add(What.FRONT_MATTER, _("The front matter does not name its values."), line=1)
    named = front.items() if isinstance(front, dict) else ()
    return {name.lower(): value for name, value in named if isinstance(name, str)}


def load(written: str) -> Any:
    """The YAML, unless it nests deeply or repeats itself: few lines could grow without end."""
    depth = 0
    for event in yaml.parse(written, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            raise ValueError(_("Deep nesting and aliases are not read."))
    loader = _Loader(written)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def reason(error: Exception) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None or mark is None:
        return str(error)
    return _("%(problem)s (line %(line)s of it)", problem=problem, line=mark.line + 1)


def read_line_by_line(written: str) -> dict[str, Any]:
    """What can be saved of front matter that is not YAML: names, their values, their lists."""
    front: dict[str, Any] = {}
    name = ""
    for line in written.split("\n"):
        if match := NAMED_VALUE.match(line):
            name = match["name"].lower()
            front[name] = unquoted(match["value"])
        elif name and (match := LISTED_VALUE.match(line)):
            front[name] = [*listed(front[name]), unquoted(match["value"])]
        elif name and line.strip() and isinstance(front[name], str):
            front[name] = f"{front[name]} {line.strip()}".strip()
    return front


def unquoted(value: str) -> str:
    value = value.strip()
    if value in {">", "|", ">-", "|-"}:
        return ""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def listed(value: object) -> list[Any]:
    """A value as a list; one may also be written on one line, with commas."""
    if isinstance(value, str):
        return [part for part in re.split(r"\s*,\s*", value.strip()) if part]
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def name_of(entry: object) -> str:
    """A person may be given by name, or as a record with the name in it."""
    if isinstance(entry, Mapping):
        entry = next((entry[key] for key in ("name", "full_name", "title") if key in entry), "")
    return plain(entry)


def plain(value: object) -> str:
    """A value as one line of text, without the markup a template would have printed."""
    if not isinstance(value, str):
        return ""
    text = re.sub(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|</?[A-Za-z][^<>]*>", "", value)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)([^*_`]+)(?<=\S)\1", r"\2", text)
    return " ".join(html.unescape(text).split())
