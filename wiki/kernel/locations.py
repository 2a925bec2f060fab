"""Where templates, static files, migrations and seeds are, in a checkout and in an installed
package alike.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """The folder of that name inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
