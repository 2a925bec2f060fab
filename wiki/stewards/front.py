"""The front of the stewards' pages: what needs one of them, and how large the network is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select

from wiki.kernel.access import steward
from wiki.kernel.database import Base, db
from wiki.kernel.languages import _, ngettext
from wiki.kernel.mail import Mail, MailState
from wiki.kernel.outbox import Delivery
from wiki.kernel.pages import ago, known_url, page
from wiki.people.invitations import Invitation, waiting
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Tag
from wiki.places.models import Place, PlaceKind
from wiki.stewards import bodies, importing, lists, openness, running
from wiki.stewards.running import Pulse
from wiki.stewards.views import stewards


class Matter(NamedTuple):
    """One thing stewards look after: how it stands, and where to see to it."""

    label: str
    url: str
    needs_somebody: bool
    standing: str


class Size(NamedTuple):
    """How large the network is in one respect."""

    number: int
    label: str
    url: str


@stewards.get("")
@steward
def index() -> ResponseReturnValue:
    labelled = (count.label(name) for name, count in counts().items())
    numbers: dict[str, int] = dict(db().execute(select(*labelled)).one()._mapping)
    return page(
        "stewards/index.html",
        matters=[*matters(numbers), of_worker(running.pulse()), of_imports(numbers["imports"])],
        sizes=sizes(numbers),
    )


def counts() -> Mapping[str, ColumnElement[int]]:
    """All that the front counts, for one statement."""
    is_forum = Place.kind == PlaceKind.FORUM
    is_active = Person.disabled_at.is_(None)
    return {
        "unconfirmed": number_of(Organisation, bodies.unconfirmed()),
        "past_areas": lists.areas_past_and_in_use(),
        "vacant": number_of(Place, is_forum, Place.convenor_id.is_(None)),
        "failed_mails": number_of(Mail, Mail.state == MailState.FAILED),
        "failing": number_of(Delivery, running.failing()),
        "imports": importing.runs_under_way(),
        "invitations": number_of(Invitation, waiting()),
        "people": number_of(Person, is_active),
        "organisations": number_of(Organisation, Organisation.closed_at.is_(None)),
        "tags": number_of(Tag),
        "restricted": openness.restricted_in_all(),
    }


def number_of(table: type[Base], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def matters(numbers: Mapping[str, int]) -> list[Matter]:
    """What may need somebody, in the order of the ledgers."""
    asked = (
        (
            "unconfirmed",
            _("Organisations nobody has confirmed for a year"),
            url_for("stewards.organisations", standing="unconfirmed"),
        ),
        (
            "past_areas",
            _("Areas that have ended and are still in use"),
            url_for("stewards.words", which="areas"),
        ),
        ("vacant", _("Forums without a convenor"), known_url("forums.index")),
        (
            "failed_mails",
            _("Letters that could not be sent"),
            url_for("stewards.mail", state=MailState.FAILED.value),
        ),
        ("failing", _("Deliveries that fail"), url_for("stewards.worker")),
    )
    return [
        Matter(label, url, numbers[name] > 0, some(numbers[name])) for name, label, url in asked
    ]


def some(number: int) -> str:
    return ngettext("One to look at", "%(num)s to look at", number) if number else _("None")


def of_worker(pulse: Pulse) -> Matter:
    seen = _("Last seen %(when)s", when=ago(pulse.at)) if pulse.at else _("Never seen")
    return Matter(_("The worker"), url_for("stewards.worker"), pulse.is_silent, seen)


def of_imports(number: int) -> Matter:
    under_way = ngettext("One under way", "%(num)s under way", number)
    url = url_for("stewards.imports")
    return Matter(_("Imports"), url, False, under_way if number else _("None under way"))


def sizes(numbers: Mapping[str, int]) -> list[Size]:
    """The network in a few figures."""
    asked = (
        ("people", ngettext("person", "people", numbers["people"]), "stewards.people"),
        (
            "organisations",
            ngettext("organisation", "organisations", numbers["organisations"]),
            "stewards.organisations",
        ),
        (
            "invitations",
            ngettext("open invitation", "open invitations", numbers["invitations"]),
            "people.invite",
        ),
        ("tags", ngettext("tag", "tags", numbers["tags"]), "stewards.tags"),
        (
            "restricted",
            ngettext("restricted item", "restricted items", numbers["restricted"]),
            "stewards.openness",
        ),
    )
    return [Size(numbers[name], label, url_for(endpoint)) for name, label, endpoint in asked]
