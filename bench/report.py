"""The table: printed, and kept in docs/performance.md between two marks."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.first_visit import Visit
from bench.memory import Held
from bench.pages import SIGNED_IN, Result
from bench.pieces import ROOT
from bench.publishing import Published

KEPT_IN = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: written by make bench -->", "<!-- /measured -->"
GOAL_SIGNED_OUT, GOAL_SIGNED_IN, GOAL_GROWTH, GOAL_STATEMENTS = 0.40, 0.25, 1.2, 12
KB = 1000


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Markdown; the first two columns are words, all others figures."""
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join([' --- ', ' --- ', *[' ---: '] * (len(heads) - 2)])}|"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


def machine(built: dict[int, float]) -> str:
    """What it was measured on, in one paragraph."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    took = ", ".join(
        f"{items:,} items in {seconds:.0f} s" for items, seconds in built.items() if seconds
    )
    return (
        f"{datetime.now(UTC):%d %B %Y}, {processor()}, {os.cpu_count()} processors, "
        f"{pages * size / 2**30:.0f} GB of memory, {platform.system()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, Flask {version('flask')}, "
        f"gunicorn {version('gunicorn')}, SQLAlchemy {version('sqlalchemy')}. "
        + (f"Built: {took}." if took else "The sites were there from an earlier run.")
    )


def processor() -> str:
    """What the machine calls its processor."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def pages_table(sizes: list[int], results: list[Result]) -> Iterator[str]:
    heads = [
        "Page",
        "Reader",
        "Bare Flask, pages/s",
        *(f"{size:,} items, pages/s" for size in sizes),
        "share of bare",
        "p50 / p95 ms",
        "bare p50 / p95 ms",
        *(["time, largest to smallest"] if len(sizes) > 1 else []),
        "statements",
        "HTML, mean / most KB",
    ]
    yield from table(heads, (page_row(result) for result in results))


def page_row(result: Result) -> Iterator[str]:
    small = result.sites[0]
    yield result.page
    yield result.reader
    yield f"{result.bare.per_second:,.0f}"
    yield from (f"{site.per_second:,.0f}" for site in result.sites)
    goal = GOAL_SIGNED_IN if result.reader == SIGNED_IN else GOAL_SIGNED_OUT
    yield marked(f"{result.share:.0%}", result.share >= goal)
    yield f"{small.quantile(0.5):.1f} / {small.quantile(0.95):.1f}"
    yield f"{result.bare.quantile(0.5):.1f} / {result.bare.quantile(0.95):.1f}"
    if len(result.sites) > 1:
        yield marked(f"{result.growth:.2f}", result.growth <= GOAL_GROWTH)
    most, least = max(result.statements), min(result.statements)
    counted = f"{most}" if most == least else f"{least} to {most}"
    yield marked(counted, most <= GOAL_STATEMENTS)
    lengths = [length for site in result.sites for length in site.lengths]
    yield f"{sum(lengths) / len(lengths) / KB:.0f} / {max(lengths) / KB:.0f}"


def marked(figure: str, held: bool) -> str:
    """A figure that misses its goal is set bold."""
    return figure if held else f"**{figure}**"


def publishing_table(published: list[Published]) -> Iterator[str]:
    heads = ("Act", "Site", "times", "p50 ms", "p95 ms", "in the list at once")
    rows = []
    for one in published:
        for act, took in (("Share an insight", one.insights), ("Reply", one.replies)):
            number = len(took.took)
            there = f"{number - one.missing} of {number}" if act != "Reply" else ""
            p50, p95 = (f"{took.quantile(share):.0f}" for share in (0.5, 0.95))
            rows.append((act, f"{one.items:,} items", number, p50, p95, there))
    yield from table(heads, rows)


def memory_table(held: dict[int, list[Held]]) -> Iterator[str]:
    heads = ("Process", "Site", "number", "RSS, MB", "PSS, MB")
    rows = (
        (one.name, f"{items:,} items", one.processes, f"{one.rss:.0f}", f"{one.pss:.0f}")
        for items, some in held.items()
        for one in some
    )
    yield from table(heads, rows)


def visits_table(visits: list[Visit]) -> Iterator[str]:
    heads = (
        "First visit",
        "",
        "requests",
        "KB, all",
        "html",
        "styles",
        "scripts",
        "fonts",
        "pictures",
    )
    rows = (
        (
            visit.page,
            "signed out",
            marked(str(visit.requests), visit.requests <= 12),
            marked(f"{visit.bytes / KB:.0f}", visit.bytes < 150 * KB),
            *(
                f"{size / KB:.0f}"
                for size in (visit.html, visit.styles, visit.scripts, visit.fonts, visit.pictures)
            ),
        )
        for visit in visits
    )
    yield from table(heads, rows)


def keep(text: str) -> None:
    """Put what was measured between the marks, and leave all words around them."""
    before = KEPT_IN.read_text(encoding="utf-8")
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    KEPT_IN.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
