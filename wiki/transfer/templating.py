"""Tags of the template languages posts are often written in (Liquid, Nunjucks): what they stand for, or a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from wiki.transfer.code import RAW, TEMPLATE, Aside
from wiki.transfer.findings import Report, What
from wiki.transfer.links import bracketed

TAG = re.compile(TEMPLATE, re.DOTALL)
ENDRAW = re.compile(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}")
ENDCOMMENT = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
LEFT_OVER = re.compile(rf"{TEMPLATE}|\{{\{{+|\}}\}}+|\{{%|%\}}", re.DOTALL)

PIPED = re.compile(r"(?:\"[^\"]*+\"|'[^']*+'|[^|\"']|[\"'])++")
STRING = re.compile(r"\s*(?:\"(?P<double>.*)\"|'(?P<single>.*)')\s*\Z", re.DOTALL)
NAMED = re.compile(r"([A-Za-z_]\w*)\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,\"']+))")
QUOTED = re.compile(r"\s*,?\s*(?:\"([^\"]*)\"|'([^']*)')")
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif)\Z", re.IGNORECASE)

#: What a template prints of the site itself: an imported post has left that site.
NOTHING = {"site.baseurl", "site.url", "baseurl", "page.url", "content", "site.base_url"}

#: Filters that leave what a reader sees as it was.
SAME = {
    "absolute_url", "escape", "escape_once", "h", "html_safe", "markdownify", "prepend", "raw", "relative_url",
    "safe", "slash", "strip", "strip_html", "strip_newlines", "striptags", "trim", "uri_escape", "xml_escape",
}  # fmt: skip
CHANGING: Mapping[str, Callable[[str], str]] = {
    "url": lambda value: re.sub(r">\s*|\s+", "", value),
    "capitalize": str.capitalize,
    "upcase": str.upper,
    "upper": str.upper,
    "downcase": str.lower,
    "lower": str.lower,
}


class Templates:
    """The template tags of one post, and what the tags may print: its own front matter."""

    def __init__(
        self, aside: Aside, page: Mapping[str, str], credit: Callable[[str], str], report: Report
    ) -> None:
        self._aside = aside
        self._page = page
        self._credit = credit
        self._report = report
        self._line = 0

    def fill_in(self, text: str) -> str:
        """The text without template tags, on as many lines as before."""
        lines, out, at = self._aside.lines(text), [], 0
        while tag := TAG.search(text, at):
            self._line = lines.at(tag.start())
            out.append(text[at : tag.start()])
            piece, at = self._stands_for(text, tag)
            out.append(self._as_long(piece, text[tag.start() : at]))
        return self._left_over("".join([*out, text[at:]]))

    def _stands_for(self, text: str, tag: re.Match[str]) -> tuple[str, int]:
        """What comes in place of a tag, and where to read on."""
        inside = tag[0][2:-2].strip().strip("-").strip()
        if tag[0].startswith("{#"):
            return self._listed(tag[0]), tag.end()
        if tag[0].startswith("{{"):
            return self._output(tag[0], inside), tag.end()
        if RAW.fullmatch(tag[0]):
            end = ENDRAW.search(text, tag.end())
            if inside.startswith("end") or end is None:
                return "", tag.end()
            return self._as_code(text[tag.end() : end.start()]), end.end()
        if inside == "comment" and (end := ENDCOMMENT.search(text, tag.end())):
            return self._listed(text[tag.start() : end.end()]), end.end()
        return self._tag(tag[0], inside), tag.end()

    def _tag(self, whole: str, inside: str) -> str:
        name, _space, rest = inside.partition(" ")
        if name in {"image", "image_with_class", "figure", "img"} and (path := QUOTED.match(rest)):
            return self._picture_tag(name, path, rest[path.end() :])
        if name in {"include", "include_cached", "render", "partial"}:
            return self._include(whole, rest)
        if name in {"post_url", "link"}:
            return quote(rest.strip().strip("\"'")) + (".md" if name == "post_url" else "")
        if name.startswith("end") or name in {
            "else",
            "elsif",
            "elseif",
            "elif",
            "when",
            "break",
            "continue",
        }:
            return ""
        return self._listed(whole)

    def _picture_tag(self, name: str, path: re.Match[str], rest: str) -> str:
        """A path, for some tags a class, and a description, which may hold quotation marks of its own."""
        if name == "image_with_class" and (css_class := QUOTED.match(rest)):
            rest = rest[css_class.end() :]
        return picture(
            path[1] or path[2] or "", self._aside.plain(rest.strip().strip(",").strip()[1:-1])
        )

    def _include(self, whole: str, rest: str) -> str:
        """A part of a page that shows a picture becomes the picture and its caption."""
        values = {
            match[1].lower(): match[2] or match[3] or match[4] or ""
            for match in NAMED.finditer(rest)
        }
        path = next((value for value in values.values() if PICTURE.search(value)), "")
        if not path:
            return self._listed(whole)
        shown = picture(path, self._aside.plain(values.get("alt", "")))
        return f"{shown}\n\n{values['caption']}" if values.get("caption") else shown

    def _output(self, whole: str, inside: str) -> str:
        operand, *filters = [part.strip() for part in PIPED.findall(inside)] or [""]
        value = self._value(operand)
        if value is None:
            return self._listed(whole)
        known = True
        for written in filters:
            name, argument = filter_in(written)
            if name in {"team_link", "author_link"}:
                value = self._credit(value)
            elif name == "team_photo":
                self._report.add(What.IMAGE, self._aside.plain(whole), line=self._line)
                return ""
            elif name == "embed":
                value = f"[{bracketed(unquoted(argument)) or value}]({value})"
                self._report.add(What.HTML, self._aside.plain(whole), value, self._line)
            elif name in CHANGING:
                value = CHANGING[name](value)
            else:
                known = known and name in SAME
        return value if known else self._listed(whole, value)

    def _value(self, operand: str) -> str | None:
        if STRING.match(operand):
            return unquoted(operand)
        if operand in NOTHING:
            return ""
        return self._page.get(operand.removeprefix("page.").lower())

    def _listed(self, whole: str, became: str = "") -> str:
        self._report.add(What.TEMPLATE, self._aside.plain(whole), became, self._line)
        return became

    def _as_long(self, piece: str, region: str) -> str:
        """The piece, with the line breaks its region had, so that lines can still be counted."""
        missing = self._aside.newlines(region) - self._aside.newlines(piece)
        return piece + "\n" * max(0, missing)

    def _as_code(self, text: str) -> str:
        """Text that was kept from the template language: tags in it are meant to be seen."""
        return TAG.sub(lambda tag: self._aside.span(tag[0]), text)

    def _left_over(self, text: str) -> str:
        """Tags that never end are no tags; what is left of them is shown as code."""
        if not LEFT_OVER.search(text):
            return text
        lines = self._aside.lines(text)

        def shown(match: re.Match[str]) -> str:
            self._report.add(What.CODE, self._aside.plain(match[0]), line=lines.at(match.start()))
            return self._aside.span(self._aside.plain(match[0]))

        return LEFT_OVER.sub(shown, text)


def filter_in(written: str) -> tuple[str, str]:
    """The name of a filter and what follows it."""
    match = re.match(r"(\w*)\s*[:(]?\s*(.*?)\)?\s*\Z", written, re.DOTALL)
    return (match[1], match[2]) if match else ("", "")


def unquoted(written: str) -> str:
    match = STRING.match(written)
    return (match["double"] or match["single"] or "") if match else written.strip()


def picture(path: str, alt: str) -> str:
    """A picture in Markdown. A path in a template begins at the folder of the whole site."""
    address = path if re.match(r"[a-z]+:|/", path) else f"/{path}"
    return f"![{bracketed(alt)}]({quote(address, safe='/:?&=%#~,;@!+')})"
