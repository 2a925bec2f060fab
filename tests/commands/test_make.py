"""What the Makefile says when a machine lacks something."""

import os
import shutil
import subprocess

import pytest

from tests.running import ROOT


@pytest.fixture
def make(tmp_path):
    """`make` in a folder with what it reads and nothing else, on a machine with only these programs."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name in ("sh", "make", "sed", "printf", "test", "echo"):
        if found := shutil.which(name):
            (bin_ / name).symlink_to(found)

    def run(*words, **programs):
        for name, script in programs.items():
            (bin_ / name).write_text(f"#!/bin/sh\n{script}\n")
            (bin_ / name).chmod(0o755)
        done = subprocess.run(
            ["make", *words],
            cwd=tmp_path,
            env={"PATH": str(bin_), "HOME": os.environ["HOME"]},
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_without_python_the_command_that_installs_it_is_named(make):
    code, said = make("run")

    assert code == 2
    assert "Across needs Python. This installs it: apt install python3-venv" in said


def test_an_old_python_is_told_so(make):
    code, said = make("run", python3='case "$2" in *version_info*) exit 1;; esac')

    assert code == 2
    assert "Across needs Python 3.11 or later" in said


def test_without_venv_the_command_that_installs_it_is_named(make):
    code, said = make("run", python3='case "$2" in *ensurepip*) exit 1;; esac')

    assert code == 2
    assert "Python lacks its venv module. This installs it: apt install python3-venv" in said


def test_without_chromium_and_root_the_command_that_installs_it_is_named(make):
    code, said = make("chromium", id="echo 1000")

    assert code == 2
    assert "The browser tests need Chromium. This installs it: sudo apt install chromium" in said


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_chromium_that_is_there_is_enough(make, name):
    assert make("chromium", id="echo 1000", **{name: ""}) == (0, "")


def test_with_root_chromium_is_installed(make):
    code, said = make("chromium", id="echo 0", **{"apt-get": 'echo "$@"'})

    assert code == 0
    assert "install -y -qq chromium" in said


def test_every_target_is_explained(make):
    code, said = make("help")

    assert code == 0
    for target in ("run", "test", "trial", "bench", "vendor", "lock", "migration"):
        assert f"make {target} " in said
