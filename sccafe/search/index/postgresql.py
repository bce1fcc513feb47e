"""The index on PostgreSQL: a tsvector of grams with a GIN index, and a look into the text itself.

The vector knows which grams stand in a text and not where, so what has all grams of a longer word is looked into. GIN
gives what it finds all at once and in no order: so it is asked for the newest weeks first, and further back only where
those did not hold enough.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    func,
    not_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from sccafe.core.database import db, forget_old_pages
from sccafe.search import folding
from sccafe.search.circles import Readers
from sccafe.search.index.places import Columns, for_readers, within
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: What the index holds (migration 0013), and nothing else: of a row it is never made.
_GRAMS = func.sccafe_grams(Entry.id, Entry.folded, Entry.marks, type_=TSVECTOR())
#: So many of the newest entries are looked into without the index: the first that is four times what is wanted.
_LOOKED_INTO = (500, 4_000, 20_000)
#: Then the index is asked for about so many times as many, and last for all that are older. It finds everything of a
#: part, and who wants few should not wait for many; but a word that hardly stands anywhere is looked for in each.
_PARTS = (4, 20)
#: Bits of a number that are left out in a mark of an era (migration 0013): from two days to fifteen years.
_ERAS = range(22, 35)
_SECONDS = 3_600.0


# --- what GIN is asked -------------------------------------------------------------------------------------


def _lexeme(token: str) -> str:
    escaped = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _any(parts: Iterable[str]) -> str:
    return "(" + " | ".join(parts) + ")"


def _mark(mark: str) -> str:
    return _lexeme(folding.MARK + mark)


def _spelling(spelling: Spelling) -> str:
    if spelling.whole:
        return _mark(f"word:{spelling.text}")
    if len(spelling.text) <= folding.GRAM:
        return _lexeme(spelling.text)
    return "(" + " & ".join(map(_lexeme, folding.covering(spelling.text))) + ")"


def _words(words: Iterable[Word]) -> str:
    return _any(_spelling(spelling) for word in words for spelling in word.spellings)


def _expression(wanted: Wanted) -> list[str]:
    """What GIN is asked; everything that a query finds is among what this finds."""
    parts = [*map(_words, wanted.all_of), *(_any(map(_mark, group)) for group in wanted.marks)]
    return parts + [f"!{_words([word])}" for word in wanted.none_of if word.is_exact]


# --- what is looked into -----------------------------------------------------------------------------------


def _array(marks: Iterable[str]) -> ColumnElement[Sequence[str]]:
    return cast(list(marks), ARRAY(Text))


_MARKS = func.string_to_array(Entry.marks, " ", type_=ARRAY(Text))


def _stands(words: Iterable[Word]) -> ColumnElement[bool]:
    """Whether one of these words stands in the entry itself."""
    return or_(
        *(
            _MARKS.contains(_array([f"word:{spelling.text}"]))
            if spelling.whole
            else func.strpos(Entry.folded, spelling.text) > 0
            for word in words
            for spelling in word.spellings
        )
    )


def _everything(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The whole query, of an entry that is looked into."""
    yield from map(_stands, wanted.all_of)
    yield from (not_(_stands([word])) for word in wanted.none_of)
    yield from (_MARKS.overlap(_array(group)) for group in wanted.marks)


def _rest(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What GIN does not know for certain."""
    yield from (_stands(group) for group in wanted.all_of if not all(word.is_exact for word in group))
    yield from (not_(_stands([word])) for word in wanted.none_of if not word.is_exact)


class PostgreSQL:
    def found(self, wanted: Wanted, readers: Readers, most: int | None = None, columns: Columns = ()) -> Select[Any]:
        """In parts, each of older entries than the one before, and begun only where those did not hold enough.

        The parts stand in the order of time, and so do the rows of each: nothing sorts them again, and where no more
        rows are wanted, the next part is never begun (core/database.py lets no query work in parallel, which would
        mix them).
        """
        entry, asked = select(Entry.id, *columns), _expression(wanted)
        mine = for_readers(Entry.id.expression, readers, Entry.audience.in_(readers.rooms))
        always = [mine, *within(Entry.id.expression, wanted)]
        looked_into = entry.where(*always, *_everything(wanted)).order_by(Entry.id)
        edges = _edges(most) if most is not None else None
        if not asked or all(part.startswith("!") for part in asked):
            return looked_into.limit(most)
        if edges is None:
            return self._of_index(entry, asked, always, wanted).order_by(Entry.id).limit(most)
        # With a sum the planner cannot take the rows in their order instead, looking into each.
        number = Entry.id + 0
        parts = [looked_into.where(Entry.id < _written_out(edges.newest))]
        begin = edges.newest
        for end, eras in (*edges.parts, (None, ())):
            some = [*asked, _any(map(_mark, eras))] if eras else asked
            where = [number >= _written_out(begin), *([number < _written_out(end)] if end else [])]
            parts.append(self._of_index(entry, some, [*always, *where], wanted).order_by(number))
            begin = end or begin
        return select(union_all(*(select(part.subquery()) for part in parts)).subquery()).limit(most)

    def _of_index(
        self, entry: Select[Any], asked: Sequence[str], always: Sequence[ColumnElement[bool]], wanted: Wanted
    ) -> Select[Any]:
        # Written out: a plan that was made for another word is not kept for this one.
        query = cast(bindparam(None, " & ".join(asked), Text, literal_execute=True), TSQUERY)
        return entry.where(_GRAMS.op("@@")(query), *always, *_rest(wanted))

    def give_way(self, session: Session) -> None:
        # Sooner than the database looks for a deadlock, of which it would break off either side.
        session.execute(text("SET LOCAL lock_timeout = '500ms'"))

    def is_half_made(self) -> bool:
        return False

    def make_anew(self) -> Iterator[int]:
        """PostgreSQL does it by itself, beside the old one; it cannot stand inside a transaction."""
        db.session.rollback()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("REINDEX TABLE CONCURRENTLY search_entries"))
        yield from ()

    def stay_small(self, session: Session, whole: bool = False) -> bool:
        """VACUUM does it; after much was put in, the planner should know."""
        if whole:
            session.execute(text("ANALYZE search_entries"))
        return False

    def forget(self) -> None:
        """VACUUM takes out old rows, but GIN keeps each word that ever stood in it until it is made anew."""
        forget_old_pages({Entry.__tablename__})
        with db.engine.connect() as connection:
            bare = connection.execution_options(isolation_level="AUTOCOMMIT")
            bare.execute(text("REINDEX INDEX CONCURRENTLY ix_search_entries_grams"))


# --- how large the site is ---------------------------------------------------------------------------------


class _Edges(NamedTuple):
    """The number where the newest entries end, and of each further part its end and the marks of its eras."""

    newest: int
    parts: tuple[tuple[int, tuple[str, ...]], ...]


#: By site: until when, and what was found for each of _LOOKED_INTO.
_kept: dict[str, tuple[float, dict[int, _Edges | None]]] = {}


def _edges(most: int) -> _Edges | None:
    """Where parts end for whoever wants so many, as within the last hour; None on a small site."""
    site = str(db.engine.url)
    until, found = _kept.get(site, (0.0, {}))
    if time.monotonic() > until:
        found = _edges_now()
        _kept[site] = (time.monotonic() + _SECONDS, found)
    return found[next((rank for rank in _LOOKED_INTO if rank >= 4 * most), _LOOKED_INTO[-1])]


def _edges_now() -> dict[int, _Edges | None]:
    """For each of _LOOKED_INTO, in one statement."""
    ranks = [rank * times for rank in _LOOKED_INTO for times in (1, *_PARTS)]
    at_rank = [select(Entry.id).order_by(Entry.id).offset(rank).limit(1).scalar_subquery() for rank in ranks]
    numbers = iter(db.session.execute(select(*at_rank)).one())
    found: dict[int, _Edges | None] = {}
    for rank in _LOOKED_INTO:
        ends = [next(numbers) for _ in (1, *_PARTS)]
        found[rank] = None if ends[0] is None else _Edges(ends[0], tuple(_parts(ends)))
    return found


def _parts(ends: Sequence[int | None]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """From the first of these numbers to about each other one: two eras, of the kind that comes nearest.

    Exactly to the end of the second era. Two marks cost the index no more than one, and one era may have just begun.
    """
    begin = ends[0] or 0
    for before, end in pairwise(ends):
        if before is None or end is None or end <= begin:
            continue
        bits = min(max((end - before).bit_length() - 1, _ERAS[0]), _ERAS[-1])
        era = begin >> bits
        begin = era + 2 << bits
        yield begin, (f"era{bits}:{era}", f"era{bits}:{era + 1}")


def _written_out(number: int) -> ColumnElement[int]:
    return bindparam(None, number, BigInteger, literal_execute=True)
