"""A small named world: Amina convenes, Bo is a member, Chidi belongs elsewhere, Stella runs the site.

Makers take only what the test is about and must be called inside ``transaction()`` (or with the ``session`` fixture).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from wiki.items.choices import Basis, Intent, Origin, Visibility
from wiki.items.kinds import kind_called
from wiki.items.models import Item, Written
from wiki.items.replies import Reply, ReplyKind, reply
from wiki.items.reuse import Outcome, Reuse, use
from wiki.kernel.clock import now, today
from wiki.kernel.database import db, transaction
from wiki.kernel.markdown import read_many
from wiki.kernel.naming import slug_of
from wiki.kernel.site import Site
from wiki.people.current import Reader, reader_for
from wiki.people.invitations import register
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area, LearnerGroup, Sector
from wiki.places import membership
from wiki.places.models import Place, PlaceKind
from wiki.strategies.models import Strategy

PASSWORD = "three quiet herons"
PASSWORD_HASH = ""


@dataclass
class World:
    """Rows every test may count on. People and places are detached: their columns can be read anywhere."""

    amina: Person  # convenes the forum and the community; of the college
    bo: Person  # confirmed member of the community; of the museum
    chidi: Person  # signed in, member of nothing; of the library
    dele: Person  # member of the community, not confirmed; of the museum
    stella: Person  # a steward; of the council
    college: Organisation
    museum: Organisation
    library: Organisation
    council: Organisation
    forum: Place
    community: Place
    closed: Place
    area: Area
    group: LearnerGroup

    @classmethod
    def build(cls) -> World:
        with transaction() as session:
            session.add(
                Site(
                    id=1, is_sample=False, name="Testford", line="Sharing across, not reporting up"
                )
            )
            sector = Sector(slug="culture", name="Culture")
            area = Area(slug="northside", name="Northside")
            group = LearnerGroup(slug="adults", name="Adults")
            strategy = Strategy(slug="skills", name="Skills", starts_in=2024, ends_in=2028)
            session.add_all([sector, area, group, strategy])
            session.flush()
            college, museum, library, council = (
                organisation(name, sector)
                for name in ("City College", "Museum", "Library", "Council")
            )
            amina, bo, chidi, dele, stella = (
                person(name, of)
                for name, of in (
                    ("Amina Hart", college),
                    ("Bo Lind", museum),
                    ("Chidi Obi", library),
                    ("Dele Park", museum),
                    ("Stella Roy", council),
                )
            )
            stella.is_steward = True
            forum = Place(
                kind=PlaceKind.FORUM,
                slug="skills-forum",
                convening_body_id=council.id,
                convenor_id=amina.id,
                thread=1,
            )
            forum.rename("Skills Forum")
            session.add(forum)
            session.flush()
            community = a_community("Staying on", forum, amina)
            closed = a_community("Thinking skills", forum, amina)
            session.flush()
            membership.join(community, amina)
            membership.join(community, bo).confirm(amina)
            membership.join(community, dele)
            closed.closed_at = now()
            session.flush()
            world = cls(
                amina,
                bo,
                chidi,
                dele,
                stella,
                college,
                museum,
                library,
                council,
                forum,
                community,
                closed,
                area,
                group,
            )
            session.expunge_all()
        return world

    def reader(self, person: Person) -> Reader:
        return reader_for(person)

    def item(
        self,
        kind: str = "insight",
        *,
        author: Person | None = None,
        place: Place | str | None = "community",
        title: str = "Tea first, forms later",
        texts: dict[str, str] | None = None,
        tags: tuple[str, ...] = ("welcome",),
        published: bool = True,
        restricted: bool = False,
        public: bool = False,
        basis: Basis = Basis.OWN_EXPERIENCE,
    ) -> Item:
        """An item, shared with the network unless told otherwise. Bo writes, in the community."""
        author = author or self.bo
        home = self.community if place == "community" else place
        defaults = {part.name: f"Some *words* on {part.name}." for part in kind_called(kind).parts}
        texts = defaults | (texts or {})
        written = Written(
            title=title,
            texts=texts,
            rendered=read_many(texts),
            tags=tags,
            intent=Intent.SHARE,
            origin=Origin.OWN_ORGANISATION,
            evidence_basis=basis,
        )
        item = Item.begin(kind_called(kind), author, home, written)
        if restricted:
            item.restrict(author, "Names a learner’s situation", today() + timedelta(days=90))
        if public:
            item.open_to(author, Visibility.PUBLIC)
        if published:
            item.publish(author)
        db().flush()
        return item

    def reply(
        self, item: Item, author: Person | None = None, body: str = "We saw the same.", **more
    ) -> Reply:
        rendered = read_many({"body": body})["body"]
        return reply(
            item,
            author or self.chidi,
            body,
            rendered,
            more.get("kind", ReplyKind.COMMENT),
            more.get("quotes"),
        )

    def use(
        self,
        item: Item,
        by: Person | None = None,
        outcome: Outcome = Outcome.WORKED,
        place: Place | None = None,
    ) -> Reuse:
        by = by or self.chidi
        organisation = db().get_one(Organisation, by.organisation_id)
        return use(item, by, organisation, outcome, place=place, changed="We moved it to the door.")


def organisation(name: str, sector: Sector) -> Organisation:
    made = Organisation(sector_id=sector.id)
    made.rename(name)
    db().add(made)
    db().flush()
    return made


def person(name: str, of: Organisation) -> Person:
    global PASSWORD_HASH
    made = register(f"{slug_of(name).replace('-', '.')}@testford.example", name, None, of.id)
    if not PASSWORD_HASH:
        made.set_password(PASSWORD)
        PASSWORD_HASH = made.password_hash or ""
    made.password_hash = PASSWORD_HASH
    return made


def a_community(name: str, forum: Place, convenor: Person | None) -> Place:
    """An active community with a year to go."""
    made = Place(
        kind=PlaceKind.COMMUNITY,
        slug=slug_of(name),
        challenge=f"What helps with {name.lower()}?",
        home_forum_id=forum.id,
        convenor_id=convenor.id if convenor else None,
        priorities="The first month",
        answerable="The convenor",
        success="People still there at Easter",
        thread=2,
        accepted_at=now(),
        activated_at=now(),
    )
    made.rename(name)
    made.set_period(today() - timedelta(days=60), today() + timedelta(days=300))
    db().add(made)
    return made


def fresh(row):
    """The same row as it is in the database now."""
    return db().scalar(
        select(type(row)).where(type(row).id == row.id).execution_options(populate_existing=True)
    )
