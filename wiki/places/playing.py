"""The parts organisations play in a place."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import record
from wiki.people.models import Organisation
from wiki.places.models import Actor, Part, PartPlayed, Place


def play(
    place: Place,
    organisation: Organisation,
    by: Actor,
    parts: Collection[Part],
    main: Part | None = None,
    note: str = "",
) -> None:
    """Say which parts an organisation plays here: several, one at most the main, or none.

    What is said of them all stands beside the main one, or the first.
    """
    if main is not None and main not in parts:
        raise Refused(_("The main part has to be one of those it plays."), "main")
    db().execute(
        delete(PartPlayed).where(
            PartPlayed.place_id == place.id, PartPlayed.organisation_id == organisation.id
        )
    )
    ordered = sorted(parts, key=lambda part: (part is not main, list(Part).index(part)))
    db().add_all(
        PartPlayed(
            place_id=place.id,
            organisation_id=organisation.id,
            part=part,
            is_main=part is main,
            note=note if order == 0 else "",
        )
        for order, part in enumerate(ordered)
    )
    record("place.changed", place, by, scope_id=place.id, fields=["parts"])


def played(place_id: int, organisation_id: int) -> list[PartPlayed]:
    """The parts an organisation plays in a place, the main one first."""
    return list(
        db().scalars(
            select(PartPlayed)
            .where(PartPlayed.place_id == place_id, PartPlayed.organisation_id == organisation_id)
            .order_by(PartPlayed.is_main.desc(), PartPlayed.id)
        )
    )
