"""What the processes hold after the load: each web process, and apart from them what renders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.servers import Server, memory_of


@dataclass(frozen=True, slots=True)
class Held:
    """A sort of process: how many, and the largest of them in MB, whole and as a fair share."""

    name: str
    processes: int
    rss: float
    pss: float


def measure(server: Server) -> Iterator[Held]:
    for name, pids in (
        ("web process", server.processes()),
        ("renderer of Markdown", server.renderers()),
    ):
        sizes = [memory_of(pid) for pid in pids]
        if sizes:
            yield Held(name, len(sizes), max(rss for rss, _ in sizes), max(pss for _, pss in sizes))
