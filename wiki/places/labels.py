"""A place as other pages name it."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.places.models import PlaceKind

PATHS = {PlaceKind.FORUM: "forums", PlaceKind.COMMUNITY: "communities"}


@dataclass(frozen=True, slots=True)
class PlaceLabel:
    slug: str
    name: str
    kind: PlaceKind
    thread: int

    @property
    def url(self) -> str:
        return f"/{PATHS[self.kind]}/{self.slug}"


def place_label(
    slug: str | None, name: str | None, kind: str | None, thread: int | None
) -> PlaceLabel | None:
    """The label from columns of an outer join: None where there is no place."""
    if slug is None or name is None or kind is None:
        return None
    return PlaceLabel(slug, name, PlaceKind(kind), thread or 6)
