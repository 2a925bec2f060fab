"""What can go wrong for a person, and the page that says so."""

from __future__ import annotations


class Refused(Exception):
    """The domain says no. The sentence is meant for the person who asked; ``field`` names where it
    belongs.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Stale(Refused):
    """Somebody else saved first; ``theirs`` holds what is stored now, by field."""

    def __init__(self, sentence: str, theirs: dict[str, str], by: str, version: int) -> None:
        super().__init__(sentence)
        self.theirs = theirs
        self.by = by
        self.version = version
