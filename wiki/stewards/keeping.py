"""The ledgers of the site itself: its name, log, letters, worker, imports and openness."""

from __future__ import annotations

from functools import partial

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.home.about import read_restricted
from wiki.kernel.access import steward
from wiki.kernel.languages import _
from wiki.kernel.mail import Mail
from wiki.kernel.outbox import Delivery, declare, declared, record
from wiki.kernel.pages import page, page_number
from wiki.kernel.site import Site
from wiki.people.current import Reader, current_reader
from wiki.people.forms import said
from wiki.stewards import activity, importing, letters, openness, running
from wiki.stewards.activity import UNSEEN, ActivityFilter
from wiki.stewards.forms import SiteForm
from wiki.stewards.views import SAVED, find, saved, stewards

declare({"site.changed": "The site has another name or line."})

NUMBER = "int(max=2147483647)"


# -- name and line


@stewards.route("/site", methods=["GET", "POST"])
@steward
def site() -> ResponseReturnValue:
    form = SiteForm()
    found = find(Site, id=1) or abort(404)
    stored = {"name": found.name, "line": found.line}
    status = saved(form, stored, partial(describe, found, current_reader(), form))
    if status == SAVED:
        flash(_("Saved."))
        return redirect(url_for("stewards.site"), 303)
    return page("stewards/site.html", status=status, form=form)


def describe(found: Site, by: Reader, form: SiteForm) -> None:
    found.name, found.line = said(form.name), said(form.line)
    record("site.changed", found, by)


# -- what happened


@stewards.get("/activity")
@steward
def log() -> ResponseReturnValue:
    only = ActivityFilter.of(request.args)
    found, pager = activity.happenings(current_reader(), only, page_number())
    return page(
        "stewards/activity.html",
        fragment="stewards/_activity.html",
        found=found,
        pager=pager,
        only=only,
        names=sorted(name for name in declared() if name not in UNSEEN),
    )


# -- letters


@stewards.get("/mail")
@steward
def mail() -> ResponseReturnValue:
    state = letters.state_asked(request.args)
    counts = letters.counts()
    total = sum(counts.values()) if state is None else counts.get(state, 0)
    found, pager = letters.find_letters(state, total, page_number())
    return page(
        "stewards/mail.html",
        found=found,
        pager=pager,
        state=state,
        counts=counts,
        labels=letters.STATE_LABELS,
        kept=letters.kept_letters() if g.site.is_sample else frozenset(),
    )


@stewards.get("/mail/<name>")
@steward
def letter(name: str) -> ResponseReturnValue:
    """A letter of the sample site. On a real one letters are for those they are sent to."""
    if not g.site.is_sample:
        abort(404)
    return page("stewards/letter.html", letter=letters.open_letter(name) or abort(404))


@stewards.post(f"/mail/<{NUMBER}:mail_id>/sending")
@steward
def send_mail(mail_id: int) -> ResponseReturnValue:
    found = find(Mail, id=mail_id) or abort(404)
    found.try_again()
    flash(_("It goes out with the next round of the worker."))
    return redirect(url_for("stewards.mail"), 303)


@stewards.post(f"/mail/<{NUMBER}:mail_id>/dropping")
@steward
def drop_mail(mail_id: int) -> ResponseReturnValue:
    found = find(Mail, id=mail_id) or abort(404)
    found.drop()
    flash(_("Dropped: that letter will not be sent."))
    return redirect(url_for("stewards.mail"), 303)


# -- the worker


@stewards.get("/worker")
@steward
def worker() -> ResponseReturnValue:
    found, pager = running.failing_deliveries(page_number())
    return page(
        "stewards/worker.html",
        pulse=running.pulse(),
        queue=running.queue(),
        found=found,
        pager=pager,
        timetables=running.timetables(),
    )


@stewards.post(f"/worker/deliveries/<{NUMBER}:delivery_id>/retry")
@steward
def retry_delivery(delivery_id: int) -> ResponseReturnValue:
    found = find(Delivery, id=delivery_id) or abort(404)
    found.try_again()
    flash(_("It is handed on with the next round of the worker."))
    return redirect(url_for("stewards.worker"), 303)


@stewards.post(f"/worker/deliveries/<{NUMBER}:delivery_id>/giving-up")
@steward
def give_up_delivery(delivery_id: int) -> ResponseReturnValue:
    found = find(Delivery, id=delivery_id) or abort(404)
    found.give_up()
    flash(_("Given up: that listener will not hear of it."))
    return redirect(url_for("stewards.worker"), 303)


# -- imports


@stewards.get("/imports")
@steward
def imports() -> ResponseReturnValue:
    return page("stewards/imports.html", runs=importing.runs())


@stewards.get(f"/imports/<{NUMBER}:run_id>")
@steward
def import_run(run_id: int) -> ResponseReturnValue:
    """How far a run is, looked at again and again while it lasts; then its report."""
    run = importing.run(run_id) or abort(404)
    what = request.args.get("what", "")
    kinds, lines, pager = importing.report(run_id, what, page_number())
    answer = page(
        "stewards/import.html",
        fragment="stewards/_progress.html",
        run=run,
        kinds=kinds,
        lines=lines,
        pager=pager,
        what=what,
    )
    if "HX-Request" in request.headers and not run.is_under_way:
        answer.headers["HX-Refresh"] = "true"  # the page is asked for anew, with the report
    return answer


# -- openness


@stewards.get("/openness", endpoint="openness")
@steward
def openness_page() -> ResponseReturnValue:
    found, pager = openness.openings(page_number())
    return page(
        "stewards/openness.html",
        totals=read_restricted(),
        found=found,
        pager=pager,
    )
