"""The sample network with one of everything in it, and an address for every page of the site.

For tests that walk the whole site: ``make_sample(app)`` fills a database, ``Sample.addresses()`` names
what can be opened there. Whatever must stay hidden has words of its own, so that a walk can look for
them: those of ``HIDDEN_FROM``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from itertools import product
from typing import Any, NamedTuple

from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.world import PASSWORD, World
from wiki.files.keeping import keep_picture
from wiki.items.choices import Attribution
from wiki.items.following import Subject, follow
from wiki.items.kinds import all_kinds
from wiki.items.models import Item
from wiki.items.reuse import agree
from wiki.items.visibility import Opening
from wiki.kernel import mail
from wiki.kernel.clock import now
from wiki.kernel.database import Base, database, db, transaction
from wiki.kernel.mail import Mail
from wiki.kernel.naming import new_key
from wiki.kernel.outbox import Delivery
from wiki.kernel.site import Site
from wiki.people import tokens
from wiki.people.current import reader_for
from wiki.people.invitations import Invitation, begin, register
from wiki.people.models import Organisation, Person
from wiki.people.tokens import Purpose
from wiki.people.vocabulary import Area, LearnerGroup, Sector, Tag
from wiki.places import membership
from wiki.places.membership import Membership
from wiki.places.models import Part, PartPlayed, Place
from wiki.strategies.models import Strategy
from wiki.transfer import seeds
from wiki.transfer.models import ImportRun, ImportState

COMMUNITY, FORUM = "adult-progression", "skills-and-adult-learning"
CLOSED, PROPOSED, FORMING, ENDING = (
    "thinking-skills-14-19",
    "placements-in-small-firms",
    "climate-action",
    "remote-learning",
)
#: Who walks: of COMMUNITY they are nobody, nobody yet, nobody any more, a confirmed member, one who
#: wrote in it, its convenor, and nobody but in charge of the site.
PERSONAS = ("visitor", "newcomer", "outsider", "member", "author", "convenor", "steward")

#: Words found nowhere but in one thing, and who may not come across them.
RESTRICTED, DRAFT, WITHDRAWN, ROLE = "xanthous", "quixotic", "zymurgic", "vespertine"
NOT_CONFIRMED = ("visitor", "newcomer", "outsider", "steward")
ALL_BUT_THE_AUTHOR = tuple(one for one in PERSONAS if one != "author")
TAGS = {RESTRICTED: "ochlotic", DRAFT: "rhadamanthine", WITHDRAWN: "sesquipedal", ROLE: "tenebrous"}
#: The ledger of tags names them all to stewards, but nothing that is under them.
HIDDEN_FROM = {
    RESTRICTED: NOT_CONFIRMED,
    DRAFT: ALL_BUT_THE_AUTHOR,
    f"{WITHDRAWN}text": PERSONAS,
    TAGS[RESTRICTED]: NOT_CONFIRMED[:-1],
    TAGS[DRAFT]: ALL_BUT_THE_AUTHOR[:-1],
    TAGS[WITHDRAWN]: ALL_BUT_THE_AUTHOR[:-1],
}

#: Makes items, replies and uses; whom and where it is always told.
MAKER = World(**dict.fromkeys(World.__dataclass_fields__))


class Address(NamedTuple):
    endpoint: str
    url: str


@dataclass
class Sample:
    """What was put in beside the seeds, by the names of the arguments that lead to it."""

    app: Flask
    people: dict[str, Person] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def person(self, persona: str) -> Person | None:
        return self.people.get(persona)

    # -- addresses

    def addresses(self, method: str = "GET") -> list[Address]:
        """Every address of every route that answers this method, with something that is there."""
        return [
            Address(rule.endpoint, url)
            for rule in sorted(self.app.url_map.iter_rules(), key=str)
            if method in rule.methods and rule.endpoint != "static"
            for url in self.urls_of(rule)
        ]

    def urls_of(self, rule: Rule) -> list[str]:
        with self.app.test_request_context():
            return [
                self.app.url_for(rule.endpoint, **values) + self.codes.get(rule.endpoint, "")
                for values in self.arguments_of(rule)
            ]

    def arguments_of(self, rule: Rule) -> list[dict[str, Any]]:
        names = sorted(rule.arguments)
        if {"kind", "ref"} <= set(names):
            return self.of_items([name for name in names if name not in ("kind", "ref")])
        choices = [self.choices(rule, name) for name in names]
        if "which" in names:  # a slug for each of the three lists
            others = [name for name in names if name != "which"]
            return [
                {"which": which, **dict.fromkeys(others, slug)}
                for which, slug in self.values["which"].items()
            ]
        return [dict(zip(names, values, strict=True)) for values in product(*choices)]

    def of_items(self, more: list[str]) -> list[dict[str, Any]]:
        """One item of each kind; and where there is nothing more to name, all that are hidden."""
        shown = [self.items[kind.name] for kind in all_kinds()]
        if not more:
            shown += [self.items[name] for name in ("restricted", "withdrawn", "role", "draft")]
        return [
            {"kind": item.kind, "ref": f"{item.key}-{item.slug}"}
            | {name: self.values[name][item.kind] for name in more}
            for item in shown
            if all(item.kind in self.values[name] for name in more)
        ]

    def choices(self, rule: Rule, name: str) -> list[Any]:
        section = rule.endpoint.split(".")[0]
        for key in (f"{rule.endpoint} {name}", f"{section} {name}", name):
            if key in self.values:
                return self.values[key]
        raise KeyError(f"{rule} needs a sample of {name!r}: add one to tests/sample.py")


def make_sample(app: Flask) -> Sample:
    """Fill an empty database of this application with the seeds and one of everything else."""
    with app.app_context():
        Base.metadata.create_all(database().engine)
        with transaction() as session:
            session.add(Site(id=1, is_sample=True, name="", line=""))
        seeds.load()
        return add_to_sample(app)


def add_to_sample(app: Flask) -> Sample:
    """Add one of everything the seeds lack, with somebody for each persona."""
    sample = Sample(app)
    with transaction() as session:
        choose_people(sample)
        write_hidden_things(sample)
        choose_items(sample)
        add_what_is_done(sample)
        name_the_rest(sample)
        session.flush()
        session.expunge_all()
    return sample


def called(model, **by):
    return db().scalars(select(model).filter_by(**by).order_by(model.id)).first()


def choose_people(sample: Sample) -> None:
    place = called(Place, slug=COMMUNITY)
    inside = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.place_id == place.id, Membership.ended_at.is_(None))
        .order_by(Person.id)
    )
    plain = Person.id.not_in([place.convenor_id, place.deputy_id]) & ~Person.is_steward
    confirmed = db().scalars(inside.where(plain, Membership.confirmed_at.is_not(None))).all()
    in_it = db().scalars(inside).all()
    sample.people = {
        "convenor": db().get_one(Person, place.convenor_id),
        "member": confirmed[0],
        "author": confirmed[1],
        "steward": called(Person, is_steward=True),
        "outsider": called(Person, name="Kwame Asante-Reid"),
        "newcomer": someone("Nia Newcomb"),
        "role": someone("Zephyrine Quillfeather"),
    }
    for name in ("outsider", "steward"):
        assert sample.people[name].id not in {one.id for one in in_it}, f"{name} is in {COMMUNITY}"
    for person in sample.people.values():
        person.set_password(PASSWORD)


def someone(name: str) -> Person:
    organisation = called(Organisation, closed_at=None)
    address = f"{name.replace(' ', '.').lower()}@calderwick.example"
    return register(address, name, None, organisation.id)


def write_hidden_things(sample: Sample) -> None:
    """What some may not see, each with words of its own in every text it has."""
    place, author, world = called(Place, slug=COMMUNITY), sample.people["author"], MAKER

    def write(word: str, **more) -> Item:
        texts = {"body": f"The {word}text of it."}
        more = {"author": author, "place": place, "tags": (TAGS[word],), **more}
        return world.item(title=f"A {word} title", texts=texts, **more)

    restricted = write(RESTRICTED, restricted=True)
    restricted.restriction_reason = f"The {RESTRICTED} reason"
    world.reply(restricted, sample.people["member"], f"A {RESTRICTED} reply")
    reused = world.use(restricted, sample.people["member"])
    reused.changed = f"The {RESTRICTED} change"
    picture = keep_picture(restricted, f"{RESTRICTED}.png", a_picture())
    withdrawn = write(WITHDRAWN)
    withdrawn.withdraw(author, "It named somebody.", None)
    role = write(ROLE, author=sample.people["role"])
    role.attribution = Attribution.ROLE_ONLY
    sample.items |= {
        "restricted": restricted,
        "draft": write(DRAFT, published=False),
        "withdrawn": withdrawn,
        "role": role,
    }
    sample.values["hidden file"] = picture.key


def a_picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (4, 4), "blue").save(written, "PNG")
    return written.getvalue()


def choose_items(sample: Sample) -> None:
    """An item of each kind that others answered and used, written by nobody of ours."""
    ours = [person.id for person in sample.people.values()]
    for kind in all_kinds():
        found = select(Item).where(
            Item.kind == kind.name,
            Item.listed_at.is_not(None),
            Item.visibility != "restricted",
            Item.author_id.not_in(ours),
        )
        order = (Item.use_count + Item.reply_count).desc(), Item.id
        sample.items[kind.name] = db().scalars(found.order_by(*order)).first()


def add_what_is_done(sample: Sample) -> None:
    """Replies, uses and agreements by the author, one of each kind; revisions there are already."""
    world, author, convenor = MAKER, sample.people["author"], sample.people["convenor"]
    place = called(Place, slug=COMMUNITY)
    sample.values |= {"number": {}, "reply_id": {}, "use_id": {}, "agreement_id": {}}
    for kind in all_kinds():
        item = sample.items[kind.name]
        sample.values["number"][kind.name] = item.version
        sample.values["reply_id"][kind.name] = world.reply(item, author).id
        sample.values["use_id"][kind.name] = world.use(item, author, place=place).id
        if kind.has_ladder and item.place_id != place.id:
            sample.values["agreement_id"][kind.name] = agree(item, convenor, place).id
    follow(sample.people["newcomer"], Subject.ITEM, sample.items["insight"].id)


def name_the_rest(sample: Sample) -> None:
    people, session = sample.people, db()
    place, forum = called(Place, slug=COMMUNITY), called(Place, slug=FORUM)
    organisation = called(Organisation, closed_at=None)
    convenor = reader_for(people["convenor"])
    asked = membership.invite(place, people["newcomer"].email, convenor, "Do come.")
    asked_to_forum = membership.invite(forum, people["newcomer"].email, convenor)
    membership.join(place, people["outsider"]).end(people["outsider"])
    played = session.scalar(
        select(Organisation.key)
        .join(PartPlayed, PartPlayed.organisation_id == Organisation.id)
        .where(PartPlayed.place_id == place.id)
    )
    if played is None:
        played = organisation.key
        session.add(
            PartPlayed(place_id=place.id, organisation_id=organisation.id, part=Part.BUILDER)
        )
    run = ImportRun(
        place_id=place.id,
        folder="posts",
        state=ImportState.FINISHED,
        total=1,
        done=1,
        counts={"new": 1},
        ended_at=now(),
    )
    waiting = session.scalar(select(Delivery).where(Delivery.done_at.is_(None)))
    waiting.error, waiting.tries = "It did not answer.", 3
    invited, secret = invitation(organisation)
    picture = keep_picture(sample.items["page"], "a-cup.png", a_picture())
    opening = Opening(
        item_id=sample.items["restricted"].id,
        by_id=people["steward"].id,
        reason="Somebody asked for help.",
        until=now() - timedelta(days=1),
    )
    session.add_all([run, opening])
    session.flush()
    links = {
        purpose: tokens.issue(purpose, people["member"].id, people["member"].email)[1]
        for purpose in Purpose
    }
    sample.codes |= {
        "people.accept": f"?code={secret}",
        "people.use_link": f"?code={links[Purpose.SIGN_IN]}",
        "people.reset": f"?code={links[Purpose.RESET]}",
        "people.confirm_address": f"?code={links[Purpose.NEW_ADDRESS]}",
    }
    a_tag = "families"
    sample.values |= {
        "kind": [kind.name for kind in all_kinds()],
        "communities slug": [COMMUNITY],
        "communities.show slug": [COMMUNITY, CLOSED, PROPOSED, FORMING, ENDING],
        "communities.decision slug": [PROPOSED],
        "communities.offer slug": [COMMUNITY],
        "forums slug": [FORUM],
        "home.feed_of_community slug": [COMMUNITY, CLOSED, ENDING],
        "home.feed_of_forum slug": [FORUM, "neighbourhoods"],
        "home.feed_of_tag slug": [a_tag],
        "subjects.tag slug": [a_tag],
        "subjects.area slug": [called(Area).slug],
        "stewards slug": [a_tag],
        "strategies slug": [called(Strategy).slug],
        "synonym": [called(Tag, slug=a_tag).name],
        "communities key": [people["member"].key],
        "communities.part key": [played],
        "communities.withdraw_invitation number": [asked.id],
        "forums key": [forum_member(forum).key],
        "forums.part key": [organisation.key],
        "forums.withdraw_invitation number": [asked_to_forum.id],
        "files key": [picture.key],
        "items.open_restricted key": [sample.items["restricted"].key],
        "writing key": [sample.items["draft"].key],
        "people.show key": [people["member"].key, people["role"].key],
        "organisations key": [organisation.key],
        "stewards key": [people["member"].key],
        **{
            f"stewards.{page} key": [organisation.key]
            for page in ("organisation", "close", "reopen", "confirm", "move_people")
        },
        "which": {
            "sectors": called(Sector).slug,
            "areas": called(Area).slug,
            "learner-groups": called(LearnerGroup).slug,
        },
        "run_id": [run.id],
        "mail_id": [session.scalar(select(Mail.id).order_by(Mail.id)) or 1],
        "delivery_id": [waiting.id],
        "invitation_id": [invited.id],
        "sign_in_id": [1],
        "stewards.letter name": [a_letter(sample.app)],
        "subject": ["tag"],
        "using.follow_subject ref": [a_tag],
    }


def forum_member(forum: Place) -> Person:
    found = select(Person).join(Membership, Membership.person_id == Person.id)
    return (
        db()
        .scalars(found.where(Membership.place_id == forum.id, Membership.ended_at.is_(None)))
        .first()
    )


def invitation(organisation: Organisation) -> tuple[Invitation, str]:
    """An invitation to the site whose secret we know, with its letter in the outbox."""
    made, secret = begin("someone.new@calderwick.example", organisation, timedelta(7))
    made.name = "Someone New"
    db().add(
        Mail(
            purpose="invitation",
            to=made.email,
            subject="Come and share",
            body="Hello",
            message_id=f"<{new_key()}@calderwick.example>",
            about_id=made.id,
        )
    )
    db().flush()
    return made, secret


def a_letter(app: Flask) -> str:
    """A mail in the sample's folder, by the name of its file."""
    message = EmailMessage()
    message["Subject"], message["From"] = "Come and share", "across@calderwick.example"
    message["To"], message["Message-ID"] = (
        "someone.new@calderwick.example",
        "<1@calderwick.example>",
    )
    message.set_content("Hello.\n\nhttp://127.0.0.1:8000/invitation?code=x\n")
    mail.to_folder(message, app.config["SETTINGS"])
    return mail.file_name(message["Message-ID"])
