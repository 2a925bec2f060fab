"""Serving files: with the rights of their item, never as anything a browser would run."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.files import storage
from wiki.files.models import File
from wiki.items.models import Item
from wiki.items.visibility import readable_by
from wiki.kernel.access import public
from wiki.kernel.database import db
from wiki.people.current import current_reader

views = Blueprint("files", __name__)

SHOWN_IN_PAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@views.get("/files/<key>")
@public
def show(key: str) -> ResponseReturnValue:
    """The bytes, for whoever may read the item; for others there is nothing here."""
    found = (
        db()
        .execute(
            select(File.key, File.name, File.media_type, File.sha256)
            .join(Item, Item.id == File.item_id)
            .where(File.key == key, Item.withdrawn_at.is_(None), readable_by(current_reader()))
        )
        .first()
    )
    path = storage.path_of(key) if found is not None else None
    if found is None or path is None or not path.is_file():
        abort(404)
    g.private = True  # bytes are not kept in the web process
    inline = found.media_type in SHOWN_IN_PAGES
    answer: Response = send_file(
        path,
        mimetype=found.media_type if inline else "application/octet-stream",
        as_attachment=not inline,
        download_name=found.name.rsplit("/", 1)[-1],
        etag=found.sha256,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
