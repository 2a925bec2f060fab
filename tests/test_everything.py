"""Promises about the whole site: of its code, and of every page for everybody, with one of everything."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from config import Settings
from tests.conftest import make_app
from tests.running import ROOT
from tests.sample import DRAFT, HIDDEN_FROM, PERSONAS, RESTRICTED, ROLE, TAGS, WITHDRAWN
from tests.walking import Visit, client_of, visit
from wiki import FEATURES
from wiki.kernel.access import access_of
from wiki.kernel.answers import CONTENT_SECURITY_POLICY
from wiki.kernel.database import transaction
from wiki.kernel.outbox import declared, listened_to
from wiki.people.models import Person
from wiki.places.models import Place

MOST_STATEMENTS = 12  # DECISIONS.md 8

#: All that can be opened without signing in, and nothing else.
PUBLIC = {
    "about": {"accessibility", "agreement", "help_page", "openness", "robots"},
    "communities": {"conversations", "index", "items", "show"},
    "conversations": {"index"},
    "files": {"show"},
    "forums": {"conversations", "index", "items", "show"},
    "health": {"live", "ready"},
    "home": {"feed", "feed_of_community", "feed_of_forum", "feed_of_tag", "index"},
    "items": {"show"},
    "listing": {"everything", "of_kind"},
    "organisations": {"index", "show"},
    "people": {
        *("accept", "appearance", "ask_link", "ask_reset", "confirm_address", "join", "join_sent"),
        *(
            "link_sent",
            "reset",
            "reset_sent",
            "sample",
            "set_up",
            "sign_in",
            "sign_out",
            "use_link",
        ),
    },
    "subjects": {"area", "index", "tag"},
}
#: What nobody opens in a filled sample: a real site's first page.
NOT_IN_A_SAMPLE = {"people.set_up"}
#: What only leads elsewhere, or answers something that is no page.
NEVER_200 = {"health.ready"}
#: What htmx puts into a page.
FRAGMENTS = {"communities.weeks"}

SOURCES = sorted((ROOT / "wiki").rglob("*.py"))
TEMPLATES = ROOT / "templates"


# -- the code


def test_features_import_only_downwards():
    order = {name: number for number, name in enumerate(FEATURES)}
    upwards = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in SOURCES
        if (mine := path.relative_to(ROOT / "wiki").parts[0]) in order
        for name in imported_by(path)
        if name.startswith("wiki.") and order[name.split(".")[1]] > order[mine]
    ]

    assert not upwards, "\n".join(upwards)


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_event_is_declared_and_recorded_and_every_listener_hears_one(app):
    """A name made of a variable part, as in ``record(f"{self.thing}.added")``, stands for all it can be."""
    said = [re.compile(name) for path in SOURCES for name in names_in(ast.parse(path.read_text()))]

    ours = set(declared()) - {"site.tested", "site.unheard"}  # which a test of the outbox declares
    assert [name for name in ours if not any(one.fullmatch(name) for one in said)] == []
    assert listened_to() <= set(declared())  # record() itself refuses what is not declared


def names_in(node: ast.AST) -> Iterator[str]:
    """Texts like "item.published", but for where they are declared or listened to."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("declare", "listens_to"):
        return
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [getattr(one, "value", ".+") for one in parts if isinstance(one, ast.expr)]
    if all(isinstance(one, ast.Constant | ast.FormattedValue) for one in parts):
        name = "".join(one if isinstance(one, str) else ".+" for one in texts)
        if re.fullmatch(r"[a-z_.+]+\.[a-z_]+", name):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from names_in(child)


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()

    assert [name for name in Settings.__slots__ if f"`ACROSS_{name.upper()}`" not in readme] == []


def test_every_template_is_used():
    """By its whole name somewhere, or by one with gaps: ``f"kinds/{kind.name}/compose.html"``."""
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*")}
    said = "\n".join(path.read_text() for path in [*SOURCES, *TEMPLATES.rglob("*.*")])
    said = re.sub(r'" ~ [^"]+ ~ "', "{}", said)
    written = set(re.findall(r"[\w/{}.]+\.(?:html|xml|txt)", said))
    gaps = [re.compile(re.sub(r"{[^}]*}", "[^/]+", one)) for one in written if "{" in one]
    letters = {f"mail/{purpose}.txt" for purpose in re.findall(r'"([a-z_]+)"', said)}
    apart = {one for one in gaps if one.pattern == "mail/[^/]+.txt"}

    assert {
        name
        for name in names - written - letters
        if not any(one.fullmatch(name) for one in gaps if one not in apart)
    } == set()


def test_no_template_prints_markup_of_its_own_making():
    unsafe = re.compile(r"\|\s*safe\b|\bMarkup\b|autoescape|hx-on|\sstyle=|\son[a-z]+=|javascript:")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in TEMPLATES.rglob("*.html")
        for line in path.read_text().splitlines()
        if unsafe.search(line)
    ]

    assert not found, "\n".join(found)


def test_no_tracked_file_names_a_registry_or_the_machine_it_was_written_on():
    words = [
        "py" + "pi.org",
        "pythonhosted" + ".org",
        "registry.npm" + "js",
        "/ro" + "ot/",
        "/wo" + "rk/",
    ]
    words += indexes_of_this_machine()
    told = [
        f"{path}: {word}"
        for path in tracked()
        for word in words
        if word in (ROOT / path).read_text(errors="ignore")
    ]

    assert not told, "\n".join(told)


def tracked() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.splitlines() if (ROOT / name).is_file()]


def indexes_of_this_machine() -> list[str]:
    """The hosts packages come from here, if it says so anywhere."""
    asked = ["python3", "-m", "pip", "config", "list"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return [host for host in re.findall(r"https?://([^/:'\"]+)", said) if host != "127.0.0.1"]


def test_the_public_routes_are_exactly_those_listed_here(app):
    marked = {name for name in app.view_functions if access_of(app, name) == "public"}

    assert marked == {f"{section}.{name}" for section, names in PUBLIC.items() for name in names}


# -- every page


@pytest.mark.xdist_group("everything")
class TestEveryPage:
    """Each test looks at all that one persona was answered."""

    @pytest.fixture(params=PERSONAS)
    def visits(self, request, walk) -> list[Visit]:
        return walk(request.param)

    def test_answers_as_it_is_marked(self, sample, visits):
        wrong = [f"{seen} {seen.status}" for seen in visits if not as_marked(sample.app, seen)]

        assert not wrong, "\n".join(wrong)

    def test_is_a_whole_page(self, visits):
        wrong = [
            f"{seen}: {fault}"
            for seen in visits
            if seen.is_page and seen.endpoint not in FRAGMENTS
            for fault in faults_of(seen)
        ]

        assert not wrong, "\n".join(wrong)

    def test_carries_the_headers_that_keep_it_safe(self, visits):
        wrong = [f"{seen}: {fault}" for seen in visits for fault in header_faults(seen)]

        assert not wrong, "\n".join(wrong)

    def test_takes_few_statements_and_changes_nothing(self, visits):
        many = [f"{seen}: {number}" for seen in visits if (number := cost(seen)) > MOST_STATEMENTS]
        changed = [f"{seen}: {one}" for seen in visits for one in changes(seen)]

        assert not many + changed, "\n".join(many + changed)

    def test_tells_nothing_that_is_hidden_from_its_reader(self, visits):
        told = [word for seen in visits for word in words_told(seen)]

        assert not told, "\n".join(told)

    def test_names_no_author_of_what_is_role_only(self, sample, visits):
        """Invariant 6, in history, lists, feeds and answers too."""
        name = sample.people["role"].name
        told = [str(seen) for seen in visits if ROLE in seen.text and name in seen.text]

        assert not told, "\n".join(told)

    def test_shows_visitors_nobodys_name_and_no_place_of_the_network(self, sample, visits):
        """DECISIONS.md 3. A name stands in a text where its author wrote it there."""
        with sample.app.app_context(), transaction() as session:
            people = select(Person.name).where(~Person.name_is_public)
            places = select(Place.name).where(~Place.is_public)
            hidden = [*session.scalars(people), *session.scalars(places)]
        told = [
            f"{seen} names {name}"
            for seen in visits
            if seen.persona == "visitor" and seen.status == 200 and seen.endpoint != "people.sample"
            for name in hidden
            if f">{name}<" in seen.text or f", {name}<" in seen.text
        ]

        assert not told, "\n".join(told)

    def test_links_only_where_its_reader_can_go(self, sample, filled, visits):
        persona = visits[0].persona
        known = {seen.url: seen for seen in visits}
        client = client_of(filled, sample, persona)
        dead, told = defaultdict(list), []
        for seen in (one for one in visits if one.is_page):
            for target in set(seen.targets()) - {seen.url}:
                if target not in known:
                    known[target] = visit(filled, client, persona, target)
                    told += words_told(known[target])
                if known[target].status not in (200, 301, 302, 303, 410):
                    dead[f"{target} {known[target].status}"].append(seen.url)

        assert not dead, "\n".join(f"{target} from {urls[:3]}" for target, urls in dead.items())
        assert not told, "\n".join(told)


def words_told(seen: Visit) -> list[str]:
    """The words in an answer that its reader should not come across."""
    return [
        f"{seen} tells {word}"
        for word, personas in HIDDEN_FROM.items()
        if seen.persona in personas and word in without_own_address(seen)
    ]


def as_marked(app, seen: Visit) -> bool:
    access = access_of(app, seen.endpoint)
    if access == "steward" and seen.persona != "steward":
        return seen.status == 404
    if access == "signed_in" and seen.persona == "visitor":
        return seen.status == 303 and seen.header("Location").startswith("/sign-in?next=")
    if seen.endpoint in NEVER_200:
        return seen.status in (200, 503)
    if seen.status in (301, 302, 303):
        return seen.header("Location").startswith("/") and "/sign-in" not in seen.header("Location")
    return seen.status in (200, 403, 404, 410)


def faults_of(seen: Visit) -> Iterator[str]:
    page = seen.page
    if not page.title.endswith(" – Across") or page.title.startswith((" ", "–", "Error:")):
        yield f"is titled {page.title!r}"
    if page.headings != 1:
        yield f"has {page.headings} h1"
    if page.lang != "en-GB":
        yield "says no language"
    yield from (f"has {one}" for one in page.inline)
    yield from (f"has #{one} twice" for one, times in Counter(page.ids).items() if times > 1)
    for link in page.links:
        if link.startswith("#") and link[1:] and link[1:] not in page.ids:
            yield f"jumps to {link}, which is not there"
    if seen.endpoint != "stewards.index" and re.search(r">\s*None\s*<", seen.text):
        yield "prints None"


def header_faults(seen: Visit) -> Iterator[str]:
    policy = seen.header("Content-Security-Policy")
    if policy != CONTENT_SECURITY_POLICY and seen.endpoint != "files.show":
        yield f"has the policy {policy!r}"
    if not policy.startswith("default-src 'none'"):
        yield "lets anything in"
    if seen.header("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if seen.header("Referrer-Policy") != "same-origin":
        yield "tells others where people come from"
    if "public" in seen.header("Cache-Control") or "Cookie" not in seen.header("Vary"):
        yield "may be kept for others"
    for name, value in seen.headers:
        if name == "Set-Cookie" and not {"HttpOnly", "SameSite=Lax"} <= set(value.split("; ")):
            yield f"sets the cookie {value}"


def cost(seen: Visit) -> int:
    return sum(1 for statement in seen.statements if not is_mark(statement))


def changes(seen: Visit) -> Iterator[str]:
    """Nothing changes on GET, but that somebody was seen."""
    for statement in seen.statements:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and not is_mark(statement):
            yield statement[:60]


def is_mark(statement: str) -> bool:
    return statement.startswith(("UPDATE people SET seen_at", "UPDATE sign_ins SET idle_after"))


def without_own_address(seen: Visit) -> str:
    """What an answer says beyond what was asked: an address may come back in a link to sign in."""
    text = unquote(seen.text).replace(seen.url, "")
    return re.sub(r"/[\w-]+-a-\w+-title", "", text) if seen.status != 200 else text


@pytest.mark.xdist_group("everything")
def test_every_get_route_is_opened_by_somebody(sample, walk):
    """So that the samples are of things that are there."""
    opened = {seen.endpoint for who in PERSONAS for seen in walk(who) if seen.status == 200}
    routes = {address.endpoint for address in sample.addresses()}

    assert routes - opened - NOT_IN_A_SAMPLE - NEVER_200 == set()


@pytest.mark.xdist_group("everything")
def test_those_who_may_read_what_is_hidden_do(sample, walk):
    """So that the walk looks for words that are there."""
    for persona, word in (("member", RESTRICTED), ("author", DRAFT), ("author", RESTRICTED)):
        assert any(word in seen.text for seen in walk(persona) if seen.status == 200), persona
    withdrawn = [seen for seen in walk("outsider") if seen.status == 410]
    assert any(f"A {WITHDRAWN} title" in seen.text for seen in withdrawn)


@pytest.mark.xdist_group("everything")
@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_hidden_and_missing_are_answered_alike(sample, filled, persona, method):
    client = client_of(filled, sample, persona)
    hidden = {
        key
        for word, key in (
            (RESTRICTED, sample.items["restricted"].key),
            (RESTRICTED, sample.values["hidden file"]),
            (RESTRICTED, TAGS[RESTRICTED]),
            (DRAFT, sample.items["draft"].key),
            (DRAFT, TAGS[DRAFT]),
        )
        if persona in HIDDEN_FROM[word]
    }
    extra = [
        f"/files/{sample.values['hidden file']}",
        *(f"/tags/{name}" for name in TAGS.values()),
    ]
    urls = [address.url for address in sample.addresses(method)] + (
        extra if method == "GET" else []
    )
    told = []
    for url in urls:
        for key in hidden:
            if key in url and not url.startswith("/restricted/"):
                nothing = re.sub(r"[a-z]", "q", key)
                here, missing = (
                    visit(filled, client, persona, one, method=method)
                    for one in (url, url.replace(key, nothing))
                )
                if (here.status, len(here.body)) != (missing.status, len(missing.body)):
                    told.append(f"{method} {url}: {here.status}, not {missing.status}")

    assert not told, "\n".join(told)


@pytest.mark.xdist_group("everything")
@pytest.mark.parametrize("persona", PERSONAS)
def test_suggestions_know_nothing_hidden(sample, filled, persona):
    client = client_of(filled, sample, persona)
    for word in (RESTRICTED, DRAFT):
        answer = client.get(f"/tags/completions?q={TAGS[word][:6]}")
        if persona in HIDDEN_FROM[word] and answer.status_code == 200:
            assert answer.json == []


# -- answers that are no page


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/static/across.css"),
        ("GET", "/static/no-such-file.css"),
        ("GET", "/no-such-page"),
        ("PUT", "/people"),
        ("POST", "/"),
        ("OPTIONS", "/sign-in"),
        ("GET", "//elsewhere.example/"),
    ],
)
def test_every_answer_carries_the_policy(visitor, method, url):
    answer = visitor.open(url, method=method)

    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_of_a_real_site_are_for_it_alone(database_address, tmp_path, app, world):
    secure = make_app(database_address, tmp_path, ACROSS_URL="https://across.example.org")
    secure.config["WTF_CSRF_ENABLED"] = True
    secure.extensions["across.database"].connection = app.extensions["across.database"].connection

    answer = secure.test_client().get("/sign-in", base_url="https://across.example.org")

    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"]
    secure.extensions["across.database"].engine.dispose()
