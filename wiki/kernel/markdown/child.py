"""The work of a renderer process, under its limit of processor time."""

from __future__ import annotations

import signal

from wiki.kernel.markdown.rendered import Rendered

#: Honest prose of 60,000 characters takes about a fifth of this.
SECONDS = 0.5


def render(source: str, shift: int) -> Rendered:
    """The text rendered, or the end of this process."""
    from wiki.kernel.markdown.rendering import rendered  # only a renderer pays for the libraries

    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        return rendered(source, shift)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
