"""The kinds of item: one module for each."""

from __future__ import annotations

from flask import Flask

from wiki.items.kinds import register
from wiki.kinds import case_note, discussion, insight, page


def init_app(app: Flask) -> None:
    for module in (insight, case_note, discussion, page):
        register(module.KIND)
