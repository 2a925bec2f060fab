"""Keeping a file with an item."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import select

from wiki.files import pictures, storage
from wiki.files.models import File
from wiki.items.models import Item
from wiki.kernel.database import db
from wiki.kernel.naming import new_key
from wiki.kernel.worker import every


def keep_picture(item: Item, name: str, content: bytes) -> File:
    """Store a picture for an item, made anew; the same picture of the same item is kept once."""
    return keep(item, name, pictures.remade(content), new_key())


def keep(item: Item, name: str, picture: pictures.Picture, key: str) -> File:
    """Store a picture under a key chosen before, unless the item has it already."""
    digest = hashlib.sha256(picture.content).hexdigest()
    present = db().scalar(select(File).where(File.item_id == item.id, File.sha256 == digest))
    if present is not None:
        return present
    file = File(
        key=key,
        item_id=item.id,
        name=name[-200:],
        media_type=picture.media_type,
        size=len(picture.content),
        sha256=digest,
        width=picture.width,
        height=picture.height,
    )
    storage.write(file.key, picture.content)
    db().add(file)
    db().flush()
    return file


@every(timedelta(days=1), "sweep files")
def sweep() -> None:
    """Remove bytes that no row refers to."""
    for path in storage.orphans(set(db().scalars(select(File.key)))):
        path.unlink(missing_ok=True)
