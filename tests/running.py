"""A whole site in processes of its own, for what only the real thing can show."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).parent.parent
SECRET = "a secret that is long enough for the tests to pass"
PATIENCE = 120  # seconds; a busy machine is not a broken site


class RunningSite:
    """``across COMMAND`` on a free port, from when it says where it runs to when it is stopped."""

    def __init__(self, data: Path, command: str = "serve", *, across=None, cwd=ROOT, **environ):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = data / "site.log"
        across = across or [sys.executable, "-m", "wiki"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*across, command],
                cwd=cwd,
                env=environment(data, ACROSS_PORT=str(self.port), **environ),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.said: list[str] = []
        self.wait_until_it_says("Across runs at")

    def wait_until_it_says(self, words: str) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        self.process.wait()
        self.process.stdout.close()
        raise AssertionError(f"it ended: {self.log.read_text()}")

    def __enter__(self) -> RunningSite:
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def get(self, path: str, body: bytes | None = None) -> tuple[int, str]:
        """Status and text of a page; with a body it is a POST."""
        try:
            with urlopen(f"{self.url}{path}", body, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def ready(self) -> dict[str, bool]:
        return json.loads(self.get("/-/ready")[1])

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process | None:
        children = psutil.Process(self.process.pid).children()
        return next((found for found in children if found.name() == name), None)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Answers how it ended; nothing it started may be left."""
        if self.process.poll() is None:
            family = self.family()
            self.process.send_signal(number)
            self.process.wait(PATIENCE)
            _, left = psutil.wait_procs(family, timeout=10)
            for process in left:
                process.kill()
            assert not left, f"still there: {left}"
        self.process.stdout.close()
        return self.process.returncode


def environment(data: Path, **more: str) -> dict[str, str]:
    """Our own settings and nobody else's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACROSS_")}
    return {**kept, "ACROSS_DATA": str(data), "ACROSS_PROCESSES": "1", **more}


def run(data: Path, *command: str, **environ: str) -> subprocess.CompletedProcess:
    """One ``across`` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "wiki", *command],
        cwd=ROOT,
        env=environment(data, **environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def eventually(question, seconds: float = PATIENCE):
    """The first answer that is not empty, asked again and again for a while."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, "that never came true"
        time.sleep(0.02)
    return answer
