"""Strategies: what work can be tied to."""

from __future__ import annotations

from flask import Flask

from wiki.strategies import models as models


def init_app(app: Flask) -> None:
    """Nothing to register yet: strategies have names, and pages of their own later."""
