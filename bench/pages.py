"""Pages beside bare Flask, and a large site beside a small one: in turn, in one run.

Every page is asked for at many addresses. A visitor's page is measured twice: as it is kept after
its first showing, and made anew for every request, as it is just after something public changed.
The bare contestant is asked for bodies of the same lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from statistics import median

from sqlalchemy import Engine, Select, event, func, select

from bench.data import BIG, PATHS, READERS, BenchSite, token_of
from bench.load import Measured, get, load, send
from bench.servers import Server, on_the_last_processor
from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.kernel.database import make_engine
from wiki.people.vocabulary import Tag
from wiki.places.models import Place, PlaceKind

ADDRESSES = 200
SHOWN_BEFORE = 5  # times, so that nearly every process has shown nearly every page
TALKED_OVER = 600  # items newer than these are still being talked about
NOT_COUNTED = ("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")
KEPT, ANEW, SIGNED_IN = "signed out, kept", "signed out, made anew", "signed in"


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of page: its name, and where there are pages of it for visitors and for members."""

    name: str
    addresses: Callable[[Engine, bool], list[str]]
    is_large: bool = False
    readers: tuple[str, ...] = (KEPT, ANEW, SIGNED_IN)


def items(engine: Engine, public: bool) -> list[str]:
    wanted = Item.visibility == Visibility.PUBLIC if public else Item.visibility != "restricted"
    columns = (Item.kind, Item.key, Item.slug)
    settled = select(func.max(Item.id) - TALKED_OVER).scalar_subquery()
    listed = select(*columns).where(wanted, Item.listed_at.is_not(None), Item.id < settled)
    with engine.connect() as connection:
        rows = connection.execute(listed.order_by(Item.id.desc()).limit(ADDRESSES))
        return [f"/{PATHS[kind]}/{key}-{slug}" for kind, key, slug in rows]


def home(engine: Engine, public: bool) -> list[str]:
    return ["/"]


def communities(engine: Engine, public: bool) -> list[str]:
    """Those under way, but for the big one."""
    live = select(Place.slug).where(
        Place.kind == PlaceKind.COMMUNITY, Place.closed_at.is_(None), Place.id != big_place(engine)
    )
    return paths(engine, "/communities/", live.where(Place.is_public) if public else live)


def big_community(engine: Engine, public: bool) -> list[str]:
    return paths(engine, "/communities/", select(Place.slug).where(Place.id == big_place(engine)))


def tags(engine: Engine, public: bool) -> list[str]:
    return paths(engine, "/tags/", select(Tag.slug).where(Tag.id != BIG))


def big_tag(engine: Engine, public: bool) -> list[str]:
    return paths(engine, "/tags/", select(Tag.slug).where(Tag.id == BIG))


def big_place(engine: Engine) -> int:
    held = select(Item.place_id).where(Item.place_id.is_not(None)).group_by(Item.place_id)
    with engine.connect() as connection:
        return connection.scalars(held.order_by(func.count().desc()).limit(1)).one() or 0


def paths(engine: Engine, beginning: str, slugs: Select[str]) -> list[str]:
    with engine.connect() as connection:
        return [f"{beginning}{slug}" for slug in connection.scalars(slugs.limit(ADDRESSES))]


def least(engine: Engine, public: bool) -> list[str]:
    """The frame of a page with one small form in it."""
    return ["/appearance"]


PAGES = (
    Kind("Least page", least, readers=(SIGNED_IN,)),
    Kind("Item", items),
    Kind("Home", home),
    Kind("Community", communities),
    Kind("Community with a tenth of all items", big_community, is_large=True),
    Kind("Tag", tags),
    Kind("Tag with a tenth of all items", big_tag, is_large=True),
)


@dataclass
class Contestant:
    """A server and what it is asked for."""

    server: Server
    asked: Iterator[bytes]
    lengths: list[int] = field(default_factory=list)
    rounds: list[Measured] = field(default_factory=list)

    def compete(self, seconds: float) -> Measured:
        before = self.server.seconds_used()
        measured = load(self.server.port, self.asked, seconds)
        measured.processor = self.server.seconds_used() - before
        if measured.failed:
            raise SystemExit(f"{measured.failed} answers were not pages.")
        return measured

    @property
    def per_second(self) -> float:
        return median(one.per_second for one in self.rounds)

    @property
    def each(self) -> float:
        return median(one.each for one in self.rounds)

    def quantile(self, share: float) -> float:
        return median(one.quantile(share) for one in self.rounds)


@dataclass
class Result:
    """One page for one sort of reader: bare Flask, and the sites from small to large."""

    page: str
    reader: str
    bare: Contestant
    sites: list[Contestant]
    statements: list[int]

    @property
    def share(self) -> float:
        """Of bare Flask's throughput, on the smallest site."""
        return ratio(self.sites[0], self.bare)

    @property
    def growth(self) -> float:
        """The time a page of the largest site takes against the smallest."""
        return ratio(self.sites[0], self.sites[-1])


def ratio(one: Contestant, other: Contestant) -> float:
    """Round by round, so that it holds when the machine's speed drifts."""
    pairs = zip(one.rounds, other.rounds, strict=True)
    return median(a.per_second / b.per_second for a, b in pairs)


def measure(
    sites: list[tuple[BenchSite, Server]],
    bare: Server,
    *,
    seconds: float,
    rounds: int,
    quick: bool = False,
) -> Iterator[Result]:
    """All pages for all readers, each as soon as it is measured; in a hurry not the largest."""
    statements = {site.items: Statements(site) for site, _ in sites}
    for page in (one for one in PAGES if not (quick and one.is_large)):
        for reader in page.readers:
            contestants = [contestant(site, server, page, reader) for site, server in sites]
            lengths = cycle(contestants[0].lengths)
            against = Contestant(bare, (get(f"/{length}") for length in lengths), [0])
            compete([against, *contestants], seconds, rounds)
            yield Result(
                page.name,
                reader,
                against,
                contestants,
                [statements[site.items].of(page, reader) for site, _ in sites],
            )


def contestant(site: BenchSite, server: Server, page: Kind, reader: str) -> Contestant:
    addresses = addresses_of(site, page, reader)
    cookies = cookies_of(server) if reader == SIGNED_IN else [""]
    found = []
    for address, cookie in zip(addresses, cycle(cookies), strict=False):
        status, _, body = send(server.port, "GET", address, cookie)
        if status != 200:
            raise SystemExit(f"{address} answers {status} to one who is {reader}.")
        found.append(len(body))
    asked = zip(cycle(addresses), cycle(cookies), count(), strict=False)
    query = "?{}" if reader == ANEW else ""
    requests = (get(path + query.format(number), cookie) for path, cookie, number in asked)
    return Contestant(server, requests, found)


def addresses_of(site: BenchSite, page: Kind, reader: str) -> list[str]:
    engine = make_engine(site.address)
    found = page.addresses(engine, reader != SIGNED_IN)
    engine.dispose()
    return found


def cookies_of(server: Server) -> list[str]:
    """What the browsers of those signed in send: who they are, and the session of their forms."""
    cookies = []
    for number in range(READERS):
        who = f"across={token_of(number)}"
        _, headers, _ = send(server.port, "GET", "/appearance", who)
        given = [one.split(";")[0] for one in headers.get_all("Set-Cookie", [])]
        cookies.append("; ".join([who, *given]))
    return cookies


def compete(contestants: list[Contestant], seconds: float, rounds: int) -> None:
    """All in turn, once each of their processes has had every page a few times."""
    with on_the_last_processor():
        for one in contestants:
            asked = 0
            while asked < SHOWN_BEFORE * len(one.lengths):
                asked += len(one.compete(seconds).took)
        for _ in range(rounds):
            for one in contestants:
                one.rounds.append(one.compete(seconds))


class Statements:
    """How many statements a page needs, counted inside this process."""

    def __init__(self, site: BenchSite) -> None:
        self.site = site
        self.app = site.app()
        self.seen = 0
        engine = self.app.extensions["across.database"].engine
        event.listen(engine, "before_cursor_execute", self.see)

    def see(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        self.seen += not statement.upper().startswith(NOT_COUNTED)

    def of(self, page: Kind, reader: str) -> int:
        """The most that any of twenty such pages needs."""
        most = 0
        for number, address in enumerate(addresses_of(self.site, page, reader)[:20]):
            client = self.app.test_client()
            if reader == SIGNED_IN:
                client.set_cookie("across", token_of(number))
            self.seen = 0
            client.get(address + ("?anew" if reader == ANEW else ""))
            most = max(most, self.seen)
        if reader == KEPT:
            self.seen = 0
            client.get(address)
            most = self.seen
        return most
