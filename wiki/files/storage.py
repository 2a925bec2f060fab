"""The bytes of files: a folder, names of our own making, never half a file.

A file is written beside its place, made durable and then renamed, before its row is committed. A
transaction that is undone leaves bytes nobody refers to; the sweeper removes those.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from flask import current_app

from wiki.kernel.clock import now

ORPHANED_AFTER = timedelta(days=1)


def path_of(key: str) -> Path:
    """Where the bytes of a file are; two letters deep, so that no folder grows without end."""
    root: Path = current_app.config["SETTINGS"].files
    return root / key[:2] / key


def write(key: str, content: bytes) -> None:
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def orphans(known: set[str]) -> list[Path]:
    """Files on disk, older than a day, that no row refers to."""
    root: Path = current_app.config["SETTINGS"].files
    before = (now() - ORPHANED_AFTER).timestamp()
    return [
        path
        for path in root.glob("*/*")
        if path.name.lstrip(".") not in known and path.stat().st_mtime < before
    ]
