"""Page: something that stays, and that everyone keeps right together."""

from __future__ import annotations

from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.languages import _l


class Page(Item):
    """Plain prose under a title, of a place or of the whole network."""

    __mapper_args__ = {"polymorphic_identity": "page"}


KIND = Kind(
    name="page",
    label=_l("Page"),
    plural=_l("Pages"),
    path="pages",
    icon="book-open",
    thread=6,
    model=Page,
    parts=(PartOfText("body", _l("Text"), required=_l("Write the page first.")),),
    hint=_l("Guidance or background that stays"),
    new_label=_l("A page"),
    share_position=60,
)
