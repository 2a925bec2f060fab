"""Colour for code, by classes, in a short fixed list of languages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers.css import CssLexer
from pygments.lexers.data import JsonLexer, YamlLexer
from pygments.lexers.diff import DiffLexer
from pygments.lexers.html import HtmlLexer, XmlLexer
from pygments.lexers.javascript import JavascriptLexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.ruby import RubyLexer
from pygments.lexers.shell import BashLexer
from pygments.lexers.sql import SqlLexer
from pygments.token import Comment, Generic, Keyword, Name, Number, String, _TokenType

_LEXERS: dict[str, type[Lexer]] = {
    "bash": BashLexer,
    "css": CssLexer,
    "diff": DiffLexer,
    "html": HtmlLexer,
    "javascript": JavascriptLexer,
    "js": JavascriptLexer,
    "json": JsonLexer,
    "py": PythonLexer,
    "python": PythonLexer,
    "rb": RubyLexer,
    "ruby": RubyLexer,
    "sh": BashLexer,
    "shell": BashLexer,
    "sql": SqlLexer,
    "xml": XmlLexer,
    "yaml": YamlLexer,
    "yml": YamlLexer,
}
_CLASSES = (
    (Comment, "c"),
    (Keyword, "k"),
    (Name.Attribute, "na"),
    (Name.Builtin, "nb"),
    (Name.Class, "nc"),
    (Name.Function, "nf"),
    (Name.Tag, "nt"),
    (Number, "m"),
    (String, "s"),
    (Generic.Deleted, "gd"),
    (Generic.Heading, "gh"),
    (Generic.Inserted, "gi"),
    (Generic.Subheading, "gh"),
)


def highlighted(source: str, language: str) -> Iterator[tuple[str, str]]:
    """The source in pieces, each with the class that colours it, or an empty one."""
    lexer = _LEXERS.get(language)
    if lexer is None:
        yield "", source
        return
    tokens = lexer(stripnl=False, ensurenl=False).get_tokens(source)
    for name, group in groupby(tokens, lambda token: _class_of(token[0])):
        yield name, "".join(piece for _, piece in group)


def _class_of(kind: _TokenType) -> str:
    # A kind is "in" its families, which the stubs do not know.
    return next((name for family, name in _CLASSES if kind in family), "")  # type: ignore[comparison-overlap]
