"""How a lower feature shows what a higher one adds: named lists a feature adds itself to in
``init_app``.

The masthead does not know the features; each says ``registry("navigation").add(entry)``. The order
is the order of features, or ``position`` where an entry needs a place of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app


class Registry:
    """The entries of one name, kept in order of position, then of arrival."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, Any]] = []

    def add(self, entry: Any, position: int = 50) -> None:
        self._entries.append((position, entry))
        self._entries.sort(key=lambda pair: pair[0])

    def __iter__(self) -> Iterator[Any]:
        return (entry for _, entry in self._entries)


def registry(name: str, app: Flask | None = None) -> Registry:
    """The registry of that name: "navigation", "share", "account", "waiting", "holdings",
    "profile", …
    """
    registries: dict[str, Registry] = (app or current_app).extensions.setdefault(
        "across.registries", {}
    )
    return registries.setdefault(name, Registry())


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of a menu. ``section`` names the blueprints or single pages it is current on;
    ``shown`` asks the reader; the address is the endpoint's with ``values``.
    """

    label: Any
    endpoint: str
    icon: str = ""
    hint: Any = ""
    section: tuple[str, ...] = ()
    shown: Callable[[Any], bool] = lambda reader: True
    values: Mapping[str, str] = field(default_factory=dict)
