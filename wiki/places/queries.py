"""Which places a reader may see, and finding one of them by its address."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.orm.interfaces import ORMOption

from wiki.kernel.database import db
from wiki.kernel.naming import SLUG_LENGTH, slug_of
from wiki.people.current import Reader
from wiki.places.models import OldPlaceSlug, Place, PlaceKind

#: First words of addresses that are pages of their own.
TAKEN = frozenset({"new", "weeks"})


def open_to(reader: Reader, place: type[Place] = Place) -> ColumnElement[bool]:
    """The places a reader may see; lists, counts and single pages start here.

    Whoever is signed in sees them all, also what was only proposed or was declined. Visitors see
    what is public and was accepted. ``place`` may be another name of the table.
    """
    if reader.signed_in:
        return true()
    accepted = or_(place.kind == PlaceKind.FORUM, place.accepted_at.is_not(None))
    return and_(place.is_public, accepted)


def find_to_change(
    reader: Reader, kind: PlaceKind, slug: str, *options: ORMOption
) -> tuple[Place, Place | None] | None:
    """A place and its home forum, the place held until the end of this transaction."""
    home = aliased(Place)
    found = (
        db()
        .execute(
            select(Place, home)
            .outerjoin(home, home.id == Place.home_forum_id)
            .where(Place.kind == kind, Place.slug == slug, open_to(reader))
            .with_for_update(of=Place)
            .options(*options)
        )
        .first()
    )
    return (found[0], found[1]) if found is not None else None


def present_slug(reader: Reader, kind: PlaceKind, slug: str) -> str | None:
    """Where a place that once had this address is now."""
    return db().scalar(
        select(Place.slug)
        .join(OldPlaceSlug, OldPlaceSlug.place_id == Place.id)
        .where(OldPlaceSlug.slug == slug, Place.kind == kind, open_to(reader))
    )


def free_slug(name: str, place_id: int | None = None) -> str:
    """An address for this name that no other place has or ever had."""
    base = slug_of(name)
    taken = set(TAKEN)
    taken.update(
        db().scalars(
            select(Place.slug).where(
                Place.slug.startswith(base[: SLUG_LENGTH - 5], autoescape=True),
                Place.id != (place_id or 0),
            )
        )
    )
    taken.update(
        db().scalars(
            select(OldPlaceSlug.slug).where(
                OldPlaceSlug.slug.startswith(base[: SLUG_LENGTH - 5], autoescape=True),
                OldPlaceSlug.place_id != (place_id or 0),
            )
        )
    )
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base[: SLUG_LENGTH - 5]}-{number}", number + 1
    return slug
