"""Page: something that stays, and that everyone keeps right together."""

from __future__ import annotations

from wtforms import TextAreaField

from wiki.items.forms import ItemForm, plain, text_of
from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.forms import AtMost
from wiki.kernel.languages import _l


class Page(Item):
    """Plain prose under a title, of a place or of the whole network."""

    __mapper_args__ = {"polymorphic_identity": "page"}


PARTS = (PartOfText("body", _l("Text"), required=_l("Write the page first.")),)


class PageForm(ItemForm):
    parts = PARTS
    needed = {"title": _l("Give it a title.")}
    order = ("title", "summary", "place", "tags", "body")

    summary = TextAreaField(
        _l("In a sentence or two"),
        description=_l("Stands under the title and in lists."),
        validators=[AtMost(500)],
        filters=[plain],
    )
    body = text_of(PARTS[0])


KIND = Kind(
    name="page",
    label=_l("Page"),
    plural=_l("Pages"),
    path="pages",
    icon="book-open",
    thread=6,
    model=Page,
    form=PageForm,
    parts=PARTS,
    hint=_l("Guidance or background that stays"),
    new_label=_l("A page"),
    share_position=60,
)
