import os
import signal
import subprocess
import sys

from tests.running import PATIENCE, ROOT, RunningSite, environment, free_port


def test_the_sample_is_filled_once_and_kept(tmp_path):
    with RunningSite(tmp_path, "sample") as site:
        assert site.ready()["ready"] is True
        first = (tmp_path / "secret-key").read_text()
        assert site.said[0] == "Loading the sample content. This happens once.\n"

    with RunningSite(tmp_path, "sample") as site:
        status, page = site.get("/sign-in")
        assert site.said[0].startswith("Across runs at")

    assert status == 200
    assert "Calderwick" in page
    assert (tmp_path / "secret-key").read_text() == first


def test_a_first_start_broken_off_leaves_nothing_half_done(tmp_path):
    starting = subprocess.Popen(
        [sys.executable, "-m", "wiki", "sample"],
        cwd=ROOT,
        env=environment(tmp_path, ACROSS_PORT=str(free_port())),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert starting.stdout.readline().startswith("Loading")
    os.killpg(starting.pid, signal.SIGINT)
    said, _ = starting.communicate(timeout=PATIENCE)

    assert starting.returncode == 130
    assert said.endswith("Stopped.\n")
    with RunningSite(tmp_path, "sample") as site:
        assert site.said[0].startswith("Loading")
