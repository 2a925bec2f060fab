"""A load generator: some connections, each asking for the next page as soon as it has the last.

Plain sockets and one thread, so that asking costs far less than answering. It speaks only what our
own servers answer with: HTTP/1.1, kept-alive, with a length.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlencode

CONNECTIONS = 8


@dataclass
class Measured:
    """What a round of load came to: how long each answer took, in seconds."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failed: int = 0
    processor: float = 0.0  # seconds the server worked for it

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    @property
    def each(self) -> float:
        """Processor time of the server for one answer, in milliseconds."""
        return self.processor / len(self.took) * 1000 if self.took else 0.0

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.took) or [0.0]
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000


def get(path: str, cookie: str = "") -> bytes:
    """The request a browser would make, in the few lines that count."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookies}\r\n".encode()


def send(
    port: int, method: str, path: str, cookie: str = "", form: Mapping[str, str] | None = None
) -> tuple[int, HTTPMessage, bytes]:
    """One request on a connection of its own: status, headers and body of the answer."""
    headers = {"Cookie": cookie} if cookie else {}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def load(port: int, asked: Iterator[bytes], seconds: float) -> Measured:
    """Ask for one page after another for so many seconds."""
    measured = Measured()
    with selectors.DefaultSelector() as waiting:
        began = time.perf_counter()
        visitors = [Visitor(port, asked, measured) for _ in range(CONNECTIONS)]
        for visitor in visitors:
            waiting.register(visitor.connection, selectors.EVENT_READ, visitor)
            visitor.ask()
        under_way = len(visitors)
        while under_way:
            for ready, _ in waiting.select(timeout=10):
                if not ready.data.hear():
                    continue
                if time.perf_counter() - began < seconds:
                    ready.data.ask()
                else:
                    waiting.unregister(ready.fileobj)
                    ready.data.connection.close()
                    under_way -= 1
        measured.seconds = time.perf_counter() - began
    return measured


class Visitor:
    """One connection: at most one question at a time."""

    def __init__(self, port: int, asked: Iterator[bytes], measured: Measured) -> None:
        self.port, self.asked, self.measured = port, asked, measured
        self.connection = self.connect()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self) -> None:
        self.heard, self.length = b"", -1
        self.began = time.perf_counter()
        self.connection.sendall(next(self.asked))

    def hear(self) -> bool:
        """Take in what has come; whether the answer is complete."""
        came = self.connection.recv(262_144)
        if not came:
            raise SystemExit("The server closed a connection in the middle of the benchmark.")
        self.heard += came
        if self.length < 0:
            head, separator, _ = self.heard.partition(b"\r\n\r\n")
            if not separator:
                return False
            self.length = len(head) + 4 + length_of(head)
            self.failed = not head.startswith(b"HTTP/1.1 200")
        if len(self.heard) < self.length:
            return False
        self.measured.took.append(time.perf_counter() - self.began)
        self.measured.failed += self.failed
        return True


def length_of(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise SystemExit("The server sent an answer without a length.")
