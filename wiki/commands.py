"""What those who run a site type: setting up, serving, migrating, people, settings.

A feature adds commands of its own with ``app.cli.add_command`` in its ``init_app``.
"""

from __future__ import annotations

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo, run_command, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import Settings, WrongSetting, check_for_real_site
from wiki.kernel import migrations, readiness, serving, worker
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.site import Site
from wiki.people import letters, sessions, tokens
from wiki.people.models import Person
from wiki.transfer import seeds

LINE = "Sharing across, not reporting up"


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def app() -> Flask:
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


# Starting a site


@click.command()
@with_appcontext
def setup() -> None:
    """Make an empty site, and print a code for its first steward."""
    check_for_real_site(settings())
    migrations.migrate()
    code = tokens.new_secret()
    with transaction() as session:
        site = session.get(Site, 1) or Site(id=1, is_sample=False, name="Across", line=LINE)
        if site.is_sample:
            raise WrongSetting(
                "This database holds the sample site. A real one needs a database of its own: "
                "set ACROSS_DATA or ACROSS_DATABASE."
            )
        if session.scalar(select(Person.id).where(Person.is_steward).limit(1)):
            raise WrongSetting("This site is set up already: it has a steward.")
        site.setup_code_hash, site.setup_code_tries = tokens.hash_of(code), 0
        session.add(site)
    click.echo("The site is ready for its first steward. Start it with “across serve”, open")
    click.echo(f"\n    {letters.address('people.set_up')}\n")
    click.echo("and enter this code. It is shown once, and works once:")
    click.echo(f"\n    {code}\n")


@click.command()
@with_appcontext
def sample() -> None:
    """Start the sample site on this machine; the first time, fill it."""
    with serving.listen(settings(), is_sample=True) as listener:
        migrations.migrate()
        if make_sample():
            click.echo("Loading the sample content. This happens once.")
            serving.apart(seeds.load)
        readiness.refuse_unready()
        click.echo(f"Across runs at {settings().url} and holds a sample, all of it invented.")
        click.echo("Sign in there as one of these people; nobody needs a password:\n")
        for name, _, good_for in seeds.sample_people():
            click.echo(f"    {name:<24} {good_for}")
        click.echo("\nCtrl-C stops it.")
        serving.serve(app(), listener)


def make_sample() -> bool:
    """Whether the sample content is still to be loaded. A real site is left alone."""
    with transaction() as session:
        site = session.get(Site, 1) or Site(id=1, is_sample=True, line=LINE)
        if not site.is_sample:
            raise WrongSetting(
                "This database holds a real site: “across serve” starts it. For the sample set "
                "ACROSS_DATA to another folder."
            )
        session.add(site)
        return site.seeded_at is None


@click.command()
@with_appcontext
def serve() -> None:
    """Serve the site: web processes and the worker, until told to stop."""
    is_sample = readiness.refuse_unready()
    with serving.listen(settings(), is_sample=is_sample) as listener:
        click.echo(f"Across runs at {settings().url}")
        serving.serve(app(), listener)


@click.command()
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@with_appcontext
def work(once: bool) -> None:
    """Work beside the web server: hand on events, send mail, do what is due."""
    readiness.refuse_unready()
    if once:
        worker.work_once()
    else:
        worker.work_until_told_to_stop()


@click.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Flask's own server with its debugger, at a developer's desk."""
    os.environ["FLASK_DEBUG"] = "1"
    with context.ensure_object(ScriptInfo).load_app().app_context():
        port = settings().port
        if not readiness.is_sample() and not settings().on_loopback:
            raise WrongSetting("The debugger would show everybody everything: use “across serve”.")
    chosen = {"reload": None, "debugger": None, "with_threads": True, "cert": None}
    more = {"extra_files": None, "exclude_patterns": None}
    context.invoke(run_command, host="127.0.0.1", port=port, **chosen, **more)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the shape this version of Across knows."""
    migrations.migrate()
    click.echo("The database is up to date.")


# Sample content

seeds_group = AppGroup("seeds", help="The sample content.")


@seeds_group.command("load")
def load_seeds() -> None:
    """Fill an empty sample site. A second time changes nothing."""
    if not readiness.is_sample():
        raise WrongSetting("This is a real site: sample content goes into a sample only.")
    seeds.load()


# People

person_group = AppGroup("person", help="One person's account, by their mail address.")


def find(email: str) -> Person:
    found = db().scalar(select(Person).where(Person.email == email.strip().lower()))
    if found is None:
        raise Refused(f"Nobody here has the address {email}.")
    return found


@person_group.command()
@click.argument("email")
def steward(email: str) -> None:
    """Let a person run the site."""
    with transaction():
        find(email).make_steward(None)


@person_group.command("not-steward")
@click.argument("email")
def not_steward(email: str) -> None:
    """Let a steward be an ordinary member again."""
    with transaction():
        find(email).end_stewardship(None)


@person_group.command()
@click.argument("email")
def disable(email: str) -> None:
    """End a person's sign-in everywhere; what they published stays."""
    with transaction():
        person = find(email)
        person.disable(None)
        sessions.end_all(person.id)


@person_group.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled person sign in again."""
    with transaction():
        find(email).enable(None)


@person_group.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs a person in once, when no mail reaches them."""
    with transaction():
        person = find(email)
        _, secret = tokens.issue(tokens.Purpose.SIGN_IN, person.id, person.email)
        url = letters.address(letters.ENDPOINTS[tokens.Purpose.SIGN_IN], code=secret)
    click.echo(f"{url}\n\nIt works once, within 20 minutes.")


# Settings

config_group = AppGroup("config", help="The settings.")


@config_group.command("check", with_appcontext=False)
@click.pass_context
def check_config(context: click.Context) -> None:
    """Print every setting and where it comes from, and say what is wrong."""
    described = readiness.described(os.environ)
    width = max(len(setting.name) for setting in described)
    for name, value, is_default in described:
        click.echo(f"{name:<{width}}  {'default' if is_default else 'set':<7}  {value}".rstrip())
    found = readiness.wrong_settings(os.environ)
    if not found:
        with context.ensure_object(ScriptInfo).load_app().app_context():
            found = problems_found()
    click.echo()
    for problem in found:
        click.echo(problem)
    if found:
        sys.exit(2)
    click.echo("All is well.")


def problems_found() -> list[str]:
    try:
        return list(readiness.problems())
    except OperationalError as error:
        return [readiness.unusable(error)]


COMMANDS: tuple[click.Command, ...] = (
    setup,
    sample,
    serve,
    work,
    run,
    migrate,
    seeds_group,
    person_group,
    config_group,
)
