"""Insight: one transferable point in a few sentences."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

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


KIND = Kind(
    name="insight",
    label=_l("Insight"),
    plural=_l("Insights"),
    path="insights",
    icon="lightbulb",
    thread=3,
    model=Insight,
    parts=(
        PartOfText(
            "body", _l("A little more"), _l("What happened, and what would help somebody try it.")
        ),
        PartOfText("works_when", _l("Works when")),
        PartOfText("does_not_work_when", _l("Does not work when")),
    ),
    has_ladder=True,
    hint=_l("One sentence you’d pass on"),
    new_label=_l("An insight"),
    share_position=10,
)
