"""Commands that move a site's content: ``across import markdown``, ``across backup``, ``across
restore``.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from wiki.items.choices import Origin
from wiki.kernel.errors import Refused
from wiki.transfer import backup, importing
from wiki.transfer.importing import Fate, Outcome, Prepared
from wiki.transfer.posts import LABELS

bring_in = AppGroup("import", help="Bring in what was written elsewhere.")

FATES = {
    Fate.NEW: "new",
    Fate.CHANGED: "changed at the source since, revised here",
    Fate.UNCHANGED: "unchanged",
    Fate.LEFT: "edited here since, left as they are",
    Fate.PROBLEM: "not imported",
}


@bring_in.command("markdown")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--community", required=True, help="The last part of the community's address.")
@click.option("--dry-run", is_flag=True, help="Read and report everything, write nothing.")
@click.option(
    "--origin",
    type=click.Choice([origin.value for origin in Origin if origin is not Origin.OWN_ORGANISATION]),
    default=Origin.COUNTRY.value,
    show_default=True,
    help="Where the posts come from.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report to this file.",
)
@with_appcontext
def import_markdown(
    folder: Path, community: str, dry_run: bool, origin: str, report: Path | None
) -> None:
    """Import a folder of Markdown posts with front matter as case notes. Run again to carry on or
    bring up to date.
    """
    try:
        with Bar("Reading") as bar:
            prepared = importing.prepare(folder, community, bar)
        outcome = None
        if not dry_run:
            with Bar("Writing") as bar:
                outcome = importing.store(prepared, community, Origin(origin), bar)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    tell(prepared, outcome)
    if report is not None:
        report.write_text("\n".join(lines_of(prepared, outcome)) + "\n", encoding="utf-8")
        click.echo(f"The whole report is in {report}.")


class Bar:
    """A bar in the terminal that is told how far things are."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.told = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.told:
            click.echo(err=True)

    def __call__(self, done: int, of: int) -> None:
        self.told = done
        click.echo(f"\r{self.label}: {done} of {of} posts", nl=False, err=True)


def tell(prepared: Prepared, outcome: Outcome | None) -> None:
    if outcome is None:
        click.echo(f"{len(prepared.ready)} posts can be imported; nothing was written.")
    else:
        for fate, words in FATES.items():
            if outcome.fates[fate]:
                click.echo(f"{outcome.fates[fate]:>6}  {words}")
    for problem in prepared.problems:
        click.echo(f"{problem.path}: {problem.sentence}")
    for path in outcome.left if outcome else ():
        click.echo(f"{path}: edited here since; left as it is")
    found = Counter(finding.what for finding in prepared.findings)
    if found:
        click.echo("What could not be taken along as it was:")
    for what, label in LABELS.items():
        if found[what]:
            click.echo(f"{found[what]:>6}  {label}")


def lines_of(prepared: Prepared, outcome: Outcome | None) -> list[str]:
    """Every finding on a line of its own: file, line, what, the thing, what became of it."""
    lines = [f"{one.path}: {one.sentence}" for one in prepared.problems]
    lines += [
        f"{path}: edited here since; left as it is" for path in (outcome.left if outcome else ())
    ]
    for one in prepared.findings:
        where = f"{one.path}:{one.line}" if one.line else one.path
        became = f" -> {one.became}" if one.became else ""
        lines.append(f"{where}: {LABELS[one.what]}: {one.text}{became}")
    return lines


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def back_up(target: Path) -> None:
    """Write database and files to one archive, while the site runs."""
    if target.exists():
        raise click.ClickException(f"{target} exists already; a backup never overwrites one.")
    manifest = backup.back_up(target)
    click.echo(f"{target}: {len(manifest.checksums)} members, {target.stat().st_size:,} bytes.")


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Move the site that is here aside and replace it.")
@with_appcontext
def restore(source: Path, replace: bool) -> None:
    """Bring a site back from an archive, after proving that it is whole. The site has to be
    stopped.
    """
    try:
        manifest = backup.restore(source, replace=replace)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(f"Restored as it was on {manifest.made_at}.")
