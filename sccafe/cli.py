"""The `sccafe` command."""

import sys

import click
from flask import current_app
from flask.cli import FlaskGroup
from flask_migrate import upgrade

from sccafe import create_app
from sccafe.core import database
from sccafe.settings import Settings, SettingsError


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False)
def sccafe() -> None:
    """Run and look after an SC Café."""


def make_database(settings: Settings) -> None:
    """Create the SQLite file where there is none (elsewhere a missing file is an error) and bring it up to date."""
    file = settings.database_file
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    upgrade()
    database.db.session.remove()


@sccafe.command()
def migrate() -> None:
    """Make the database, or bring it up to date."""
    make_database(current_app.config["SETTINGS"])
    click.echo("The database is up to date.")


def main() -> None:
    """Entry point: a setting that cannot be used is told in words, not as a traceback."""
    try:
        sccafe()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
