"""The forms of getting in and of one's account."""

from __future__ import annotations

import re
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from wiki.kernel.clock import today
from wiki.kernel.forms import AtMost, CheckboxesField, Form, MustBe, choices_of
from wiki.kernel.languages import _l

#: Only what needs no quoting, so that a mail header never holds a second address.
PLAIN_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
)
LONGEST_ADDRESS = 254


class MailAddress:
    """An address mail can be sent to, as people write theirs."""

    def __call__(self, form: Form, field: Field) -> None:
        address = field.data or ""
        if len(address) > LONGEST_ADDRESS or not PLAIN_ADDRESS.fullmatch(address):
            raise ValidationError(_l("Write a whole email address, like name@example.org."))


class AddressField(EmailField):  # type: ignore[misc, unused-ignore]
    """A mail address, kept in lower case."""

    def __init__(self, label: Any, **more: Any) -> None:
        needed = [MustBe(_l("Write your email address.")), MailAddress()]
        super().__init__(label, validators=needed, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([str(value).lower() for value in valuelist])


class SecretField(PasswordField):  # type: ignore[misc, unused-ignore]
    """A password, taken as it was typed: blanks at its ends belong to it."""

    keeps_spaces = True


def said(field: Field) -> str:
    """What was typed into a field; nothing is an empty text."""
    return str(field.data or "")


def new_password(label: Any = None) -> SecretField:
    return SecretField(
        label or _l("Password"),
        description=_l("At least 8 characters. Three unusual words do well."),
        validators=[MustBe(_l("Choose a password."))],
    )


def current_password() -> SecretField:
    return SecretField(
        _l("Your password now"),
        description=_l("So that nobody changes this at a screen you left open."),
        validators=[MustBe(_l("Write the password you have now."))],
    )


def own_name() -> StringField:
    return StringField(
        _l("Your name"),
        description=_l("As colleagues know you."),
        validators=[MustBe(_l("Write your name.")), AtMost(100)],
    )


# -- getting in


class SignInForm(Form):
    email = AddressField(_l("Work email"))
    password = SecretField(_l("Password"), validators=[MustBe(_l("Write your password."))])
    stay = BooleanField(_l("Keep me signed in on this device"))
    next = HiddenField()


class AddressForm(Form):
    """Asks for nothing but an address: a sign-in link, a new password, joining."""

    email = AddressField(_l("Work email"))


class LinkForm(Form):
    code = HiddenField()
    stay = BooleanField(_l("Keep me signed in on this device"))


class CodeForm(Form):
    code = HiddenField()


class ResetForm(Form):
    code = HiddenField()
    password = new_password(_l("New password"))


class AcceptForm(Form):
    code = HiddenField()
    name = own_name()
    password = new_password()
    agree = BooleanField(
        _l("I agree to share in this way"),
        validators=[MustBe(_l("Read the agreement and tick that you agree."))],
    )


class SetupForm(Form):
    code = StringField(
        _l("One-time code"),
        description=_l("It was printed once, by “across setup”."),
        validators=[MustBe(_l("Write the code that “across setup” printed."))],
    )
    site_name = StringField(
        _l("Name of the network"),
        description=_l("Shown at the top of every page, like “The Merrowby learning partnership”."),
        validators=[MustBe(_l("Name the network.")), AtMost(120)],
    )
    organisation = StringField(
        _l("Your organisation"), validators=[MustBe(_l("Name your organisation.")), AtMost(120)]
    )
    sector = StringField(
        _l("Its sector"),
        description=_l("Culture, school, local authority… You can add others later."),
        validators=[MustBe(_l("Name its sector.")), AtMost(80)],
    )
    name = own_name()
    email = AddressField(_l("Work email"))
    password = new_password()


class PersonForm(Form):
    """Which of the sample's people to be."""

    person = HiddenField()


# -- inviting


class InviteForm(Form):
    email = AddressField(_l("Their work email"))
    name = StringField(_l("Their name"), validators=[AtMost(100)])
    organisation = SelectField(
        _l("Their organisation"),
        validate_choice=False,
        validators=[MustBe(_l("Choose their organisation."))],
    )


# -- one's account


class ProfileForm(Form):
    name = own_name()
    job_title = StringField(_l("Job title"), validators=[AtMost(120)])
    areas = CheckboxesField(
        _l("Areas you work in"), description=_l("Tick all that apply."), validate_choice=False
    )
    knows = StringField(
        _l("What I know about"),
        description=_l(
            "Tags with commas between them. People with a question will find you by them."
        ),
        validators=[AtMost(400)],
    )
    learning = StringField(
        _l("What I’m learning"),
        description=_l("Tags again. Others learning the same may like company."),
        validators=[AtMost(400)],
    )
    about = TextAreaField(_l("About you"), validators=[AtMost(600)])
    away_until = DateField(
        _l("Away until"),
        description=_l("Shown on your page until that day has passed."),
        validators=[Optional()],
    )
    name_is_public = BooleanField(_l("My name may appear on pages anyone can read"))

    def validate_away_until(self, field: Field) -> None:
        if field.data is not None and field.data < today():
            raise ValidationError(_l("This day has passed. Leave it empty if you are back."))


class PasswordForm(Form):
    current = current_password()
    password = new_password(_l("New password"))


class NewAddressForm(Form):
    email = AddressField(_l("New work email"))
    current = current_password()


THEMES = {"": _l("As on this device"), "light": _l("Light"), "dark": _l("Dark")}
TEXT_SIZES = {"100": _l("Usual"), "115": _l("Larger"), "130": _l("Largest")}


class AppearanceForm(Form):
    theme = RadioField(_l("Colours"), choices=choices_of(THEMES), default="")
    text_size = RadioField(_l("Text size"), choices=choices_of(TEXT_SIZES), default="100")
    next = HiddenField()
