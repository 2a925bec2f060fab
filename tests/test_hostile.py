"""No input gives 500: every route is sent what no form of ours would send."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.sample import Sample
from tests.walking import Form, client_of
from wiki.kernel.access import access_of

pytestmark = pytest.mark.xdist_group("hostile")

NUMBERS = ["-1", "0", "2147483648", "9" * 19, "9" * 400, "1e999", "NaN", "²", "٣", "1.5"]
DAYS = ["0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "tomorrow"]
TEXTS = [
    "NUL \0 in it",
    "half a letter \ud800 in it",
    "x" * 3_000,
    "two\r\nBcc: lines@elsewhere.example",
    "<script>alert(1)</script>{{ 7 * 7 }}%s%(x)s",
    "\ue000\ue0017\ue002 \u202e\x1b[2J",
    "' OR 1=1 --",
    " ",
]
ALL = [*TEXTS, *NUMBERS, *DAYS]
#: In addresses. What holds a slash or begins a query is another address.
PARTS = ["%00", "%ED%A0%80", "%FF", "9" * 30, "-1", "x" * 2_000, "..%2F..%2Fetc", "%27%20OR%201=1"]
POSTERS = ("visitor", "convenor", "steward")


@pytest.fixture
def attempt(filled):
    """``attempt(client, url, ...)``: the status, with whatever it did undone."""
    connection = filled.extensions["across.database"].connection

    def try_it(client, url: str, **more) -> int:
        nested = connection.begin_nested()
        try:
            return client.open(url, **more).status_code
        except Exception as error:  # what a real site answers with its 500 page
            sys.stderr.write(f"{url}: {error!r} ")
            return 500
        finally:
            nested.rollback()

    return try_it


def sent(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """A form as a browser sends it, were it to send such letters."""
    return {
        "data": urlencode(pairs, errors="surrogatepass"),
        "content_type": "application/x-www-form-urlencoded",
        "method": "POST",
    }


def forms_of(walk, persona: str) -> dict[str, Form]:
    """Every form that persona was shown, by the address it is sent to."""
    found: dict[str, Form] = {}
    for seen in walk(persona):
        for form in seen.page.forms if seen.is_page and seen.status == 200 else ():
            address = form.action or seen.url
            if form.method == "post" and address not in found:
                found[address] = form
    return found


def variations(form: Form) -> Iterator[list[tuple[str, str]]]:
    """What a form is sent: as it should be, with one field wrong, with all of them wrong."""
    whole = form.filled_in()
    yield whole
    yield []
    yield whole + whole
    turn = cycle(ALL)
    for name, kind in form.types.items():
        if name == "csrf_token":
            continue
        fitting = {"date": DAYS, "number": NUMBERS, "hidden": NUMBERS[2:5]}.get(kind, [])
        for value in [*fitting, *islice(turn, 2)]:
            yield [(key, value if key == name else said) for key, said in whole]
    for value in (*TEXTS[:3], NUMBERS[4]):
        yield [(name, value) for name in form.types]


@pytest.mark.parametrize("persona", POSTERS)
def test_no_form_breaks_on_what_it_is_sent(sample, filled, walk, attempt, persona):
    client, broken, taken = client_of(filled, sample, persona), defaultdict(set), 0
    for url, form in forms_of(walk, persona).items():
        for number, pairs in enumerate(variations(form)):
            status = attempt(client, url, **sent(pairs))
            taken += number == 0 and status == 303
            if status >= 500:
                broken[f"{status} {url}"].add(str(pairs)[:200])
        status = attempt(client, url, **with_files(form))
        if status >= 500:
            broken[f"{status} {url}"].add("files")

    assert dict(broken) == {}
    assert taken > 3  # so that forms are not all refused for some other reason


def with_files(form: Form) -> dict[str, object]:
    files = {name: (BytesIO(b"\0\xff"), "../a\0.png") for name in form.types}
    return {"data": files, "content_type": "multipart/form-data", "method": "POST"}


@pytest.mark.parametrize("persona", POSTERS)
def test_no_form_takes_a_field_it_does_not_have(sample, filled, walk, attempt, persona):
    client = client_of(filled, sample, persona)
    taken = [
        url
        for url, form in forms_of(walk, persona).items()
        if attempt(client, url, **sent([*form.filled_in(), ("is_steward", "1")])) in (200, 303)
        and len(form.types) > 1  # a lone button reads nothing
    ]

    assert taken == []


@pytest.mark.parametrize("persona", POSTERS[1:])
def test_no_route_breaks_on_what_no_form_sends(sample, filled, attempt, persona):
    """Nothing at all, JSON where a form belongs, half a body, words for other buttons."""
    client, broken = client_of(filled, sample, persona), set()
    for address in sample.addresses("POST"):
        for more in (
            {},
            {"data": b'{"a": [1, {"b": null}]', "content_type": "application/json"},
            {
                "data": b"--x\r\nContent-Disposition: form-data",
                "content_type": "multipart/form-data; boundary=x",
            },
            {"data": b"do=leave&do=draft&do=%00&next=//elsewhere.example"},
        ):
            if attempt(client, address.url, method="POST", **more) >= 500:
                broken.add(f"{address.url} {more}")

    assert broken == set()


@pytest.mark.parametrize("persona", ["visitor", "convenor", "steward"])
def test_nothing_is_done_without_the_token(sample, filled, attempt, persona):
    client, done = client_of(filled, sample, persona), []
    filled.config["WTF_CSRF_ENABLED"] = True
    try:
        for address in sample.addresses("POST"):
            status = attempt(client, address.url, method="POST", data={"do": "share"})
            if status not in (400, 401, 404):
                done.append(f"{address.url} {status}")
    finally:
        filled.config["WTF_CSRF_ENABLED"] = False

    assert done == []


@pytest.mark.parametrize("persona", ["visitor", "steward"])
def test_no_question_in_an_address_breaks_a_page(sample, filled, walk, attempt, persona):
    asked: dict[str, set[str]] = defaultdict(lambda: {"page", "next"})
    for seen in walk(persona):
        asked[urlsplit(seen.url).path] |= {name for name, _ in parse_qsl(urlsplit(seen.url).query)}
        for form in seen.page.forms if seen.is_page else ():
            if form.method == "get":
                asked[form.action or urlsplit(seen.url).path] |= set(form.types)
        for target in seen.targets() if seen.is_page else ():
            parts = urlsplit(target)
            asked[parts.path] |= {name for name, _ in parse_qsl(parts.query)}
    client, broken = client_of(filled, sample, persona), set()
    reached = {urlsplit(seen.url).path for seen in walk(persona) if seen.status in (200, 410)}
    for path in sorted(reached & asked.keys()):
        values = cycle(ALL)
        for _ in range(len(ALL) if len(asked[path]) > 3 else 6):
            pairs = [(name, next(values)) for name in sorted(asked[path])]
            query = urlencode(pairs + pairs[:1], errors="surrogatepass")
            if attempt(client, f"{path}?{query}") >= 500:
                broken.add(f"{path}?{query[:300]}")

    assert broken == set()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_breaks_a_route(sample, filled, attempt, method):
    """As a steward, who gets furthest."""
    client, broken, asked = client_of(filled, sample, "steward"), set(), set()
    for rule in filled.url_map.iter_rules():
        if method in rule.methods and rule.arguments:
            asked |= set(addresses_like(sample, rule))
    for url in sorted(asked):
        status = attempt(client, url, method=method)
        if status >= 500:
            broken.add(f"{status} {url[:200]}")

    assert broken == set()


def addresses_like(sample: Sample, rule) -> Iterator[str]:
    """The addresses of a route, each of its arguments in turn something else."""
    if rule.endpoint == "static":
        yield from (f"/static/{part}" for part in PARTS)
        return
    arguments = sample.arguments_of(rule)[0]
    for name in rule.arguments - {"kind", "which", "subject"}:
        for part in PARTS:
            filled_in = {**{key: quote(str(value)) for key, value in arguments.items()}, name: part}
            yield re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda m, by=filled_in: path_of(m, by), rule.rule)


def path_of(match: re.Match[str], by: dict[str, str]) -> str:
    from wiki.items.kinds import kind_called

    value = by[match.group(1)]
    return kind_called(value).path if match.group(1) == "kind" else value


def test_every_route_that_changes_something_has_a_sample(sample):
    routes = {
        rule.endpoint
        for rule in sample.app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }

    assert routes == {address.endpoint for address in sample.addresses("POST")}
    assert all(access_of(sample.app, name) for name in routes)
