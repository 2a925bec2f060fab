"""``python -m bench``: build what is missing, measure everything, print the table and keep it."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack

from bench import first_visit, memory, pages, publishing, report
from bench.data import KEPT_IN, BenchSite, refresh_readers, site_of
from bench.pieces import read_pieces
from bench.servers import Server, serving

DEFAULT = [10_000, 100_000]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--items", type=int, action="append", help="a size of site; may be given several times"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a look at the small site in a minute; not kept"
    )
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    sizes = sorted(asked.items or (DEFAULT[:1] if asked.quick else DEFAULT))
    began = time.perf_counter()
    built, sites = {}, []
    for size in sizes:
        site, built[size] = site_of(size)
        refresh_readers(site)
        sites.append(site)
    text = measured(sites, built, quick=asked.quick)
    print(f"\n{text}\n\nIt took {time.perf_counter() - began:.0f} seconds.")
    if not asked.quick:
        report.keep(text)


def measured(sites: list[BenchSite], built: dict[int, float], *, quick: bool) -> str:
    """All tables, as one text."""
    with ExitStack() as running:
        bare = running.enter_context(serving("bare", sites[0].environ))
        served = [(site, running.enter_context(serving("across", site.environ))) for site in sites]
        results = pages_of(served, bare, quick=quick)
        held = {site.items: list(memory.measure(server)) for site, server in served}
        visits = list(first_visit.measure(*served[0]))
    pieces, number = read_pieces(KEPT_IN), 20 if quick else 100
    published = [publishing.measure(site, pieces, number) for site in sites]
    tables = (
        report.pages_table([site.items for site in sites], results),
        report.publishing_table(published),
        report.memory_table(held),
        report.visits_table(visits),
    )
    return "\n\n".join([report.machine(built), *("\n".join(lines) for lines in tables)])


def pages_of(
    served: list[tuple[BenchSite, Server]], bare: Server, *, quick: bool
) -> list[pages.Result]:
    seconds, rounds = (0.3, 2) if quick else (0.7, 5)
    results = []
    for result in pages.measure(served, bare, seconds=seconds, rounds=rounds, quick=quick):
        print(f"{result.page}, {result.reader}: {result.share:.0%} of bare", flush=True)
        results.append(result)
    return results


if __name__ == "__main__":
    main()
