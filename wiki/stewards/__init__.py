"""The pages of those who run the site."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Pages are registered here."""
