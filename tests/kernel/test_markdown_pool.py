"""The processes that render: nothing a text does to one of them reaches anybody else."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from wiki.kernel import markdown
from wiki.kernel.markdown.pool import Trouble, outcome, renderers

ROOT = Path(__file__).parents[2]


def processes():
    return [child for child in multiprocessing.active_children() if "pebble" in child.name]


def test_threads_each_get_their_own_text():
    texts = [f"Text **{number}** [[{number}]]" for number in range(64)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(markdown.read, texts))

    assert [answer.text for answer in answers] == [f"Text {n} {n}" for n in range(64)]


def test_renderers_that_die_are_replaced_and_no_text_is_lost():
    markdown.read("a")
    for renderer in processes():
        os.kill(renderer.pid, signal.SIGKILL)

    assert [markdown.read(f"*{n}*").html for n in range(5)] == [
        f"<p><em>{n}</em></p>" for n in range(5)
    ]


def test_what_takes_its_renderer_down_has_failed_and_the_next_text_is_rendered():
    markdown.read("a")
    assert outcome(renderers._processes.schedule(os._exit, (3,))) is Trouble.FAILED
    assert markdown.read("*a*").problem is None


def test_a_text_is_kept_when_no_process_is_to_be_had(monkeypatch):
    def no_process():
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(renderers, "_processes", None)
    monkeypatch.setattr("wiki.kernel.markdown.pool._new", no_process)
    rendered = markdown.read("*a*")

    assert rendered.html == "<p>*a*</p>"
    assert rendered.problem


def test_a_renderer_loads_nothing_of_the_site():
    markdown.read("a")
    loaded = renderers._processes.schedule(eval, ("set(__import__('sys').modules)",)).result(5)

    assert "markdown" in loaded
    assert loaded.isdisjoint({"flask", "sqlalchemy", "config", "wiki.kernel.database"})


def test_a_renderer_has_a_limit_of_memory():
    hungry = renderers._processes.schedule(eval, ("len(bytearray(2 << 30))",))
    assert isinstance(hungry.exception(5), MemoryError)


def test_a_forked_process_has_renderers_of_its_own_and_none_is_left_behind():
    script = """if True:
        import multiprocessing, os
        from multiprocessing import forkserver
        from wiki.kernel import markdown

        def processes():
            server = forkserver._forkserver._forkserver_pid
            return [server, *(child.pid for child in multiprocessing.active_children())]

        markdown.warm()
        print(markdown.read("*parent*").html, *processes(), flush=True)
        if os.fork() == 0:
            print(markdown.read("*child*").html, *processes(), flush=True)
        else:
            os.wait()
            print(markdown.read("*after*").html, *processes(), flush=True)
    """
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    (parent, *ours), (child, *its), (after, *still) = (
        line.split() for line in said.stdout.splitlines()
    )
    assert said.stderr == ""
    assert (parent, child, after) == tuple(
        f"<p><em>{w}</em></p>" for w in ("parent", "child", "after")
    )
    assert set(ours).isdisjoint(its)
    assert ours == still
    left = [psutil.Process(int(pid)) for pid in {*ours, *its} if psutil.pid_exists(int(pid))]
    assert psutil.wait_procs(left, timeout=5)[1] == []
