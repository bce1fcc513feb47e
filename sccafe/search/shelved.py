"""Which items a query finds, for the library's own list: by the words, spellings and signs of the search.

An item's sheet and each of its files have entries of their own, and what is looked for may stand apart in them: so
each part of a query is asked for by itself, and what has all parts is found.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, case, select

from sccafe.core.database import db
from sccafe.library.models import File
from sccafe.library.said import knows
from sccafe.search import circles, entries
from sccafe.search.index import index
from sccafe.search.language import Note, parse
from sccafe.search.models import Entry
from sccafe.search.wanted import Wanted

_IN_LIBRARY = (entries.in_group("library"), entries.in_group("qa"))
#: The item that an entry is about.
_ITEM: ColumnElement[Any] = case(
    (Entry.kind == "file", select(File.item_id).where(File.id == Entry.ref).scalar_subquery()), else_=Entry.ref
).label("item_id")


@knows
def items(query: str) -> set[int]:
    """The ids of the items that a query finds, whoever may read them."""
    asked = parse(query)
    if asked.impossible and Note.only_without not in asked.notes:
        return set()
    parts = list(_parts(asked.wanted)) or [Wanted()]
    found = set.intersection(*map(_items, parts))
    for word in asked.wanted.none_of:
        found -= _items(Wanted(((word,),)))
    return found


def _parts(wanted: Wanted) -> Iterator[Wanted]:
    """What must hold of an item, each for itself."""
    yield from (Wanted(all_of=(group,)) for group in wanted.all_of)
    yield from (Wanted(marks=(group,)) for group in wanted.marks)
    if wanted.since or wanted.until:
        yield Wanted(since=wanted.since, until=wanted.until)


def _items(wanted: Wanted) -> set[int]:
    """The items of which the sheet or a file is found."""
    wanted = replace(wanted, marks=(*wanted.marks, _IN_LIBRARY))
    statement = index().found(wanted, circles.EVERYBODY, columns=(_ITEM,))
    return {item_id for _number, item_id in db.session.execute(statement)}
