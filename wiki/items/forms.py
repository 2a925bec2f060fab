"""What the form of an item may contain. Each kind adds its own texts (wiki/kinds)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, request
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from wiki.items.choices import (
    BASIS_LABELS,
    INTENT_LABELS,
    ORIGIN_LABELS,
    VISIBILITY_LABELS,
    Basis,
    Intent,
    Origin,
    Visibility,
)
from wiki.items.kinds import PartOfText
from wiki.items.models import CLAIMS, Item, Written
from wiki.items.offering import Offered
from wiki.kernel import markdown
from wiki.kernel.forms import AtMost, CheckboxesField, Form, OneOf, choices_of
from wiki.kernel.languages import _, _l
from wiki.kernel.markdown import MAX_ITEM, Rendered
from wiki.kernel.markdown.rendered import normalised
from wiki.people.vocabulary import LONGEST_TAG, tag_names
from wiki.places.labels import PlaceLabel

MOST_TAGS = 12

#: Only in the form of something new or a draft: afterwards they have a page of their own.
UNTIL_SHARED = ("visibility", "restriction_reason", "restriction_review_on")
#: What somebody else's item does not let one change.
AUTHOR_ONLY = ("place", *CLAIMS, *UNTIL_SHARED)


def saying(sentence: Any) -> dict[str, Any]:
    """What a field says of a value that is none; the type stubs do not know the word yet."""
    return {"invalid_value_message": sentence}


def one_line(value: Any) -> Any:
    return " ".join(normalised(value).split()) if isinstance(value, str) else value


def plain(value: Any) -> Any:
    return normalised(value) if isinstance(value, str) else value


def title_field(label: Any, hint: Any = "", **more: Any) -> StringField:
    return StringField(
        label, description=hint, validators=[AtMost(200)], filters=[one_line], **more
    )


def text_of(part: PartOfText) -> TextAreaField:
    """The field for one part of a kind's text."""
    return TextAreaField(part.label, description=part.hint, filters=[plain])


class ItemForm(Form):
    """An item being written. Valid when ``problems`` is empty after ``narrow`` and ``offer``.

    Its Markdown is rendered while it is validated, before anything is asked of the database; what
    sharing needs is asked only of what is to be shared, so that a draft may hold anything.
    """

    parts: ClassVar[tuple[PartOfText, ...]] = ()
    #: Without these nothing of this kind is shared: field and sentence.
    needed: ClassVar[Mapping[str, Any]] = {}
    #: Fields that only stand until the item is shared, such as consents.
    until_shared: ClassVar[tuple[str, ...]] = UNTIL_SHARED
    #: The order in which what is wrong is told: that of the page.
    order: ClassVar[tuple[str, ...]] = ()
    #: What is chosen before anybody chooses.
    usual: ClassVar[Mapping[str, Any]] = {"intent": Intent.SHARE}

    title = title_field(_l("Title"), _l("What would help someone decide to read it?"))
    place = SelectField(
        _l("Community or forum"),
        description=_l("Where people will look for it."),
        validate_choice=False,
        filters=[one_line],
    )
    tags = StringField(
        _l("Tags"),
        description=_l("Words others would use, with commas between."),
        validators=[AtMost(500)],
        filters=[one_line],
    )
    intent = OneOf(_l("What is it for?"), choices=choices_of(INTENT_LABELS))
    evidence_basis = OneOf(
        _l("How do you know?"),
        choices=choices_of({basis: label for basis, (label, _note) in BASIS_LABELS.items()}),
    )
    origin = OneOf(_l("Where did it happen?"), choices=choices_of(ORIGIN_LABELS))
    areas = CheckboxesField(
        _l("Areas"),
        coerce=int,
        validate_choice=False,
        choices=[],
        **saying(_l("Choose from these areas.")),
    )
    learner_groups = CheckboxesField(
        _l("Learners"),
        coerce=int,
        validate_choice=False,
        choices=[],
        **saying(_l("Choose from these groups of learners.")),
    )
    visibility = OneOf(_l("Who may read it?"), choices=choices_of(VISIBILITY_LABELS))
    restriction_reason = TextAreaField(
        _l("Why should others in the network not read it?"),
        description=_l("Everyone who may read it sees this."),
        validators=[AtMost(600)],
        filters=[plain],
    )
    restriction_review_on = DateField(
        _l("When will you look at this again?"),
        description=_l("Within the next 12 months."),
        validators=[Optional()],
        **saying(_l("Give a date, like 2026-09-30.")),
    )
    reason = StringField(
        _l("What did you change, and why?"),
        description=_l("One line for the history."),
        validators=[AtMost(200)],
        filters=[one_line],
    )
    version = IntegerField(widget=HiddenInput(), **saying(_l("Reload this page before you save.")))
    #: Which side of the editor was open. Nothing is kept of it.
    view = StringField()

    rendered: Mapping[str, Rendered]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rendered = {}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the page; first what concerns the whole form."""
        place = {name: number for number, name in enumerate(("", *self.order))}
        return sorted(super().problems, key=lambda pair: place.get(pair[0], len(place)))

    @property
    def asked(self) -> str:
        """Which button was pressed."""
        return request.form.get("do", "")

    @property
    def texts(self) -> dict[str, str]:
        return {part.name: self[part.name].data or "" for part in self.parts}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        self._check_tags()
        if self.asked == "share":
            self._check_needed()
        if self._fits():
            self.rendered = markdown.read_many(self.texts)
        return valid and not self.errors

    def narrow(self, item: Item | None, *, is_author: bool) -> None:
        """Leave only what this person may change of this item; refuse what they sent beyond it."""
        drop: list[str] = []
        if item is None or item.is_draft:
            drop += ["reason"]
        else:
            drop += self.until_shared
        if not is_author:
            beyond = [name for name in AUTHOR_ONLY if name in request.form]
            if beyond:
                abort(400)
            drop += AUTHOR_ONLY
        if item is None:
            drop += ["version"]
        for name in dict.fromkeys(drop):
            if name in self:
                del self[name]

    def offer(self, offered: Offered, current: PlaceLabel | None = None) -> None:
        """Set what can be chosen, and check that what was chosen is among it."""
        for name, choices in (
            ("areas", offered.areas),
            ("learner_groups", offered.learner_groups),
        ):
            field = self[name]
            field.choices = choices_of(choices)
            if set(field.data or ()) - {value for value, _label in choices}:
                self._say(name, _("Choose from the list."))
        if "place" not in self:
            return
        self.place.choices = offered.grouped(current)
        slug = self.place.data
        known = current is not None and slug == current.slug
        if slug and not known and offered.place_called(slug) is None:
            self._say("place", _("Choose one of these places."))

    def written(self, item: Item | None = None) -> Written:
        """What is to be kept, with what this form leaves alone as it is in the item."""
        summary = self.summary.data if "summary" in self else item.summary if item else ""
        intent, basis, origin = (self[name].data if name in self else None for name in CLAIMS)
        return Written(
            title=self.title.data or "",
            summary=summary or "",
            texts=self.texts,
            rendered=self.rendered,
            tags=tuple(tag_names(self.tags.data or "")),
            area_ids=tuple(self.areas.data or ()),
            learner_group_ids=tuple(self.learner_groups.data or ()),
            intent=Intent(intent) if intent else None,
            evidence_basis=Basis(basis) if basis else None,
            origin=Origin(origin) if origin else None,
        )

    @property
    def compared(self) -> tuple[str, ...]:
        """The fields two people may have saved differently."""
        texts = tuple(part.name for part in self.parts)
        return ("title", "summary", *texts, "tags", "place", "areas", "learner_groups", *CLAIMS)

    @property
    def wanted_visibility(self) -> Visibility:
        return Visibility(self.visibility.data or Visibility.NETWORK)

    def _check_tags(self) -> None:
        names = tag_names(self.tags.data or "")
        if len(names) > MOST_TAGS:
            self._say(
                "tags", _("%(most)s tags are enough; the best few help most.", most=MOST_TAGS)
            )
        long = next((name for name in names if len(name) > LONGEST_TAG), None)
        if long is not None:
            sentence = _("“%(tag)s…” is too long for a tag: %(most)s characters fit.")
            self._say("tags", sentence % {"tag": long[:20], "most": LONGEST_TAG})

    def _check_needed(self) -> None:
        parts = {part.name: part.required for part in self.parts if part.required}
        for name, sentence in {**self.needed, **parts}.items():
            if not self[name].data and not self[name].errors:
                self._say(name, str(sentence))

    def _fits(self) -> bool:
        size = {name: len(text) for name, text in self.texts.items()}
        if sum(size.values()) <= MAX_ITEM:
            return True
        sentence = _("All parts together are %(size)s characters long; %(most)s fit.")
        counts = {"size": f"{sum(size.values()):,}", "most": f"{MAX_ITEM:,}"}
        self._say(max(size, key=lambda name: size[name]), sentence % counts)
        return False

    def _say(self, name: str, sentence: str) -> None:
        self[name].errors = [*self[name].errors, sentence]
