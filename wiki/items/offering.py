"""What a form of an item offers to choose from: places, areas, learner groups."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.forms import SelectChoice
from wiki.kernel.languages import _
from wiki.people.current import Reader
from wiki.people.vocabulary import Area, LearnerGroup
from wiki.places.labels import PlaceLabel
from wiki.places.membership import Membership
from wiki.places.models import Place, PlaceKind, is_live

Choice = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """The choices of one form for one reader."""

    places: tuple[tuple[PlaceLabel, bool], ...]  # with whether the reader is a member
    areas: tuple[Choice, ...]
    learner_groups: tuple[Choice, ...]

    def place_called(self, slug: str) -> PlaceLabel | None:
        return next((place for place, _mine in self.places if place.slug == slug), None)

    def grouped(self, current: PlaceLabel | None) -> list[SelectChoice]:
        """The places as a select shows them. The one an item hangs from now stays among them."""
        mine = [place for place, is_mine in self.places if is_mine]
        others = [place for place, is_mine in self.places if not is_mine]
        if current is not None and self.place_called(current.slug) is None:
            others.append(current)
        return [
            SelectChoice("", _("The whole network"), optgroup=_("Everywhere")),
            *(SelectChoice(place.slug, place.name, optgroup=_("Yours")) for place in mine),
            *(SelectChoice(place.slug, place.name, optgroup=_("Others")) for place in others),
        ]


def read_offered(reader: Reader) -> Offered:
    member = and_(
        Membership.place_id == Place.id,
        Membership.person_id == reader.id,
        Membership.ended_at.is_(None),
    )
    places = db().execute(
        select(Place.slug, Place.name, Place.kind, Place.thread, Membership.id)
        .outerjoin(Membership, member)
        .where(is_live())
        .order_by(Place.kind, Place.sort_name)
    )
    valid = or_(Area.valid_to.is_(None), Area.valid_to >= today())
    areas = db().execute(select(Area.id, Area.name).where(valid).order_by(Area.name))
    groups = db().execute(select(LearnerGroup.id, LearnerGroup.name).order_by(LearnerGroup.name))
    return Offered(
        tuple(
            (PlaceLabel(row.slug, row.name, PlaceKind(row.kind), row.thread), row.id is not None)
            for row in places
        ),
        tuple((row.id, row.name) for row in areas),
        tuple((row.id, row.name) for row in groups),
    )
