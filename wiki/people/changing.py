"""What changes about an account: password, address, profile. Its owner is told by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import record
from wiki.people import letters, sessions, tokens
from wiki.people.models import Person, PersonArea, Topic
from wiki.people.vocabulary import Area, tag_names, tags_called

MOST_TOPICS = 20


def set_password(person: Person, password_hash: str, *, but: int | None = None) -> None:
    """Another password: other sessions end, links sent before die, the owner is told."""
    person.password_hash = password_hash
    sessions.end_all(person.id, but=but)
    tokens.revoke_all(person.id)
    record("person.changed", person, person, public=False, changed=["password"])
    reset_url = letters.address("people.ask_reset")
    letters.post("password_changed", person.email, reset_url=reset_url)


def set_address(person: Person, email: str) -> None:
    """Another mail address, proved by a link sent to it. The old one is told."""
    old, taken = person.email, _("This address belongs to another account.")
    try:
        with db().begin_nested():
            person.email = email
    except IntegrityError:
        raise Refused(taken) from None
    tokens.revoke_all(person.id)
    record("person.changed", person, person, public=False, changed=["email"])
    letters.post("address_changed", old)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themselves; areas by slug, topics as they were typed."""

    name: str
    job_title: str = ""
    about: str = ""
    away_until: date | None = None
    name_is_public: bool = False
    areas: tuple[str, ...] = ()
    knows: str = ""
    learning: str = ""


def rewrite_profile(person: Person, profile: Profile) -> None:
    person.rename(profile.name)
    person.job_title, person.about = " ".join(profile.job_title.split()), profile.about
    person.away_until, person.name_is_public = profile.away_until, profile.name_is_public
    set_areas(person, profile.areas)
    db().execute(delete(Topic).where(Topic.person_id == person.id))
    add_topics(person, profile.knows, "knows")
    add_topics(person, profile.learning, "learning")
    record("person.changed", person, person, changed=["profile"])


def set_areas(person: Person, slugs: tuple[str, ...]) -> None:
    known = list(db().scalars(select(Area.id).where(Area.slug.in_(slugs))))
    db().execute(delete(PersonArea).where(PersonArea.person_id == person.id))
    db().add_all(PersonArea(person_id=person.id, area_id=area_id) for area_id in known)


def add_topics(person: Person, text: str, field: str) -> None:
    names = tag_names(text)
    if len(names) > MOST_TOPICS:
        raise Refused(_("Name at most %(n)s tags: those that matter most.", n=MOST_TOPICS), field)
    try:
        tags = tags_called(names)
    except Refused as refusal:
        raise Refused(refusal.sentence, field) from None
    db().add_all(
        Topic(person_id=person.id, tag_id=tag.id, learning=field == "learning") for tag in tags
    )
