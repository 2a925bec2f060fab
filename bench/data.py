"""Sites to measure: thousands of items written in bulk from real text, built once and kept.

A larger site is an older one: the same 2,000 people write about 27 items a day, so 10,000 items
are a year and 100,000 are ten. Its newest 10,000 items are those of the smaller site, word for
word, and the replies and re-uses are theirs too, so that a page of one is as long as the same page
of the other. Places come and go with the years; one community and one tag hold a tenth of all.
"""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.pieces import ROOT, Piece, Pieces, read_pieces
from config import Settings
from wiki import FEATURES, create_app
from wiki.items.choices import Attribution, Basis, Intent, Origin, Visibility
from wiki.items.following import Follow, Helpful, Subject
from wiki.items.models import Item, ItemArea, ItemLearnerGroup, ItemTag, Revision
from wiki.items.replies import Reply, ReplyKind, ReplyRevision
from wiki.items.reuse import Outcome, Reuse, Use, ladder
from wiki.kernel.clock import now
from wiki.kernel.database import Base, make_engine
from wiki.kernel.markdown import RENDERER_VERSION, excerpt
from wiki.kernel.naming import KEY_LENGTH, KEY_LETTERS, fold, slug_of
from wiki.kernel.outbox import Event
from wiki.kernel.site import Site
from wiki.kinds import case_note, discussion, insight, page
from wiki.kinds.case_note import CaseNote
from wiki.kinds.insight import Insight
from wiki.people.models import Organisation, Person
from wiki.people.sessions import SignIn, hash_of
from wiki.people.vocabulary import Area, LearnerGroup, Sector, Tag
from wiki.places.membership import Membership
from wiki.places.models import Part, PartPlayed, Place, PlaceArea, PlaceKind, PlaceStrategy
from wiki.strategies.models import Strategy

KEPT_IN = ROOT / "var" / "bench"
SECRET = "a secret long enough for a site that only benchmarks see"
STALE_AFTER = timedelta(days=30)  # communities end, "this week" moves on

PEOPLE, ORGANISATIONS, TAGS = 2000, 120, 500
REPLIES, USES, HELPED = 22_000, 8000, 10_000  # some of them would be in the future and are not
DISCUSSED = 4000  # the newest items: replied to and used
APART = timedelta(days=1) / 27  # between one item and the next
BIG = 1  # the id of the tag, and the number of the community, that hold a tenth of all items
LASTS = timedelta(days=540)
AT_ONCE = 2000  # items written together
READERS = 40  # people who sign in to be measured

KINDS = {insight.KIND: 55, case_note.KIND: 20, discussion.KIND: 15, page.KIND: 10}
PATHS = {kind.name: kind.path for kind in KINDS}
#: How many pieces of text the parts of each kind hold: from, to.
LENGTHS = {
    "insight": {"body": (0, 1), "works_when": (0, 1), "does_not_work_when": (0, 1)},
    "case_note": {
        "setting": (1, 1),
        "what_happened": (2, 4),
        "viewpoints": (0, 1),
        "learned": (1, 2),
        "principle": (1, 1),
        "limits": (1, 1),
    },
    "discussion": {"body": (1, 2)},
    "page": {"body": (3, 9)},
}
FIRST = "Ada Bo Cleo Dev Esi Finn Gwen Hal Ines Jo Kit Lena Maud Nia Omar Pia Quin Rhys Sana Tom"
LAST = "Ash Brook Carr Dale Ellis Frost Grey Hart Idris Jones Khan Lowe Mills Nash Okafor Pike"


@dataclass
class BenchSite:
    """A site that was built: its folder and its database."""

    items: int
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "across.sqlite3"

    @property
    def address(self) -> str:
        return f"sqlite:///{self.database}"

    def app(self) -> Flask:
        return create_app(self.settings())

    def settings(self, **environ: str) -> Settings:
        return Settings.from_environment(self.environ | environ)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "ACROSS_DATA": str(self.folder),
            "ACROSS_DATABASE": self.address,
            "ACROSS_SECRET_KEY": SECRET,
            "ACROSS_LOG_LEVEL": "ERROR",
        }


def token_of(number: int) -> str:
    """The cookie of a reader who is measured."""
    return f"a-reader-of-the-benchmarks-{number}"


def site_of(items: int) -> tuple[BenchSite, float]:
    """The site with so many items, and how many seconds its building took: 0 when it was there."""
    site = BenchSite(items, KEPT_IN / f"{items}")
    fingerprint = site.folder / "fingerprint"
    site.folder.mkdir(parents=True, exist_ok=True)
    made_of = fingerprint_now()
    if fingerprint.exists() and fingerprint.read_text() == made_of:
        return site, 0.0
    began = time.perf_counter()
    fingerprint.unlink(missing_ok=True)
    build(site, read_pieces(KEPT_IN))
    fingerprint.write_text(made_of)
    return site, time.perf_counter() - began


def fingerprint_now() -> str:
    """What a kept site depends on: tables, renderer, this module; and the time, for it ages."""
    for feature in FEATURES:
        import_module(f"wiki.{feature}")
    dialect = SQLiteDialect()
    tables = Base.metadata.sorted_tables
    ddl = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    indexes = [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in tables
        for index in sorted(table.indexes, key=lambda one: str(one.name))
    ]
    source = Path(__file__).read_text(encoding="utf-8")
    age = int(now().timestamp() // STALE_AFTER.total_seconds())
    whole = "\n".join([*ddl, *indexes, source, str(RENDERER_VERSION), str(age)])
    return hashlib.sha256(whole.encode()).hexdigest()


def build(site: BenchSite, pieces: Pieces) -> None:
    """Write the whole site into a new file, without the care a live database needs."""
    for old in site.folder.glob("across.sqlite3*"):
        old.unlink()
    engine = make_engine(site.address, foreign_keys=False)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("PRAGMA cache_size=-200000")
        connection.exec_driver_sql("BEGIN")
        Town(connection, pieces, site.items).build()
        connection.commit()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()


@dataclass
class Community:
    """When a community was under way."""

    place_id: int
    began: datetime
    ends: datetime


@dataclass
class Town:
    """Everything that is written, from the words to the events. Rows wait in ``rows`` by table."""

    connection: Connection
    pieces: Pieces
    items: int
    at: datetime = field(default_factory=lambda: now() - timedelta(minutes=30))
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def build(self) -> None:
        self.by = Random(1)
        self.age = APART * self.items
        self.add_words()
        self.add_people()
        self.add_places()
        self.add_members()
        self.flush()
        self.plan_talk()
        for number in range(self.items - 1, -1, -1):
            self.add_item(number)
            if number % AT_ONCE == 0:
                self.flush()
        self.add_events_of_places()
        self.flush()

    def add(self, table: type[Base], **values: Any) -> None:
        self.rows[table].append(values)

    def flush(self) -> None:
        """Write what waits, table by table; rows of one table that have other columns apart."""
        for table, rows in self.rows.items():
            alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
            for row in rows:
                alike[tuple(row)].append(row)
            for some in alike.values():
                self.connection.execute(insert(table.__table__), some)
        self.rows.clear()

    def key(self, by: Random) -> str:
        return "".join(by.choices(KEY_LETTERS, k=KEY_LENGTH))

    # -- words and people

    def add_words(self) -> None:
        self.add(
            Site,
            id=1,
            is_sample=False,
            name="Benchford learning partnership",
            line="Sharing across, not reporting up",
            generation=1,
        )
        for number, name in enumerate(("Adult learning", "Culture", "Health", "Housing"), 1):
            self.add(Sector, id=number, slug=slug_of(name), name=name, watched=number == 4)
        for number in range(1, 13):
            self.add(Area, id=number, slug=f"ward-{number}", name=f"Ward {number}")
        for number in range(1, 7):
            self.add(LearnerGroup, id=number, slug=f"group-{number}", name=f"Group {number}")
        for number in range(1, 4):
            self.add(
                Strategy,
                id=number,
                slug=f"strategy-{number}",
                name=f"Strategy {number}",
                starts_in=self.at.year - 1,
                ends_in=self.at.year + 3,
            )
        names = list(dict.fromkeys([*self.pieces.tags, *(f"subject {n}" for n in range(TAGS))]))
        slugs: dict[str, str] = {}
        for name in names:
            slugs.setdefault(slug_of(name), name)
        for number, (slug, name) in enumerate(list(slugs.items())[:TAGS], 1):
            self.add(Tag, id=number, slug=slug, name=name)

    def add_people(self) -> None:
        for number in range(1, ORGANISATIONS + 1):
            name = f"{self.by.choice(LAST.split())} {self.by.choice(('College', 'Trust'))} {number}"
            self.add(
                Organisation,
                id=number,
                key=self.key(self.by),
                name=name,
                sort_name=fold(name),
                sector_id=number % 4 + 1,
            )
        self.organisation_of = [0]
        for number in range(1, PEOPLE + 1):
            name = f"{self.by.choice(FIRST.split())} {self.by.choice(LAST.split())}"
            self.organisation_of.append(self.by.randint(1, ORGANISATIONS))
            self.add(
                Person,
                id=number,
                key=self.key(self.by),
                email=f"person{number}@benchford.example",
                name=name,
                sort_name=fold(name),
                organisation_id=self.organisation_of[-1],
                name_is_public=number % 3 == 0,
                joined_at=self.at - self.age,
            )
        for number, person in enumerate(self.readers()):
            self.add(
                SignIn,
                token_hash=hash_of(token_of(number)),
                person_id=person,
                ends_at=self.at + timedelta(days=365),
                idle_after=self.at + timedelta(days=365),
            )

    def readers(self) -> Iterator[int]:
        """People who sign in: some who write much, some who write little."""
        step = PEOPLE // READERS
        return (number * step + 1 for number in range(READERS))

    # -- places

    def add_places(self) -> None:
        number_of_places = max(20, self.items // 100)
        self.forums = list(range(1, max(6, number_of_places // 20) + 1))
        for forum in self.forums:
            self.add_place(forum, PlaceKind.FORUM, convening_body_id=forum)
        number = number_of_places - len(self.forums)
        self.communities = [
            Community(
                len(self.forums) + 1 + index,
                began := self.at - timedelta(days=30) - (self.age + LASTS) * index / number,
                began + LASTS,
            )
            for index in range(number)
        ]
        self.big = self.communities[0]
        self.big.began = self.at - timedelta(days=500)
        self.big.ends = self.big.began + timedelta(days=700)
        for community in self.communities:
            self.add_community(community)

    def add_place(self, number: int, kind: PlaceKind, **more: Any) -> None:
        name = f"{self.pieces.title(self.by)[:70]} {number}"
        convenor = self.by.randint(1, PEOPLE)
        self.add(
            Place,
            id=number,
            kind=kind,
            slug=f"{slug_of(name)[:50]}-{number}",
            name=name,
            sort_name=fold(name),
            summary=self.pieces.some(self.by, 1).text[:800],
            thread=number % 6 + 1,
            is_public=number % 3 == 0 or number == len(self.forums) + BIG,
            convenor_id=convenor,
            word="Have a look at what came in this week; two of you asked the same question.",
            word_by_id=convenor,
            word_at=self.at,
            **more,
        )
        for one in range(1, 4):
            self.add(PlaceStrategy, place_id=number, strategy_id=one)
        self.add(PlaceArea, place_id=number, area_id=number % 12 + 1)

    def add_community(self, community: Community) -> None:
        is_over = community.ends < self.at
        self.add_place(
            community.place_id,
            PlaceKind.COMMUNITY,
            challenge=f"How do we help with {self.pieces.title(self.by)[:100].lower()}?",
            home_forum_id=self.by.choice(self.forums),
            starts_on=community.began.date(),
            ends_on=community.ends.date(),
            priorities="The first month",
            answerable="The convenor",
            success="People still there at Easter",
            accepted_at=community.began,
            activated_at=community.began,
            closed_at=community.ends if is_over else None,
            ending_at=community.ends if is_over else None,
            evaluation="It helped." if is_over else "",
            evaluation_html="<p>It helped.</p>" if is_over else "",
        )
        for number, part in enumerate(list(Part)[:3]):
            self.add(
                PartPlayed,
                place_id=community.place_id,
                organisation_id=(community.place_id * 7 + number) % ORGANISATIONS + 1,
                part=part,
                is_main=number == 0,
            )

    def add_members(self) -> None:
        """Forty people in a place, and half of all in the big one."""
        for place, number in (
            *((forum, 40) for forum in self.forums),
            *((one.place_id, 40) for one in self.communities[1:]),
            (self.big.place_id, PEOPLE // 2),
        ):
            for person in self.by.sample(range(1, PEOPLE + 1), number):
                confirmed = self.by.random() < 0.6
                self.add(
                    Membership,
                    place_id=place,
                    person_id=person,
                    began_at=self.at - timedelta(days=self.by.randint(1, 400)),
                    confirmed_at=self.at - timedelta(days=1) if confirmed else None,
                    confirmed_by_id=1 if confirmed else None,
                )

    # -- items

    def plan_talk(self) -> None:
        """Who replies to, uses and follows which of the newest items; the same at every size."""
        by = Random(2)
        self.replies: dict[int, int] = defaultdict(int)
        self.uses: dict[int, int] = defaultdict(int)
        self.helped: dict[int, int] = defaultdict(int)
        for _ in range(REPLIES):
            self.replies[by.randrange(DISCUSSED)] += 1
        for _ in range(USES):
            self.uses[by.randrange(DISCUSSED)] += 1
        for _ in range(HELPED):
            self.helped[by.randrange(DISCUSSED)] += 1
        for person in range(1, PEOPLE + 1):
            things = [
                *((Subject.ITEM, self.id_of(by.randrange(DISCUSSED))) for _ in range(10)),
                *((Subject.TAG, by.randint(2, TAGS)) for _ in range(4)),
                *((Subject.PERSON, by.randint(1, PEOPLE)) for _ in range(3)),
            ]
            for subject, thing in dict.fromkeys(things):
                self.add(Follow, person_id=person, subject=subject, subject_id=thing)

    def id_of(self, number: int) -> int:
        """Items are counted from the newest on, which was written last."""
        return self.items - number

    def add_item(self, number: int) -> None:
        by = Random(number)
        kind = by.choices(list(KINDS), list(KINDS.values()))[0]
        at = self.at - APART * number
        place_id = self.place_of(Random(f"the place of {number}"), at)
        visibility = self.visibility_of(by, place_id)
        is_draft = by.random() < 0.005
        texts = self.texts_of(by, kind.name)
        whole = "\n\n".join(piece.text for piece in texts.values())
        title = self.pieces.title(by)
        author = 1 + int(PEOPLE * by.random() ** 2)
        basis = by.choice(list(Basis)) if kind.has_ladder else None
        talks = not is_draft and number < DISCUSSED
        uses = self.add_uses(by, number, at) if talks and kind.has_ladder else []
        rung, mixed = ladder(basis, uses, 0) if basis else (0, False)
        replies = self.add_replies(by, number, at, place_id) if talks else []
        item_id = self.id_of(number)
        version = 2 if by.random() < 0.2 else 1
        values: dict[str, Any] = {
            "id": item_id,
            "key": self.key(by),
            "kind": kind.name,
            "slug": slug_of(title),
            "title": title,
            "summary": excerpt(whole, 300) if kind.name in ("case_note", "page") else "",
            "excerpt": excerpt(whole),
            "body": texts["body"].markdown if "body" in texts else "",
            "html": {name: piece.html for name, piece in texts.items()},
            "text": whole,
            "references": {},
            "author_id": author,
            "attribution": Attribution.ROLE_ONLY if by.random() < 0.03 else Attribution.NAMED,
            "place_id": place_id,
            "intent": Intent.SHARE,
            "origin": by.choice(list(Origin)),
            "evidence_basis": basis,
            "evidence": int(rung),
            "mixed": mixed,
            "visibility": visibility,
            "restriction_reason": "It names a learner’s situation.",
            "restriction_review_on": (self.at + timedelta(days=by.randint(1, 300))).date(),
            "version": version,
            "listed_at": None if is_draft else at,
            "published_at": None if is_draft else at,
            "revised_at": at + timedelta(hours=2) if version > 1 else None,
            "reply_count": len(replies),
            "last_reply_at": max(replies, default=None),
            "use_count": len({use.where for use in uses}),
            "helpful_count": self.helped[number] if talks else 0,
            "created_at": at,
            "updated_at": at,
        }
        if visibility is not Visibility.RESTRICTED:
            values |= {"restriction_reason": "", "restriction_review_on": None}
        self.add(Item, **values)
        parts = {name: piece.markdown for name, piece in texts.items()}
        if kind.name == "case_note":
            self.add(
                CaseNote, id=item_id, **{part.name: parts.get(part.name, "") for part in kind.parts}
            )
        elif kind.name == "insight":
            self.add(
                Insight,
                id=item_id,
                works_when=parts.get("works_when", ""),
                does_not_work_when=parts.get("does_not_work_when", ""),
            )
        self.add_filing(by, item_id, values["listed_at"])
        self.add_revisions(by, values, parts, author)
        if is_draft:
            return
        self.happened("item.published", item_id, author, at, place_id)
        if version > 1:
            later = at + timedelta(hours=2)
            self.happened("item.revised", item_id, by.randint(1, PEOPLE), later, place_id)
        if talks:
            for person in by.sample(range(1, PEOPLE + 1), self.helped[number]):
                self.add(Helpful, item_id=item_id, person_id=person)

    def place_of(self, by: Random, at: datetime) -> int | None:
        """A tenth in the big community, some in forums or nowhere, the rest where work went on."""
        chance = by.random()
        if chance < 0.10:
            return self.big.place_id
        if chance < 0.25:
            return None
        if chance < 0.35:
            return by.choice(self.forums)
        ordinary = self.communities[1:]
        first = bisect_left(ordinary, -at.timestamp(), key=lambda one: -one.began.timestamp())
        last = bisect_left(ordinary, -at.timestamp(), key=lambda one: -one.ends.timestamp())
        under_way = ordinary[first:last] or ordinary
        return by.choice(under_way).place_id

    def visibility_of(self, by: Random, place_id: int | None) -> Visibility:
        chance = by.random()
        if chance < 0.20:
            return Visibility.PUBLIC
        restricted = chance > 0.94 and place_id is not None
        return Visibility.RESTRICTED if restricted else Visibility.NETWORK

    def texts_of(self, by: Random, kind: str) -> dict[str, Piece]:
        lengths = LENGTHS[kind].items()
        drawn = {name: by.randint(least, most) for name, (least, most) in lengths}
        return {name: self.pieces.some(by, number) for name, number in drawn.items() if number}

    def add_filing(self, by: Random, item_id: int, listed_at: datetime | None) -> None:
        tags = {BIG} if by.random() < 0.10 else set()
        tags |= {2 + int((TAGS - 1) * by.random() ** 1.5) for _ in range(by.randint(1, 4))}
        for tag in sorted(tags):
            self.add(ItemTag, item_id=item_id, tag_id=min(tag, TAGS), listed_at=listed_at)
        if by.random() < 0.4:
            self.add(ItemArea, item_id=item_id, area_id=by.randint(1, 12))
        if by.random() < 0.3:
            self.add(ItemLearnerGroup, item_id=item_id, learner_group_id=by.randint(1, 6))

    def add_revisions(
        self, by: Random, values: dict[str, Any], texts: dict[str, str], author: int
    ) -> None:
        kept = {
            "title": values["title"],
            "summary": values["summary"],
            "texts": texts,
            "fields": {},
            "tags": [],
            "areas": [],
            "learner_groups": [],
            "claims": {},
        }
        for number in range(1, values["version"] + 1):
            self.add(
                Revision,
                item_id=values["id"],
                number=number,
                editor_id=author if number == 1 else by.randint(1, PEOPLE),
                reason="" if number == 1 else "A clearer first sentence",
                at=values["created_at"] + timedelta(hours=2) * (number - 1),
                kept=kept,
            )

    def add_uses(self, by: Random, number: int, at: datetime) -> list[Use]:
        uses = []
        for order in range(self.uses[number]):
            person = by.randint(1, PEOPLE)
            outcome = by.choices(list(Outcome), (5, 3, 1, 1))[0]
            used_at = self.some_time_after(by, at)
            if used_at is None:
                continue
            self.add(
                Reuse,
                id=(use_id := self.next_id(Reuse)),
                item_id=self.id_of(number),
                by_id=person,
                organisation_id=self.organisation_of[person],
                outcome=outcome,
                changed="We moved the table nearer to the door and began later.",
                item_version=1,
                created_at=used_at,
                updated_at=used_at,
            )
            self.happened("reuse.recorded", use_id, person, used_at, None)
            uses.append(Use(("organisation", self.organisation_of[person]), outcome, order))
        return uses

    def add_replies(
        self, by: Random, number: int, at: datetime, place_id: int | None
    ) -> list[datetime]:
        times: list[datetime] = []
        for _ in range(self.replies[number]):
            person, replied_at = by.randint(1, PEOPLE), self.some_time_after(by, at)
            piece = self.pieces.some(by, 1)
            if replied_at is None:
                continue
            times.append(replied_at)
            self.add(
                Reply,
                id=(reply_id := self.next_id(Reply)),
                item_id=self.id_of(number),
                author_id=person,
                kind=by.choices(list(ReplyKind), (6, 2, 1, 1))[0],
                body=piece.markdown,
                html=piece.html,
                references=[],
                created_at=replied_at,
                updated_at=replied_at,
            )
            self.add(ReplyRevision, reply_id=reply_id, number=1, body=piece.markdown)
            self.happened("reply.posted", reply_id, person, replied_at, place_id)
        return times

    def some_time_after(self, by: Random, at: datetime) -> datetime | None:
        """Mostly within two weeks; None when that day has not come."""
        later = at + timedelta(days=by.expovariate(1 / 12))
        return later if later < self.at else None

    def next_id(self, table: type[Base]) -> int:
        counted: dict[type[Base], int] = self.__dict__.setdefault("counted", defaultdict(int))
        counted[table] += 1
        return counted[table]

    # -- events

    def happened(
        self, name: str, thing_id: int, by: int, at: datetime, scope_id: int | None
    ) -> None:
        self.add(
            Event,
            name=name,
            thing=name.split(".")[0],
            thing_id=thing_id,
            scope_id=scope_id,
            by_id=by,
            at=at,
            details={},
        )

    def add_events_of_places(self) -> None:
        for one in self.communities:
            self.happened("place.activated", one.place_id, 1, one.began, one.place_id)
            if one.ends < self.at:
                self.happened("place.closed", one.place_id, 1, one.ends, one.place_id)


def refresh_readers(site: BenchSite) -> None:
    """Let those who are measured have been here three days before the newest item."""
    engine = make_engine(site.address)
    with engine.begin() as connection:
        newest = connection.scalar(select(func.max(Item.listed_at)))
        ids = list(connection.scalars(select(SignIn.person_id)))
        before = newest - timedelta(days=3)
        connection.execute(
            update(Person)
            .where(Person.id.in_(ids))
            .values(seen_at=datetime.now(UTC), visit_began_at=newest, last_visit_ended_at=before)
        )
    engine.dispose()
