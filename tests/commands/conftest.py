import os
from contextvars import Context

import pytest

from tests.conftest import make_app
from tests.running import SECRET
from wiki import __main__ as command
from wiki.kernel import serving
from wiki.kernel.database import database


@pytest.fixture
def across(tmp_path, monkeypatch, capsys):
    """``across("person", "link", address)``: (exit code, what it printed), with these settings only.

    What would be served is not: the command ends there.
    """
    monkeypatch.setattr(serving, "serve", lambda app, listener: listener.close())

    def run(*words, **environ):
        for name in list(os.environ):
            if name.startswith("ACROSS_"):
                monkeypatch.delenv(name)
        data = tmp_path / "data"
        for name, value in {
            "ACROSS_DATA": str(data),
            "ACROSS_SECRET_KEY": SECRET,
            **environ,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["across", *words])
        before = os.umask(0o022)
        try:
            Context().run(command.main)  # as at a start: nothing of a test's own application
            code = 0
        except SystemExit as end:
            code = end.code or 0
        finally:
            os.umask(before)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def site_in(tmp_path):
    """The application on the site ``across`` works on: ``with site_in(): ...`` enters it."""
    app = make_app(f"sqlite:///{tmp_path}/data/across.sqlite3", tmp_path / "data")
    with app.app_context():
        yield app
        database().engine.dispose()
