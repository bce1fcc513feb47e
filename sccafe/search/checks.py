"""What is found is what is there: `sccafe check`."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.search import keeping
from sccafe.search.index import index as search_index


@check("search: entries are what can be read")
def entries() -> Iterator[str]:
    yield from keeping.differences()


@check("search: the index is what the entries say")
def index() -> Iterator[str]:
    """PostgreSQL keeps its index itself."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()
    if search_index().is_half_made():
        yield "the index is being made anew; `sccafe reindex` goes on with it"
        return
    try:
        with db.engine.connect() as connection:
            connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))
            connection.rollback()
    except DatabaseError as error:
        yield f"the index is not what the entries say ({error.orig}); `sccafe reindex --anew` makes it anew"
