"""The 504 posts of a real team, which lie beside the repository or where ACROSS_CORPUS says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def real_posts() -> Path:
    """Their folder. Where it is not, as on a machine with this repository alone, the test says so."""
    given = Path(os.environ.get("ACROSS_CORPUS", BESIDE))
    folder = given / "18f-posts" if (given / "18f-posts").is_dir() else given
    if not any(folder.glob("*.md")):
        pytest.skip(f"the real posts are not at {folder}: set ACROSS_CORPUS to try them")
    return folder
