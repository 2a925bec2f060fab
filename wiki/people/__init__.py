"""People and organisations: who they are, how they sign in, and the network's shared words."""

from __future__ import annotations

from flask import Flask

from wiki.kernel.languages import _l
from wiki.kernel.registry import MenuEntry, registry
from wiki.people import account as account
from wiki.people import by_link as by_link
from wiki.people import current, tagging, views
from wiki.people import directory as directory
from wiki.people import joining as joining
from wiki.people import signing_in as signing_in


def init_app(app: Flask) -> None:
    current.init_app(app)
    for blueprint in (views.people, views.account, views.organisations):
        app.register_blueprint(blueprint)
    registry("navigation", app).add(
        MenuEntry(
            _l("People"),
            "people.index",
            section=("people.show", "people.invite", "organisations"),
            shown=lambda reader: bool(reader.signed_in),
        ),
        position=70,
    )
    for entry in (
        MenuEntry(_l("Profile"), "account.profile", icon="user"),
        MenuEntry(_l("Appearance"), "people.appearance", icon="sun-moon"),
        MenuEntry(_l("Devices and password"), "account.devices", icon="key"),
    ):
        registry("account", app).add(entry)
    registry("tag_merge", app).add(tagging.merge)
    registry("footer", app).add(MenuEntry(_l("Organisations"), "organisations.index"), position=40)
    registry("footer", app).add(MenuEntry(_l("Appearance"), "people.appearance"), position=60)
