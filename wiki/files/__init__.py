"""Pictures and attachments of items."""

from __future__ import annotations

from flask import Flask

from wiki.files import models as models


def init_app(app: Flask) -> None:
    """Files are served here."""
