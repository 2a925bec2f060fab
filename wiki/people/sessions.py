"""Who is signed in where. A session is a row: deleting it signs out at the next request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.worker import every

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
STAYING_IDLE, STAYING_LONGEST = timedelta(days=30), timedelta(days=90)


class SignIn(Base):
    """One browser a person is signed in with. The cookie holds a token, the row only its hash."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(120), default="")
    staying: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(default=now)
    proved_at: Mapped[datetime] = mapped_column(default=now)
    idle_after: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)

    def touch(self) -> None:
        self.idle_after = now() + (STAYING_IDLE if self.staying else IDLE)


def begin(person_id: int, device: str, *, staying: bool) -> str:
    """Start a session for a person; answers the token for the cookie, kept nowhere else."""
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=hash_of(token),
        person_id=person_id,
        device=device_name(device),
        staying=staying,
        ends_at=now() + (STAYING_LONGEST if staying else LONGEST),
        idle_after=now(),
    )
    sign_in.touch()
    db().add(sign_in)
    return token


def end_all(person_id: int, *, but: int | None = None) -> None:
    """Sign a person out everywhere, except for one session if given."""
    db().execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.id != (but or 0)))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def device_name(user_agent: str) -> str:
    """ "Firefox on Android": enough for its owner to know it, no more than that."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for sign, name in browsers if sign in user_agent), "A browser")
    system = next((name for sign, name in systems if sign in user_agent), "an unknown device")
    return f"{browser} on {system}"


@every(timedelta(hours=1), "sweep sessions")
def sweep() -> None:
    db().execute(delete(SignIn).where((SignIn.ends_at < now()) | (SignIn.idle_after < now())))
