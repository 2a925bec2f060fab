"""Importing a folder of Markdown posts into a community, as case notes written elsewhere.

The first pass reads, converts and renders everything and can fail without touching anything. The
second commits one post per transaction under its key (place, relative path), so that a stopped run
is carried on by running it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path, PurePosixPath

from sqlalchemy import select, update

from wiki.files.keeping import keep
from wiki.files.models import File
from wiki.files.pictures import Picture, remade
from wiki.items.choices import Basis, Origin
from wiki.items.kinds import kind_called
from wiki.items.models import Item, Written
from wiki.kernel import markdown
from wiki.kernel.clock import now, today
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.markdown import MAX_ITEM, Rendered
from wiki.kernel.naming import fold, new_key, slug_of
from wiki.kernel.outbox import record
from wiki.people.vocabulary import LONGEST_TAG
from wiki.places.models import Place
from wiki.transfer.models import ImportedPost, ImportRun, ImportState
from wiki.transfer.posts import (
    Converted,
    Finding,
    Post,
    Problem,
    SiteMap,
    What,
    convert,
    files_in,
    read_folder,
    read_post,
    with_addresses,
)

KIND = "case_note"
BATCH = 50  # posts rendered together
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
LONGEST_TITLE, LONGEST_SUMMARY = 300, 600

Progress = Callable[[int, int], None]


class Fate(StrEnum):
    """What became of a post."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT = "left"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Ready:
    """A post read, converted and rendered: all that is left is to store it."""

    post: Post
    key: str
    markdown: str
    rendered: Rendered
    pictures: tuple[tuple[str, str, Picture], ...]  # path, key, what to store
    findings: tuple[Finding, ...]
    tags: tuple[str, ...]

    @property
    def written(self) -> Written:
        return Written(
            title=self.post.title[:LONGEST_TITLE],
            summary=self.post.summary[:LONGEST_SUMMARY],
            texts={"what_happened": self.markdown, **dict.fromkeys(OTHER_PARTS, "")},
            rendered={"what_happened": self.rendered},
            tags=self.tags,
            evidence_basis=Basis.OWN_EXPERIENCE,
        )


OTHER_PARTS = ("setting", "viewpoints", "learned", "principle", "limits")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder that was read whole: what can be stored, and what never will be."""

    folder: Path
    ready: tuple[Ready, ...]
    problems: tuple[Problem, ...]

    @property
    def findings(self) -> Iterator[Finding]:
        for one in self.ready:
            yield from one.findings


@dataclass
class Outcome:
    """How an import ended: what became of each post, and all that was not taken along as it was."""

    fates: Counter[Fate]
    left: list[str]
    prepared: Prepared


# -- the first pass


def prepare(folder: Path, place_slug: str, progress: Progress = lambda done, of: None) -> Prepared:
    """Read, convert and render a folder. Nothing is written; a folder that cannot be read is
    :class:`Refused`.
    """
    with transaction(writing=False):
        place = place_called(place_slug)
        keys = {
            row.path: row.item_key
            for row in db().execute(
                select(ImportedPost.path, ImportedPost.item_key).where(
                    ImportedPost.place_id == place.id
                )
            )
        }
        known_pictures = {
            (row.item_key, row.name): row.key
            for row in db().execute(
                select(ImportedPost.item_key, File.name, File.key)
                .join(File, File.item_id == ImportedPost.item_id)
                .where(ImportedPost.place_id == place.id)
            )
        }
    found = [read_post(source) for source in read_folder(folder)]
    posts = [one for one in found if isinstance(one, Post)]
    problems = [one for one in found if isinstance(one, Problem)]
    if not found:
        raise Refused(_("There are no Markdown files in %(folder)s.", folder=str(folder)))
    pictures = [path for path in files_in(folder) if PurePosixPath(path).suffix.lower() in PICTURES]
    site = SiteMap.of(posts, pictures)
    preparing = Preparing(
        folder,
        site,
        {post.path: (keys.get(post.path) or new_key(), post) for post in posts},
        known_pictures,
    )
    ready: list[Ready] = []
    for start in range(0, len(posts), BATCH):
        for one in preparing.make_ready(posts[start : start + BATCH]):
            (ready if isinstance(one, Ready) else problems).append(one)  # type: ignore[arg-type]
        progress(min(start + BATCH, len(posts)), len(posts))
    return Prepared(folder, tuple(ready), tuple(problems))


@dataclass(frozen=True, slots=True)
class Preparing:
    """What the posts of one folder share while they are made ready."""

    folder: Path
    site: SiteMap
    keyed: dict[str, tuple[str, Post]]
    known_pictures: dict[tuple[str, str], str]

    def make_ready(self, posts: list[Post]) -> list[Ready | Problem]:
        converted = {post.path: convert(post, self.site) for post in posts}
        finished = {post.path: self.finish(post, converted[post.path]) for post in posts}
        rendered = markdown.read_many({path: text for path, (text, _p, _f) in finished.items()})
        return [self.check(post, finished[post.path], rendered[post.path]) for post in posts]

    def finish(
        self, post: Post, converted: Converted
    ) -> tuple[str, tuple[tuple[str, str, Picture], ...], tuple[Finding, ...]]:
        """The text with the addresses things have here, its pictures, and what was found."""
        pictures: dict[str, tuple[str, Picture]] = {}
        findings = list(converted.findings)

        def lookup(kind: str, path: str) -> str | None:
            if kind == "post":
                return self.address_of(path)
            if path not in pictures:
                try:
                    content = (self.folder / path).read_bytes()
                    pictures[path] = (self.picture_key(post, path), remade(content))
                except (Refused, OSError) as problem:
                    findings.append(Finding(post.path, None, What.IMAGE, path, str(problem)[:200]))
                    return None
            return f"file:{pictures[path][0]}"

        text = with_addresses(converted.markdown, lookup)
        kept = tuple((path, key, picture) for path, (key, picture) in pictures.items())
        return text, kept, tuple(findings)

    def address_of(self, path: str) -> str | None:
        if path not in self.keyed:
            return None
        key, post = self.keyed[path]
        return f"/{kind_called(KIND).path}/{key}-{slug_of(post.title[:LONGEST_TITLE])}"

    def picture_key(self, post: Post, path: str) -> str:
        """The key a picture has had since an earlier run, or a new one."""
        return self.known_pictures.get((self.keyed[post.path][0], path[-200:])) or new_key()

    def check(
        self,
        post: Post,
        finished: tuple[str, tuple[tuple[str, str, Picture], ...], tuple[Finding, ...]],
        rendered: Rendered,
    ) -> Ready | Problem:
        text, pictures, findings = finished
        if len(text) > MAX_ITEM:
            return Problem(
                post.path,
                _(
                    "It is %(size)s characters long; %(most)s fit.",
                    size=f"{len(text):,}",
                    most=f"{MAX_ITEM:,}",
                ),
            )
        if rendered.problem:
            return Problem(post.path, rendered.problem)
        tags = tuple(tag for tag in post.tags if fits_a_tag(tag))
        refused = [
            Finding(post.path, None, What.FRONT_MATTER, f"tag: {tag}")
            for tag in post.tags
            if tag not in tags
        ]
        credited = tuple(self.site.credit(name) for name in post.authors)
        return Ready(
            replace(post, authors=credited),
            self.keyed[post.path][0],
            text,
            rendered,
            pictures,
            (*findings, *refused),
            tags,
        )


def fits_a_tag(tag: str) -> bool:
    return len(tag) <= LONGEST_TAG and bool(fold(tag).strip("-. "))


def place_called(slug: str) -> Place:
    found = db().scalar(select(Place).where(Place.slug == slug))
    if found is None:
        raise Refused(_("There is no community or forum “%(slug)s”.", slug=slug))
    if not found.takes_items:
        raise Refused(_("“%(name)s” takes nothing new.", name=found.name))
    return found


# -- the second pass


def store(
    prepared: Prepared,
    place_slug: str,
    origin: Origin = Origin.COUNTRY,
    progress: Progress = lambda done, of: None,
) -> Outcome:
    """Commit what was prepared, one post per transaction; running it again changes only what
    changed.
    """
    outcome = Outcome(Counter({Fate.PROBLEM: len(prepared.problems)}), [], prepared)
    with transaction():
        place_id = place_called(place_slug).id
        run = begin_run(place_id, prepared)
        set_keys_aside(place_id, prepared.ready)
        run_id = run.id
    try:
        for done, ready in enumerate(prepared.ready, 1):
            with transaction():
                fate = store_one(place_id, ready, origin)
                outcome.fates[fate] += 1
                note_progress(run_id, done, outcome.fates)
            if fate is Fate.LEFT:
                outcome.left.append(ready.post.path)
            progress(done, len(prepared.ready))
    except BaseException as error:
        end_run(
            run_id, ImportState.STOPPED, outcome, problem=f"{type(error).__name__}: {error}"[:600]
        )
        raise
    end_run(run_id, ImportState.FINISHED, outcome)
    return outcome


def begin_run(place_id: int, prepared: Prepared) -> ImportRun:
    run = ImportRun(
        place_id=place_id,
        folder=prepared.folder.name,
        state=ImportState.WRITING,
        total=len(prepared.ready),
        report=[
            *([one.path, None, Fate.PROBLEM.value, one.sentence, ""] for one in prepared.problems),
            *(
                [one.path, one.line, one.what.value, one.text, one.became]
                for one in prepared.findings
            ),
        ],
    )
    db().add(run)
    db().flush()
    return run


def set_keys_aside(place_id: int, ready: Iterable[Ready]) -> None:
    present = set(db().scalars(select(ImportedPost.path).where(ImportedPost.place_id == place_id)))
    db().add_all(
        ImportedPost(place_id=place_id, path=one.post.path, item_key=one.key)
        for one in ready
        if one.post.path not in present
    )


def store_one(place_id: int, ready: Ready, origin: Origin) -> Fate:
    record_of = (
        db()
        .scalars(
            select(ImportedPost).where(
                ImportedPost.place_id == place_id, ImportedPost.path == ready.post.path
            )
        )
        .one()
    )
    item = db().get(Item, record_of.item_id) if record_of.item_id is not None else None
    if item is None:
        item = arrive(place_id, ready, origin)
        fate = Fate.NEW
    elif record_of.digest == ready.post.digest:
        return Fate.UNCHANGED
    elif item.version != record_of.item_version:
        return Fate.LEFT
    else:
        item.revise(
            None,
            ready.written,
            version=item.version,
            reason=_("Changed where it was imported from"),
        )
        credit(item, ready)
        fate = Fate.CHANGED
    for path, key, picture in ready.pictures:
        keep(item, path, picture, key)
    record_of.item_id, record_of.item_version = item.id, item.version
    record_of.digest, record_of.imported_at = ready.post.digest, now()
    return fate


def arrive(place_id: int, ready: Ready, origin: Origin) -> Item:
    """A post as a new case note: at its own date, with credited names, from elsewhere, without
    telling anyone.
    """
    place = db().get_one(Place, place_id)
    item = Item.begin(kind_called(KIND), None, place, ready.written)
    item.key, item.origin = ready.key, origin
    credit(item, ready)
    item.arrive(moment_of(ready.post.date or today()))
    return item


def credit(item: Item, ready: Ready) -> None:
    item.credited = list(ready.post.authors)
    item.source = ready.post.path
    item.source_date = ready.post.date


def moment_of(day: date) -> datetime:
    """Noon of that day, which is the same day everywhere in the country; never in the future."""
    return min(datetime.combine(day, time(12), UTC), now())


def note_progress(run_id: int, done: int, fates: Counter[Fate]) -> None:
    db().execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(
            done=done, seen_at=now(), counts={fate.value: number for fate, number in fates.items()}
        )
    )


def end_run(run_id: int, state: ImportState, outcome: Outcome, problem: str = "") -> None:
    with transaction() as session:
        run = session.get_one(ImportRun, run_id)
        run.state, run.problem = state, problem
        run.ended_at = run.seen_at = now()
        run.counts = {fate.value: number for fate, number in outcome.fates.items()}
        run.report = [
            *run.report,
            *([path, None, Fate.LEFT.value, "", ""] for path in outcome.left),
        ]
        if outcome.fates[Fate.NEW] or outcome.fates[Fate.CHANGED]:
            record("import.finished", run, None, scope_id=run.place_id, counts=run.counts)
