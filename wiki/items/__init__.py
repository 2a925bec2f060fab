"""Items: what every kind of item shares."""

from __future__ import annotations

from flask import Flask

from wiki.items import following as following
from wiki.items import models as models
from wiki.items import replies as replies
from wiki.items import reuse as reuse
from wiki.items import visibility as visibility
from wiki.items.kinds import KindConverter


def init_app(app: Flask) -> None:
    app.url_map.converters["kind"] = KindConverter
