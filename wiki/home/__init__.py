"""Pages that draw on several features: home, catch-up, the public front."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Pages are registered here."""
