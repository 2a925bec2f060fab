"""Web server and worker under one command.

The application is loaded once and its processes are forked from the one that loaded it: a start
takes one load instead of three, a dead process is back in a moment, and all share the memory of
the code. The listening socket belongs to the parent: who connects while the web server starts anew
waits for an answer instead of being refused.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from config import LOOPBACK, Settings, WrongSetting
from wiki.kernel import markdown
from wiki.kernel.database import database
from wiki.kernel.setting_up import JsonLines
from wiki.kernel.worker import work_until_told_to_stop

log = logging.getLogger("across.serving")

STOP = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
WATCHED = STOP | {signal.SIGCHLD}
GRACE = 30  # seconds a running request has to finish when the site is stopped
PATIENCE = GRACE + 5.0  # then what still runs is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a dead process is started again
WELL = 30.0  # who lived that long did not die of its start
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


@dataclass
class Process:
    """One of the site's processes: started, and started again when it dies."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE / 2

    @property
    def is_due(self) -> bool:
        return not self.pid and self.due <= time.monotonic()

    def start(self) -> None:
        self.started = time.monotonic()
        self.pid = fork(self.name, self.run)

    def died(self, code: int) -> None:
        """Plan the next start: after a second, but later each time while it dies at once."""
        log.error("process died", extra={"child": self.name, "code": code})
        lived = time.monotonic() - self.started
        self.pause = FIRST_PAUSE if lived >= WELL else min(self.pause * 2, LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause

    def signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def serve(app: Flask, listener: socket.socket) -> None:
    """Run web server and worker until told to stop."""

    def work() -> None:
        with app.app_context():
            work_until_told_to_stop()

    with app.app_context():
        database().engine.dispose()  # a connection must never be in two processes
    supervise(
        [
            Process("across-web", lambda: WebServer(app, listener).run()),
            Process("across-worker", work),
        ]
    )


def supervise(processes: Sequence[Process]) -> None:
    """Keep them running; at the first word to stop let them finish, at the second kill them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    told = False
    while not told:
        for process in processes:
            if process.is_due:
                process.start()
        told = was_told_to_stop(0.5)
        for process, code in reap(processes):
            process.died(code)
    stop(processes)


def stop(processes: Sequence[Process]) -> None:
    for process in processes:
        if process.pid:
            os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    told = False
    while any(process.pid for process in processes) and time.monotonic() < deadline and not told:
        told = was_told_to_stop(0.5)
        reap(processes)
    for process in processes:
        if process.pid:
            process.signal_group(signal.SIGKILL)
            os.waitpid(process.pid, 0)


def was_told_to_stop(seconds: float) -> bool:
    """Wait so long, or until a process ends or somebody says stop."""
    told = signal.sigtimedwait(WATCHED, seconds)
    return told is not None and told.si_signo in STOP


def reap(processes: Sequence[Process]) -> list[tuple[Process, int]]:
    """Which have ended, and how. What they left behind in their group is told to end too."""
    found = []
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            for process in processes:
                if process.pid == ended[0]:
                    process.signal_group(signal.SIGTERM)
                    process.pid = 0
                    found.append((process, os.waitstatus_to_exitcode(ended[1])))
    return found


def fork(name: str, run: Callable[[], None]) -> int:
    """Start a process that dies with us, in a group of its own so that Ctrl-C reaches only us."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        become(name, parent)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def become(name: str, parent: int) -> None:
    os.setpgid(0, 0)
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    libc.prctl(PR_SET_NAME, name.encode())
    if os.getppid() != parent:
        raise SystemExit(1)
    for number in WATCHED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def apart(run: Callable[[], None]) -> None:
    """Run in a process of its own what leaves threads behind, for threads do not survive a fork."""
    database().engine.dispose()
    pid = fork("across", run)
    try:
        _, status = os.waitpid(pid, 0)
    except KeyboardInterrupt:
        os.kill(pid, signal.SIGINT)
        os.waitpid(pid, 0)
        raise
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(code)


def listen(settings: Settings, *, is_sample: bool) -> socket.socket:
    """The socket the site answers on. A port that is taken stops the start."""
    host, port = host_of(settings, is_sample=is_sample), settings.port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise WrongSetting(
                f"Port {port} is in use already. Choose another with ACROSS_PORT, for example "
                f"ACROSS_PORT={port + 1 if port < 65535 else 8000}."
            ) from None
        raise WrongSetting(
            f"Across can’t listen on {host}, port {port}: {error.strerror}."
        ) from None
    listener.listen(256)
    return listener


def host_of(settings: Settings, *, is_sample: bool) -> str:
    """The address to bind to: a sample is for this machine only, whatever is set."""
    return "127.0.0.1" if is_sample and settings.host not in LOOPBACK else settings.host


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings: threads, JSON logs, nothing from files or its variables."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.app = app
        self.listener = listener
        super().__init__()

    def load_config(self) -> None:
        settings: Settings = self.app.config["SETTINGS"]
        for name, value in {
            "bind": f"fd://{self.listener.detach()}",
            "workers": settings.processes,
            "threads": settings.threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE,
            "control_socket_disable": True,  # it would lie in the home folder, one for all sites
            "forwarded_allow_ips": "",  # ACROSS_PROXIES alone decides who is believed
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "logconfig_dict": LOGS,
            "post_worker_init": lambda _worker: markdown.warm(),
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


#: gunicorn's own words, as JSON lines like ours, when something is amiss.
LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
        for name in ("gunicorn.error", "gunicorn.access")
    },
}
