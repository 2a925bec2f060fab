"""How home speaks: the greeting, small numbers in words, and one sentence on the week."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from wiki.kernel.clock import local, now, today, zone
from wiki.kernel.languages import _, _l, ngettext

NUMBERS = (
    _l("none"),
    _l("one"),
    _l("two"),
    _l("three"),
    _l("four"),
    _l("five"),
    _l("six"),
    _l("seven"),
    _l("eight"),
    _l("nine"),
    _l("ten"),
    _l("eleven"),
    _l("twelve"),
)

MORNING_ENDS, EVENING_BEGINS = 12, 18
LONGEST_IN_A_NOTE = 80


def in_words(number: int) -> str:
    """Numbers up to twelve as words, larger ones in figures."""
    return str(NUMBERS[number]) if number < len(NUMBERS) else f"{number:,}"


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def greeting(name: str) -> str:
    hour = local(now()).hour
    if hour < MORNING_ENDS:
        return _("Good morning, %(name)s", name=name)
    if hour < EVENING_BEGINS:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def monday() -> date:
    """The Monday the week is told from: this week's, and on a Monday the one before."""
    return today() - timedelta(days=today().weekday() or 7)


def beginning(of: date) -> datetime:
    """The moment a day begins where the site is."""
    return datetime(of.year, of.month, of.day, tzinfo=zone())


def on_the_week(shared: int, used: int) -> str:
    """One sentence on what happened since Monday; empty when nothing did."""
    since = _("Since last Monday") if today().weekday() == 0 else _("Since Monday")
    if not shared and not used:
        return ""
    if not shared:
        return ngettext(
            "%(since)s, %(count)s insight was put to use somewhere new.",
            "%(since)s, %(count)s insights were put to use somewhere new.",
            used,
            since=since,
            count=in_words(used),
        )
    told = ngettext(
        "%(since)s, %(count)s insight has been shared across the network",
        "%(since)s, %(count)s insights have been shared across the network",
        shared,
        since=since,
        count=in_words(shared),
    )
    if not used:
        return told + "."
    return told + ngettext(
        ", and %(count)s was put to use somewhere new.",
        ", and %(count)s were put to use somewhere new.",
        used,
        count=in_words(used),
    )


def quoted(title: str) -> str:
    """A title inside a line: in quotation marks, cut at a word's end if it is long."""
    if len(title) > LONGEST_IN_A_NOTE:
        title = title[:LONGEST_IN_A_NOTE].rsplit(" ", 1)[0].rstrip(",.;: ") + "…"
    return _("“%(title)s”", title=title or _("Untitled"))
