"""Renderer processes: few, started when first needed, and killed when a text takes too long."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from enum import Enum
from importlib.machinery import ModuleSpec
from multiprocessing import forkserver
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from wiki.kernel.markdown import child
from wiki.kernel.markdown.rendered import Rendered

PROCESSES = 2  # so that one slow text does not hold up all others
OUTER_WALL = 2.0  # seconds of real time, for a text that waits instead of working
PATIENCE = 10.0  # seconds a text waits for those before it

#: Loaded once by the server that renderers are forked from, so that a new one is ready in milliseconds.
LIBRARIES = (
    "bleach.sanitizer",
    "markdown.extensions.footnotes",
    "markdown.extensions.tables",
    "pebble",
    "pygments.lexers.html",
    "pygments.lexers.sql",
    "pymdownx.superfences",
    "pymdownx.tasklist",
)

logger = logging.getLogger(__name__)


class Trouble(Enum):
    """Why a text has not been rendered."""

    SLOW = "slow"
    FAILED = "failed"


class Pool:
    """The renderers of this process. They are ours alone: a process forked from this one starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: ProcessPool | None = None

    def schedule(self, source: str, shift: int) -> ProcessFuture[Rendered]:
        """Takes a text to be rendered as soon as a renderer is free."""
        try:
            with self._lock:
                if self._processes is None or not self._processes.active:
                    self._processes = _new()
                return self._processes.schedule(child.render, (source, shift), timeout=OUTER_WALL)
        except (
            OSError,
            RuntimeError,
        ) as error:  # no process to be had: the text must be kept all the same
            future: ProcessFuture[Rendered] = ProcessFuture()
            future.set_exception(error)
            return future

    def stop(self) -> None:
        with self._lock:
            if self._processes is not None:
                self._processes.stop()
                self._processes.join()
                self._processes = None


def outcome(future: ProcessFuture[Rendered]) -> Rendered | Trouble:
    """What became of a text; never an exception, whatever the text did to its renderer."""
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        future.cancel()
        return Trouble.SLOW
    except ProcessExpired as error:
        return Trouble.SLOW if error.exitcode == -signal.SIGPROF else Trouble.FAILED
    except (
        Exception
    ) as error:  # hostile text can raise anything, and an author's words must still be kept
        logger.warning("A text could not be rendered: %s", type(error).__name__)
        return Trouble.FAILED


def _new() -> ProcessPool:
    _leave_main_alone()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LIBRARIES))
    first = str(Path(__file__).with_name("first.py"))
    return ProcessPool(
        max_workers=PROCESSES,
        initializer=runpy.run_path,
        initargs=(first, None, "__main__"),
        context=context,
    )


def _leave_main_alone() -> None:
    """Keeps renderers from running the main module of this process, which may be all of the site.

    Processes that multiprocessing starts run it again, unless it is the ``__main__`` of a package.
    """
    main = sys.modules["__main__"]
    if main.__spec__ is None:
        main.__spec__ = ModuleSpec("wiki.__main__", None)


def _after_fork() -> None:
    """A forked process inherits our pool and its server only in name; it must not use either."""
    pool.__init__()
    forkserver._forkserver.__init__()


pool = Pool()
atexit.register(pool.stop)
os.register_at_fork(after_in_child=_after_fork)
