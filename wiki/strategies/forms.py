"""What is asked of a strategy."""

from __future__ import annotations

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange

from wiki.kernel.forms import AtMost, Form, MustBe
from wiki.kernel.languages import _l

YEAR = NumberRange(1990, 2100, _l("Give a year, like 2029."))


class StrategyForm(Form):
    name = StringField(_l("Name"), [MustBe(_l("Give it its name.")), AtMost(120)])
    starts_in = IntegerField(_l("First year"), [YEAR])
    ends_in = IntegerField(_l("Last year"), [YEAR])
    summary = TextAreaField(
        _l("Summary"), [AtMost(3000)], description=_l("What it aims at, on half a page.")
    )
