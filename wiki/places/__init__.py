"""Forums and communities: where people meet, who has joined, who convenes."""

from __future__ import annotations

from flask import Flask

from wiki.kernel.languages import _l
from wiki.kernel.registry import MenuEntry, registry
from wiki.places import holdings, waiting
from wiki.places import listeners as listeners
from wiki.places import views as views
from wiki.places.views.frame import communities, forums


def init_app(app: Flask) -> None:
    app.register_blueprint(communities)
    app.register_blueprint(forums)
    navigation = registry("navigation", app)
    navigation.add(
        MenuEntry(_l("Communities"), "communities.index", "users", section=("communities",)), 20
    )
    navigation.add(
        MenuEntry(_l("Forums"), "forums.index", "messages-square", section=("forums",)), 30
    )
    registry("waiting", app).add(waiting.waiting_for)
    registry("holdings", app).add(holdings.held_by)
    registry("profile", app).add(holdings.profile_parts)
