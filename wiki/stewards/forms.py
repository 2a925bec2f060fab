"""The forms of the ledgers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectFieldBase
from wtforms.validators import Optional

from wiki.kernel.errors import Stale
from wiki.kernel.forms import AtMost, CheckboxesField, Form, MustBe
from wiki.kernel.languages import _, _l
from wiki.kernel.pages import day
from wiki.people.forms import AddressField, current_password
from wiki.people.vocabulary import LONGEST_TAG


class Theirs(NamedTuple):
    """What a field holds now, where somebody else saved something other than what was typed."""

    label: str
    text: str


class LedgerForm(Form):
    """A form that knows what it was filled with: nobody saves over a colleague unawares."""

    seen = HiddenField()
    theirs: tuple[Theirs, ...] = ()

    def fill(self, stored: Mapping[str, Any]) -> None:
        for name, value in stored.items():
            self[name].data = value
        self.seen.data = fingerprint(stored)

    def check(self, stored: Mapping[str, Any]) -> None:
        """Raise :class:`Stale` if what is stored is not what this form began from.

        Sent again it saves: its sender has then seen both.
        """
        present = fingerprint(stored)
        if self.seen.data == present:
            return
        self.seen.data = present
        self.theirs = tuple(
            Theirs(str(self[name].label.text), in_words(self[name], value))
            for name, value in stored.items()
            if value != self[name].data
        )
        raise Stale(
            _("Somebody else saved this while you had it open."),
            theirs=dict(self.theirs),
            by="",
            version=0,
        )


def fingerprint(stored: Mapping[str, Any]) -> str:
    text = json.dumps(stored, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def in_words(field: Field, value: Any) -> str:
    """A stored value as the page would say it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = field.iter_choices() if isinstance(field, SelectFieldBase) else ()
    labels = {value: label for value, label, *_more in choices}
    if isinstance(value, list):
        return ", ".join(str(labels.get(one, one)) for one in value)
    if field.type == "DateField":
        return day(value)
    return str(labels.get(value, value) or _("nothing"))


# -- people


class PersonForm(LedgerForm):
    name = StringField(_l("Name"), validators=[MustBe(_l("Write their name.")), AtMost(100)])
    job_title = StringField(_l("Job title"), validators=[AtMost(120)])
    organisation = SelectField(_l("Organisation"))
    email = AddressField(
        _l("Work email"),
        description=_l("They sign in with it. If you change it, both addresses are told."),
    )


class PasswordForm(Form):
    """One's own password, once more."""

    current = current_password()


class DisablingForm(Form):
    """Fields are added for the places that need a successor."""


# -- organisations


class OrganisationForm(LedgerForm):
    name = StringField(_l("Name"), validators=[MustBe(_l("Write its name.")), AtMost(120)])
    sector = SelectField(_l("Sector"), validators=[MustBe(_l("Choose a sector."))])
    specialisms = StringField(
        _l("Specialisms"),
        description=_l("What others might come to it for."),
        validators=[AtMost(300)],
    )
    description = TextAreaField(
        _l("Description"),
        description=_l("A few sentences; an empty line begins a paragraph."),
        validators=[AtMost(2000)],
    )
    areas = CheckboxesField(_l("Areas it works in"))
    domains = StringField(
        _l("Mail domains"),
        description=_l(
            "Whoever has an address there may join by themselves: museums.example.org. "
            "Put commas between several; leave it empty and people join by invitation."
        ),
        validators=[AtMost(600)],
    )


class ClosingForm(Form):
    successor = SelectField(_l("Who takes on its work?"))
    gaps = TextAreaField(
        _l("What did it do, and who does it now?"),
        description=_l(
            "One thing to a line; say so where nobody does it yet. Shown on its page, so that "
            "others can step in."
        ),
        validators=[AtMost(4000)],
    )


class MovingForm(Form):
    people = CheckboxesField(_l("Who moves?"), validators=[MustBe(_l("Tick the people who move."))])
    to = SelectField(_l("Where to?"), validators=[MustBe(_l("Choose an organisation."))])


# -- words


class WordForm(LedgerForm):
    name = StringField(_l("Name"), validators=[MustBe(_l("Write a name.")), AtMost(80)])


class SectorForm(WordForm):
    watched = BooleanField(_l("Watched: known to be under-represented"))


class AreaForm(WordForm):
    parent = SelectField(_l("Lies in"))
    valid_from = DateField(_l("First day"), validators=[Optional()])
    valid_to = DateField(
        _l("Last day"),
        description=_l("An area that has ended can’t be chosen any more; what is in it stays."),
        validators=[Optional()],
    )


# -- tags


class TagForm(LedgerForm):
    name = StringField(
        _l("Name"),
        description=_l("The old name goes on working, as a synonym."),
        validators=[MustBe(_l("Write a name.")), AtMost(LONGEST_TAG)],
    )
    description = TextAreaField(
        _l("What belongs here"),
        description=_l("One or two sentences; shown on its page and while people type."),
        validators=[AtMost(300)],
    )


class SynonymForm(Form):
    synonym = StringField(
        _l("Another word for it"),
        validators=[MustBe(_l("Write the other word.")), AtMost(LONGEST_TAG)],
    )


class MergeForm(Form):
    target = StringField(
        _l("The tag that stays"),
        validators=[MustBe(_l("Write the tag that stays.")), AtMost(LONGEST_TAG)],
    )


# -- the site


class SiteForm(LedgerForm):
    name = StringField(
        _l("Name of the network"),
        description=_l("Beside the mark on every page, and in every letter."),
        validators=[MustBe(_l("Name the network.")), AtMost(120)],
    )
    line = StringField(
        _l("Its line"),
        description=_l("At the foot of every page."),
        validators=[AtMost(200)],
    )
