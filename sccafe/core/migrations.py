"""The schema's versions: bringing a database up to date, and telling which version one has.

Alembic comes with a template language and a highlighter of programs, 8 MB in all. So who works in the server imports
this where it is used, and the application learns of its migrations here.
"""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from flask import current_app
from flask_migrate import Migrate, upgrade

from sccafe.core.database import db
from sccafe.settings import Settings


def prepare() -> None:
    """Let the running application know its migrations, for Flask-Migrate's functions."""
    if "migrate" not in current_app.extensions:
        Migrate(current_app, db, current_app.config["MIGRATIONS"])


def make_database(settings: Settings) -> None:
    """Create the SQLite file where there is none (elsewhere a missing file is an error) and bring it up to date."""
    file = settings.database_file
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    if revision() != newest():
        prepare()
        upgrade()
    db.session.remove()


def revision() -> str:
    """The version of the running site's database; empty for one without tables."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def _scripts() -> ScriptDirectory:
    prepare()
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


def newest() -> str:
    """The version that this code works with."""
    return _scripts().get_current_head() or ""


def is_known(version: str) -> bool:
    """Whether this code can bring a database of that version up to date; one made by newer code is unknown."""
    try:
        return bool(version) and _scripts().get_revision(version) is not None
    except CommandError:
        return False
