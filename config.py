"""What can be set: each setting is read from the environment once, typed, with a default for a
desk.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_SECRET = 32


class WrongSetting(Exception):
    """A setting that stops the start; its text is the sentence the operator reads."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. The README lists them; ``across config check`` prints them."""

    data: Path  # ACROSS_DATA: where database, files, mail of a sample and the generated key live
    database: str  # ACROSS_DATABASE: SQLAlchemy address; SQLite in ACROSS_DATA unless set
    url: str  # ACROSS_URL: the address people use; links in mail are made from it
    secret_key: str  # ACROSS_SECRET_KEY: signs cookies and tokens; at least 32 characters
    port: int  # ACROSS_PORT: where the web server listens
    host: str  # ACROSS_HOST: the address it binds to; a sample always binds to loopback
    smtp: str  # ACROSS_SMTP: smtp://user:password@host:port, smtps:// for TLS from the start
    mail_from: str  # ACROSS_MAIL_FROM: the sender of all mail
    time_zone: str  # ACROSS_TIME_ZONE: the site's days begin and end here
    proxies: int  # ACROSS_PROXIES: how many reverse proxies of ours stand in front
    processes: int  # ACROSS_PROCESSES: web processes
    threads: int  # ACROSS_THREADS: threads in each web process
    log_level: str  # ACROSS_LOG_LEVEL

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def hostname(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def on_loopback(self) -> bool:
        return self.hostname in LOOPBACK

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def mail_folder(self) -> Path:
        return self.data / "mail"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read every ``ACROSS_*`` setting; raise :class:`WrongSetting` with a sentence for a wrong
        one.
        """
        known = {f"ACROSS_{name.upper()}" for name in cls.__slots__}
        unknown = sorted(
            name for name in environ if name.startswith("ACROSS_") and name not in known | ELSEWHERE
        )
        if unknown:
            raise WrongSetting(
                f"{unknown[0]} is not a setting of Across; the README lists them all."
            )
        data = Path(environ.get("ACROSS_DATA", "var")).expanduser().absolute()
        port = whole_number(environ, "ACROSS_PORT", 8000, 1, 65535)
        url = environ.get("ACROSS_URL", f"http://127.0.0.1:{port}").rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise WrongSetting(f"ACROSS_URL must be like https://across.example.org, not {url!r}.")
        zone = environ.get("ACROSS_TIME_ZONE", "Europe/London")
        if zone not in available_timezones():
            raise WrongSetting(f"ACROSS_TIME_ZONE {zone!r} is not a time zone; try Europe/London.")
        database = environ.get("ACROSS_DATABASE", "") or f"sqlite:///{data / 'across.sqlite3'}"
        if not database.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
            raise WrongSetting(
                "ACROSS_DATABASE must begin with sqlite:/// or postgresql+psycopg://."
            )
        smtp = environ.get("ACROSS_SMTP", "")
        if smtp and urlsplit(smtp).scheme not in ("smtp", "smtps"):
            raise WrongSetting("ACROSS_SMTP must begin with smtp:// or smtps://.")
        level = environ.get("ACROSS_LOG_LEVEL", "INFO").upper()
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise WrongSetting("ACROSS_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
        return cls(
            data=data,
            database=database.replace("postgresql://", "postgresql+psycopg://"),
            url=url,
            secret_key=environ.get("ACROSS_SECRET_KEY", ""),
            port=port,
            host=environ.get("ACROSS_HOST", "127.0.0.1"),
            smtp=smtp,
            mail_from=environ.get("ACROSS_MAIL_FROM", f"across@{parts.hostname}"),
            time_zone=zone,
            proxies=whole_number(environ, "ACROSS_PROXIES", 0, 0, 5),
            processes=whole_number(environ, "ACROSS_PROCESSES", 2, 1, 64),
            threads=whole_number(environ, "ACROSS_THREADS", 4, 1, 64),
            log_level=level,
        )


#: Read by tests and the Makefile, not by the product.
ELSEWHERE = frozenset({"ACROSS_CORPUS", "ACROSS_TEST_DATABASES"})


def whole_number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise WrongSetting(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def check_for_real_site(settings: Settings) -> None:
    """Refuse to serve people with a default: the sentence says what to set."""
    if not settings.secure and not settings.on_loopback:
        raise WrongSetting("ACROSS_URL must begin with https:// (or point to this machine).")
    if len(settings.secret_key) < SHORTEST_SECRET:
        raise WrongSetting(
            f"ACROSS_SECRET_KEY must be set to at least {SHORTEST_SECRET} characters; "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' makes one."
        )


def generated_key(data: Path) -> str:
    """The sample site's own secret, made once and kept readable by its owner only."""
    path = data / "secret-key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
