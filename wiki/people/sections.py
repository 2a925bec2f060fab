"""What later features put on a person's or an organisation's page: sections, and acts.

A feature adds to ``registry("profile")`` and ``registry("profile_acts")`` a function of reader and
``PersonRow`` that yields parts or acts, and to ``registry("organisation")`` and
``registry("organisation_acts")`` one of reader and ``OrganisationRow``. One question each, at most.
Visitors see organisations too: a part must hold nothing its reader may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wiki.kernel.registry import registry
from wiki.people.current import Reader


@dataclass(frozen=True, slots=True)
class PagePart:
    """A section of the page. Its template is included with ``part``, and reads ``part.context``."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    aside: bool = False


@dataclass(frozen=True, slots=True)
class PageAct:
    """A button beside the name, like "Follow": a form of its own, pressed or not."""

    label: str
    url: str
    icon: str = ""
    pressed: bool | None = None


def asked(name: str, reader: Reader, row: object) -> list[Any]:
    """All that the functions of one registry have to show this reader on this page."""
    return [found for answers in registry(name) for found in answers(reader, row)]
