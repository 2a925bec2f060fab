"""The contestants' servers: Across and bare Flask under the same gunicorn, and their memory.

``python -m bench.servers across`` serves the site of the environment, ``bare`` a Flask view that
answers ``/<length>`` with a stored body of that many bytes.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response

from config import Settings
from wiki import create_app
from wiki.kernel.serving import WebServer, listen

PATIENCE = 120.0  # seconds
LINE = b"Sharing across, not reporting up. "


def bare() -> Flask:
    """Flask with nothing added: one view and a body from memory."""
    app = Flask("bare")
    app.config["SETTINGS"] = Settings.from_environment()
    bodies: dict[int, bytes] = {}

    @app.get("/<int:length>")
    def stored(length: int) -> Response:
        if length not in bodies:
            bodies[length] = (LINE * (length // len(LINE) + 1))[:length]
        return Response(bodies[length], content_type="text/html; charset=utf-8")

    return app


@dataclass
class Server:
    """A server that was started here."""

    port: int
    pid: int

    def processes(self) -> list[int]:
        """Its web processes."""
        return [pid for pid in children_of(self.pid) if not is_renderer(pid)]

    def seconds_used(self) -> float:
        """Of processor time, by its web processes so far."""
        return sum(seconds_used(pid) for pid in self.processes())

    def renderers(self) -> list[int]:
        """The processes its web processes let render Markdown."""
        return [pid for web in self.processes() for pid in descendants_of(web)]


@contextmanager
def serving(which: str, environ: dict[str, str]) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it afterwards: only that one."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.servers", which],
        env=os.environ | environ | {"ACROSS_PORT": str(port)},
        preexec_fn=keep_off_the_last_processor,
    )
    try:
        wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def keep_off_the_last_processor() -> None:
    """That one is for those who ask, so that asking does not take from answering."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[:-1] or processors)


@contextmanager
def on_the_last_processor() -> Iterator[None]:
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, processors)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"GET /-/live HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if connection.recv(100):
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"The server for port {port} did not start.")


# -- what processes take


def seconds_used(pid: int) -> float:
    """Processor time of a process, in its own code and in the system's."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    direct = [int(one) for one in found.read_text().split()] if found.exists() else []
    return sorted(direct)


def descendants_of(pid: int) -> list[int]:
    """All below a process, whichever of its threads started them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *descendants_of(int(child))]
    return found


def is_renderer(pid: int) -> bool:
    return b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()


def memory_of(pid: int) -> tuple[float, float]:
    """What a process holds, and its fair share of that, in MB: RSS and PSS."""
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split(":")[1].split()[0] for line in rolled[1:]}
    return int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024


def main(which: str) -> None:
    os.umask(0o077)
    app = bare() if which == "bare" else create_app()
    WebServer(app, listen(app.config["SETTINGS"], is_sample=True)).run()


if __name__ == "__main__":
    main(sys.argv[1])
