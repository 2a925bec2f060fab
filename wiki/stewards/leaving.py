"""When somebody leaves: what they hold is looked at first, then they can no longer sign in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from wiki.items.choices import Attribution, Visibility
from wiki.items.models import Item, ItemTag
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.holdings import Holding
from wiki.kernel.languages import _, ngettext
from wiki.kernel.pages import known_url
from wiki.people import sessions, tokens
from wiki.people.current import Reader
from wiki.people.invitations import Invitation, waiting
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Tag
from wiki.places.convening import hand_over
from wiki.places.labels import place_label
from wiki.places.membership import Membership
from wiki.places.models import Place

#: A tag is held by one person from so many published items on.
HELD_FROM = 3


class Candidate(NamedTuple):
    key: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Convened:
    """A place somebody convenes, and who could do it after them: its deputy first, then members."""

    id: int
    name: str
    url: str
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def choice(self) -> str:
        return f"successor_{self.id}"


def disable(person: Person, by: Reader, successors: Mapping[int, str]) -> None:
    """End a person's sign-in everywhere, at their next request. What they published stays.

    Each place they convene goes to the member whose key is given, or is left vacant.
    """
    if person.id == by.id:
        raise Refused(_("You can’t disable yourself: ask another steward."))
    if person.is_steward:
        check_other_stewards(person)
    hand_places_over(person, by, successors)
    person.disable(by)
    sessions.end_all(person.id)
    tokens.revoke_all(person.id)


def check_other_stewards(person: Person) -> None:
    others = select(Person.id).where(
        Person.is_steward, Person.disabled_at.is_(None), Person.id != person.id
    )
    if db().scalar(others.with_for_update().limit(1)) is None:
        raise Refused(_("This is the only steward; make somebody else one first."))


def hand_places_over(person: Person, by: Reader, successors: Mapping[int, str]) -> None:
    """Give on the places a person answers for, as convenor or as deputy."""
    places = db().scalars(
        select(Place).where(answers_for(person.id)).order_by(Place.id).with_for_update()
    )
    for place in places.all():
        convenor = remaining(place.convenor_id, person) or heir_called(successors.get(place.id, ""))
        deputy = remaining(place.deputy_id, person)
        hand_over(place, by, convenor, None if deputy is convenor else deputy)


def remaining(holder_id: int | None, leaver: Person) -> Person | None:
    """Who holds a role and goes on holding it."""
    holder = db().get(Person, holder_id) if holder_id is not None else None
    return holder if holder is not None and holder is not leaver and holder.is_active else None


def heir_called(key: str) -> Person | None:
    return db().scalar(select(Person).where(Person.key == key)) if key else None


def answers_for(person_id: int) -> ColumnElement[bool]:
    """Places that are not over, of which somebody is convenor or deputy."""
    holds = or_(Place.convenor_id == person_id, Place.deputy_id == person_id)
    return holds & Place.closed_at.is_(None) & Place.declined_at.is_(None)


def convened_by(person_id: int) -> list[Convened]:
    """The places that need a successor, each with those who could be one."""
    rows = db().execute(
        select(Place.id, Place.name, Place.slug, Place.kind, Place.thread)
        .where(answers_for(person_id), Place.convenor_id == person_id)
        .order_by(Place.sort_name)
    )
    found = []
    for row in rows:
        label = place_label(row.slug, row.name, row.kind, row.thread)
        found.append(Convened(row.id, row.name, label.url if label else ""))
    candidates = candidates_for([place.id for place in found], person_id)
    for place in found:
        place.candidates.extend(candidates[place.id])
    return found


def candidates_for(place_ids: list[int], but_id: int) -> dict[int, list[Candidate]]:
    """Members of each place who can sign in, its deputy first."""
    in_it = and_(Membership.place_id == Place.id, Membership.ended_at.is_(None))
    is_deputy = case((Person.id == Place.deputy_id, 0), else_=1).label("is_deputy")
    rows = db().execute(
        select(Place.id, Person.key, Person.name, Organisation.name, is_deputy, Person.sort_name)
        .select_from(Place)
        .outerjoin(Membership, in_it)
        .join(Person, or_(Person.id == Membership.person_id, Person.id == Place.deputy_id))
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Place.id.in_(place_ids), Person.disabled_at.is_(None), Person.id != but_id)
        .distinct()
        .order_by(is_deputy, Person.sort_name, Person.key)
    )
    found: dict[int, list[Candidate]] = defaultdict(list)
    for place_id, key, name, organisation, *_order in rows:
        found[place_id].append(Candidate(key, name, organisation))
    return found


# -- what people hold, told to ``registry("holdings")``


def invitations_held(person_id: int) -> Iterator[Holding]:
    """Invitations to the site that nobody has accepted yet."""
    mine = select(func.count()).where(Invitation.invited_by_id == person_id, waiting())
    if number := db().scalar(mine):
        yield Holding(
            ngettext("One open invitation", "%(num)s open invitations", number),
            known_url("people.invite"),
            _("They can still be accepted. Take back those that should not be."),
        )


def items_held(person_id: int) -> Iterator[Holding]:
    """Drafts and what is restricted: by number only. What is role-only is nobody's here."""
    drafts = Item.published_at.is_(None)
    restricted = Item.listed_at.is_not(None) & (Item.visibility == Visibility.RESTRICTED)
    row = (
        db()
        .execute(
            select(
                func.count().filter(drafts).label("drafts"),
                func.count().filter(restricted).label("restricted"),
            ).where(Item.author_id == person_id, Item.attribution == Attribution.NAMED)
        )
        .one()
    )
    if row.drafts:
        yield Holding(
            ngettext("One draft", "%(num)s drafts", row.drafts),
            note=_("Nobody else can see them. They wait in case the account is enabled again."),
        )
    if row.restricted:
        yield Holding(
            ngettext("One restricted item", "%(num)s restricted items", row.restricted),
            note=_("Confirmed members still read them, and their convenor can open them."),
        )


def tags_held(person_id: int) -> Iterator[Holding]:
    """Subjects that only they have written about (S22). What is role-only counts as another's."""
    shown = (Item.listed_at.is_not(None), Item.visibility != Visibility.RESTRICTED)
    theirs = and_(Item.author_id == person_id, Item.attribution == Attribution.NAMED)
    mine, written = aliased(ItemTag), aliased(Item)
    under = (
        select(mine.tag_id)
        .join(written, written.id == mine.item_id)
        .where(written.author_id == person_id, written.listed_at.is_not(None))
    )
    rows = db().execute(
        select(Tag.name, Tag.slug, func.count().label("number"))
        .join(ItemTag, ItemTag.tag_id == Tag.id)
        .join(Item, Item.id == ItemTag.item_id)
        .where(*shown, Tag.id.in_(under))
        .group_by(Tag.id)
        .having(func.count() >= HELD_FROM, func.count().filter(theirs) == func.count())
        .order_by(Tag.name)
    )
    for row in rows:
        yield Holding(
            _("Everything under “%(tag)s”", tag=row.name),
            f"/tags/{row.slug}",
            _("All %(number)s items there are theirs.", number=row.number),
        )


HOLDINGS = (invitations_held, items_held, tags_held)
