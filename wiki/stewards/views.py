"""The blueprint of the stewards' pages; its views are in the modules named after the ledgers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Blueprint, request
from sqlalchemy import select

from wiki.kernel.answers import never_store
from wiki.kernel.database import READING, db, end_request
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.pages import MenuLine, menu_url
from wiki.kernel.registry import registry
from wiki.stewards.forms import LedgerForm

SAVED, SHOWN, REFUSED, STALE = 303, 200, 422, 409

Row = TypeVar("Row")

stewards = Blueprint("stewards", __name__, url_prefix="/steward")
stewards.before_request(never_store)


@stewards.context_processor
def every_ledger() -> dict[str, Any]:
    return {"ledgers": ledgers()}


def ledgers() -> list[MenuLine]:
    """The ledgers for the margin: any feature may add its own to ``registry("stewards")``."""
    lines = []
    for entry in registry("stewards"):
        url = menu_url(entry.endpoint, **entry.values)
        below = request.path.startswith(f"{url}/")
        current = "page" if request.path == url else "true" if below else ""
        lines.append(MenuLine(entry.label, url, entry.icon, entry.hint, current))
    return lines


def saved(form: LedgerForm, stored: Mapping[str, Any], change: Callable[[], object]) -> int:
    """Show what is stored, or save what was sent; answers how that went, as the status of the page.

    A refused change is undone at once, so that the page shows what is true.
    """
    if not form.is_submitted():
        form.fill(stored)
        return SHOWN
    if not form.validate_on_submit():
        return REFUSED
    try:
        form.check(stored)
        change()
    except Stale as stale:
        end_request(keep=False)
        form.refuse(stale)
        return STALE
    except Refused as refusal:
        end_request(keep=False)
        form.refuse(refusal)
        return REFUSED
    return SAVED


def find(model: type[Row], **by: Any) -> Row | None:
    """A row to be looked at, or to be changed and held until that is done."""
    statement = select(model).filter_by(**by)
    reading = request.method in READING
    return db().scalar(statement if reading else statement.with_for_update())
