"""The letters the site sends: the outbox, and on a sample what lies in its mail folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Row, and_, false, func, select

from config import Settings
from wiki.items.choices import Attribution
from wiki.items.models import Item
from wiki.kernel.database import db
from wiki.kernel.languages import _l
from wiki.kernel.mail import Mail, MailState, file_name
from wiki.kernel.pages import Pager

STATE_LABELS = {
    MailState.QUEUED: (_l("Waiting"), "clock", 3),
    MailState.SENDING: (_l("Going out"), "send", 3),
    MailState.SENT: (_l("Sent"), "circle-check", 4),
    MailState.FAILED: (_l("Failed"), "triangle-alert", 2),
    MailState.DROPPED: (_l("Dropped"), "circle-x", 6),
}
#: How the purposes of letters to the author of an item begin.
ABOUT_ITEMS = "item_"
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._\[\]:-]{0,180}\.eml")


class Letter(NamedTuple):
    """A line of the outbox. What a letter says is between the site and whom it is for."""

    id: int
    purpose: str
    to: str  # empty where it would name an author who is not named
    subject: str
    state: MailState
    queued_at: datetime
    sent_at: datetime | None
    tries: int
    error: str
    file: str

    @property
    def standing(self) -> tuple[str, str, int]:
        return STATE_LABELS[self.state]

    @property
    def waits(self) -> bool:
        return self.state in (MailState.QUEUED, MailState.FAILED)


def state_asked(arguments: Mapping[str, str]) -> MailState | None:
    value = arguments.get("state", "")
    return MailState(value) if value in set(MailState) else None


def counts() -> dict[MailState, int]:
    """How many letters there are in each state."""
    found = db().execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {MailState(state): number for state, number in found}


def find_letters(state: MailState | None, total: int, number: int) -> tuple[list[Letter], Pager]:
    """One page of the outbox, newest first."""
    pager = Pager(number, has_next=False, total=total)
    nameless = Item.attribution == Attribution.ROLE_ONLY
    statement = (
        select(
            Mail.id,
            Mail.purpose,
            Mail.to,
            Mail.subject,
            Mail.state,
            Mail.queued_at,
            Mail.sent_at,
            Mail.tries,
            Mail.error,
            Mail.message_id,
            func.coalesce(nameless, false()).label("is_nameless"),
        )
        .outerjoin(Item, and_(Mail.purpose.startswith(ABOUT_ITEMS), Item.id == Mail.about_id))
        .order_by(Mail.id.desc())
    )
    if state is not None:
        statement = statement.where(Mail.state == state)
    found = db().execute(statement.limit(pager.per_page).offset(pager.offset))
    return [letter(row) for row in found], pager


def letter(row: Row[*tuple[Any, ...]]) -> Letter:
    return Letter(
        id=row.id,
        purpose=row.purpose.replace("_", " "),
        to="" if row.is_nameless else row.to,
        subject=row.subject,
        state=MailState(row.state),
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        tries=row.tries,
        error=row.error.partition(":")[0] if row.is_nameless else row.error,
        file="" if row.is_nameless else file_name(row.message_id),
    )


# -- on a sample site


class Piece(NamedTuple):
    """Some words of a letter; with a path, a link into this site."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter of the sample's mail folder, as its reader would see it."""

    subject: str
    sender: str
    to: str
    date: str
    paragraphs: list[list[Piece]]


def open_letter(name: str) -> Opened | None:
    """A letter by the name of its file; nothing outside the folder has such a name."""
    settings: Settings = current_app.config["SETTINGS"]
    if not FILE_NAME.fullmatch(name):
        return None
    try:
        message = message_from_bytes(
            (settings.mail_folder / name).read_bytes(), policy=policy.default
        )
    except OSError:
        return None
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Opened(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=str(message["Date"] or ""),
        paragraphs=[
            pieces_of(paragraph, settings.url)
            for paragraph in text.strip().split("\n\n")
            if paragraph.strip()
        ],
    )


def pieces_of(text: str, site_url: str) -> list[Piece]:
    """The text cut where an address of this site stands. Any other address stays words."""
    pieces = re.split(rf"({re.escape(site_url)}/(?:\S*[^\s.,;:!?)])?)", text)
    return [
        Piece(piece, piece.removeprefix(site_url)) if number % 2 else Piece(piece)
        for number, piece in enumerate(pieces)
        if piece
    ]


def kept_letters() -> frozenset[str]:
    """The files in the sample's mail folder."""
    settings: Settings = current_app.config["SETTINGS"]
    folder: Path = settings.mail_folder
    return (
        frozenset(path.name for path in folder.glob("[!.]*.eml"))
        if folder.is_dir()
        else frozenset()
    )
