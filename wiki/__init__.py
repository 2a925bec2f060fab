"""Across: sharing across, not reporting up."""

from __future__ import annotations

from importlib import import_module

from flask import Flask, Response
from flask.typing import ResponseReturnValue

from config import Settings
from wiki.kernel.database import end_request
from wiki.kernel.locations import folder

#: The features, lowest first: each may import only from those before it.
FEATURES = (
    "kernel",  # database, clock, Markdown, pages, access, outbox, registry, errors: no domain words
    "people",  # persons, organisations, sectors, areas, the network's words, signing in
    "strategies",  # strategies: what work can be tied to
    "places",  # forums and communities, membership, convenors, invitations
    "items",  # what every item shares: visibility, byline, tags, revisions, replies, re-use
    "files",  # pictures and attachments
    "kinds",  # one module for each kind of item
    "transfer",  # import, backup and restore, sample content
    "home",  # what changed, what waits for me, the public front
    "stewards",  # the pages of those who run the site
)


class Across(Flask):
    """Flask with one rule more: a request is one transaction, kept if the answer is below 400."""

    def dispatch_request(self) -> Response:
        answer = self.make_response(super().dispatch_request())
        end_request(keep=answer.status_code < 400)
        return answer

    def handle_user_exception(self, error: Exception) -> ResponseReturnValue:
        end_request(keep=False)
        return super().handle_user_exception(error)


def create_app(settings: Settings | None = None, **config: object) -> Flask:
    """The application for these settings, by default those of the environment."""
    settings = settings or Settings.from_environment()
    app = Across(
        __name__,
        template_folder=str(folder("templates")),
        static_folder=str(folder("static")),
        static_url_path="/static",
    )
    app.config["SETTINGS"] = settings
    app.config.from_mapping(config)
    for feature in FEATURES:
        import_module(f"wiki.{feature}").init_app(app)
    import_module("wiki.kernel.access").check_marks(app)
    return app
