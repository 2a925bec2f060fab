"""Items: what every kind of item shares."""

from __future__ import annotations

from flask import Flask

from wiki.items import (
    conversation,
    history,
    listing,
    place_parts,
    profile_parts,
    show,
    subjects,
    tagging,
    using,
    writing,
)
from wiki.items import listeners as listeners
from wiki.items.kinds import KindConverter
from wiki.kernel.registry import registry


def init_app(app: Flask) -> None:
    app.url_map.converters["kind"] = KindConverter
    for module in (show, conversation, using):
        app.register_blueprint(module.views)
    writing.init_app(app)
    history.init_app(app)
    listing.init_app(app)
    subjects.init_app(app)
    place_parts.init_app(app)
    profile_parts.init_app(app)
    registry("tag_merge", app).add(tagging.merge)
    registry("tag_known", app).add(tagging.filed_for)
