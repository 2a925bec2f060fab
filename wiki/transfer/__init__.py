"""Import, sample content, backup and restore."""

from __future__ import annotations

from flask import Flask

from wiki.transfer import commands


def init_app(app: Flask) -> None:
    for command in (commands.bring_in, commands.back_up, commands.restore):
        app.cli.add_command(command)
