"""The command ``across``: Flask's commands and ours. What went wrong is said in one sentence."""

from __future__ import annotations

import os
import sys

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import OperationalError

from config import WrongSetting
from wiki import create_app
from wiki.commands import COMMANDS
from wiki.kernel.errors import Refused
from wiki.kernel.readiness import unusable

across = FlaskGroup(
    name="across",
    create_app=create_app,
    add_version_option=False,
    load_dotenv=False,
    help="Across: sharing across, not reporting up.",
)
across.params.clear()  # which application, which settings: there is one answer
for command in COMMANDS:
    across.add_command(command)


def main() -> None:
    os.umask(0o077)  # database, files and keys are for the account that runs the site
    try:
        across.main(prog_name="across", standalone_mode=False)
    except WrongSetting as wrong:
        end(str(wrong), 2)
    except Refused as refusal:
        end(refusal.sentence, 1)
    except OperationalError as error:
        end(unusable(error), 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        end("Stopped.", 130)


def end(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
