"""Tags of template languages, Liquid and Nunjucks: what each stands for, or a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from wiki.transfer.posts.aside import RAW, Aside
from wiki.transfer.posts.findings import Report, What
from wiki.transfer.posts.markup import TEMPLATE, bracketed

TAG = re.compile(TEMPLATE, re.DOTALL)
LEFT_OVER = re.compile(rf"{TEMPLATE}|\{{\{{+|\}}\}}+|\{{%|%\}}", re.DOTALL)
END_OF_RAW = re.compile(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}")
END_OF_COMMENT = re.compile(r"\{%-?\s*endcomment\s*-?%\}")

PIPED = re.compile(r"(?:\"[^\"]*+\"|'[^']*+'|[^|\"']|[\"'])++")
STRING = re.compile(r"\s*(?:\"(.*)\"|'(.*)')\s*\Z", re.DOTALL)
FILTER = re.compile(r"(?P<name>\w*)\s*[:(]?\s*(?P<argument>.*?)\)?\s*\Z", re.DOTALL)
QUOTED = re.compile(r"\s*,?\s*(?:\"([^\"]*)\"|'([^']*)')")
NAMED = re.compile(r"([A-Za-z_]\w*)\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,\"']+))")
PICTURE_FILE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif)\Z", re.IGNORECASE)

PICTURES = {"image", "image_with_class", "img", "figure"}
INCLUDES = {"include", "include_cached", "partial", "render"}
#: Parts of a block whose beginning is listed, or that stand for nothing.
ENDS = {"break", "case", "continue", "elif", "else", "elseif", "elsif", "when"}
#: What a template prints of the site itself is nothing to a post that has left it.
OF_THE_SITE = {"baseurl", "content", "page.url", "site.base_url", "site.baseurl", "site.url"}
#: Filters that leave what is read as it was.
HARMLESS = {
    *(
        "absolute_url",
        "escape",
        "escape_once",
        "h",
        "markdownify",
        "prepend",
        "raw",
        "relative_url",
    ),
    *("safe", "strip", "strip_html", "strip_newlines", "striptags", "trim", "xml_escape"),
}
CHANGING: Mapping[str, Callable[[str], str]] = {
    "url": lambda value: re.sub(r"\s*>\s*|\s+", "", value),  # addresses wrapped or quoted by hand
    "capitalize": str.capitalize,
    "downcase": str.lower,
    "lower": str.lower,
    "upcase": str.upper,
    "upper": str.upper,
}


class Templates:
    """The template tags of one post. What they may print is its own front matter."""

    def __init__(
        self, aside: Aside, page: Mapping[str, str], credit: Callable[[str], str], report: Report
    ) -> None:
        self._aside = aside
        self._page = page
        self._credit = credit
        self._report = report
        self._line = 0
        self._endless: set[re.Pattern[str]] = set()

    def fill_in(self, text: str) -> str:
        """The text without template tags, on as many lines as before."""
        lines = self._aside.lines(text)
        out: list[str] = []
        at = 0
        while tag := TAG.search(text, at):
            self._line = lines.at(tag.start())
            out.append(text[at : tag.start()])
            piece, at = self._stands_for(text, tag)
            out.append(self._aside.as_long(piece, text[tag.start() : at]))
        return self._without_left_overs("".join([*out, text[at:]]))

    def _stands_for(self, text: str, tag: re.Match[str]) -> tuple[str, int]:
        """What comes in the place of a tag, and where to read on."""
        whole, inside = tag[0], tag[0][2:-2].strip().strip("-").strip()
        if whole.startswith("{#"):
            return self._listed(whole), tag.end()
        if whole.startswith("{{"):
            return self._output(whole, inside), tag.end()
        if RAW.fullmatch(whole):
            if inside.startswith("end") or not (end := self._end(END_OF_RAW, text, tag.end())):
                return "", tag.end()
            return self._shown(text[tag.end() : end.start()]), end.end()
        if inside == "comment" and (end := self._end(END_OF_COMMENT, text, tag.end())):
            return self._listed(text[tag.start() : end.end()]), end.end()
        return self._tag(whole, inside), tag.end()

    def _end(self, pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
        """The next end of a block. Where there was none, there will be none further down."""
        end = None if pattern in self._endless else pattern.search(text, at)
        if end is None:
            self._endless.add(pattern)
        return end

    def _tag(self, whole: str, inside: str) -> str:
        """A tag. What a block such as ``if`` holds is kept, for who knows what would be true."""
        name, _space, rest = inside.partition(" ")
        if name in PICTURES and (path := QUOTED.match(rest)):
            return self._picture(name, path, rest[path.end() :])
        if name in INCLUDES:
            return self._include(whole, rest)
        if name in {"link", "post_url"}:
            return quote(rest.strip().strip("\"'"))
        if name in ENDS or name.startswith("end"):
            return ""
        return self._listed(whole)

    def _picture(self, name: str, path: re.Match[str], rest: str) -> str:
        """A path, for one tag a class, and a description, which may hold quotation marks itself."""
        if name == "image_with_class" and (css_class := QUOTED.match(rest)):
            rest = rest[css_class.end() :]
        alt = rest.strip().strip(",").strip()[1:-1]
        return picture(path[1] or path[2] or "", self._aside.plain(alt))

    def _include(self, whole: str, rest: str) -> str:
        """A part of a page: one that shows a picture becomes the picture and its caption."""
        values = {
            match[1].lower(): match[2] or match[3] or match[4] for match in NAMED.finditer(rest)
        }
        path = next(
            (value for value in values.values() if value and PICTURE_FILE.search(value)), ""
        )
        if not path:
            return self._listed(whole)
        shown = picture(path, self._aside.plain(values.get("alt") or ""))
        return "\n\n".join(filter(None, [shown, values.get("caption")]))

    def _output(self, whole: str, inside: str) -> str:
        operand, *filters = [part.strip() for part in PIPED.findall(inside)] or [""]
        value = self._value(operand)
        if value is None:
            return self._listed(whole)
        is_known = True
        for written in filters:
            name, argument = filter_in(written)
            if name == "team_photo":
                self._report.add(What.IMAGE, whole, line=self._line)
                return ""
            if name == "embed":
                self._report.add(What.HTML, whole, value, self._line)
                value = f"[{bracketed(unquoted(argument)) or value}]({value})"
            elif name == "team_link":
                value = self._credit(value)
            elif name in CHANGING:
                value = CHANGING[name](value)
            else:
                is_known = is_known and name in HARMLESS
        return value if is_known else self._listed(whole, value)

    def _value(self, operand: str) -> str | None:
        if STRING.match(operand):
            return unquoted(operand)
        return (
            "" if operand in OF_THE_SITE else self._page.get(operand.removeprefix("page.").lower())
        )

    def _listed(self, whole: str, became: str = "") -> str:
        self._report.add(What.TEMPLATE, self._aside.plain(whole), became, self._line)
        return became

    def _shown(self, raw: str) -> str:
        """What was kept from the template language: the tags in it are meant to be seen."""
        return TAG.sub(lambda tag: self._aside.span(self._aside.plain(tag[0])), raw)

    def _without_left_overs(self, text: str) -> str:
        """What is left of tags that never end is shown as code."""
        lines = self._aside.lines(text) if LEFT_OVER.search(text) else None

        def shown(match: re.Match[str]) -> str:
            code = self._aside.plain(match[0])
            self._report.add(What.CODE, code, line=lines.at(match.start()) if lines else None)
            return self._aside.span(code)

        return LEFT_OVER.sub(shown, text)


def filter_in(written: str) -> tuple[str, str]:
    """The name of a filter, and what is given to it."""
    match = FILTER.match(written)
    return (match["name"], match["argument"]) if match else ("", "")


def unquoted(written: str) -> str:
    match = STRING.match(written)
    return (match[1] or match[2] or "") if match else written.strip()


def picture(path: str, alt: str) -> str:
    """A picture in Markdown. Paths in templates begin at the top of the site."""
    address = path if re.match(r"[a-z]+:|/", path) else f"/{path}"
    return f"![{bracketed(alt)}]({quote(address, safe='/:?&=%#~,;@!+')})"
