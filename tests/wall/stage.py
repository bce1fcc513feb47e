"""The running site with the planted world in it: who looks, and how it becomes again what it was."""

import hashlib
import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sccafe import create_app
from sccafe.accounts.models import UserSession
from sccafe.core import clock
from sccafe.core.database import db, writing
from sccafe.core.files import Store
from tests import postgres
from tests.conftest import settings_for
from tests.wall.world import ROLES, World, planted

_CSRF = "the same for everybody in these tests"


class Original(Protocol):
    """The database as it was planted."""

    def is_changed(self) -> bool: ...

    def restore(self) -> bool:
        """Let it be as it was planted; says whether anything had been written."""


class SQLiteOriginal:
    def __init__(self, live: Path) -> None:
        self._original = sqlite3.connect(":memory:")
        self._live = sqlite3.connect(live, isolation_level=None)
        self._live.execute("PRAGMA synchronous=OFF")
        self._live.backup(self._original)
        self._version = self._commits()
        self._contents = self._seen(self._version)

    def _commits(self) -> int:
        """A number that another connection's commit changes."""
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])

    @lru_cache(1)  # noqa: B019  there is one for all tests
    def _seen(self, commits: int) -> list[object]:
        tables = self._live.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            # What FTS5 keeps for itself follows from the entries.
            " AND name NOT LIKE 'search_index%'"
        ).fetchall()
        return [self._live.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall() for (table,) in tables]

    def is_changed(self) -> bool:
        commits = self._commits()
        return commits != self._version and self._seen(commits) != self._contents

    def restore(self) -> bool:
        if self._commits() == self._version:
            return False
        self._original.backup(self._live)
        self._version = self._commits()
        return True


class PostgreSQLOriginal:
    def __init__(self, address: str) -> None:
        self._live = psycopg.connect(address, autocommit=True)
        found = self._live.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        self._tables = [table for (table,) in found]
        self._live.execute("CREATE SCHEMA original")
        for table in self._tables:
            self._live.execute(f'CREATE TABLE original."{table}" AS TABLE public."{table}"')
        self._transactions = self._begun()
        self._hashes = self._seen(self._transactions)

    def _begun(self) -> str:
        """A number that every transaction which may have written moves on."""
        return str(self._live.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone())

    @lru_cache(1)  # noqa: B019  there is one for all tests
    def _seen(self, begun: str) -> set[object]:
        """Each table with a hash of its rows; a row that was only locked reads as before."""
        rows = " UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM public.\"{table}\" t"
            for table in self._tables
        )
        return set(self._live.execute(rows).fetchall())

    def is_changed(self) -> bool:
        begun = self._begun()
        return begun != self._transactions and self._seen(begun) != self._hashes

    def restore(self) -> bool:
        begun = self._begun()
        if begun == self._transactions:
            return False
        changed = [str(table) for table, _hash in self._hashes - self._seen(begun)]  # type: ignore[misc]
        with self._live.transaction():
            # Without foreign keys and without the triggers that keep the record from being changed.
            self._live.execute("SET LOCAL session_replication_role = replica")
            for table in changed:
                self._live.execute(f'DELETE FROM public."{table}"')
                self._live.execute(f'INSERT INTO public."{table}" SELECT * FROM original."{table}"')
        self._transactions = self._begun()
        return True


class Stage:
    """The site, its world, and the browsers of those who look at it."""

    def __init__(self, app: Flask, world: World, original: Original, sessions: dict[str, str]) -> None:
        self.app, self.world = app, world
        self._original, self._sessions = original, sessions
        #: What somebody got for an address of nothing; see looking.unlike_nothing.
        self.answers_of_nothing: dict[tuple[str, str], Any] = {}
        self._store: Store = app.extensions["sccafe_files"]
        self._files = {name: self._content(name) for name in self._store.names()}

    def _content(self, name: str) -> bytes:
        with self._store.open(name) as file:
            return file.read()

    def browser(self, viewer: str, locale: str = "") -> FlaskClient:
        """The browser of one of VIEWERS: a visitor has nobody's session, a suspended person the one they had."""
        client = self.app.test_client()
        client.set_cookie("sccafe", self._cookie(viewer, locale))
        return client

    def _cookie(self, viewer: str, locale: str) -> str:
        signer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        kept = {"csrf_token": hashlib.sha1(_CSRF.encode()).hexdigest()} | ({"locale": locale} if locale else {})
        if viewer in self._sessions:
            kept["_user_id"] = self._sessions[viewer]
        return str(signer.dumps(kept))

    @property
    def csrf_token(self) -> str:
        """What the forms of all these browsers carry."""
        signer = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(hashlib.sha1(_CSRF.encode()).hexdigest()))

    def is_changed(self) -> bool:
        """Whether anything has been written since the world was planted."""
        return self._original.is_changed()

    def restore(self) -> None:
        """Let everything be as it was planted. Where no row was written, no page has another file to show."""
        self.app.extensions.pop("sccafe_site_settings", None)
        if not self._original.restore():
            return
        there = set(self._store.names())
        for name in there - set(self._files):
            self._store.delete(name)
        for name in set(self._files) - there:
            self._store.put(name, io.BytesIO(self._files[name]))


def _begin_sessions(world: World) -> dict[str, str]:
    """A session for everybody who looks: token by name."""
    now = clock.now()
    tokens = {name: hashlib.sha256(f"session of {name}".encode()).hexdigest() for name in ROLES}
    with writing() as session:
        for name, session_token in tokens.items():
            made = UserSession(
                user_id=world.ids[f"user_{name}"],
                token_hash=hashlib.sha256(session_token.encode()).hexdigest(),
                created_at=now,
                last_seen_on=now.astimezone(clock.TOKYO).date(),
                expires_at=now + timedelta(days=1),
            )
            session.add(made)
            session.flush()
            world.ids[f"session_{name}"] = made.id
    return tokens


def _without_waiting(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def opened(template: Path | str, cluster: "postgres.Cluster | None", folder: Path) -> Iterator[Stage]:
    """The site with the planted world, from a migrated database."""
    event.listen(Engine, "connect", _without_waiting)
    more = {}
    if cluster:
        more["database_url"] = cluster.create_copy(str(template))
    else:
        shutil.copy(template, folder / "sccafe.sqlite")
    app = create_app(settings_for(folder, **more))
    world = planted(app)
    with app.app_context():
        sessions = _begin_sessions(world)
        db.session.remove()
        db.engine.dispose()
    original = PostgreSQLOriginal(more["database_url"]) if cluster else SQLiteOriginal(folder / "sccafe.sqlite")
    try:
        yield Stage(app, world, original, sessions)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        event.remove(Engine, "connect", _without_waiting)
