"""What the forms of places may contain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import NumberRange, Optional

from wiki.kernel.forms import AtMost, CheckboxesField, Form, MustBe, OneOf, choices_of
from wiki.kernel.languages import _, _l
from wiki.kernel.markdown import MAX_REPLY, read
from wiki.people.forms import AddressField
from wiki.places import closing
from wiki.places.membership import INVOLVEMENT_LABELS
from wiki.places.models import EXIT_LABELS, LONGEST_WORD, PART_LABELS, SUMMARY_WORDS

THREADS = {
    1: _l("Harbour"),
    2: _l("Madder"),
    3: _l("Ochre"),
    4: _l("Moss"),
    5: _l("Damson"),
    6: _l("Slate"),
}
PART_NAMES = {part.value: label for part, (label, _meaning) in PART_LABELS.items()}
NOT_A_DATE = _l("Give a date, like 2026-04-16.")
NOT_A_NUMBER = _l("Give a whole number.")
#: Of the days a form takes; months can be added to them without end of the calendar.
YEARS = range(1990, 2200)

Choices = Iterable[tuple[str, str]]


class Offered(NamedTuple):
    """What the selects of a form offer: (slug or key, name)."""

    strategies: list[tuple[str, str]]
    areas: list[tuple[str, str]]
    forums: list[tuple[str, str]]
    communities: list[tuple[str, str]]
    organisations: list[tuple[str, str]]


class AtMostWords:
    """No longer than so many words, told with the count."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Form, field: Field) -> None:
        number = len((field.data or "").split())
        if number > self.most:
            raise ValidationError(
                _("This is %(number)s words long; %(most)s fit.", number=number, most=self.most)
            )


class AsQuestion:
    """A challenge is written as a question: it may be answered."""

    def __call__(self, form: Form, field: Field) -> None:
        if not (field.data or "").rstrip("”\"’') ").endswith("?"):
            raise ValidationError(_("Write the challenge as a question, ending with “?”."))


class WholeDay(DateField):
    """A day of our time, with a sentence of ours for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(NOT_A_DATE)) from None
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(str(NOT_A_DATE))


class WholeNumber(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(NOT_A_NUMBER)) from None


SUMMARY = (AtMostWords(SUMMARY_WORDS), AtMost(1200))
SUMMARY_HINT = _l("At most %(n)s words: what goes on here, and who should come.", n=SUMMARY_WORDS)
CLARITY = (AtMost(1500),)
SIZE = (Optional(), NumberRange(2, 500, _l("A number from 2 to 500.")))
CONVENING = choices_of(
    [("me", _l("I will")), ("nobody", _l("Nobody yet: the page says convenor wanted"))]
)
AUDIENCES = choices_of([("network", _l("People who are signed in")), ("public", _l("Everyone"))])
THREAD_CHOICES = choices_of(THREADS)


class PlaceForm(Form):
    """What forums and communities are asked alike. Fields stand in the order of the page."""

    def without(self, *dropped: str) -> None:
        """Leave out fields that are not asked here; sending them anyway is refused."""
        for name in dropped:
            del self[name]


class CommunityForm(PlaceForm):
    name = StringField(
        _l("Name"), [MustBe(_l("Give it a name people will find it by.")), AtMost(100)]
    )
    challenge = TextAreaField(
        _l("The challenge you share"),
        [MustBe(_l("Write the challenge, as a question.")), AtMost(400), AsQuestion()],
        description=_l("One, as a question."),
    )
    summary = TextAreaField(_l("Summary"), SUMMARY, description=SUMMARY_HINT)
    home = SelectField(
        _l("Home forum"),
        [MustBe(_l("Choose the forum it belongs to."))],
        description=_l("Its convenor accepts or declines the proposal."),
    )
    within = SelectField(
        _l("Part of"), default="", description=_l("A smaller community may belong to a larger one.")
    )
    starts_on = WholeDay(_l("Starts on"), [MustBe(_l("Say when it starts."))])
    ends_on = WholeDay(
        _l("Ends on"), [MustBe(_l("Say when it ends: a community works towards a date."))]
    )
    size_least = WholeNumber(_l("At least"), SIZE)
    size_most = WholeNumber(_l("At most"), SIZE)
    priorities = TextAreaField(
        _l("Priorities"), CLARITY, description=_l("What comes first, and what can wait.")
    )
    answerable = TextAreaField(
        _l("Who answers for it"),
        CLARITY,
        description=_l("By name; and whom to ask about money, rooms or safety."),
    )
    success = TextAreaField(
        _l("What success would be"),
        CLARITY,
        description=_l("What would be different, that somebody could see."),
    )
    strategies = CheckboxesField(_l("Strategies it serves"))
    areas = CheckboxesField(_l("Areas"))
    convening = RadioField(_l("Who convenes it"), choices=CONVENING, default="me")
    audience = RadioField(_l("Who sees this page"), choices=AUDIENCES, default="network")
    thread = RadioField(_l("Thread colour"), choices=THREAD_CHOICES, coerce=int, default=1)
    version = HiddenField()

    def offer(self, offered: Offered) -> None:
        self.strategies.choices = choices_of(offered.strategies)
        self.areas.choices = choices_of(offered.areas)
        self.within.choices = choices_of([("", _l("Nothing larger")), *offered.communities])
        if "home" in self:
            self.home.choices = choices_of([("", _l("Choose a forum")), *offered.forums])


class ForumForm(PlaceForm):
    name = StringField(
        _l("Name"), [MustBe(_l("Give it a name people will find it by.")), AtMost(100)]
    )
    body = SelectField(
        _l("Convening body"),
        [MustBe(_l("Choose the organisation that calls it together."))],
        description=_l("The organisation that calls the forum together and answers first in it."),
    )
    summary = TextAreaField(_l("Summary"), SUMMARY, description=SUMMARY_HINT)
    strategies = CheckboxesField(_l("Strategies it serves"))
    areas = CheckboxesField(_l("Areas"))
    convening = RadioField(_l("Who convenes it"), choices=CONVENING, default="nobody")
    audience = RadioField(_l("Who sees this page"), choices=AUDIENCES, default="network")
    thread = RadioField(_l("Thread colour"), choices=THREAD_CHOICES, coerce=int, default=1)
    version = HiddenField()

    def offer(self, offered: Offered) -> None:
        self.strategies.choices = choices_of(offered.strategies)
        self.areas.choices = choices_of(offered.areas)
        self.body.choices = choices_of([("", _l("Choose an organisation")), *offered.organisations])


class DecisionForm(Form):
    decision = OneOf(
        _l("Your decision"),
        [MustBe(_l("Choose one."))],
        choices=choices_of([("accept", _l("Accept it")), ("decline", _l("Decline it"))]),
    )
    reason = TextAreaField(
        _l("Reason"),
        [AtMost(600)],
        description=_l(
            "Needed when you decline: it is shown on the page, to everyone who is signed in."
        ),
    )


class WordForm(Form):
    word = TextAreaField(_l("Your word to the members"), [AtMost(LONGEST_WORD)])


class ExtensionForm(Form):
    ends_on = WholeDay(_l("New end"), [MustBe(_l("Say when it ends instead."))])
    reason = TextAreaField(_l("Reason"), [MustBe(_l("Say why it needs longer.")), AtMost(600)])


class ActForm(Form):
    """Only the button."""


class EvaluationForm(Form):
    evaluation = TextAreaField(
        _l("What was found"),
        [MustBe(_l("Write down what was found.")), AtMost(30_000)],
        description=_l(
            "Did it help, for whom, how do you know? What did not work is a finding too. Markdown."
        ),
    )

    #: What the text became, rendered while the form was validated.
    html: str = ""
    problem: str | None = None

    def validate_evaluation(self, field: Field) -> None:
        rendered = read(field.data or "")
        self.html, self.problem = closing.printed(rendered), rendered.problem


class ClosingNoteForm(Form):
    set_out = TextAreaField(closing.PARTS["set_out"], [AtMost(MAX_REPLY)])
    know = TextAreaField(closing.PARTS["know"], [AtMost(MAX_REPLY)])
    open = TextAreaField(closing.PARTS["open"], [AtMost(MAX_REPLY)])
    ask = TextAreaField(closing.PARTS["ask"], [AtMost(MAX_REPLY)])

    def texts(self) -> dict[str, str]:
        return {name: self[name].data for name in closing.PARTS if self[name].data}


class ClosureForm(Form):
    exit_route = OneOf(
        _l("Where the work goes"),
        [MustBe(_l("Choose where the work goes."))],
        choices=choices_of(EXIT_LABELS),
    )
    receiving_organisation = SelectField(
        _l("Taken on by"),
        default="",
        description=_l("Needed when the work is mainstreamed or continues elsewhere."),
    )

    def offer(self, organisations: Choices) -> None:
        self.receiving_organisation.choices = choices_of(
            [("", _l("Nobody in particular")), *organisations]
        )


class HandOverForm(Form):
    convenor = SelectField(_l("Convenor"), default="")
    deputy = SelectField(_l("Deputy"), default="")

    def offer(self, people: Choices) -> None:
        people = list(people)
        self.convenor.choices = choices_of([("", _l("Nobody: convenor wanted")), *people])
        self.deputy.choices = choices_of([("", _l("Nobody")), *people])


class AudienceForm(Form):
    audience = RadioField(_l("Who sees this page"), choices=AUDIENCES)


class InvitationForm(Form):
    email = AddressField(_l("Email address"))
    organisation = SelectField(
        _l("Their organisation"),
        [MustBe(_l("Choose their organisation."))],
        description=_l("Whoever has an account keeps the organisation named there."),
    )
    note = TextAreaField(_l("A line from you"), [AtMost(400)])

    def offer(self, organisations: Choices) -> None:
        self.organisation.choices = choices_of([("", _l("Choose an organisation")), *organisations])


class MemberForm(Form):
    involvement = RadioField(
        _l("Involvement"),
        choices=choices_of(INVOLVEMENT_LABELS),
    )


class PartsForm(Form):
    parts = CheckboxesField(_l("Parts it plays"), choices=choices_of(PART_NAMES))
    main = SelectField(
        _l("Its main part"),
        id="main-part",  # "main" is where the page itself begins
        default="",
        choices=choices_of({"": _l("None stands out"), **PART_NAMES}),
    )
    note = StringField(
        _l("In a few words"),
        [AtMost(200)],
        description=_l("What it does here: “Hosts the meetings, after school, in the food room.”"),
    )


def typed_day(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
