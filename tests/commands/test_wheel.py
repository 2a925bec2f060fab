import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.running import ROOT, RunningSite


def test_the_wheel_installed_elsewhere_is_the_whole_product(tmp_path):
    """What it depends on is lent from here: a test has no network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("across-*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    own = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    Path(own, "lent.pth").write_text(sysconfig.get_path("purelib"))

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    across = [tmp_path / "venv" / "bin" / "across"]
    with RunningSite(tmp_path / "data", "sample", across=across, cwd=elsewhere) as site:
        assert site.get("/-/ready")[0] == 200
        assert site.get("/static/across.css")[0] == 200
        assert site.get("/sign-in")[0] == 200
    assert list(elsewhere.iterdir()) == []
