"""Mail: queued in the transaction of its cause, sent by the worker.

Each mail has one Message-ID for life. It is marked "sending" before and "sent" after: a kill in
between sends the same Message-ID again, so that nobody misses a mail and a mail reader shows it
once. The text of a sent mail is erased, since it may hold a link that signs its reader in.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import Index, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings
from wiki.kernel.clock import now
from wiki.kernel.database import Base, db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.site import Site
from wiki.kernel.worker import CLAIM, also_works, is_stopping

log = logging.getLogger("across.mail")

GIVE_UP_AFTER = 10
TIMEOUT = 20  # seconds for the mail server to answer


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(Base):
    """One mail to one address."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_waiting", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    about_id: Mapped[int | None]
    state: Mapped[MailState] = mapped_column(String(10), default=MailState.QUEUED)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    not_before: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")

    def settle(self, state: MailState, error: str) -> None:
        """Write down how a try ended; a failed one is put off, each time for longer."""
        self.state, self.error = state, error
        if state is not MailState.QUEUED:
            self.body = ""
            self.sent_at = now()
            return
        self.not_before = now() + timedelta(minutes=min(2**self.tries, 360))
        if self.tries >= GIVE_UP_AFTER:
            self.state = MailState.FAILED

    @property
    def waits(self) -> bool:
        """Whether it has neither gone out nor been dropped."""
        return self.state in (MailState.QUEUED, MailState.FAILED)

    def try_again(self) -> None:
        """Send it with the next round, counting tries anew."""
        if not self.waits:
            raise Refused(_("Only a letter that has not gone out can be sent again."))
        self.state, self.tries, self.not_before = MailState.QUEUED, 0, now()

    def drop(self) -> None:
        """Never send it. Its text is erased."""
        if not self.waits:
            raise Refused(_("This letter has gone out, or is just going out."))
        self.settle(MailState.DROPPED, self.error)


#: By purpose: whether a mail may still go out when its turn comes. Rights may have changed since it
#: was queued.
_still_wanted: dict[str, Callable[[Mail], bool]] = {}


def still_wanted_if(purpose: str) -> Callable[[Callable[[Mail], bool]], Callable[[Mail], bool]]:
    def remember(question: Callable[[Mail], bool]) -> Callable[[Mail], bool]:
        _still_wanted[purpose] = question
        return question

    return remember


def post(purpose: str, to: str, *, about_id: int | None = None, **context: object) -> Mail:
    """Queue ``templates/mail/<purpose>.txt``, whose first line is the subject.

    Made without what pages are given: no request need be there. ``site_url`` begins every link.
    """
    settings: Settings = current_app.config["SETTINGS"]
    template = current_app.jinja_env.get_template(f"mail/{purpose}.txt")
    first, _, body = template.render(site_url=settings.url, **context).partition("\n")
    subject = " ".join(first.removeprefix("Subject:").split())[:200]
    mail = Mail(
        purpose=purpose,
        to=to,
        subject=subject,
        body=body.strip() + "\n",
        message_id=make_msgid(domain=settings.hostname),
        about_id=about_id,
    )
    db().add(mail)
    return mail


def send_waiting() -> int:
    """Send all mail whose time has come; answers how many were sent."""
    sent = 0
    while not is_stopping() and (mail_id := claim()) is not None:
        sent += send(mail_id)
    return sent


def claim() -> int | None:
    moment = now()
    waiting = or_(
        (Mail.state == MailState.QUEUED) & (Mail.not_before <= moment),
        (Mail.state == MailState.SENDING) & (Mail.not_before <= moment - CLAIM),
    )
    with transaction(writing=False) as session:
        candidate = session.scalar(select(Mail.id).where(waiting).order_by(Mail.id).limit(1))
    if candidate is None:
        return None
    with transaction() as session:
        return session.scalar(
            update(Mail)
            .where(Mail.id == candidate, waiting)
            .values(state=MailState.SENDING, not_before=moment, tries=Mail.tries + 1)
            .returning(Mail.id)
            .execution_options(synchronize_session=False)
        )


def send(mail_id: int) -> int:
    state, error = MailState.DROPPED, ""
    try:
        with transaction(writing=False) as session:
            mail = session.get_one(Mail, mail_id)
            question = _still_wanted.get(mail.purpose)
            wanted = question is None or question(mail)
            is_sample = bool(session.scalar(select(Site.is_sample)))
            message = message_of(mail) if wanted else None
        if message is not None:
            (to_folder if is_sample else to_server)(message, current_app.config["SETTINGS"])
            state = MailState.SENT
    except (
        Exception
    ) as failure:  # the worker's outer edge: one letter must not keep back all after it
        log.warning("mail not sent", extra={"mail": mail_id, "error": type(failure).__name__})
        state, error = MailState.QUEUED, f"{type(failure).__name__}: {failure}"[:300]
    with transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.settle(state, error)
    return 1 if state is MailState.SENT else 0


def message_of(mail: Mail) -> EmailMessage:
    settings: Settings = current_app.config["SETTINGS"]
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def to_folder(message: EmailMessage, settings: Settings) -> None:
    """The sample's way: a file per mail, written whole or not at all, for a steward's page."""
    settings.mail_folder.mkdir(parents=True, exist_ok=True)
    name = file_name(message["Message-ID"])
    unfinished = settings.mail_folder / f".{name}"
    unfinished.write_bytes(bytes(message))
    unfinished.rename(settings.mail_folder / name)


def file_name(message_id: str) -> str:
    return f"{message_id.strip('<>').replace('/', '_')}.eml"


def to_server(message: EmailMessage, settings: Settings) -> None:
    if not settings.smtp:
        raise OSError("ACROSS_SMTP is not set")
    parts = urlsplit(settings.smtp)
    host, tls = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=tls
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def init_app() -> None:
    also_works(send_waiting)
