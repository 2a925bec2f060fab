"""The one place that decides which name is shown: whatever prints an author prints a byline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.kernel.languages import _
from wiki.kernel.naming import initials
from wiki.people.current import Reader


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote something, as this reader may know it. Without a name, ``label`` is printed."""

    name: str | None
    organisation: str | None
    label: str
    initials: str
    thread: int
    url: str | None = None
    person_key: str | None = None

    @property
    def shown(self) -> str:
        return self.name or self.label


def byline(
    reader: Reader,
    *,
    name: str | None,
    key: str | None,
    organisation: str | None,
    organisation_id: int | None,
    name_is_public: bool | None = False,
    credited: Sequence[str] = (),
    role_only: bool = False,
    role_label: str = "",
) -> Byline:
    """A byline for this reader. Role-only hides all; visitors see organisations only."""
    if role_only:
        label = role_label or _("A partner")
        return Byline(None, None, label, "·", 6)
    if name is None:
        shown = join_names(credited)  # the credit given where it came from, for visitors too
        return Byline(shown or None, None, _("Imported"), initials(shown) or "·", 6)
    thread = (organisation_id or 0) % 6 + 1
    if not reader.signed_in and not name_is_public:
        return Byline(None, organisation, organisation or "", initials(organisation or ""), thread)
    return Byline(
        name,
        organisation,
        name,
        initials(name),
        thread,
        f"/people/{key}" if reader.signed_in else None,
        key if reader.signed_in else None,
    )


def join_names(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])
