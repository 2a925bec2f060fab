"""The ledgers of the site itself: name, letters, worker, imports, openness."""

import pytest
from sqlalchemy import select

from tests.world import fresh
from wiki.items.visibility import open_restricted
from wiki.kernel import mail
from wiki.kernel.clock import now
from wiki.kernel.database import db, transaction
from wiki.kernel.mail import Mail, MailState
from wiki.kernel.outbox import Delivery, Event
from wiki.kernel.site import Site
from wiki.kernel.worker import GIVE_UP_AFTER, beat, work_once
from wiki.people import letters
from wiki.people.current import reader_for
from wiki.people.tokens import Purpose
from wiki.stewards.letters import Piece, pieces_of
from wiki.transfer.models import ImportRun, ImportState


@pytest.fixture
def sample(app):
    with transaction() as session:
        session.get_one(Site, 1).is_sample = True


def seen_in(page: str) -> str:
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


# -- name and line


def test_the_name_stands_on_every_page_from_then_on(world, signed_in, visitor):
    stella = signed_in(world.stella)
    assert "Harbour network" not in visitor.get("/organisations").text
    seen = seen_in(stella.get("/steward/site").text)
    form = {"name": "Harbour network", "line": "Across, not up", "seen": seen}

    assert stella.post("/steward/site", data=form).status_code == 303

    page = visitor.get("/organisations").text
    assert "Harbour network" in page
    assert "Across, not up" in page


# -- letters


def letter(state: MailState, **more) -> Mail:
    made = Mail(
        purpose="invitation",
        to="new@testford.example",
        subject="Come in",
        body="Hello",
        message_id=f"<{state}@testford.example>",
        state=state,
        **more,
    )
    db().add(made)
    db().flush()
    return made


def mail_row(mail_id: int) -> Mail:
    with transaction(writing=False) as session:
        return session.get_one(Mail, mail_id, populate_existing=True)


def test_a_letter_that_failed_is_tried_again(world, signed_in):
    with transaction():
        failed = letter(MailState.FAILED, tries=10, error="OSError: no server").id
    stella = signed_in(world.stella)
    assert "no server" in stella.get("/steward/mail?state=failed").text

    assert stella.post(f"/steward/mail/{failed}/sending").status_code == 303

    assert (mail_row(failed).state, mail_row(failed).tries) == (MailState.QUEUED, 0)


def test_a_dropped_letter_is_erased_and_never_sent(world, signed_in, monkeypatch):
    sent = []
    monkeypatch.setattr(mail, "to_server", lambda message, settings: sent.append(message))
    with transaction():
        queued = letter(MailState.QUEUED).id

    signed_in(world.stella).post(f"/steward/mail/{queued}/dropping")
    work_once()

    assert (mail_row(queued).state, mail_row(queued).body) == (MailState.DROPPED, "")
    assert sent == []


@pytest.mark.parametrize("act", ["sending", "dropping"])
def test_what_has_gone_out_stays_as_it_is(world, signed_in, act):
    with transaction():
        gone = letter(MailState.SENT).id

    assert signed_in(world.stella).post(f"/steward/mail/{gone}/{act}").status_code == 422
    assert mail_row(gone).state == MailState.SENT


def test_letters_of_a_sample_can_be_read(world, signed_in, sample):
    with transaction():
        letters.send_link(Purpose.SIGN_IN, world.bo.email)
    work_once()
    stella = signed_in(world.stella)
    address = stella.get("/steward/mail").text.split('href="/steward/mail/')[1].split('"')[0]

    page = stella.get(f"/steward/mail/{address}").text

    assert "Your link to sign in to Testford" in page
    assert 'href="/sign-in/link/open?code=' in page


@pytest.mark.parametrize(
    "name", ["nothing.eml", "..%2fsecret-key", ".hidden.eml", "%2e%2e%2f%2e%2e%2fx.eml", "a b.eml"]
)
def test_only_letters_are_read_from_the_folder(world, signed_in, sample, name):
    assert signed_in(world.stella).get(f"/steward/mail/{name}").status_code == 404


def test_letters_of_a_real_site_are_for_their_readers(app, world, signed_in):
    folder = app.config["SETTINGS"].mail_folder
    folder.mkdir(exist_ok=True)
    path = folder / "kept@testford.example.eml"
    path.write_text("Subject: Private\n\nHello")
    try:
        assert signed_in(world.stella).get(f"/steward/mail/{path.name}").status_code == 404
    finally:
        path.unlink()


def test_only_links_into_this_site_can_be_followed():
    text = "See https://evil.example/x or http://here.example/people?a=1, then rest"

    assert pieces_of(text, "http://here.example") == [
        Piece("See https://evil.example/x or "),
        Piece("http://here.example/people?a=1", "/people?a=1"),
        Piece(", then rest"),
    ]
    assert pieces_of("http://here.example.evil/x", "http://here.example") == [
        Piece("http://here.example.evil/x")
    ]


# -- the worker


def failing_delivery(world, tries: int = GIVE_UP_AFTER) -> int:
    item = world.item()
    event = db().scalar(select(Event).where(Event.thing == "item", Event.thing_id == item.id))
    failing = Delivery(
        event_id=event.id,
        listener="wiki.items.listeners.tell_author_of_public",
        tries=tries,
        error="IntegrityError: duplicate\n[parameters: ('private words',)]",
    )
    db().add(failing)
    db().flush()
    return failing.id


def test_a_failing_delivery_is_shown_without_peoples_words(world, signed_in):
    with transaction():
        failing_delivery(world)

    page = signed_in(world.stella).get("/steward/worker").text

    assert "IntegrityError: duplicate" in page
    assert "items: tell author of public" in page
    assert "Not tried any more" in page
    assert "private words" not in page


def test_a_delivery_is_tried_again_or_given_up(world, signed_in):
    with transaction():
        again, never = failing_delivery(world), failing_delivery(world)
    stella = signed_in(world.stella)

    stella.post(f"/steward/worker/deliveries/{again}/retry")
    stella.post(f"/steward/worker/deliveries/{never}/giving-up")

    with transaction(writing=False) as session:
        assert session.get_one(Delivery, again, populate_existing=True).tries == 0
        assert session.get_one(Delivery, never, populate_existing=True).done_at is not None
    work_once()
    with transaction(writing=False) as session:
        assert session.get_one(Delivery, again, populate_existing=True).done_at is not None


def test_a_silent_worker_is_told(world, signed_in, at):
    stella = signed_in(world.stella)
    assert "It was never seen" in stella.get("/steward/worker").text
    beat()

    assert "The worker is at work" in stella.get("/steward/worker").text
    with at(minutes=6):
        assert "The worker is silent" in stella.get("/steward/worker").text


# -- imports


def a_run(world, **more) -> int:
    run = ImportRun(
        place_id=world.community.id,
        folder="posts",
        total=504,
        done=312,
        counts={"new": 300, "unchanged": 12},
        report=[
            ["a.md", 3, "link_unresolved", "<b>gone</b>", "gone"],
            ["b.md", None, "image_missing", "x.png", ""],
        ],
        **more,
    )
    db().add(run)
    db().flush()
    return run.id


def test_an_import_under_way_says_how_far_it_is(world, signed_in):
    with transaction():
        run_id = a_run(world, state=ImportState.WRITING)
    stella = signed_in(world.stella)

    answer = stella.get(f"/steward/imports/{run_id}")
    part = stella.get(f"/steward/imports/{run_id}", headers={"HX-Request": "true"})

    assert "312 of 504 posts" in answer.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in answer.text
    assert 'hx-trigger="every 2s"' in part.text
    assert "<html" not in part.text
    assert "HX-Refresh" not in part.headers


def test_a_finished_import_stops_asking(world, signed_in):
    with transaction():
        run_id = a_run(world, state=ImportState.FINISHED, ended_at=now())
    stella = signed_in(world.stella)

    answer = stella.get(f"/steward/imports/{run_id}")

    assert 'http-equiv="refresh"' not in answer.text
    assert "hx-trigger" not in answer.text.split('id="progress"')[1].split(">")[0]
    part = stella.get(f"/steward/imports/{run_id}", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "&lt;b&gt;gone&lt;/b&gt;" in answer.text
    only = stella.get(f"/steward/imports/{run_id}?what=image_missing").text
    assert "x.png" in only
    assert "gone" not in only.split("<tbody")[1]


def test_an_import_nobody_hears_of_is_called_stopped(world, signed_in, at):
    with transaction():
        run_id = a_run(world, state=ImportState.WRITING)

    with at(minutes=6):
        answer = signed_in(world.stella).get(f"/steward/imports/{run_id}")

    assert "running it again carries on" in answer.text
    assert 'http-equiv="refresh"' not in answer.text


# -- openness


def test_openings_are_listed_with_reason_and_name_but_not_what(world, signed_in):
    with transaction():
        item = world.item(restricted=True, title="Named learner")
        open_restricted(item, reader_for(world.stella), "A complaint names this text.")
        fresh(world.bo).make_steward(world.stella)

    page = signed_in(world.bo).get("/steward/openness").text

    assert "A complaint names this text." in page
    assert "Stella Roy" in page
    assert "Named learner" not in page
    assert "Museum" in page  # whose total is one
