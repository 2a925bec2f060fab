"""Who opens the stewards' pages, and what opening one costs."""

import pytest
from werkzeug.routing import Rule

from wiki.kernel.database import transaction
from wiki.people.vocabulary import tags_called
from wiki.transfer.models import ImportRun

MOST_STATEMENTS = 12


def rules(app, method: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("stewards.") and method in rule.methods
    ]


@pytest.fixture
def addresses(app, world):
    """The addresses of all the ledgers, each with something that is there."""
    with transaction() as session:
        world.item(tags=("welcome",))
        run = ImportRun(place_id=world.community.id, folder="posts", total=3, done=3)
        session.add(run)
        session.flush()
        run_id = run.id
    values = {
        "slug": "welcome",
        "synonym": "hello",
        "name": "nobody@testford.example.eml",
        "mail_id": 1,
        "delivery_id": 1,
        "run_id": run_id,
    }

    def build(rule: Rule) -> list[str]:
        organisational = "/organisations/" in rule.rule
        key = world.college.key if organisational else world.bo.key
        slugs = {"sectors": "culture", "areas": "northside", "learner-groups": "adults"}
        if "which" not in rule.arguments:
            return [url_of(app, rule, {**values, "key": key})]
        return [
            url_of(app, rule, {**values, "which": which, "slug": slug})
            for which, slug in slugs.items()
        ]

    return build


def url_of(app, rule: Rule, values: dict) -> str:
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def test_nobody_but_stewards_learns_that_there_are_ledgers(
    app, world, addresses, signed_in, visitor
):
    clients = visitor, signed_in(world.chidi), signed_in(world.amina)
    nowhere = {client: client.get("/no-such-page") for client in clients}

    for method in ("GET", "POST"):
        for rule in rules(app, method):
            for address in addresses(rule):
                for client in clients:
                    answer = client.open(address, method=method)
                    assert answer.status_code == 404, address
                    if method == "GET":
                        assert len(answer.data) == len(nowhere[client].data), address


def test_every_ledger_opens_for_a_steward_and_is_kept_nowhere(app, world, addresses, signed_in):
    stella = signed_in(world.stella)

    for rule in rules(app, "GET"):
        if rule.endpoint == "stewards.letter":  # there are none on a real site
            continue
        for address in addresses(rule):
            answer = stella.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["Cache-Control"] == "no-store", address


def test_every_ledger_takes_few_statements_whatever_its_size(
    app, world, addresses, signed_in, count_statements
):
    stella = signed_in(world.stella)
    stella.get("/steward")
    once = {
        address: statements(stella, address, count_statements) for address in every(app, addresses)
    }
    with transaction():
        for number in range(25):
            tags_called([f"word {number}"])
            world.item(author=world.chidi, title=f"Tea, the {number}th time", tags=("welcome",))

    for address, number in once.items():
        again = statements(stella, address, count_statements)
        assert again == number, address
        assert number <= MOST_STATEMENTS, (address, number)


def every(app, addresses) -> list[str]:
    return [
        address
        for rule in rules(app, "GET")
        if rule.endpoint != "stewards.letter"
        for address in addresses(rule)
    ]


def statements(client, address, count_statements) -> int:
    with count_statements() as seen:
        client.get(address)
    return len(seen)


def test_only_stewards_find_the_ledgers_in_their_menu(world, signed_in):
    assert 'href="/steward"' in signed_in(world.stella).get("/steward").text
    assert 'href="/steward"' not in signed_in(world.bo).get("/people").text


def test_the_front_says_what_needs_somebody(world, signed_in):
    page = signed_in(world.stella).get("/steward").text

    assert "Organisations nobody has confirmed for a year" in page
    assert "4 to look at" in page  # none of the four was ever confirmed
    assert "Never seen" in page  # the worker
