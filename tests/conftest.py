"""A fresh site for every test: a copy of one migrated database, in a folder of its own."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sccafe import beside, create_app
from sccafe.core import database, programs
from sccafe.core.migrations import make_database, prepare
from sccafe.settings import Settings, read
from sccafe.site import demo
from sccafe.site.setup import make_standard_boards
from tests import compiled, factories, postgres
from tests.remembered import remembering


def _stay_in_memory() -> None:
    """Let temporary files be in memory where there is plenty: tests wait for a disk as long as they work.

    A server waits for the disk at every commit, a database of PostgreSQL is 300 files to make and to drop, and each
    test leaves a folder. Whoever says TMPDIR knows better.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not memory.is_dir() or not os.access(memory, os.W_OK):
        return
    if shutil.disk_usage(memory).free > 4 * 2**30 and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        tempfile.tempdir = os.environ["TMPDIR"] = str(memory)


_stay_in_memory()
ON_POSTGRES = os.environ.get("SCCAFE_TEST_DATABASE") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, only what has a database is run again, and nothing that is about SQLite's file."""
    if ON_POSTGRES:
        again = [
            "cluster" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("sqlite") for item in items
        ]
        config.hook.pytest_deselected(items=[item for item, kept in zip(items, again, strict=True) if not kept])
        items[:] = [item for item, kept in zip(items, again, strict=True) if kept]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage as seldom as the server does, and leave alone what is loaded by now: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(30_000, 10, 10)


def settings_for(folder: Path, **more: str) -> Settings:
    environ = {"SCCAFE_DATA": str(folder), "SCCAFE_RATE_LIMITS": "off", "SCCAFE_JOB_THREAD": "off"}
    return read(environ | {f"SCCAFE_{name.upper()}": value for name, value in more.items()})


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator["postgres.Cluster | None"]:
    """A throwaway PostgreSQL where the run is on PostgreSQL."""
    if not ON_POSTGRES:
        yield None
        return
    with postgres.cluster() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the templates that are compiled already; no application is made before."""
    folder = tmp_path_factory.mktemp("compiled")
    compiled.share(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def programs_asked_once() -> Iterator[None]:
    """A file that several tests give to the site's own programs is given to them once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "run", remembering(programs.run))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, cluster: "postgres.Cluster | None") -> Path | str:
    """One migrated database that all tests' databases are copies of: a file, or the name of a PostgreSQL one."""
    folder = tmp_path_factory.mktemp("template")
    more = {"database_url": cluster.create("template_sccafe")} if cluster else {}
    app = create_app(settings_for(folder, **more))
    with app.app_context():
        make_database(app.config["SETTINGS"])
        database.db.engine.dispose()
    return "template_sccafe" if cluster else folder / "sccafe.sqlite"


@pytest.fixture(scope="session")
def template_with_demo(
    template: Path | str, cluster: "postgres.Cluster | None", tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder of a site with the whole demo, and the name of its database on PostgreSQL.

    Loaded once, as on a first start: it takes longer than everything that is asked of it afterwards.
    """
    folder, name, more = tmp_path_factory.mktemp("demo"), "template_demo", {}
    if cluster:
        more["database_url"] = cluster.create_copy(str(template), name)
    else:
        shutil.copy(template, folder / "sccafe.sqlite")
    app = create_app(settings_for(folder, **more))
    with app.app_context():
        make_standard_boards()
        demo.Loader(beside("demo")).load()
        database.db.session.remove()
        database.db.engine.dispose()
    return folder, name


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, template: Path | str, cluster: "postgres.Cluster | None"
) -> Iterator[Settings]:
    data = tmp_path / "data"
    name = str(template)
    if "loaded" in request.fixturenames:
        folder, name = request.getfixturevalue("template_with_demo")
        shutil.copytree(folder, data)
    else:
        data.mkdir()
        if not cluster:
            shutil.copy(template, data / "sccafe.sqlite")
    if cluster:
        address = cluster.create_copy(name)
        yield settings_for(data, database_url=address)
        cluster.drop(address)
    else:
        yield settings_for(data)


class Browser(FlaskClient):
    """A browser whose every request has a context of its own, also while the test itself is inside one."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Browser
    with app.app_context():
        prepare()  # tests call Flask-Migrate themselves
        yield app
        database.db.session.remove()
        database.db.engine.dispose()


@pytest.fixture
def loaded(app: Flask) -> Flask:
    """The site with the demo in it: whatever asks for this begins with a copy of one that has it."""
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def as_person(app: Flask) -> Callable[[str], FlaskClient]:
    """`as_person('みどり')` is the browser of a signed-in person."""
    return lambda handle: factories.signed_in(app, handle)


class Statements(list[str]):
    """The SQL statements made inside `with statements:`; BEGIN, COMMIT and PRAGMA are not counted."""

    def _note(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")):
            self.append(statement)

    def __enter__(self) -> "Statements":
        self.clear()
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)


@pytest.fixture
def statements() -> Statements:
    return Statements()
