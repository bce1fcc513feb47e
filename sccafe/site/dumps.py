"""A copy of the whole database in one file, made while others write, counted, checked and brought back.

SQLite gives a database file by its online backup; PostgreSQL gives pg_dump's custom format, made from the snapshot in
which the rows were counted.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, inspect, make_url, text

from sccafe.settings import Settings

Rows = dict[str, int]


class DumpError(Exception):
    """The database could not be copied, read or brought back; the message says why."""


class Dump(Protocol):
    """`name` is the dump's name in an archive."""

    kind: str
    name: str

    def is_empty(self) -> bool: ...
    def make(self, target: Path) -> Rows: ...
    def examine(self, dump: Path) -> Rows: ...
    def bring_back(self, dump: Path) -> None: ...


def of(settings: Settings) -> Dump:
    """The way to copy this site's database."""
    file = settings.database_file
    return PostgreSQLDump(settings.database_url) if file is None else SQLiteDump(file)


class SQLiteDump:
    kind = "sqlite"
    name = "database.sqlite"

    def __init__(self, file: Path) -> None:
        self.file = file

    def is_empty(self) -> bool:
        return not self.file.exists()

    def make(self, target: Path) -> Rows:
        """A consistent copy in one step: writers go on meanwhile, in the write-ahead log."""
        with (
            closing(sqlite3.connect(f"{self.file.as_uri()}?mode=rw", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        return self.examine(target)

    def examine(self, dump: Path) -> Rows:
        with closing(sqlite3.connect(f"{dump.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            try:
                found = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
                if found != ["ok"]:
                    raise DumpError("integrity_check says: " + "; ".join(found))
                tables = copy.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
                    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
                ).fetchall()
                return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}  # noqa: S608
            except sqlite3.DatabaseError as error:
                raise DumpError(str(error)) from error

    def bring_back(self, dump: Path) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        dump.chmod(0o600)
        # Beside its place first, as the dump may lie on another disk.
        beside = self.file.with_name(f".{self.file.name}.restored")
        shutil.copyfile(dump, beside)
        beside.chmod(0o600)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(self.file)


class PostgreSQLDump:
    kind = "postgresql"
    name = "database.pgdump"

    def __init__(self, address: str) -> None:
        self.url = make_url(address)

    def is_empty(self) -> bool:
        engine = create_engine(self.url)
        try:
            return not inspect(engine).get_table_names()
        finally:
            engine.dispose()

    def make(self, target: Path) -> Rows:
        engine = create_engine(self.url, isolation_level="REPEATABLE READ")
        try:
            with engine.connect() as connection:
                snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
                names = inspect(connection).get_table_names()
                rows = {
                    name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
                    for name in sorted(names)
                }
                self._run(
                    "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                    f"--file={target}", f"--dbname={self._address()}",
                )  # fmt: skip
        finally:
            engine.dispose()
        return rows

    def examine(self, dump: Path) -> Rows:
        """Reads the dump to its end, and counts the rows that it would bring back."""
        rows: Rows = {}
        table = ""
        for line in self._lines("pg_restore", "--data-only", "--file=-", str(dump)):
            if table:
                if line == b"\\.\n":
                    table = ""
                else:
                    rows[table] += 1
            elif found := re.match(rb'COPY (?:\w+\.)?"?(\w+)"? .*FROM stdin;$', line):
                table = found[1].decode()
                rows[table] = 0
        return dict(sorted(rows.items()))

    def bring_back(self, dump: Path) -> None:
        self._run(
            "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
            f"--dbname={self._address()}", str(dump),
        )  # fmt: skip

    def _address(self) -> str:
        """The database's address without its password, which any process could read in the command line."""
        return self.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **({"PGPASSWORD": str(self.url.password)} if self.url.password else {})}

    def _lines(self, program: str, *arguments: str) -> Iterator[bytes]:
        command = [str(_program(program)), *arguments]
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, with arguments of ours
            command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:  # its few lines of errors fit into the pipe
            assert running.stdout and running.stderr
            yield from running.stdout
            errors = running.stderr.read()
        if running.returncode:
            raise DumpError(f"{program}: {errors.decode(errors='replace').strip()}")

    def _run(self, program: str, *arguments: str) -> None:
        for _line in self._lines(program, *arguments):
            pass


def _program(name: str) -> Path:
    """One of PostgreSQL's own programs; Debian keeps them out of PATH."""
    if found := shutil.which(name):
        return Path(found)
    of_debian = [path for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}") if path.parts[-3].isdigit()]
    if not of_debian:
        raise DumpError(f"{name} is not installed. It comes with PostgreSQL's client programs (postgresql-client).")
    return max(of_debian, key=lambda path: int(path.parts[-3]))
