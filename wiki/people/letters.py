"""Letters about an account: links into the site, and word of a change to those it concerns."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, select

from config import Settings
from wiki.kernel import mail
from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.site import Site
from wiki.kernel.worker import every
from wiki.people import tokens
from wiki.people.models import Person
from wiki.people.tokens import Purpose, Token

TEMPLATES = {
    Purpose.SIGN_IN: "sign_in_link",
    Purpose.RESET: "reset",
    Purpose.NEW_ADDRESS: "confirm_address",
}
ENDPOINTS = {
    Purpose.SIGN_IN: "people.use_link",
    Purpose.RESET: "people.reset",
    Purpose.NEW_ADDRESS: "people.confirm_address",
}


def address(endpoint: str, **values: str) -> str:
    """The whole address of a page, made from ACROSS_URL and never from what a request claims.

    Secrets go into the query: logs keep paths.
    """
    settings: Settings = current_app.config["SETTINGS"]
    path = current_app.url_map.bind(settings.hostname).build(endpoint, values)
    return f"{settings.url}{path}"


def post(template: str, to: str, *, about_id: int | None = None, **context: object) -> None:
    """Queue a letter that names the site it comes from."""
    site_name = db().scalar(select(Site.name)) or "Across"
    mail.post(template, to, about_id=about_id, site_name=site_name, **context)


def send_link(purpose: Purpose, email: str) -> None:
    """Send a link that signs in, or that sets a new password.

    For an address nobody has, the same is done and the letter dropped unsent later: neither the
    answer nor the time it takes tells who has an account.
    """
    holder = db().scalar(
        select(Person.id).where(Person.email == email, Person.disabled_at.is_(None))
    )
    send_link_to(holder, purpose, email)


def send_link_to(person_id: int | None, purpose: Purpose, email: str) -> None:
    token, secret = tokens.issue(purpose, person_id, email)
    url = address(ENDPOINTS[purpose], code=secret)
    post(TEMPLATES[purpose], email, about_id=token.id, url=url)


@mail.still_wanted_if("sign_in_link")
@mail.still_wanted_if("reset")
@mail.still_wanted_if("confirm_address")
def leads_somewhere(letter: mail.Mail) -> bool:
    found = select(Token.id).where(Token.id == letter.about_id, tokens.works())
    return db().scalar(found) is not None


@every(timedelta(days=1), "forget letters to nobody")
def forget_letters_to_nobody() -> None:
    """Addresses of people we do not know are kept no longer than it takes to drop their letters."""
    db().execute(
        delete(mail.Mail).where(
            mail.Mail.purpose.in_(TEMPLATES.values()),
            mail.Mail.state == mail.MailState.DROPPED,
            mail.Mail.queued_at < now() - timedelta(days=1),
        )
    )
    db().execute(delete(Token).where(Token.person_id.is_(None), Token.expires_at < now()))
