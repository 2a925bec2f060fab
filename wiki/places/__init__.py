"""Forums and communities: where people meet, who has joined, who convenes."""

from __future__ import annotations

from flask import Flask

from wiki.places import membership as membership
from wiki.places import models as models


def init_app(app: Flask) -> None:
    """Pages of places are registered here."""
