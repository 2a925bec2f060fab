"""Finding people and organisations, and the page each of them has."""

from __future__ import annotations

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from wiki.kernel.access import public, signed_in
from wiki.kernel.pages import page, page_number
from wiki.people import queries
from wiki.people.current import current_reader
from wiki.people.queries import OrganisationFilter, PeopleFilter
from wiki.people.sections import asked
from wiki.people.views import organisations, people

PEOPLE_SHOWN = 20


@people.get("/people")
@signed_in
def index() -> ResponseReturnValue:
    only = PeopleFilter.of(request.args)
    found, pager = queries.find_people(current_reader(), only, page_number())
    return page(
        "people/index.html",
        fragment="people/_people.html",
        found=found,
        pager=pager,
        only=only,
        organisations=queries.open_organisations(),
        sectors=queries.sectors(),
        areas=queries.present_areas(),
    )


@people.get("/people/<key>")
@signed_in
def show(key: str) -> ResponseReturnValue:
    reader = current_reader()
    person = queries.find_person(reader, key) or abort(404)
    return page(
        "people/show.html",
        person=person,
        areas=queries.areas_of_person(person.id),
        acts=asked("profile_acts", reader, person),
        parts=asked("profile", reader, person),
    )


@organisations.get("", endpoint="index")
@public
def organisations_index() -> ResponseReturnValue:
    only = OrganisationFilter.of(request.args)
    found, pager = queries.find_organisations(only, page_number())
    return page(
        "people/organisations.html",
        fragment="people/_organisations.html",
        found=found,
        pager=pager,
        only=only,
        sectors=queries.sectors(),
        areas=queries.present_areas(),
    )


@organisations.get("/<key>", endpoint="show")
@public
def organisation(key: str) -> ResponseReturnValue:
    """Public, but who works there is told to those who are signed in only."""
    reader = current_reader()
    row = queries.find_organisation(key) or abort(404)
    staff = queries.people_of(reader, row.id, PEOPLE_SHOWN) if reader.signed_in else []
    return page(
        "people/organisation.html",
        organisation=row,
        people=staff[:PEOPLE_SHOWN],
        more_people=len(staff) > PEOPLE_SHOWN,
        acts=asked("organisation_acts", reader, row),
        parts=asked("organisation", reader, row),
    )


@people.get("/tags/completions")
@signed_in
def tag_completions() -> ResponseReturnValue:
    """Tags that begin with what was typed, for the field that asks."""
    found = queries.completions(current_reader(), request.args.get("q", "")[:100])
    return jsonify([tag._asdict() for tag in found])
