"""Forms of the reading side: a reply, a record of re-use, a withdrawal, who may read."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import current_app
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from wiki.items.choices import VISIBILITY_LABELS
from wiki.items.replies import REPLY_LABELS
from wiki.items.reuse import EFFECT_LABELS, OUTCOME_LABELS
from wiki.kernel import markdown
from wiki.kernel.forms import AtMost, Form, MustBe, OneOf, choices_of
from wiki.kernel.languages import _l
from wiki.kernel.markdown import MAX_REPLY, Rendered


class ReplyForm(Form):
    """A reply; its Markdown is rendered while it is validated."""

    kind = SelectField(_l("This is a"), choices=choices_of(REPLY_LABELS), default="comment")
    quotes = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    body = TextAreaField(
        _l("Reply"), validators=[MustBe(_l("Write something first.")), AtMost(MAX_REPLY)]
    )
    rendered: Rendered

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        self.rendered = markdown.read(self.body.data or "", shift=3)
        return True


@cache
def blank_reply(_language: str) -> Markup:
    """The fields below every item before anybody types, printed once in each language."""
    macros: Any = current_app.jinja_env.get_template("items/_reply_fields.html").module
    fields: Markup = macros.reply_fields(ReplyForm(formdata=None, meta={"csrf": False}))
    return fields


class ReuseForm(Form):
    """ "We used this too"."""

    place = SelectField(_l("Where?"), validate_choice=False)
    outcome = OneOf(
        _l("How did it go?"),
        choices=choices_of(OUTCOME_LABELS),
        validators=[MustBe(_l("Choose how it went."))],
    )
    changed = TextAreaField(
        _l("What did you do, and what did you change?"), validators=[AtMost(1500)]
    )
    effect = SelectField(
        _l("Did it change anything larger?"),
        choices=choices_of([("", _l("Not that we know")), *EFFECT_LABELS.items()]),
        default="",
    )
    may_contact = BooleanField(_l("People may ask me about it"))


class WithdrawalForm(Form):
    reason = TextAreaField(
        _l("Why?"),
        validators=[MustBe(_l("Say why, for those who come back to it.")), AtMost(600)],
    )
    successor = StringField(
        _l("What should people read instead?"), description=_l("Paste its address.")
    )


class VisibilityForm(Form):
    visibility = OneOf(
        _l("Who may read it?"),
        choices=choices_of(VISIBILITY_LABELS),
        validators=[MustBe(_l("Choose who may read it."))],
    )
    reason = TextAreaField(_l("Why should fewer people read it?"), validators=[AtMost(600)])
    review_on = DateField(_l("Look at this again on"), validators=[Optional()])


class OpeningForm(Form):
    reason = TextAreaField(
        _l("Why do you have to read it?"),
        validators=[MustBe(_l("Write a reason the author will understand.")), AtMost(600)],
    )
