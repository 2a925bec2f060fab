"""Case note: what happened in one setting, ending in a wider principle and its limits."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.languages import _l


class CaseNote(Item):
    """A longer account. Not published without principle and limits (invariant 13); other parts may come later."""

    __tablename__ = "case_notes"
    __mapper_args__ = {"polymorphic_identity": "case_note"}

    id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    setting: Mapped[str] = mapped_column(Text, default="")
    what_happened: Mapped[str] = mapped_column(Text, default="")
    viewpoints: Mapped[str] = mapped_column(Text, default="")
    learned: Mapped[str] = mapped_column(Text, default="")
    principle: Mapped[str] = mapped_column(Text, default="")
    limits: Mapped[str] = mapped_column(Text, default="")


STILL = _l("Still finding out.")

KIND = Kind(
    name="case_note",
    label=_l("Case note"),
    plural=_l("Case notes"),
    path="case-notes",
    icon="notebook-text",
    thread=1,
    model=CaseNote,
    parts=(
        PartOfText(
            "setting",
            _l("Setting"),
            _l("Where was it, with whom, and what was getting in the way?"),
            missing=STILL,
        ),
        PartOfText(
            "what_happened",
            _l("What happened"),
            _l(
                "Enough detail that someone could copy it. Numbers and quotations both count. No names of children, please."
            ),
            missing=STILL,
        ),
        PartOfText(
            "viewpoints",
            _l("Viewpoints"),
            _l("Whose views are in here: learners, staff, partners? Whose are missing?"),
            missing=STILL,
        ),
        PartOfText(
            "learned",
            _l("What we learned"),
            _l("What would you tell yourself at the start?"),
            missing=STILL,
        ),
        PartOfText(
            "principle",
            _l("Wider principle"),
            _l("What does this suggest beyond the one setting?"),
            required=_l("Say what wider principle this suggests before you share it."),
        ),
        PartOfText(
            "limits",
            _l("Where this would not apply"),
            _l("Where wouldn’t it fit? This helps others more than praise does."),
            required=_l("Say where this would not apply before you share it."),
        ),
    ),
    has_ladder=True,
    hint=_l("The fuller story of something tried"),
    new_label=_l("A case note"),
    share_position=20,
)
