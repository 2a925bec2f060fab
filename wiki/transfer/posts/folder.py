"""The files of a folder, read without ever leaving it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _

#: The longest item holds 60,000 characters, so a larger file could not be kept in any case.
LARGEST_POST = 200_000
MOST_FILES = 20_000
ENDINGS = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of posts: its bytes, or why it was not read."""

    path: str
    data: bytes
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that cannot become a post, and why."""

    path: str
    sentence: str


def read_folder(folder: Path) -> Iterator[Source]:
    """The posts of a folder in the order of their paths; nothing outside the folder is opened."""
    for path in paths_in(folder):
        if is_post(path):
            yield read_file(folder, path)


def files_in(folder: Path) -> frozenset[str]:
    """The paths of everything in the folder that is no post and may be taken along."""
    return frozenset(
        path
        for path in paths_in(folder)
        if not is_post(path) and stays_inside(folder, folder / path)
    )


def paths_in(folder: Path) -> list[str]:
    """The relative paths of all files, sorted; hidden ones and linked folders are passed over."""
    if not folder.is_dir():
        raise Refused(_("%(folder)s is not a folder.", folder=str(folder)))
    paths: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(parent).relative_to(folder)
        paths += [(here / name).as_posix() for name in names if is_for_us(name)]
        if len(paths) > MOST_FILES:
            raise Refused(_("The folder holds more than %(most)s files.", most=f"{MOST_FILES:,}"))
    return sorted(paths)


def is_for_us(name: str) -> bool:
    """A name that is not text in this system's encoding could be neither stored nor linked to."""
    return not name.startswith(".") and not any("\ud800" <= letter <= "\udfff" for letter in name)


def is_post(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in ENDINGS


def read_file(folder: Path, path: str) -> Source:
    file = folder / path
    if not stays_inside(folder, file):
        return Source(path, b"", _("It is a link that leads out of the folder, or no file."))
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_POST + 1)
    except OSError as error:
        return Source(path, b"", _("It cannot be opened: %(why)s.", why=error.strerror))
    if len(data) > LARGEST_POST:
        return Source(path, b"", _("It is larger than %(most)s kB.", most=LARGEST_POST // 1000))
    return Source(path, data)


def stays_inside(folder: Path, file: Path) -> bool:
    """Whether a path is a real file of the folder, links followed."""
    try:
        return file.resolve().is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, RuntimeError):  # a link that leads in a circle
        return False
