"""Run by path, before all else, in each renderer process: limits its memory, loads its libraries.

Our packages are named here without being run: they would bring Flask and SQLAlchemy with them.
"""

from __future__ import annotations

import resource
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

MEMORY = 1 << 30  # bytes of address space


def name_packages(markdown: Path) -> None:
    for name, folder in {
        "wiki": markdown.parent.parent,
        "wiki.kernel": markdown.parent,
        "wiki.kernel.markdown": markdown,
    }.items():
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules.setdefault(name, package)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    name_packages(Path(__file__).resolve().parent)
    import_module("wiki.kernel.markdown.rendering")
