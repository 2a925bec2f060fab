"""People walking through the site as they would: by its links and its forms, knowing no address but the first."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.walking import Form, Page
from wiki.kernel.database import transaction
from wiki.kernel.mail import Mail
from wiki.kernel.worker import claim, deliver


class Walker:
    """Somebody with a browser. ``text`` and ``page`` are what they see now."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.url = "/"

    def open(self, url: str, status: int = 200) -> Walker:
        return self._see(self.client.get(url, follow_redirects=True), status)

    def follow(self, words: str) -> Walker:
        """Click the link that says so, or begins by saying so."""
        links = self.page.anchors
        found = links.get(words) or next(
            (url for said, url in links.items() if said.startswith(words)), None
        )
        assert found, f"no link {words!r} on {self.url}: {sorted(links)}"
        return self.open(urljoin(self.url, found))

    def send(self, to: str = "", *, do: str = "", status: int = 200, **fields: object) -> Walker:
        """Fill in the form that leads to an address ending like this, and send it."""
        form = self.form(to)
        said = [(name, value) for name, value in form.fields if name not in fields]
        strange = [name for name in fields if name not in form.types and name != "do"]
        assert not strange, f"{self.url} asks for no {strange}, but {sorted(form.types)}"
        for name, value in fields.items():
            said += [(name, one) for one in (value if isinstance(value, list) else [value])]
        if do:
            said.append(("do", do))
        sent: dict[str, list[object]] = {}
        for name, value in said:
            sent.setdefault(name, []).append(value)
        address = urljoin(self.url, form.action or self.url)
        return self._see(self.client.post(address, data=sent, follow_redirects=True), status)

    def form(self, to: str) -> Form:
        forms = [form for form in self.page.forms if form.method == "post"]
        found = [form for form in forms if (form.action or self.url).endswith(to)]
        if not to:  # the page's own form, not sign-out or another button
            found = [form for form in forms if not form.action or len(form.types) > 2]
        assert found, f"no form to {to!r} on {self.url}: {[form.action for form in forms]}"
        return found[0]

    def sees(self, *words: str) -> bool:
        missing = [word for word in words if word not in self.words]
        assert not missing, f"{self.url} does not say {missing}:\n{self.words[:3000]}"
        return True

    @property
    def words(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    def _see(self, answer, status: int) -> Walker:
        assert answer.status_code == status, (
            f"{answer.request.path}: {answer.status}\n{answer.text[:2000]}"
        )
        self.url = answer.request.full_path.rstrip("?")
        self.text, self.page = answer.text, Page(answer.text)
        return self


@pytest.fixture
def walker(signed_in):
    """``walker(world.bo)``: a person at home, signed in."""

    def walking(person) -> Walker:
        return Walker(signed_in(person)).open("/")

    return walking


@pytest.fixture
def stranger(visitor) -> Walker:
    """Somebody who is not signed in."""
    return Walker(visitor)


@pytest.fixture
def links_mailed():
    """``links_mailed(address)``: the paths of the links in the letters to somebody, newest first."""

    def found(address: str) -> list[str]:
        with transaction() as session:
            bodies = session.scalars(
                select(Mail.body).where(Mail.to == address).order_by(Mail.id.desc())
            ).all()
        return [path for body in bodies for path in re.findall(r"https?://[^/\s]+(/\S*)", body)]

    return found


@pytest.fixture
def worker():
    """Let listeners hear of all that happened."""

    def work() -> None:
        while (delivery := claim()) is not None:
            deliver(delivery)

    return work
