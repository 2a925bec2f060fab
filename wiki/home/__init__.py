"""Pages that draw on several features: home, catch-up, the public front."""

from __future__ import annotations

from flask import Flask

from wiki.home import about, views
from wiki.home.waiting import waiting_items
from wiki.kernel.languages import _l
from wiki.kernel.registry import MenuEntry, registry


def init_app(app: Flask) -> None:
    app.register_blueprint(views.views)
    app.register_blueprint(about.views)
    registry("waiting", app).add(waiting_items, 60)
    registry("navigation", app).add(
        MenuEntry(_l("Home"), "home.index", "house", section=("home",)), 10
    )
    registry("account", app).add(MenuEntry(_l("Catch-up"), "home.catch_up", icon="inbox"), 10)
    footer = registry("footer", app)
    footer.add(MenuEntry(_l("Help"), "about.help_page"), 10)
    footer.add(MenuEntry(_l("Sharing agreement"), "about.agreement"), 20)
    footer.add(MenuEntry(_l("Openness"), "about.openness"), 30)
    footer.add(MenuEntry(_l("Accessibility"), "about.accessibility"), 50)
