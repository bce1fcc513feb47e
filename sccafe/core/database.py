"""Engine options, UTC time, encrypted text and the two kinds of transaction.

Reading needs nothing special. Every write stands in `with writing():`, which is BEGIN IMMEDIATE on SQLite: a
transaction that has read and then writes fails there at once with "locked", whatever the timeout, so `writing` refuses
to begin inside an open one. Call `end_reading()` between the two.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, CursorResult, DateTime, Dialect, MetaData, Select, Text, event, literal, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, registry
from sqlalchemy.types import TypeDecorator

from sccafe.core import keys

T = TypeVar("T", bound=tuple[Any, ...])


class InsideTransaction(RuntimeError):
    """`writing` was begun while a transaction was open; end the reading first."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL gives the session's zone, which is not always UTC itself.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """Text that stands in the database as a Fernet token of the site's newest key."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keys.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keys.decrypt(value)


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UTCDateTime},
    )


db = SQLAlchemy(
    model_class=Base,
    # What a view was given stays readable after the commit: nothing is fetched again behind its back.
    session_options={"expire_on_commit": False, "autoflush": False},
)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def address(database_url: str, database_file: Path | None) -> str:
    """The engine's address. A SQLite file that is missing is an error, never silently a new, empty database."""
    if database_file is None:
        return database_url
    return f"sqlite:///file:{database_file}?mode=rw&uri=true"


def engine_options(database_file: Path | None) -> dict[str, Any]:
    # An error must not carry what somebody wrote into the log, whatever it is that failed.
    quiet = {"hide_parameters": True, "pool_size": 10}
    if database_file is None:
        return quiet | {"pool_pre_ping": True}
    # 5 threads of a worker and the lease keeper; the pool waits no longer than SQLite would. The connection last given
    # back is taken first: where few work at once, few page caches fill, and those are warm.
    return quiet | {
        "pool_timeout": 10,
        "pool_use_lifo": True,
        "connect_args": {"check_same_thread": False, "timeout": 10},
    }


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        # A page's queries are short: to compile one or to share it out takes longer than to run it, and a part of a
        # query that comes after another must not overtake it (search/index/postgresql.py). With 4 MB, which is usual,
        # what an index found of a million rows is kept by pages, and every row of them made anew to be looked at.
        connection.cursor().execute("SET jit = off; SET max_parallel_workers_per_gather = 0; SET work_mem = '32MB'")
        connection.commit()
        return
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged post is on the disk
        "busy_timeout=10000",
        "foreign_keys=ON",
        "cache_size=-1000",  # kB for each thread's connection; the system has the file in memory already
        "secure_delete=ON",  # 「完全に消す」 leaves nothing in free pages
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A flag of ours and not an execution option: those fall back after a session's first commit.
        if _writing.get():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Straight to the driver: the engine's own way costs as much as a small query, and this cannot fail.
            driver = connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("BEGIN")


def run(statement: Select[T], **values: Any) -> CursorResult[T]:
    """Run a statement that was built once, at import, with the values of this call.

    Building one costs five times as much as running it (0.67 ms against 0.13 ms for the posts of a page), and the
    Session's own way through its mapper another 0.1 ms: so what hot pages ask stands ready-made in queries.py.
    """
    return db.session.connection().execute(statement, values)


def of_these(column: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """The column, for a condition on rows that a statement names by their numbers.

    SQLite has no figures of its tables: for `id IN (five numbers) AND state = 'published'` it walks an index of states
    and reads every published row (2.5 s at a million posts). No index holds the column in this form.
    """
    return column.concat("")


def end_reading() -> None:
    """End the open read transaction, so that `writing` may begin. What was loaded stays readable."""
    db.session.commit()


@contextmanager
def writing() -> Iterator[Session]:
    """One write transaction: committed at the end of the block, rolled back whole by any exception.

    Raises InsideTransaction where a transaction is open already.
    """
    session = db.session()
    if session.in_transaction():
        raise InsideTransaction("end the reading with end_reading() before writing() begins")
    token = _writing.set(True)
    after: list[Callable[[], None]] = []
    session.info["after_commit"] = after
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("after_commit", None)
        _writing.reset(token)
    for act in after:
        act()


@contextmanager
def joining() -> Iterator[Session]:
    """The `writing` block that is open, or one of its own: for writes that those of upper floors are made of."""
    if _writing.get():
        yield db.session()
    else:
        with writing() as session:
            yield session


@contextmanager
def loading() -> Iterator[None]:
    """In this block commits do not wait for the disk; at its end everything is there.

    For one thread that loads much and can begin again: a power cut inside it may take what was committed last.
    """
    sqlite = db.engine.dialect.name == "sqlite"
    end_reading()
    _run_bare("PRAGMA synchronous=NORMAL" if sqlite else "SET synchronous_commit = off")
    try:
        yield
    finally:
        db.session.rollback()
        _run_bare("PRAGMA synchronous=FULL" if sqlite else "SET synchronous_commit = on")
        if sqlite:
            _run_bare("PRAGMA wal_checkpoint(TRUNCATE)")


def _run_bare(statement: str) -> None:
    """Run a statement outside any transaction on the connection that this thread's next transaction will use."""
    with db.engine.connect() as connection:
        bare = connection.connection.dbapi_connection
        assert bare is not None
        bare.cursor().execute(statement)
        bare.commit()


def forget_old_pages(tables: Collection[str]) -> None:
    """Let the database's own files forget what was deleted from these tables, outside any transaction.

    Raises TimeoutError where somebody is reading the old pages; try again then.
    """
    db.session.rollback()
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Overwritten pages stay in the log until a checkpoint empties it; the main file is zeroed by secure_delete.
            driver = connection.connection.driver_connection
            assert driver is not None
            busy, _log, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise TimeoutError("somebody still reads what was there before")
        else:
            # VACUUM takes out the old versions of the rows; it cannot stand inside a transaction.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in sorted(tables):
                connection.execute(text(f"VACUUM {table}"))


def is_writing() -> bool:
    return _writing.get()


def after_commit(act: Callable[[], None]) -> None:
    """Run `act` once the present `writing` block is committed; not at all if it is rolled back."""
    waiting: list[Callable[[], None]] = db.session().info["after_commit"]
    if act not in waiting:
        waiting.append(act)


def locked(statement: Select[T], of: type[Base]) -> Select[T]:
    """The rows of `of` as they are now, kept from other writers until the commit. SQLite's writer is alone already."""
    return statement.with_for_update(of=of)


def insert_once(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless its unique key is taken; says whether it was inserted."""
    statement = _insert_once(model, session.get_bind().dialect.name)
    return session.connection().execute(statement, values).first() is not None


@cache
def _insert_once(model: type[Base], dialect: str) -> Any:
    """Built once for each table: every reply runs some of these."""
    build = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return build(model).on_conflict_do_nothing().returning(literal(1))
