"""Mail leaves through a real SMTP server, once for each person, and its text is erased afterwards."""

import socket

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from wiki.kernel import mail
from wiki.kernel.database import db, transaction
from wiki.kernel.mail import Mail, MailState, send_waiting
from wiki.people.models import Person


class Letterbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # the name aiosmtpd calls
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def letterbox(app, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Letterbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings = app.config["SETTINGS"]
    from dataclasses import replace

    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, smtp=f"smtp://127.0.0.1:{port}"))
    yield box
    server.stop()


def queue(world, to="bo.lind@testford.example"):
    with transaction():
        item = world.item(public=True)
        made = mail.post("item_public", to, about_id=item.id, item=item)
        db().flush()
        return made.id


def state_of(mail_id):
    with transaction():
        return db().scalar(
            select(Mail).where(Mail.id == mail_id).execution_options(populate_existing=True)
        )


def test_a_queued_mail_is_sent_once_and_its_text_erased(world, letterbox):
    mail_id = queue(world)

    assert (send_waiting(), send_waiting()) == (1, 0)

    (letter,) = letterbox.letters
    assert letter.rcpt_tos == ["bo.lind@testford.example"]
    assert b"Subject: Something you wrote can now be read by everyone" in letter.content
    assert (state_of(mail_id).state, state_of(mail_id).body) == (MailState.SENT, "")


def test_a_mail_killed_in_the_middle_goes_out_again_under_the_same_id(world, letterbox, at):
    mail_id = queue(world)
    assert mail.claim() == mail_id  # and then the worker dies

    assert send_waiting() == 0
    with at(minutes=11):
        assert send_waiting() == 1

    assert state_of(mail_id).message_id.encode() in letterbox.letters[0].content


def test_without_a_server_the_mail_waits_and_says_why(world, at):
    mail_id = queue(world)

    assert send_waiting() == 0

    waiting = state_of(mail_id)
    assert (waiting.state, waiting.tries) == (MailState.QUEUED, 1)
    assert "ACROSS_SMTP" in waiting.error
    with at(minutes=1):
        assert send_waiting() == 0
        assert state_of(mail_id).tries == 1


def test_a_line_break_in_a_name_cannot_add_a_header(world, letterbox):
    with transaction():
        item = world.item(title="Tea\r\nBcc: everyone@example.org", public=True)
        mail.post("item_public", "bo.lind@testford.example", about_id=item.id, item=item)

    send_waiting()

    head = letterbox.letters[0].content.split(b"\r\n\r\n")[0]
    assert b"Bcc" not in head


def test_in_a_sample_mail_lands_in_a_folder(world, app, tmp_path, monkeypatch):
    from dataclasses import replace

    from wiki.kernel.site import Site

    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], data=tmp_path))
    queue(world)
    with transaction() as session:
        session.get_one(Site, 1).is_sample = True

    send_waiting()

    (letter,) = (tmp_path / "mail").glob("*.eml")
    assert "bo.lind@testford.example" in letter.read_text()


def test_what_was_queued_goes_only_to_who_may_still_have_it(world, letterbox):
    mail_id = queue(world)
    with transaction() as session:
        session.get_one(Person, world.bo.id).disable(None)

    assert send_waiting() == 0

    assert state_of(mail_id).state == MailState.DROPPED
    assert not letterbox.letters


def test_a_letter_that_cannot_be_made_keeps_no_other_back(world, letterbox):
    broken, whole = queue(world), queue(world)
    with transaction() as session:
        session.get_one(Mail, broken).subject = "two\nlines"

    assert send_waiting() == 1

    assert state_of(broken).state == MailState.QUEUED
    assert state_of(whole).state == MailState.SENT
