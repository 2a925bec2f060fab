"""Sample content: ``seeds/`` replayed in the order in which it would have happened.

Days in the files are counted from the day of loading, so that due, overdue and ending always show.
Everything goes through the same verbs as on a real site; only the clock is set back for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from wiki.items import following, replies, reuse
from wiki.items.choices import Attribution, Basis, Intent, Origin, Visibility
from wiki.items.kinds import Kind, kind_called
from wiki.items.models import Item, Written
from wiki.kernel.clock import clock_at, local, now, today
from wiki.kernel.database import db, transaction
from wiki.kernel.locations import folder
from wiki.kernel.markdown import Rendered, read, render
from wiki.kernel.naming import slug_of
from wiki.kernel.site import Site
from wiki.people.current import reader_for
from wiki.people.models import MailDomain, Organisation, OrganisationArea, Person, PersonArea, Topic
from wiki.people.vocabulary import Area, LearnerGroup, Sector, Tag, TagAlias, tags_called
from wiki.places import closing, membership
from wiki.places.models import (
    ExitRoute,
    Part,
    PartPlayed,
    Place,
    PlaceArea,
    PlaceKind,
    PlaceStrategy,
)
from wiki.strategies.models import Strategy

Entry = Mapping[str, Any]

#: The level-2 headings of a case note's file, and the part each fills.
CASE_NOTE_HEADINGS = {
    "Setting": "setting",
    "What happened": "what_happened",
    "Viewpoints": "viewpoints",
    "What we learned": "learned",
    "Wider principle": "principle",
    "Where this would not apply": "limits",
}
#: On one day places come first, then who joins them, then what is written in them.
FOUNDING, JOINING, ACTIVATING, WRITING, ANSWERING, CLOSING = range(6)
FIRST_HOUR, HOURS = 8, 9  # things happen in working hours


def load(source: Path | None = None) -> None:
    """Fill an empty sample site, wholly or not at all. Loading a second time changes nothing."""
    with transaction(writing=False) as session:
        site = session.get(Site, 1)
        if site is None or not site.is_sample or site.seeded_at is not None:
            return
    loading = Loading(source or folder("seeds"))
    loading.render()
    with transaction() as session:
        loading.make_network()
        for happening in loading.in_order():
            with clock_at(happening.at):
                happening.do()
        session.flush()
        session.get_one(Site, 1).seeded_at = now()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something somebody did at some time."""

    at: datetime
    do: Callable[[], None]
    phase: int = 0


@dataclass
class Loading:
    """One load: what the files say, and the rows made so far, by the names used there."""

    source: Path
    made: dict[tuple[type, str], Any] = field(default_factory=dict)
    rendered: dict[str, Rendered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = now()
        self.network = self.read("network.yaml")
        self.people: list[Entry] = self.read("people.yaml")["people"]
        self.places = self.read("places.yaml")
        self.told = [Told(self, kind, entry) for kind, entry in self.read_items()]

    # -- the files

    def read(self, name: str) -> Any:
        return yaml.safe_load((self.source / name).read_text(encoding="utf-8"))

    def read_items(self) -> Iterator[tuple[Kind, Entry]]:
        items = self.source / "items"
        for path in sorted((items / "insights").glob("*.yaml")):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                yield kind_called("insight"), {"place": path.stem, **entry}
        for name in ("case_note", "discussion", "page"):
            kind = kind_called(name)
            for path in sorted((items / kind.path).glob("*.md")):
                _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
                yield kind, {**yaml.safe_load(front), **texts_of(kind, body)}

    def render(self) -> None:
        """Render all Markdown before the database is held."""
        sources = sorted(
            {text for told in self.told for state in told.states for text in state.texts.values()}
        )
        self.rendered = dict(zip(sources, read_all(sources, shift=1), strict=True))
        answers = sorted(
            {one["text"] for told in self.told for one in told.entry.get("replies", ())}
        )
        self.rendered |= dict(zip(answers, read_all(answers, shift=3), strict=True))

    # -- time

    def on(self, offset: int) -> date:
        """A day counted from the day of loading, also while the clock is set back."""
        return local(self.began).date() + timedelta(days=int(offset))

    def at(self, offset: int, order: int = 0) -> datetime:
        """A moment of a day, in working hours, never in the future; ``order`` keeps a day's things
        in theirs.
        """
        midnight = self.began.replace(hour=0, minute=0, second=0, microsecond=0)
        minutes = (
            (order * 47 + int(offset) * 13) % (HOURS * 60)
            if not order
            else order * 7 % (HOURS * 60)
        )
        moment = midnight + timedelta(days=int(offset), hours=FIRST_HOUR, minutes=minutes)
        return min(moment, self.began - timedelta(minutes=max(1, 30 - order)))

    def in_order(self) -> list[Happening]:
        found = [*self.place_happenings(), *self.item_happenings()]
        return sorted(found, key=lambda one: (one.at.date(), one.phase, one.at))

    # -- rows by name

    def get(self, model: type[Any], name: str) -> Any:
        return self.made[model, name]

    def remember(self, name: str, row: Any) -> Any:
        self.made[type(row), name] = row
        db().add(row)
        return row

    def person(self, name: str) -> Person:
        found: Person = self.get(Person, name)
        return found

    # -- the network

    def make_network(self) -> None:
        site = db().get_one(Site, 1)
        site.name, site.line = self.network["site"]["name"], self.network["site"]["line"]
        for entry in self.network["sectors"]:
            self.remember(
                entry["id"],
                Sector(slug=entry["id"], name=entry["name"], watched=entry.get("watched", False)),
            )
        for entry in self.network["learner_groups"]:
            self.remember(entry["id"], LearnerGroup(slug=entry["id"], name=entry["name"]))
        for entry in self.network["areas"]:
            area = Area(slug=entry["id"], name=entry["name"])
            area.valid_from = self.on(entry["valid_from"]) if "valid_from" in entry else None
            area.valid_to = self.on(entry["valid_to"]) if "valid_to" in entry else None
            self.remember(entry["id"], area)
            db().flush()
            area.parent_id = self.get(Area, entry["parent"]).id if "parent" in entry else None
        for entry in self.network["tags"]:
            self.make_tag(entry)
        for entry in self.network["organisations"]:
            self.make_organisation(entry)
        for entry in self.people:
            with clock_at(self.at(entry["joined"])):
                self.make_person(entry)
        for entry in self.places["strategies"]:
            starts_in, ends_in = entry["period"]
            self.remember(
                entry["id"],
                Strategy(
                    slug=entry["id"],
                    name=entry["name"],
                    starts_in=starts_in,
                    ends_in=ends_in,
                    summary=entry["summary"].strip(),
                ),
            )
        db().flush()

    def make_tag(self, entry: Entry) -> None:
        tag = Tag(
            slug=slug_of(entry["name"]),
            name=entry["name"],
            description=entry.get("description", ""),
        )
        self.remember(entry["name"], tag)
        db().flush()
        for synonym in entry.get("synonyms", ()):
            db().add(TagAlias(slug=slug_of(synonym), name=synonym, tag_id=tag.id))

    def make_organisation(self, entry: Entry) -> None:
        made = Organisation(
            sector_id=self.get(Sector, entry["sector"]).id,
            specialisms=entry.get("specialisms", ""),
            description=entry.get("description", "").strip(),
            confirmed_on=self.on(entry["confirmed"]) if "confirmed" in entry else None,
            gaps="\n".join(entry.get("gaps", ())),
        )
        made.rename(entry["name"])
        if "closed" in entry:
            made.closed_at = self.at(entry["closed"])
        self.remember(entry["id"], made)
        db().flush()
        for area in entry.get("areas", ()):
            db().add(OrganisationArea(organisation_id=made.id, area_id=self.get(Area, area).id))
        for domain in entry.get("mail_domains", ()):
            db().add(MailDomain(domain=domain, organisation_id=made.id))

    def make_person(self, entry: Entry) -> None:
        made = Person(
            email=entry["email"].lower(),
            job_title=entry.get("job_title", ""),
            organisation_id=self.get(Organisation, entry["organisation"]).id,
            about=entry.get("about", ""),
            is_steward=entry.get("steward", False),
            name_is_public=entry.get("public_name", False),
            sample_as=entry.get("sample_as", ""),
            joined_at=now(),
        )
        made.rename(entry["name"])
        if "away_until" in entry:
            made.away_until = self.on(entry["away_until"])
        if "left" in entry:
            made.disabled_at = self.at(entry["left"])
        elif (
            entry["joined"] < -5
        ):  # everyone else was here a few days ago, so that catch-up has something to tell
            made.seen_at = self.at(-4)
        self.remember(entry["id"], made)
        db().flush()
        for area in entry.get("areas", ()):
            db().add(PersonArea(person_id=made.id, area_id=self.get(Area, area).id))
        for learning, names in ((False, entry.get("knows", ())), (True, entry.get("learning", ()))):
            for tag in tags_called(list(names)):
                db().add(Topic(person_id=made.id, tag_id=tag.id, learning=learning))

    # -- places

    def place_happenings(self) -> Iterator[Happening]:
        for entry in self.places["forums"]:
            yield Happening(self.at(entry["opened"]), partial(self.open_forum, entry))
            yield from self.member_happenings(entry)
        for entry in self.places["communities"]:
            yield from self.community_happenings(entry)

    def open_forum(self, entry: Entry) -> None:
        body = self.get(Organisation, entry["convening_body"])
        self.describe(Place(kind=PlaceKind.FORUM, convening_body_id=body.id), entry)

    def community_happenings(self, entry: Entry) -> Iterator[Happening]:
        verbs = {
            "proposed": (self.propose, FOUNDING),
            "accepted": (self.accept, FOUNDING),
            "declined": (self.decline, FOUNDING),
            "activated": (self.activate, ACTIVATING),
            "ending": (self.begin_ending, CLOSING),
            "closed": (self.close, CLOSING),
        }
        for word, (verb, phase) in verbs.items():
            if word in entry:
                yield Happening(self.at(entry[word]), partial(verb, entry), phase)
        for extension in entry.get("extensions", ()):
            extends = partial(self.extend, entry, extension)
            yield Happening(self.at(extension["at"]), extends, ACTIVATING)
        yield from self.member_happenings(entry)

    def place(self, entry: Entry) -> Place:
        found: Place = self.get(Place, entry["id"])
        return found

    def convenor(self, entry: Entry) -> Person:
        return self.person(entry["convenor"])

    def decides(self, entry: Entry) -> Person:
        """Who decides on a proposal: the home forum's convenor, a steward while there is none."""
        convenor = self.convenor_of(entry["home_forum"])
        return convenor or next(
            row for (model, _), row in self.made.items() if model is Person and row.is_steward
        )

    def accept(self, entry: Entry) -> None:
        self.place(entry).accept(self.decides(entry))

    def decline(self, entry: Entry) -> None:
        self.place(entry).decline(self.decides(entry), " ".join(entry["declined_reason"].split()))

    def activate(self, entry: Entry) -> None:
        place = self.place(entry)
        place.activate(self.convenor(entry), membership.organisations_in(place.id))

    def begin_ending(self, entry: Entry) -> None:
        self.place(entry).begin_ending(self.convenor(entry))

    def propose(self, entry: Entry) -> None:
        place = Place(kind=PlaceKind.COMMUNITY, challenge=" ".join(entry["challenge"].split()))
        place.home_forum_id = self.get(Place, entry["home_forum"]).id
        if entry.get("sub_group_of"):
            place.within_id = self.get(Place, entry["sub_group_of"]).id
        place.starts_on = self.on(entry["starts"])
        place.ends_on = self.on(
            entry["extensions"][0]["from"] if entry.get("extensions") else entry["ends"]
        )
        place.size_least, place.size_most = entry.get("size_guide", (None, None))
        clarity = entry.get("clarity", {})
        place.priorities = (clarity.get("priorities") or "").strip()
        place.answerable = (clarity.get("who_answers") or "").strip()
        place.success = (clarity.get("success") or "").strip()
        proposer = entry.get("proposed_by") or entry.get("convenor")
        place.proposed_by_id = self.person(proposer).id if proposer else None
        self.describe(place, entry)

    def describe(self, place: Place, entry: Entry) -> None:
        place.rename(entry["name"])
        place.slug = entry["id"]
        place.summary = " ".join(entry.get("summary", "").split())
        place.thread = entry["thread"]
        place.is_public = entry.get("visibility") == "public"
        place.convenor_id = self.person(entry["convenor"]).id if entry.get("convenor") else None
        place.deputy_id = self.person(entry["deputy"]).id if entry.get("deputy") else None
        self.remember(entry["id"], place)
        db().flush()
        if "word" in entry:
            place.word, place.word_by_id = (
                " ".join(entry["word"]["text"].split()),
                place.convenor_id,
            )
            place.word_at = self.at(entry["word"]["at"])
        for strategy in entry.get("strategies", ()):
            db().add(PlaceStrategy(place_id=place.id, strategy_id=self.get(Strategy, strategy).id))
        for area in entry.get("areas", ()):
            db().add(PlaceArea(place_id=place.id, area_id=self.get(Area, area).id))
        for part in entry.get("parts", ()):
            db().add(
                PartPlayed(
                    place_id=place.id,
                    organisation_id=self.get(Organisation, part["organisation"]).id,
                    part=Part(part["part"]),
                    is_main=part.get("main", False),
                    note=part.get("note", ""),
                )
            )

    def member_happenings(self, entry: Entry) -> Iterator[Happening]:
        place = entry["id"]
        for order, member in enumerate(entry.get("members", ()), 1):
            joins = partial(self.join, place, member)
            yield Happening(self.at(member["joined"], order), joins, JOINING)
            if "left" in member:
                leaves = partial(self.leave, place, member["person"])
                yield Happening(self.at(member["left"]), leaves, JOINING)
        for invited in entry.get("invitations", ()):
            yield Happening(self.at(invited["at"]), partial(self.invite, place, invited), JOINING)

    def join(self, place: str, member: Entry) -> None:
        person = self.person(member["person"])
        joined = membership.join(
            self.get(Place, place),
            person,
            membership.Involvement(member.get("involvement", "direct")),
        )
        if member.get("confirmed"):
            joined.confirm(self.convenor_of(place) or person)

    def leave(self, place: str, person: str) -> None:
        found = membership.membership_of(self.person(person).id, self.get(Place, place).id)
        if found is not None:
            found.end(self.person(person))

    def invite(self, place: str, invited: Entry) -> None:
        membership.invite(
            self.get(Place, place),
            self.person(invited["person"]).email,
            reader_for(self.person(invited["by"])),
            invited.get("note", ""),
        )

    def convenor_of(self, place: str) -> Person | None:
        convenor_id = self.get(Place, place).convenor_id
        return db().get(Person, convenor_id) if convenor_id else None

    def extend(self, entry: Entry, extension: Entry) -> None:
        until, why = self.on(extension["to"]), " ".join(extension["reason"].split())
        db().add(self.place(entry).extend(self.convenor(entry), until, why))

    def close(self, entry: Entry) -> None:
        place = self.place(entry)
        findings = entry["evaluation"]["findings"].strip()
        place.evaluate(self.convenor(entry), findings, render(findings))
        note = closing.parts_of(entry.get("closing_note", ""))
        place.conclude(self.convenor(entry), note, closing.read_parts(note))
        receiver = entry.get("receiving_organisation")
        place.close(
            self.convenor(entry),
            ExitRoute(entry["exit_route"]),
            self.get(Organisation, receiver) if receiver else None,
        )

    # -- items

    def item_happenings(self) -> Iterator[Happening]:
        for item in self.told:
            entry = item.entry
            yield Happening(self.at(entry["shared"]), item.share, WRITING)
            for number, revision in enumerate(entry.get("revisions", ()), 1):
                revises = partial(item.revise, number)
                yield Happening(self.at(revision["at"], number), revises, ANSWERING)
            for order, used in enumerate(entry.get("reuses", ()), 10):
                yield Happening(self.at(used["at"], order), partial(item.use, used), ANSWERING)
            for order, answer in enumerate(entry.get("replies", ()), 20):
                yield Happening(
                    self.at(answer["at"], order), partial(item.reply, answer), ANSWERING
                )
            yield Happening(self.at(-1, 60), item.react, ANSWERING)
            if "withdrawn" in entry:
                gone = entry["withdrawn"]
                yield Happening(self.at(gone["at"], 65), partial(item.withdraw, gone), CLOSING)


@dataclass(frozen=True, slots=True)
class State:
    """An item's words between two revisions."""

    title: str
    texts: Mapping[str, str]


def states_of(kind: Kind, entry: Entry) -> list[State]:
    """The words at first and after each revision. A revision in the files may hold the older title
    or body; one that holds neither is taken to have added a paragraph.
    """
    texts = {part.name: (entry.get(part.name) or "").strip() for part in kind.parts}
    states = [State(entry["title"].strip(), texts)]
    for revision in reversed(entry.get("revisions", ())):
        later = states[0]
        title = revision.get("title", later.title).strip()
        older = dict(later.texts)
        if "body" in revision:
            older["body"] = revision["body"].strip()
        elif "title" not in revision:
            longest = max(older, key=lambda name: len(older[name]))
            older[longest] = without_last_paragraph(older[longest])
        states.insert(0, State(title, older))
    return states


def without_last_paragraph(text: str) -> str:
    paragraphs = text.split("\n\n")
    last = max((n for n, one in enumerate(paragraphs) if not one.startswith("[^")), default=0)
    return "\n\n".join(paragraphs[:last] + paragraphs[last + 1 :]) if last else text


class Told:
    """One item of the files while it is told: shared, revised, answered, used."""

    def __init__(self, loading: Loading, kind: Kind, entry: Entry) -> None:
        self.loading, self.kind, self.entry = loading, kind, entry
        self.states = states_of(kind, entry)
        self.replies: list[replies.Reply] = []

    @property
    def item(self) -> Item:
        found: Item = self.loading.made[Item, self.entry["id"]]
        return found

    @property
    def author(self) -> Person:
        return self.loading.person(self.entry["author"])

    def written(self, state: State) -> Written:
        entry = self.entry
        basis = entry.get("evidence_basis")
        return Written(
            title=state.title,
            summary=" ".join(entry.get("summary", "").split()),
            texts=state.texts,
            rendered={name: self.loading.rendered[text] for name, text in state.texts.items()},
            tags=tuple(entry.get("tags", ())),
            area_ids=tuple(self.loading.get(Area, area).id for area in entry.get("areas", ())),
            learner_group_ids=tuple(
                self.loading.get(LearnerGroup, group).id
                for group in entry.get("learner_groups", ())
            ),
            intent=Intent(entry.get("intent", "share")),
            evidence_basis=Basis(basis) if basis else None,
            origin=Origin(entry.get("origin", "own_organisation")),
        )

    def share(self) -> None:
        entry = self.entry
        place = self.loading.get(Place, entry["place"]) if entry.get("place") else None
        item = Item.begin(self.kind, self.author, place, self.written(self.states[0]))
        self.loading.made[Item, entry["id"]] = item
        item.source = entry.get("source", "") or ""
        item.is_history = entry.get("history", False)
        if entry.get("role_only"):
            item.attribution = Attribution.ROLE_ONLY
        visibility = Visibility(entry.get("visibility", "network"))
        if visibility is Visibility.RESTRICTED:
            review_on = self.loading.on(entry["restriction_review"])
            item.restrict(
                self.author,
                entry["restriction_reason"].strip(),
                min(review_on, today() + timedelta(365)),
            )
            item.restriction_review_on = review_on
        else:
            item.open_to(self.author, visibility)
        item.publish(self.author)

    def revise(self, number: int) -> None:
        revision = self.entry["revisions"][number - 1]
        by, why = self.loading.person(revision["by"]), revision.get("reason", "")
        self.item.revise(
            by, self.written(self.states[number]), version=self.item.version, reason=why
        )

    def reply(self, answer: Entry) -> None:
        author = self.loading.person(answer["author"])
        quotes = self.replies[answer["quotes"]] if "quotes" in answer else None
        made = replies.reply(
            self.item,
            author,
            answer["text"].strip(),
            self.loading.rendered[answer["text"]],
            replies.ReplyKind(answer.get("kind", "comment")),
            quotes,
        )
        if answer.get("role_only"):
            made.attribution = Attribution.ROLE_ONLY
        self.replies.append(made)

    def use(self, used: Entry) -> None:
        by = self.loading.person(used["by"])
        organisation_id = (
            self.loading.get(Organisation, used["organisation"]).id
            if used.get("organisation")
            else by.organisation_id
        )
        reuse.use(
            self.item,
            by,
            db().get_one(Organisation, organisation_id),
            reuse.Outcome(used["outcome"]),
            place=self.loading.get(Place, used["place"]) if used.get("place") else None,
            changed=" ".join(used.get("changed", "").split()),
            effect=reuse.Effect(used["effect"]) if used.get("effect") else None,
            may_contact=used.get("may_contact", False),
        )

    def react(self) -> None:
        """Marks without a date: agreements, helpful, follows."""
        for agreement in self.entry.get("agreements", ()):
            reuse.agree(
                self.item,
                self.loading.person(agreement["by"]),
                self.loading.get(Place, agreement["place"]),
            )
        for name in self.entry.get("helpful", ()):
            following.mark_helpful(self.item, self.loading.person(name))
        for name in self.entry.get("follows", ()):
            following.follow(self.loading.person(name), following.Subject.ITEM, self.item.id)

    def withdraw(self, gone: Entry) -> None:
        successor = self.loading.made.get((Item, gone.get("successor", "")))
        self.item.withdraw(self.author, gone["reason"].strip(), successor)


def texts_of(kind: Kind, body: str) -> dict[str, str]:
    """The parts of a Markdown file: one body, or a case note cut at its headings."""
    if kind.name != "case_note":
        return {"body": body.strip()}
    texts: dict[str, list[str]] = {}
    part = ""
    for line in body.splitlines():
        if line.startswith("## ") and line[3:].strip() in CASE_NOTE_HEADINGS:
            part = CASE_NOTE_HEADINGS[line[3:].strip()]
            texts[part] = []
        elif part:
            texts[part].append(line)
    return {name: "\n".join(lines).strip() for name, lines in texts.items()}


def read_all(texts: list[str], *, shift: int) -> list[Rendered]:
    return [read(text, shift=shift) for text in texts]


def sample_people() -> list[tuple[str, str, str]]:
    """(name, address, what they are good for) of the people offered first under "sign in as"."""
    with transaction(writing=False) as session:
        found = session.execute(
            select(Person.name, Person.email, Person.sample_as)
            .where(Person.sample_as != "")
            .order_by(Person.id)
        )
        return [(row.name, row.email, row.sample_as) for row in found]
