"""The pages of those who run the site."""

from __future__ import annotations

from flask import Flask

from wiki.kernel.languages import _l
from wiki.kernel.registry import MenuEntry, registry
from wiki.stewards import front as front
from wiki.stewards import keeping as keeping
from wiki.stewards import organisations as organisations
from wiki.stewards import people as people
from wiki.stewards import tags as tags
from wiki.stewards import words as words
from wiki.stewards.leaving import HOLDINGS
from wiki.stewards.views import stewards

#: Who is here and what things are called; what lower features add comes between the two.
WORDS = (
    MenuEntry(_l("People"), "stewards.people"),
    MenuEntry(_l("Organisations"), "stewards.organisations"),
    MenuEntry(_l("Sectors"), "stewards.words", values={"which": "sectors"}),
    MenuEntry(_l("Areas"), "stewards.words", values={"which": "areas"}),
    MenuEntry(_l("Learner groups"), "stewards.words", values={"which": "learner-groups"}),
    MenuEntry(_l("Tags"), "stewards.tags"),
)
WORKINGS = (
    MenuEntry(_l("Openness"), "stewards.openness"),
    MenuEntry(_l("Activity"), "stewards.log"),
    MenuEntry(_l("Imports"), "stewards.imports"),
    MenuEntry(_l("Letters"), "stewards.mail"),
    MenuEntry(_l("Worker"), "stewards.worker"),
    MenuEntry(_l("Name and line"), "stewards.site"),
)


def init_app(app: Flask) -> None:
    app.register_blueprint(stewards)
    for position, entries in ((30, WORDS), (70, WORKINGS)):
        for entry in entries:
            registry("stewards", app).add(entry, position)
    for holdings in HOLDINGS:
        registry("holdings", app).add(holdings)
    registry("account", app).add(
        MenuEntry(
            _l("Keeping the place"),
            "stewards.index",
            icon="sliders",
            section=("stewards",),
            shown=lambda reader: bool(reader.is_steward),
        ),
        position=80,
    )
