"""Discussion: something to talk about, answered by replies."""

from __future__ import annotations

from wiki.items.choices import Intent
from wiki.items.forms import ItemForm, text_of, title_field
from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.languages import _l


class Discussion(Item):
    """The first post of a conversation; only its author edits it."""

    __mapper_args__ = {"polymorphic_identity": "discussion"}


PARTS = (
    PartOfText(
        "body",
        _l("What do you want to talk about?"),
        _l("Say what you know already and what you would like to hear."),
        required=_l("Write what you want to talk about."),
    ),
)


class DiscussionForm(ItemForm):
    parts = PARTS
    needed = {"title": _l("Give it a title.")}
    order = ("title", "body", "intent", "place", "tags")
    usual = {"intent": Intent.EXPLORE}

    title = title_field(_l("Title"), _l("The question or subject, in a few words."))
    body = text_of(PARTS[0])


KIND = Kind(
    name="discussion",
    label=_l("Discussion"),
    plural=_l("Discussions"),
    path="discussions",
    icon="messages-square",
    thread=6,
    model=Discussion,
    form=DiscussionForm,
    parts=PARTS,
    anyone_edits=False,
    is_talk=True,
    hint=_l("Something to think through together"),
    new_label=_l("A discussion"),
    share_position=40,
)
