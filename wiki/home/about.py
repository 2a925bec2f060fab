"""What the site says about itself: help, sharing agreement, accessibility, openness."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import case, func, select

from wiki.items.choices import Attribution, Visibility
from wiki.items.models import Item
from wiki.kernel.access import public
from wiki.kernel.database import db
from wiki.kernel.pages import page
from wiki.people.models import Organisation, Person

views = Blueprint("about", __name__)


@views.get("/help")
@public
def help_page() -> ResponseReturnValue:
    return page("home/help.html")


@views.get("/sharing-agreement")
@public
def agreement() -> ResponseReturnValue:
    return page("home/agreement.html")


@views.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return page("home/accessibility.html")


class Restricted(NamedTuple):
    """How much an organisation's people have restricted; no name where none may be shown."""

    organisation: str | None
    number: int


@views.get("/openness")
@public
def openness() -> ResponseReturnValue:
    """How much is restricted, by organisation: a total and nothing else of each (invariant 2)."""
    counts = read_restricted()
    return page("home/openness.html", counts=counts, total=sum(one.number for one in counts))


def read_restricted() -> list[Restricted]:
    """By name. What was written without a name counts for no organisation (invariant 6)."""
    named = case((Item.attribution == Attribution.NAMED, Organisation.name), else_=None)
    found = db().execute(
        select(named.label("organisation"), func.count().label("number"))
        .select_from(Item)
        .outerjoin(Person, Person.id == Item.author_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Item.visibility == Visibility.RESTRICTED, Item.listed_at.is_not(None))
        .group_by(named)
    )
    counts = [Restricted(row.organisation, row.number) for row in found]
    return sorted(counts, key=lambda one: (one.organisation is None, one.organisation or ""))


@views.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """What is public may be found by search engines; the rest asks to sign in anyway."""
    url = current_app.config["SETTINGS"].url
    text = f"# {url}\nUser-agent: *\nDisallow:\n"
    return Response(text, content_type="text/plain; charset=utf-8")
