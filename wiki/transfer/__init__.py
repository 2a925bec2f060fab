"""Import, sample content, backup and restore."""

from __future__ import annotations

from flask import Flask

from wiki.transfer import models as models


def init_app(app: Flask) -> None:
    """Commands are registered here."""
