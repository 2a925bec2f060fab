"""The real thing: web server, worker and supervisor as processes of their own."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text

from tests.running import SECRET, RunningSite, eventually, run
from wiki.kernel import serving


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The folder of a real site that was set up and nothing else."""
    data = tmp_path_factory.mktemp("real") / "data"
    done = run(data, "setup", ACROSS_SECRET_KEY=SECRET)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def served(data):
    with RunningSite(data, ACROSS_SECRET_KEY=SECRET) as served:
        yield served


def test_one_command_serves_pages_and_works(served):
    assert served.get("/sign-in")[0] == 200
    assert served.get("/-/live")[0] == 200
    assert eventually(lambda: served.ready()["worker"])


def test_what_is_too_large_is_answered_in_words_and_not_cut_off(served):
    status, words = served.get("/sign-in", b"x" * 20_000_000)

    assert status == 413
    assert "That is too large." in words


@pytest.mark.parametrize("name", ["across-worker", "across-web"])
def test_what_is_killed_comes_back(served, name):
    killed = eventually(lambda: served.child(name))
    assert served.get("/-/ready")[0] == 200

    killed.kill()
    eventually(lambda: (found := served.child(name)) and found.pid != killed.pid)

    assert served.get("/-/ready")[0] == 200
    assert '"what": "process died"' in served.log.read_text()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_being_told_to_stop_leaves_nothing_running(served, told):
    assert served.get("/-/ready")[0] == 200

    assert served.stop(told) == 0
    assert "Traceback" not in served.log.read_text()


def test_a_supervisor_that_is_killed_takes_all_with_it(served):
    assert served.get("/-/ready")[0] == 200
    family = served.family()

    served.process.kill()

    eventually(lambda: not any(alive(process) for process in family))


def test_a_port_in_use_is_one_sentence(served, data):
    done = run(data, "serve", ACROSS_SECRET_KEY=SECRET, ACROSS_PORT=str(served.port))

    assert done.returncode == 2
    assert done.stderr == (
        f"Port {served.port} is in use already. Choose another with ACROSS_PORT, for example "
        f"ACROSS_PORT={served.port + 1}.\n"
    )


def test_a_site_on_postgresql_is_served_the_same_way(postgresql, tmp_path):
    server = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    name = f"{server.url.database}_served"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    address = server.url.set(database=name).render_as_string(hide_password=False)
    settings = {"ACROSS_DATABASE": address, "ACROSS_SECRET_KEY": SECRET}
    server.dispose()

    assert run(tmp_path, "setup", **settings).returncode == 0
    with RunningSite(tmp_path, **settings) as served:
        assert eventually(lambda: served.ready()["worker"])
        with ThreadPoolExecutor(8) as crowd:
            answers = list(crowd.map(served.get, ["/sign-in"] * 40))
        assert {status for status, _ in answers} == {200}


def test_the_worker_runs_by_itself_on_a_machine_of_its_own(data):
    assert run(data, "work", "--once", ACROSS_SECRET_KEY=SECRET).returncode == 0


def test_who_keeps_dying_is_started_ever_later():
    child = serving.Process("a child", lambda: None)
    pauses = []
    for _ in range(7):
        child.started = time.monotonic()
        child.died(1)
        pauses.append(child.pause)

    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_sample_listens_on_loopback_whatever_is_set(app):
    settings = app.config["SETTINGS"]
    elsewhere = type(settings).from_environment({"ACROSS_HOST": "0.0.0.0"})

    assert serving.host_of(elsewhere, is_sample=True) == "127.0.0.1"
    assert serving.host_of(elsewhere, is_sample=False) == "0.0.0.0"


def test_without_the_command_there_is_help():
    done = subprocess.run(
        [sys.executable, "-m", "wiki"], capture_output=True, text=True, timeout=60
    )

    for command in ("setup", "sample", "serve", "work", "migrate", "person", "config", "seeds"):
        assert f"  {command} " in done.stdout + done.stderr


def alive(process):
    return process.is_running() and process.status() != "zombie"
