"""The directories of communities and forums."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from wiki.kernel.access import public
from wiki.kernel.pages import page, page_number
from wiki.people.current import current_reader
from wiki.places import directory, policy
from wiki.places.directory import STANDINGS, Sought
from wiki.places.models import PART_LABELS, PlaceKind
from wiki.places.views.frame import communities, forums


@communities.get("", endpoint="index")
@public
def communities_index() -> ResponseReturnValue:
    return listing(PlaceKind.COMMUNITY)


@forums.get("", endpoint="index")
@public
def forums_index() -> ResponseReturnValue:
    return listing(PlaceKind.FORUM)


def listing(kind: PlaceKind) -> ResponseReturnValue:
    reader = current_reader()
    sought = Sought.from_address(request.args, reader)
    rows, pager = directory.read_page(reader, kind, sought, page_number())
    is_community = kind is PlaceKind.COMMUNITY
    return page(
        "places/index.html",
        fragment="places/_found.html",
        is_community=is_community,
        groups=directory.grouped(rows) if is_community else [directory.Group("", rows)],
        pager=pager,
        sought=sought,
        tally=directory.read_tally(reader, kind),
        choices=directory.read_choices(),
        standings=standings(reader.signed_in),
        parts=[(part.value, label) for part, (label, _meaning) in PART_LABELS.items()],
        can_propose=policy.propose(reader),
        can_open=policy.open_forum(reader),
    )


def standings(inside: bool) -> list[tuple[str, object]]:
    return [
        (standing.value, label)
        for standing, (label, _states) in STANDINGS.items()
        if inside or standing not in directory.INSIDE
    ]
