"""What must be true before a site is served, each thing that is not said in one sentence."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import ELSEWHERE, Settings, WrongSetting, check_for_real_site
from wiki.kernel import migrations
from wiki.kernel.database import transaction
from wiki.kernel.site import Site


class Setting(NamedTuple):
    name: str
    value: str
    is_default: bool


def refuse_unready() -> bool:
    """Stop the start with the first thing that is wrong; answers whether this is a sample."""
    for problem in problems():
        raise WrongSetting(problem)
    return is_sample()


def problems() -> Iterator[str]:
    """Everything that keeps this site from being served."""
    settings: Settings = current_app.config["SETTINGS"]
    if found := unwritable(settings.data):
        yield found
        return
    try:
        yield from wrong_for_sample(settings) if is_sample() else wrong_for_real_site(settings)
    except WrongSetting as wrong:
        yield str(wrong)


def is_sample() -> bool:
    """What kind of site the database holds; it must be there, and of this version."""
    migrations.refuse_unknown_schema()
    with transaction(writing=False) as session:
        found = session.scalar(select(Site.is_sample))
    if found is None:
        raise WrongSetting("There is no site in this database yet: run “across setup” first.")
    return bool(found)


def unwritable(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"Across can’t write to its data folder {folder}: {error.strerror}."


def unusable(error: OperationalError) -> str:
    """A database that is away, locked or broken, in one sentence."""
    return f"The database can’t be used: {' '.join(str(error.orig).split())}"


def wrong_for_sample(settings: Settings) -> Iterator[str]:
    if not settings.on_loopback:
        yield "A sample is for this machine only: leave ACROSS_URL unset."


def wrong_for_real_site(settings: Settings) -> Iterator[str]:
    if current_app.debug:
        yield "FLASK_DEBUG is for a developer’s desk: unset it before you serve a real site."
    try:
        check_for_real_site(settings)
    except WrongSetting as wrong:
        yield str(wrong)
    for path in secrets_in(settings):
        if readable_by_all(path):
            yield f"Everybody on this machine can read {path}: run “chmod 600 {path}”."


def secrets_in(settings: Settings) -> list[Path]:
    """The files that hold what nobody else should read."""
    paths = [settings.data / "secret-key"]
    if settings.is_sqlite:
        database = settings.database.removeprefix("sqlite:///")
        paths += [Path(database), Path(f"{database}-wal")]
    return paths


def readable_by_all(path: Path) -> bool:
    """Whether an account that has nothing to do with us gets at this file."""
    if not path.exists() or not path.stat().st_mode & 0o004:
        return False
    return all(folder.stat().st_mode & 0o001 for folder in path.absolute().parents)


def described(environ: Mapping[str, str]) -> list[Setting]:
    """Every setting, where it comes from, and no secret."""
    try:
        settings = Settings.from_environment(environ)
    except WrongSetting:
        settings = None
    found = []
    for field in fields(Settings):
        name = f"ACROSS_{field.name.upper()}"
        value = environ.get(name, "") if settings is None else str(getattr(settings, field.name))
        found.append(Setting(name, masked(name, value), name not in environ))
    return found


def masked(name: str, value: str) -> str:
    if name == "ACROSS_SECRET_KEY":
        return f"({len(value)} characters)" if value else ""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", value)


def wrong_settings(environ: Mapping[str, str]) -> list[str]:
    """What is wrong with each setting looked at alone; if nothing, whether they agree."""
    ours = {name for name in environ if name.startswith("ACROSS_")} - ELSEWHERE
    alone = [found for name in sorted(ours) if (found := wrong_with({name: environ[name]}))]
    together = wrong_with(environ)
    return alone or ([together] if together else [])


def wrong_with(environ: Mapping[str, str]) -> str:
    try:
        Settings.from_environment(environ)
    except WrongSetting as wrong:
        return str(wrong)
    return ""
