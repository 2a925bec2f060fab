"""What is said of a place: proposing a community, opening a forum, and changing either later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.languages import _
from wiki.kernel.outbox import Event, record
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area
from wiki.places.frames import day_of
from wiki.places.membership import join, seat
from wiki.places.models import OldPlaceSlug, Place, PlaceKind, State
from wiki.places.queries import free_slug
from wiki.strategies.models import Strategy


@dataclass(frozen=True, slots=True)
class Described:
    """What a form says a place should be."""

    name: str
    summary: str
    thread: int
    strategies: list[Strategy] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    # of a forum
    body: Organisation | None = None
    # of a community
    challenge: str = ""
    within: Place | None = None
    size_least: int | None = None
    size_most: int | None = None
    priorities: str = ""
    answerable: str = ""
    success: str = ""
    #: Home forum, start and end: until it is accepted; then the end moves by extension.
    home: Place | None = None
    starts_on: date | None = None
    ends_on: date | None = None


#: Texts and numbers kept as they come.
PLAIN = (
    "summary",
    "thread",
    "challenge",
    "size_least",
    "size_most",
    "priorities",
    "answerable",
    "success",
)


def propose(by: Reader, said: Described, *, public: bool, convening: bool) -> Place:
    """Propose a community to its home forum. Whoever proposes it is in it, and may convene it."""
    place = Place(kind=PlaceKind.COMMUNITY, is_public=public, proposed_by_id=by.id)
    if convening:
        place.convenor_id = by.id
    if said.ends_on is not None and said.ends_on <= today():
        raise Refused(_("The end has to lie ahead."), "ends_on")
    begin(place, said)
    record("place.proposed", place, by, scope_id=place.id, public=False)
    proposer = db().get_one(Person, by.id)
    if convening:
        seat(place, proposer, by)
    else:
        join(place, proposer)
    return place


def open_forum(by: Reader, said: Described, *, public: bool, convening: bool) -> Place:
    """Open a forum. Until somebody convenes it, its page says so."""
    place = Place(kind=PlaceKind.FORUM, is_public=public)
    if convening:
        place.convenor_id = by.id
    begin(place, said)
    record("place.opened", place, by, scope_id=place.id)
    if convening:
        seat(place, db().get_one(Person, by.id), by)
    return place


def revise(place: Place, by: Reader, version: int, said: Described) -> None:
    """Change what is said of a place; who began from an older one sees both first."""
    if version != place.version:
        raise Stale(
            _("Somebody else saved changes while you were writing."),
            texts_of(described(place)),
            last_changed_by(place),
            place.version,
        )
    before = texts_of(described(place))
    if said.name != place.name:
        rename(place, said.name)
    write(place, said)
    db().flush()
    after = texts_of(described(place))
    changed = [name for name, text in after.items() if text != before[name]]
    if changed:
        place.version += 1
        record("place.changed", place, by, scope_id=place.id, fields=changed)


def begin(place: Place, said: Described) -> None:
    check_name(said.name)
    place.slug = free_slug(said.name)
    place.rename(said.name)
    write(place, said)
    try:
        with db().begin_nested():
            db().add(place)
    except IntegrityError:  # the same name in the same moment
        raise Refused(name_is_taken(), "name") from None


def rename(place: Place, name: str) -> None:
    """Another name gives another address; the old one redirects."""
    check_name(name, place.id)
    slug = free_slug(name, place.id)
    if slug != place.slug:
        again = db().get(OldPlaceSlug, slug)
        if again is not None:
            db().delete(again)
        db().add(OldPlaceSlug(slug=place.slug, place_id=place.id))
        place.slug = slug
    place.rename(name)


def check_name(name: str, place_id: int | None = None) -> None:
    found = db().scalar(select(Place.id).where(Place.name == name, Place.id != (place_id or 0)))
    if found is not None:
        raise Refused(name_is_taken(), "name")


def name_is_taken() -> str:
    return _("Another forum or community has this name.")


def write(place: Place, said: Described) -> None:
    for name in PLAIN:
        setattr(place, name, getattr(said, name))
    place.strategies, place.areas = said.strategies, said.areas
    if not place.is_community:
        if said.body is None:
            raise Refused(_("Choose the organisation that calls it together."), "body")
        place.convening_body_id = said.body.id
        return
    write_community(place, said)


def write_community(place: Place, said: Described) -> None:
    least, most = said.size_least, said.size_most
    if least is not None and most is not None and most < least:
        raise Refused(_("The larger number comes second."), "size_most")
    place.within_id = checked_within(place, said.within)
    if place.accepted_at is not None:
        return
    if said.home is None:
        raise Refused(_("Choose the forum it belongs to."), "home")
    if said.starts_on is None or said.ends_on is None:
        raise Refused(_("Say when it ends: a community works towards a date."), "ends_on")
    place.home_forum_id = said.home.id
    place.set_period(said.starts_on, said.ends_on)


def checked_within(place: Place, within: Place | None) -> int | None:
    """A sub-group belongs to a community that is not itself a sub-group."""
    if within is None:
        return None
    if within.id == place.id or within.within_id is not None or has_subgroups(place):
        raise Refused(_("A sub-group can’t have sub-groups of its own."), "within")
    return within.id


def has_subgroups(place: Place) -> bool:
    if place.id is None:
        return False
    return db().scalar(select(Place.id).where(Place.within_id == place.id).limit(1)) is not None


def described(place: Place) -> Described:
    """What is said of the place now. Its strategies and areas have to be loaded."""
    session = db()
    return Described(
        name=place.name,
        strategies=list(place.strategies),
        areas=list(place.areas),
        body=session.get(Organisation, place.convening_body_id)
        if place.convening_body_id
        else None,
        within=session.get(Place, place.within_id) if place.within_id else None,
        home=session.get(Place, place.home_forum_id) if place.home_forum_id else None,
        starts_on=place.starts_on,
        ends_on=place.ends_on,
        **{name: getattr(place, name) for name in PLAIN},
    )


def texts_of(said: Described) -> dict[str, str]:
    """What is said, field by field, in words: to compare two versions and show both."""
    return {
        "name": said.name,
        "challenge": said.challenge,
        "summary": said.summary,
        "home": said.home.name if said.home else "",
        "within": said.within.name if said.within else "",
        "body": said.body.name if said.body else "",
        "strategies": ", ".join(sorted(strategy.name for strategy in said.strategies)),
        "areas": ", ".join(sorted(area.name for area in said.areas)),
        "starts_on": day_of(said.starts_on) if said.starts_on else "",
        "ends_on": day_of(said.ends_on) if said.ends_on else "",
        "size_least": str(said.size_least or ""),
        "size_most": str(said.size_most or ""),
        "priorities": said.priorities,
        "answerable": said.answerable,
        "success": said.success,
        "thread": str(said.thread),
    }


def last_changed_by(place: Place) -> str:
    """Who changed it last, by name."""
    name = db().scalar(
        select(Person.name)
        .join(Event, Event.by_id == Person.id)
        .where(Event.thing == "place", Event.thing_id == place.id, Event.name == "place.changed")
        .order_by(Event.id.desc())
        .limit(1)
    )
    return name or _("Somebody")


def can_move_period(place: Place) -> bool:
    """Home forum, start and end are chosen with the proposal; later the end moves by extension."""
    return place.is_community and place.state is State.PROPOSED
