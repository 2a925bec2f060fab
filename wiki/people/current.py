"""Who is asking: read first, in a short transaction of its own, as one row."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, current_user
from sqlalchemy import Executable, Row, and_, literal, select, update
from sqlalchemy.exc import DBAPIError

from wiki.kernel import guard_requests
from wiki.kernel.clock import now
from wiki.kernel.database import READING, transaction
from wiki.kernel.naming import initials
from wiki.kernel.questions import NOW, parameter, question
from wiki.kernel.site import Site
from wiki.people.models import Organisation, Person
from wiki.people.sessions import IDLE, STAYING_IDLE, SignIn, hash_of

VISIT_ENDS_AFTER = timedelta(minutes=30)
WRITE_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SiteLabel:
    """What every page says of the site itself."""

    name: str
    line: str
    is_sample: bool
    generation: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads or acts. A visitor has no id; everything else of theirs is empty."""

    id: int | None = None
    key: str = ""
    name: str = ""
    organisation_id: int | None = None
    organisation_name: str = ""
    email: str = ""
    is_steward: bool = False
    theme: str = ""
    text_size: int = 100
    sign_in_id: int | None = None
    last_visit_ended_at: datetime | None = None
    joined_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        return self.id is not None

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def thread(self) -> int:
        """The colour of their initials, as in a byline."""
        return (self.organisation_id or 0) % 6 + 1

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def is_active(self) -> bool:
        return self.id is not None

    @property
    def is_anonymous(self) -> bool:
        return self.id is None

    def get_id(self) -> str:
        return self.key

    # What a question to the database asks of a reader.
    @property
    def stand_in(self) -> Reader:
        """All visitors are alike, and so are all people and all stewards."""
        return VISITOR if self.id is None else A_STEWARD if self.is_steward else A_PERSON

    @property
    def parameters(self) -> dict[str, Any]:
        return {"reader_id": self.id, "reader_email": self.email} if self.id is not None else {}


VISITOR = Reader()
READER_ID: Any = parameter("reader_id", int)
READER_EMAIL: Any = parameter("reader_email", str)
A_PERSON = Reader(id=READER_ID, email=READER_EMAIL)
A_STEWARD = Reader(id=READER_ID, email=READER_EMAIL, is_steward=True)


def current_reader() -> Reader:
    """Who is asking in this request."""
    return cast(Reader, current_user._get_current_object())


def reader_for(person: Person, organisation_name: str = "") -> Reader:
    """A person as a reader, for commands, the worker, seeds and tests."""
    return Reader(
        id=person.id,
        key=person.key,
        name=person.name,
        organisation_id=person.organisation_id,
        organisation_name=organisation_name,
        email=person.email,
        is_steward=person.is_steward,
        joined_at=person.joined_at,
    )


SITE = (Site.name, Site.line, Site.is_sample, Site.generation)
PERSON = (
    SignIn.id.label("sign_in_id"),
    SignIn.idle_after,
    SignIn.staying,
    Person.id,
    Person.key,
    Person.name.label("person_name"),
    Person.organisation_id,
    Organisation.name.label("organisation_name"),
    Person.email,
    Person.is_steward,
    Person.theme,
    Person.text_size,
    Person.seen_at,
    Person.visit_began_at,
    Person.last_visit_ended_at,
    Person.joined_at,
)


@question
def who_visits() -> Executable:
    return select(*SITE)


@question
def who_is_signed_in(token_hash: str) -> Executable:
    return (
        select(*SITE, *PERSON)
        .select_from(Site)
        .outerjoin(
            SignIn,
            and_(SignIn.token_hash == token_hash, SignIn.ends_at > NOW, SignIn.idle_after > NOW),
        )
        .outerjoin(Person, and_(Person.id == SignIn.person_id, Person.disabled_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Site.id == literal(1))
    )


def look_who_asks(_request: Request) -> Reader:
    """One statement: the site, and the person whose session the cookie names. Sets ``g.site``."""
    if _request.endpoint == "static" or _request.blueprint == "health":
        return VISITOR
    token = _request.cookies.get(current_app.config["SIGN_IN_COOKIE"])
    row = read_who_asks(token)
    if row is None:
        g.site = None
        return look_of_visitor(_request)
    g.site = SiteLabel(row.name, row.line, row.is_sample, row.generation)
    if not token or row.id is None:
        return look_of_visitor(_request)
    visit_is_over = row.seen_at is None or now() - row.seen_at > VISIT_ENDS_AFTER
    g.seen = row
    return Reader(
        id=row.id,
        key=row.key,
        name=row.person_name,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        email=row.email,
        is_steward=row.is_steward,
        theme=row.theme,
        text_size=row.text_size,
        sign_in_id=row.sign_in_id,
        last_visit_ended_at=row.seen_at if visit_is_over else row.last_visit_ended_at,
        joined_at=row.joined_at,
    )


def read_who_asks(token: str | None) -> Row[Any] | None:
    """In a transaction of its own; in a request that only reads, in the one for all of it."""
    with nullcontext() if request.method in READING else transaction(writing=False):
        found = who_is_signed_in(hash_of(token)) if token else who_visits()
    return found[0] if found else None


def look_of_visitor(asked: Request) -> Reader:
    """A visitor's choice of theme and text size lives in a cookie of theirs."""
    theme, _, size = asked.cookies.get("across-look", "").partition(".")
    if theme not in ("light", "dark") and size not in ("115", "130"):
        return VISITOR
    return Reader(
        theme=theme if theme in ("light", "dark") else "",
        text_size=int(size) if size in ("115", "130") else 100,
    )


def remember_seen(answer: Response) -> Response:
    """Move "last seen" on after the answer, at most every five minutes. May fail silently."""
    seen = g.pop("seen", None)
    if seen is not None and (seen.seen_at is None or now() - seen.seen_at >= WRITE_SEEN_EVERY):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        answer.call_on_close(lambda: write_seen(app, seen))
    return answer


def write_seen(app: Flask, seen: Any) -> None:
    moment = now()
    values: dict[str, datetime | None] = {"seen_at": moment}
    if seen.seen_at is None or moment - seen.seen_at > VISIT_ENDS_AFTER:
        values |= {"visit_began_at": moment, "last_visit_ended_at": seen.seen_at}
    idle = STAYING_IDLE if seen.staying else IDLE
    try:
        with app.app_context(), transaction() as session:
            session.execute(
                update(Person)
                .where(Person.id == seen.id, Person.seen_at.is_not_distinct_from(seen.seen_at))
                .values(**values, updated_at=Person.updated_at)
            )
            session.execute(
                update(SignIn).where(SignIn.id == seen.sign_in_id).values(idle_after=moment + idle)
            )
    except DBAPIError:
        return


def set_cookie(answer: Response, token: str, *, staying: bool) -> Response:
    """Give the browser its session token."""
    answer.set_cookie(
        current_app.config["SIGN_IN_COOKIE"],
        token,
        max_age=90 * 24 * 3600 if staying else None,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def drop_cookie(answer: Response) -> Response:
    answer.delete_cookie(
        current_app.config["SIGN_IN_COOKIE"],
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None
    manager.anonymous_user = Reader
    manager.request_loader(look_who_asks)

    @app.before_request
    def look() -> None:
        current_user._get_current_object()
        assert request  # the site and the reader are known from here on

    guard_requests(app)
    app.after_request(remember_seen)
