"""The kinds of item: one module for each."""

from __future__ import annotations

from flask import Flask

from wiki.items.kinds import register
from wiki.kernel.registry import MenuEntry, registry
from wiki.kinds import case_note, discussion, insight, page


def init_app(app: Flask) -> None:
    for module in (insight, case_note, discussion, page):
        kind = module.KIND
        register(kind)
        registry("share", app).add(
            MenuEntry(
                kind.new_label, "writing.new", kind.icon, kind.hint, values={"kind": kind.name}
            ),
            position=kind.share_position,
        )
