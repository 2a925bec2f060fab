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
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from enum import Enum
from importlib.machinery import ModuleSpec
from multiprocessing import forkserver
from multiprocessing.forkserver import ForkServer
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from wiki.kernel.markdown import child
from wiki.kernel.markdown.rendered import Rendered

PROCESSES = 2  # so that one slow text does not hold up all others
OUTER_WALL = (
    10.0  # seconds of real time, for a text that waits instead of working on a busy machine
)
PATIENCE = 10.0  # seconds a text waits for those before it

#: Loaded once by the server that renderers are forked from, so that a new one is ready at once.
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

    SLOW = "slow"  # it used up its time
    FAILED = "failed"  # it raised, or took its renderer down
    LOST = "lost"  # the renderers died, through no fault of its own


class Renderers:
    """The renderers of this process. A process forked from it starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: ProcessPool | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self._stop)

    def render(self, sources: Mapping[str, str], shift: int) -> dict[str, Rendered | Trouble]:
        """What became of each text; one that was lost is tried once more, with new renderers."""
        became = self._tried(sources, shift)
        lost = {name: sources[name] for name, end in became.items() if end is Trouble.LOST}
        return became | self._tried(lost, shift)

    def start(self) -> None:
        self._schedule("", shift=1)

    def _tried(self, sources: Mapping[str, str], shift: int) -> dict[str, Rendered | Trouble]:
        futures = {name: self._schedule(source, shift) for name, source in sources.items()}
        return {name: outcome(future) for name, future in futures.items()}

    def _schedule(self, source: str, shift: int) -> ProcessFuture[Rendered]:
        try:
            with self._lock:
                if self._processes is None or not self._processes.active:
                    self._processes = _new()
                return self._processes.schedule(child.render, (source, shift), timeout=OUTER_WALL)
        except (OSError, RuntimeError) as error:  # no process to be had
            future: ProcessFuture[Rendered] = ProcessFuture()
            future.set_exception(error)
            return future

    def _stop(self) -> None:
        with self._lock:
            if self._processes is not None:
                self._processes.stop()  # type: ignore[no-untyped-call]  # Pebble types only some
                self._processes.join()
                self._processes = None

    def _forget(self) -> None:
        """After a fork the pool, the server behind it and its processes are another's."""
        self._lock = threading.Lock()
        self._processes = None
        ForkServer.__init__(forkserver._forkserver)
        multiprocessing.process._children.clear()  # type: ignore[attr-defined]  # or exit stops them


def outcome(future: ProcessFuture[Rendered]) -> Rendered | Trouble:
    """What became of a text; never an exception, whatever the text did to its renderer."""
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        future.cancel()  # type: ignore[no-untyped-call]  # Pebble types only some
        return Trouble.SLOW
    except ProcessExpired as error:
        return Trouble.SLOW if error.exitcode == -signal.SIGPROF else Trouble.FAILED
    except BrokenProcessPool:
        return Trouble.LOST
    except Exception as error:  # hostile text can raise anything; its author's words are kept
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
    """Keeps renderers from running the main module of this process, which may load the whole site.

    What multiprocessing starts runs it again, unless it is the ``__main__`` of a package.
    """
    main = sys.modules["__main__"]
    if main.__spec__ is None:
        main.__spec__ = ModuleSpec("wiki.__main__", None)


renderers = Renderers()
