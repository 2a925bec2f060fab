"""A community's life: decided on, begun, extended, ended, closed; and its convenor's word."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.kernel.access import allow, signed_in
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.people.current import current_reader
from wiki.people.models import Organisation
from wiki.places import closing, membership, policy
from wiki.places.forms import (
    ActForm,
    AudienceForm,
    ClosingNoteForm,
    ClosureForm,
    DecisionForm,
    EvaluationForm,
    ExtensionForm,
    WordForm,
)
from wiki.places.frames import Frame
from wiki.places.models import NEEDS_RECEIVER, ExitRoute, Place
from wiki.places.views.acting import done, find_mine, frame_of_mine, open_organisations
from wiki.places.views.frame import (
    FORM,
    act_page,
    both,
    communities,
    find,
    find_frame,
    refusals,
)


@communities.route("/<slug>/decision", methods=FORM)
@signed_in
def decision(slug: str) -> ResponseReturnValue:
    """The home forum accepts a proposed community, or declines it with a reason."""
    form = DecisionForm()
    if form.validate_on_submit():
        place, home = find(slug)
        allow(policy.decide(current_reader(), place, home))
        with refusals(form):
            if form.decision.data == "accept":
                place.accept(current_reader())
                return done(place, _("Accepted. It may form now."))
            place.decline(current_reader(), form.reason.data or "")
            return done(place, _("Declined. Whoever proposed it is told why."))
    frame = find_frame(slug)
    allow(policy.decide(current_reader(), frame, frame.home))
    return act_page("places/decision.html", frame, form)


@communities.post("/<slug>/activation")
@signed_in
def activate(slug: str) -> ResponseReturnValue:
    place, home = find(slug)
    allow(policy.edit(current_reader(), place, home))
    place.activate(current_reader(), membership.organisations_in(place.id))
    return done(place, _("It is active now."))


@communities.route("/<slug>/extension", methods=FORM)
@signed_in
def extend(slug: str) -> ResponseReturnValue:
    form = ExtensionForm()
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            ends_on = form.ends_on.data
            assert ends_on is not None  # the form needs it
            db().add(place.extend(current_reader(), ends_on, form.reason.data or ""))
            return done(place, _("Extended. The reason stands on the page."))
    return act_page("places/extension.html", frame_of_mine(slug), form)


@communities.route("/<slug>/ending", methods=FORM)
@signed_in
def end(slug: str) -> ResponseReturnValue:
    form = ActForm()
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            place.begin_ending(current_reader())
            return done(place, _("It is ending. Write down what was found, then close it."))
    return act_page("places/ending.html", frame_of_mine(slug), form)


@communities.route("/<slug>/evaluation", methods=FORM)
@signed_in
def evaluate(slug: str) -> ResponseReturnValue:
    form = EvaluationForm()
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            place.evaluate(current_reader(), form.evaluation.data or "", form.html)
            return done(
                place,
                form.problem or _("The evaluation is saved."),
                "notice" if form.problem else "done",
            )
    frame = frame_of_mine(slug)
    if request.method == "GET":
        form.evaluation.data = stored(frame).evaluation
    return act_page("places/evaluation.html", frame, form)


@communities.route("/<slug>/closing-note", methods=FORM)
@signed_in
def conclude(slug: str) -> ResponseReturnValue:
    form = ClosingNoteForm()
    if form.validate_on_submit():
        texts = form.texts()
        html = closing.read_parts(texts)
        place = find_mine(slug)
        with refusals(form):
            place.conclude(current_reader(), texts, html)
            return done(place, _("The closing note is saved."))
    frame = frame_of_mine(slug)
    if request.method == "GET":
        for name, text in stored(frame).closing_note.items():
            form[name].data = text
    return act_page("places/closing_note.html", frame, form, parts=closing.PARTS)


@communities.route("/<slug>/closure", methods=FORM)
@signed_in
def close(slug: str) -> ResponseReturnValue:
    form = ClosureForm()
    form.offer(open_organisations())
    if form.validate_on_submit():
        place = find_mine(slug)
        with refusals(form):
            route = ExitRoute(form.exit_route.data)
            receiver = receiving(form.receiving_organisation.data or "")
            if route not in NEEDS_RECEIVER and receiver is not None:
                raise Refused(
                    _("Nobody takes on what ends here: choose “Nobody in particular”."),
                    "receiving_organisation",
                )
            place.close(current_reader(), route, receiver)
            return done(place, _("Closed. Everything written in it stays."))
    return act_page("places/closure.html", frame_of_mine(slug), form)


@both("/<slug>/word", FORM)
@signed_in
def word(slug: str) -> ResponseReturnValue:
    form = WordForm()
    if form.validate_on_submit():
        place = find_mine(slug)
        place.say(current_reader(), form.word.data or "")
        return done(place, _("Your word is on the page.") if form.word.data else _("Taken down."))
    frame = frame_of_mine(slug)
    if request.method == "GET":
        form.word.data = frame.word
    return act_page("places/word.html", frame, form)


@both("/<slug>/visibility", FORM)
@signed_in
def visibility(slug: str) -> ResponseReturnValue:
    form = AudienceForm()
    if form.validate_on_submit():
        place = find_mine(slug)
        everyone = form.audience.data == "public"
        place.show_to(current_reader(), everyone=everyone)
        return done(
            place,
            _("Everyone can see this page now.")
            if everyone
            else _("Only people who are signed in see this page now."),
        )
    frame = frame_of_mine(slug)
    if request.method == "GET":
        form.audience.data = "public" if frame.is_public else "network"
    return act_page("places/visibility.html", frame, form)


def stored(frame: Frame) -> Place:
    return db().get_one(Place, frame.id)


def receiving(key: str) -> Organisation | None:
    return db().scalar(select(Organisation).where(Organisation.key == key)) if key else None
