"""Where to go after signing in: back to a page of this site, never anywhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/"
LONGEST = 2000


def safe_target(target: str | None) -> str:
    """The target if it is a path of this site, checked as a browser would read it; else home."""
    if not target or len(target) > LONGEST or not is_path(target):
        return HOME
    return target


def is_path(target: str) -> bool:
    """One leading slash, nothing a browser drops or reads as another, no host after parsing."""
    if any(letter <= " " or letter == "\\" or letter == "\x7f" for letter in target):
        return False
    if not target.startswith("/") or target.startswith("//"):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
