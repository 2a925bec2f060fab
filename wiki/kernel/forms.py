"""The base of every form: the token, what was typed kept, sentences in our words, unknown fields
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, abort, request
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import (
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import SelectChoice as SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _l

#: Sent along with any form: the token, which button was pressed, and where to go back to.
ALWAYS_ALLOWED = frozenset({"csrf_token", "do", "next"})


class Form(FlaskForm):  # type: ignore[misc]
    """A form that takes only its own fields and remembers refusals of the domain beside them."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = list(unbound_field.kwargs.get("filters", ()))
            if issubclass(unbound_field.field_class, StringField | TextAreaField) and not getattr(
                unbound_field.field_class, "keeps_spaces", False
            ):
                filters.append(clean)
            bound: Field = unbound_field.bind(form=form, filters=filters, **options)
            return bound

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the domain beside the field it names, or above the form."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.sentence)
        else:
            field.errors = [*field.errors, refusal.sentence]

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        known = set(self._fields) | ALWAYS_ALLOWED
        prefixes = tuple(f"{name}-" for name in self._fields)
        strange = [n for n in request.form if n not in known and not n.startswith(prefixes)]
        if self.is_submitted() and strange:
            abort(400)
        return bool(super().validate_on_submit(extra_validators))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field id or "", sentence) of all that is wrong, one for each field, in the order of the
        form.
        """
        found = [("", str(sentence)) for sentence in self.form_errors]
        for field in self:
            found += [(field.id, str(error)) for error in flat(field.errors)[:1]]
        return found


def choices_of(labels: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Choices of a select or radio field from values and their labels."""
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    return [SelectChoice(str(value), label) for value, label in pairs]


class OneOf(RadioField):  # type: ignore[misc, unused-ignore]
    """Radio buttons. None chosen is no answer; whether one is needed, the form says."""

    def pre_validate(self, form: BaseForm) -> None:
        choices: Any = self.iter_choices()
        if self.data is not None and not any(choice.selected for choice in choices):
            raise ValidationError(_l("Choose one of these."))


class CheckboxesField(SelectMultipleField):
    """Several choices, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MustBe:
    """Present, with a sentence of its own: "Write your insight in one sentence"."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any = None) -> None:
        self.sentence = sentence or _l("Please fill this in.")

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            raise ValidationError(self.sentence)


class AtMost:
    """No longer than so many characters, told with the count."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"limit": most}

    def __call__(self, form: Form, field: Field) -> None:
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(
                _l(
                    "This is %(length)s characters long; %(most)s fit.",
                    length=f"{length:,}",
                    most=f"{self.most:,}",
                )
            )


def clean(value: Any) -> Any:
    """Drop what no text holds (NUL, lone surrogates) and the blanks around it; lines end with one
    character.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "ignore").decode("utf-8").strip()


def flat(errors: Any) -> list[Any]:
    found: list[Any] = []
    for error in errors if not isinstance(errors, dict) else errors.values():
        found += flat(error) if isinstance(error, list | tuple | dict) else [error]
    return found


def init_app(app: Flask) -> None:
    CSRFProtect(app)
