import re

import pytest
from sqlalchemy import select

from tests.running import SECRET
from wiki.kernel.database import transaction
from wiki.kernel.naming import slug_of
from wiki.kernel.site import Site
from wiki.people import founding, sessions, tokens
from wiki.people.invitations import register
from wiki.people.models import Person
from wiki.people.sessions import SignIn

ADDRESS = "ada@testford.example"


@pytest.fixture
def person(across, site_in):
    """Somebody with an account on a site just set up."""
    across("setup")
    with transaction():
        organisation = founding.organisation_called("Library", "Culture")
        return register(ADDRESS, "Ada Lund", None, organisation.id)


def stored(what):
    with transaction(writing=False) as session:
        return session.scalar(select(what))


# Setting up


def test_setting_up_prints_a_code_and_stores_only_its_hash(across, site_in):
    code, said = across("setup")

    assert code == 0
    assert "http://127.0.0.1:8000/setup" in said
    printed = said.split()[-1]
    assert stored(Site.setup_code_hash) == tokens.hash_of(printed)
    assert printed not in (site_in.config["SETTINGS"].data / "across.sqlite3").read_bytes().decode(
        "latin-1"
    )
    assert stored(Site.is_sample) is False


def test_setting_up_again_makes_a_new_code_and_the_old_one_dies(across, site_in):
    across("setup")
    first = stored(Site.setup_code_hash)
    across("setup")

    assert stored(Site.setup_code_hash) != first


def test_setting_up_ends_once_there_is_a_steward(across, person):
    across("person", "steward", ADDRESS)

    assert across("setup") == (2, "This site is set up already: it has a steward.\n")


def test_a_sample_does_not_become_a_real_site(across, site_in):
    across("migrate")
    with transaction() as session:
        session.add(Site(id=1, is_sample=True))

    code, said = across("setup")

    assert (code, stored(Site.is_sample)) == (2, True)
    assert "holds the sample site" in said


@pytest.mark.parametrize("command", ["sample", "seeds"])
def test_a_real_site_does_not_become_a_sample(across, site_in, command):
    across("setup")

    code, said = across(*("seeds", "load")) if command == "seeds" else across("sample")

    assert (code, stored(Site.is_sample)) == (2, False)
    assert "real site" in said


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"ACROSS_SECRET_KEY": "short"}, "ACROSS_SECRET_KEY must be set to at least 32 characters"),
        ({"ACROSS_SECRET_KEY": ""}, "ACROSS_SECRET_KEY must be set to at least 32 characters"),
        ({"ACROSS_URL": "http://across.example.org"}, "ACROSS_URL must begin with https://"),
        ({"ACROSS_PORT": "eighty"}, "ACROSS_PORT must be a whole number from 1 to 65535"),
        ({"ACROSS_COLOUR": "red"}, "ACROSS_COLOUR is not a setting of Across"),
        ({"ACROSS_DATABASE": "mysql://here"}, "ACROSS_DATABASE must begin with"),
        ({"ACROSS_DATABASE": "postgresql://u:secret@127.0.0.1:1/x"}, "The database can’t be used"),
    ],
)
@pytest.mark.parametrize("command", ["setup", "serve"])
def test_what_is_set_wrong_stops_the_start_with_one_sentence(across, command, environ, sentence):
    across("setup")
    code, said = across(command, **environ)

    assert code in (1, 2)
    assert said.startswith(sentence)
    assert said.count("\n") == 1
    assert "secret@" not in said


# What a site must be before it is served


def test_a_site_nobody_set_up_is_not_served(across):
    across("migrate")

    assert across("serve") == (
        2,
        "There is no site in this database yet: run “across setup” first.\n",
    )


def test_secrets_that_all_can_read_stop_the_start(across, site_in, tmp_path, monkeypatch):
    across("setup")
    monkeypatch.setattr(
        "wiki.kernel.readiness.readable_by_all",
        lambda path: path.exists() and path.stat().st_mode & 4,
    )
    database = tmp_path / "data" / "across.sqlite3"
    assert across("work", "--once")[0] == 0  # so that the next line means something
    database.chmod(0o644)

    code, said = across("serve")

    assert (code, said) == (
        2,
        f"Everybody on this machine can read {database}: run “chmod 600 {database}”.\n",
    )


def test_a_data_folder_that_cannot_be_written_stops_the_start(across, site_in, monkeypatch):
    across("setup")

    def refuse(**_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("wiki.kernel.readiness.tempfile.TemporaryFile", refuse)

    code, said = across("serve")

    assert code == 2
    assert "can’t write to its data folder" in said


def test_the_debugger_stays_at_the_desk(across, site_in, monkeypatch):
    across("setup")
    monkeypatch.setenv("FLASK_DEBUG", "1")

    assert "FLASK_DEBUG is for a developer’s desk" in across("serve")[1]

    monkeypatch.delenv("FLASK_DEBUG")
    url = {"ACROSS_URL": "https://across.example.org"}
    assert "The debugger would show everybody everything" in across("run", **url)[1]


def test_what_the_commands_make_is_for_their_account_only(across, tmp_path):
    across("setup")

    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "across.sqlite3").stat().st_mode & 0o077 == 0


def test_a_sample_is_for_this_machine_only(across, site_in):
    across("migrate")
    with transaction() as session:
        session.add(Site(id=1, is_sample=True))

    code, said = across("serve", ACROSS_URL="https://across.example.org")

    assert (code, said) == (2, "A sample is for this machine only: leave ACROSS_URL unset.\n")


# People


def test_a_steward_is_made_and_unmade_from_the_shell(across, person):
    with transaction():
        other = register("bo@testford.example", "Bo Lund", None, person.organisation_id)
    across("person", "steward", other.email)

    assert across("person", "steward", ADDRESS.upper())[0] == 0
    assert person_now().is_steward
    assert across("person", "not-steward", ADDRESS)[0] == 0
    assert not person_now().is_steward


def test_somebody_disabled_is_signed_out_everywhere(across, person):
    with transaction():
        sessions.begin(person.id, "Firefox Linux", staying=False)

    across("person", "disable", ADDRESS)
    assert person_now().disabled_at is not None
    assert stored(SignIn.id) is None

    across("person", "enable", ADDRESS)
    assert person_now().disabled_at is None


def test_a_link_from_the_shell_signs_its_person_in(across, person, site_in):
    code, said = across("person", "link", ADDRESS)

    url = re.search(r"http://127.0.0.1:8000(\S+)", said)[1]
    assert code == 0
    assert site_in.test_client().get(url).status_code == 200


def test_an_unknown_address_is_one_sentence(across, person):
    nobody = f"{slug_of('nobody')}@testford.example"

    assert across("person", "link", nobody) == (1, f"Nobody here has the address {nobody}.\n")


def person_now():
    with transaction(writing=False) as session:
        return session.scalar(select(Person).where(Person.email == ADDRESS))


# Settings


def test_all_settings_are_printed_without_their_secrets(across, site_in):
    across("setup")

    code, said = across("config", "check", ACROSS_SMTP="smtp://post:hush@mail.example.org")

    assert code == 0
    assert "All is well." in said
    assert re.search(r"ACROSS_PORT +default +8000", said)
    assert re.search(r"ACROSS_SMTP +set +smtp://post:\*\*\*@mail.example.org", said)
    assert SECRET not in said
    assert "hush" not in said


def test_everything_wrong_is_said_at_once(across):
    code, said = across("config", "check", ACROSS_PORT="0", ACROSS_THREADS="many")

    assert code == 2
    assert "ACROSS_PORT must be" in said
    assert "ACROSS_THREADS must be" in said


def test_what_is_wrong_with_the_site_is_said_too(across):
    code, said = across("config", "check")

    assert code == 2
    assert "can’t write to its data folder" in said
