"""What every application of the run would compile anew, and which is the same in all of them: templates, addresses and
statements.

`share` lets all applications made afterwards in this process have it from one place. Nothing of what they do changes.
"""

from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class SharedRule(Rule):
    """A rule that reads and builds addresses as any equal rule found out to: its parts, converters and functions.

    To find these out for 220 rules is nine tenths of `create_app`.
    """

    _known: ClassVar[dict[tuple[Any, ...], "SharedRule"]] = {}

    def compile(self) -> None:
        assert self.map is not None
        if self.defaults:  # these are written into the functions
            super().compile()
            return
        converters = tuple(self.map.converters.items())
        key = (self.rule, self.subdomain, self.host, self.map.host_matching, self.merge_slashes, converters)
        known = self._known.get(key)
        if known is None:
            super().compile()
            self._known[key] = self
            return
        self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
        self.arguments |= known.arguments
        # The functions keep nothing: they are given the rule.
        for name in ("_build", "_build_unknown"):
            setattr(self, name, getattr(known, name).__func__.__get__(self))


class _Shared(Dialect):
    """Before a dialect of SQLAlchemy's: all its engines are given the same one, and what was compiled for any of them.

    An engine keeps the SQL of each statement by its dialect. With one of its own, every test compiled the same few
    hundred statements again, which took longer than to run them; a server has them after its first pages.
    """

    supports_statement_cache = True
    _made: ClassVar[dict[tuple[type, str], "_Shared"]] = {}
    _statements: ClassVar[LRUCache[Any, Any]] = LRUCache(3000)
    _is_made = _knows_its_server = False

    def __new__(cls, **given: Any) -> "_Shared":
        key = (cls, repr(sorted(given.items())))
        if key not in cls._made:
            cls._made[key] = super().__new__(cls)
        return cls._made[key]

    def __init__(self, **given: Any) -> None:
        if not self._is_made:
            super().__init__(**given)
            self._is_made = True

    def initialize(self, connection: Connection) -> None:
        """Ask the server who it is: the first one; a run has one server, or one SQLite."""
        if not self._knows_its_server:
            super().initialize(connection)
            self._knows_its_server = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=cls._statements)


class SharedSQLite(_Shared, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class SharedPostgreSQL(_Shared, PGDialect_psycopg):
    supports_statement_cache = True


def share(folder: Path) -> None:
    """Keep compiled templates in this folder, by their content, and the rest in this process."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    Flask.url_rule_class = SharedRule
    registry.register("sqlite", __name__, "SharedSQLite")
    for name in ("postgresql", "postgresql.psycopg"):
        registry.register(name, __name__, "SharedPostgreSQL")
