"""The blueprints of this feature; its views are in the modules named after what people do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from wiki.kernel.forms import Form
from wiki.kernel.pages import page

#: Getting in, and the directory of people.
people = Blueprint("people", __name__)
#: What a person sets for themselves.
account = Blueprint("account", __name__, url_prefix="/account")
organisations = Blueprint("organisations", __name__, url_prefix="/organisations")


def form_page(template: str, form: Form, *, status: int | None = None, **context: Any) -> Response:
    """A page with a form as it stands: 422 once it was sent and is shown again."""
    usual = 422 if form.is_submitted() else 200
    return page(template, status=status or usual, form=form, **context)
