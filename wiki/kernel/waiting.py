"""What waits for a person: each feature adds a question to the registry "waiting"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: what to do, where, a note to recognise it by, and since when."""

    label: str
    url: str
    note: str = ""
    since: datetime | None = None
