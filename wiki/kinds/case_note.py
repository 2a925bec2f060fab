"""Case note: what happened in one setting, ending in a wider principle and its limits."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import BooleanField, TextAreaField

from wiki.items.choices import Basis, Intent
from wiki.items.forms import UNTIL_SHARED, ItemForm, plain, text_of
from wiki.items.kinds import Kind, PartOfText
from wiki.items.models import Item
from wiki.kernel.errors import Refused
from wiki.kernel.forms import AtMost
from wiki.kernel.languages import _, _l


class CaseNote(Item):
    """A longer account. Not published without principle and limits (invariant 13)."""

    __tablename__ = "case_notes"
    __mapper_args__ = {"polymorphic_identity": "case_note"}

    id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    setting: Mapped[str] = mapped_column(Text, default="")
    what_happened: Mapped[str] = mapped_column(Text, default="")
    viewpoints: Mapped[str] = mapped_column(Text, default="")
    learned: Mapped[str] = mapped_column(Text, default="")
    principle: Mapped[str] = mapped_column(Text, default="")
    limits: Mapped[str] = mapped_column(Text, default="")

    def check_complete(self) -> None:
        """What was imported is as complete as its original; readers see what was not recorded."""
        if not self.is_imported:
            super().check_complete()
        elif not self.title.strip():
            raise Refused(_("Give it a title."), "title")


STILL = _l("Still finding out.")

PARTS = (
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
            "Enough detail that someone could copy it. Numbers and quotations both count. "
            "No names of children, please."
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
        _l("What does this suggest beyond the one setting? Needed before you share."),
        required=_l("Say what wider principle this suggests before you share it."),
    ),
    PartOfText(
        "limits",
        _l("Where this would not apply"),
        _l("Where wouldn’t it fit? Needed before you share: it helps more than praise does."),
        required=_l("Say where this would not apply before you share it."),
    ),
)


class CaseNoteForm(ItemForm):
    """Six parts, of which the last two are needed for sharing, and two consents."""

    parts = PARTS
    needed = {
        "title": _l("Give it a title."),
        "nobody_recognisable": _l("Check that no child can be recognised, then tick the box."),
        "quoted_know": _l("Check that those you quote know it, then tick the box."),
    }
    until_shared = (*UNTIL_SHARED, "nobody_recognisable", "quoted_know")
    order = ("title", "summary", "place", "tags", *(part.name for part in PARTS))
    usual = {"intent": Intent.SHARE, "evidence_basis": Basis.OWN_EXPERIENCE}

    summary = TextAreaField(
        _l("In a sentence or two"),
        description=_l("Stands under the title and in lists."),
        validators=[AtMost(500)],
        filters=[plain],
    )
    setting, what_happened, viewpoints, learned, principle, limits = (
        text_of(part) for part in PARTS
    )
    nobody_recognisable = BooleanField(_l("Nobody under 18 can be recognised from this note"))
    quoted_know = BooleanField(_l("The people I quote know I’m quoting them"))


KIND = Kind(
    name="case_note",
    label=_l("Case note"),
    plural=_l("Case notes"),
    path="case-notes",
    icon="notebook-text",
    thread=1,
    model=CaseNote,
    form=CaseNoteForm,
    parts=PARTS,
    has_ladder=True,
    hint=_l("The fuller story of something tried"),
    new_label=_l("A case note"),
    share_position=20,
)
