"""The index: entries are put in and taken out in the transaction of the write that they mirror, and asked for by words.

Two databases, one interface: `sqlite.py` asks FTS5, `postgresql.py` a tsvector with a GIN index.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session

from sccafe.core.database import db
from sccafe.search.circles import Readers
from sccafe.search.index.places import Columns
from sccafe.search.index.postgresql import PostgreSQL
from sccafe.search.index.sqlite import SQLite
from sccafe.search.wanted import Wanted


class Index(Protocol):
    """What both databases can do."""

    def found(self, wanted: Wanted, readers: Readers, most: int | None = None, columns: Columns = ()) -> Select[Any]:
        """The numbers of entries that these readers may find, and these columns of each: all or the newest so many.

        The newest come first.
        """
        ...

    def give_way(self, session: Session) -> None:
        """Let the present transaction fail soon (OperationalError) where others hold what it wants."""
        ...

    def is_half_made(self) -> bool:
        """Whether `make_anew` was broken off, so that something is not found."""
        ...

    def make_anew(self) -> Iterator[int]:
        """Make the index again from the entries, in steps; gives after each how many rows it took up.

        It goes on where it was broken off. Others read and write in between.
        """
        ...

    def stay_small(self, session: Session, whole: bool = False) -> bool:
        """Put a part of the index in order, so that it forgets what was taken out; whether there is more to do.

        With `whole` it begins to make one piece of everything, as after much was put in: the fewer pieces, the less
        has to be looked into for each word.
        """
        ...

    def forget(self) -> None:
        """Leave nothing on the disk of what was taken out until now; outside any transaction.

        Raises TimeoutError where somebody is reading the old pages; try again then.
        """
        ...


def index() -> Index:
    """The index of the site's database."""
    return PostgreSQL() if db.engine.dialect.name == "postgresql" else SQLite()
