"""The index: entries are put in and taken out in the transaction of the write that they mirror, and asked for by words.

Two databases, one interface: `sqlite.py` asks FTS5, `postgresql.py` a tsvector with a GIN index.
"""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Select

from sccafe.core.database import db
from sccafe.search.wanted import Wanted


class Index(Protocol):
    """What both databases can do."""

    def tokens(self, pairs: Sequence[str], marks: Sequence[str]) -> object:
        """The value of the column `tokens`."""
        ...

    def found(self, wanted: Wanted, readers: Sequence[str]) -> Select[tuple[int]]:
        """The entries' ids, the newest first, of which `readers` holds a mark."""
        ...

    def forget(self) -> None:
        """Leave nothing on the disk of what was taken out until now; outside any transaction.

        Raises TimeoutError where somebody is reading the old pages; try again then.
        """
        ...


def index() -> Index:
    """The index of the site's database."""
    if db.engine.dialect.name == "postgresql":
        from sccafe.search.index.postgresql import PostgreSQL

        return PostgreSQL()
    from sccafe.search.index.sqlite import SQLite

    return SQLite()
