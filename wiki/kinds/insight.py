"""Insight: one transferable point in a few sentences."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column
from wtforms.widgets import TextArea

from wiki.items.forms import ItemForm, text_of, title_field
from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _, _l


class Insight(Item):
    """A claim somebody else could act on, with when it holds and when it does not."""

    __tablename__ = "insights"
    __mapper_args__ = {"polymorphic_identity": "insight"}

    id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    works_when: Mapped[str] = mapped_column(Text, default="")
    does_not_work_when: Mapped[str] = mapped_column(Text, default="")

    def check_complete(self) -> None:
        """A claim, at least one tag, an evidence basis (invariant 13); origin is filled in."""
        super().check_complete()
        if not self.evidence_basis:
            raise Refused(_("Choose how you know."), "evidence_basis")
        self.check_has_tag()


PARTS = (
    PartOfText(
        "body",
        _l("A little more"),
        _l(
            "What happened, and what would help somebody try it. "
            "Say of a figure whether it is exact, when and where from."
        ),
    ),
    PartOfText("works_when", _l("Works when")),
    PartOfText("does_not_work_when", _l("Does not work when")),
)


class InsightForm(ItemForm):
    """Three things have to be filled in: the sentence, how we know, one tag."""

    parts = PARTS
    needed = {
        "title": _l("Write your insight in one sentence."),
        "evidence_basis": _l("Choose how you know."),
        "tags": _l("Add at least one tag, so that others find it."),
    }
    order = ("title", "evidence_basis", "tags", "place")

    title = title_field(
        _l("Your insight, in one sentence"),
        _l("Something a colleague elsewhere could act on."),
        widget=TextArea(),
    )
    body, works_when, does_not_work_when = (text_of(part) for part in PARTS)


KIND = Kind(
    name="insight",
    label=_l("Insight"),
    plural=_l("Insights"),
    path="insights",
    icon="lightbulb",
    thread=3,
    model=Insight,
    form=InsightForm,
    parts=PARTS,
    has_ladder=True,
    hint=_l("One sentence you’d pass on"),
    new_label=_l("An insight"),
    share_position=10,
)
