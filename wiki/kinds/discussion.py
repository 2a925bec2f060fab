"""Discussion: something to talk about, answered by replies."""

from __future__ import annotations

from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.languages import _l


class Discussion(Item):
    """The first post of a conversation; only its author edits it."""

    __mapper_args__ = {"polymorphic_identity": "discussion"}


KIND = Kind(
    name="discussion",
    label=_l("Discussion"),
    plural=_l("Discussions"),
    path="discussions",
    icon="messages-square",
    thread=6,
    model=Discussion,
    parts=(
        PartOfText(
            "body",
            _l("What do you want to talk about?"),
            _l("Say what you know already and what you would like to hear."),
            required=_l("Write what you want to talk about."),
        ),
    ),
    anyone_edits=False,
    is_talk=True,
    hint=_l("Something to think through together"),
    new_label=_l("A discussion"),
    share_position=40,
)
