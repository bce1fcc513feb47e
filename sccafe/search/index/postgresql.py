"""The index on PostgreSQL: a tsvector of grams with a GIN index, and a look into the text itself.

The vector knows which grams stand in a text and not where, so what has all grams of a longer word is looked into. GIN
gives what it finds all at once and in no order: so it is asked part by part, the newest first, and further back only
where those did not hold enough.
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
    literal,
    not_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from sccafe.core.database import db, forget_old_pages
from sccafe.search import folding
from sccafe.search.circles import Readers
from sccafe.search.index.places import Columns, edge, for_readers, within
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: What the index holds (migration 0013), and nothing else: of a row it is never made.
_GRAMS = func.sccafe_grams(Entry.id, Entry.folded, Entry.marks, type_=TSVECTOR())
#: So many of the newest entries are looked into without the index: the first that is four times what is wanted.
#: Then the index is asked for about so many times as many, and last for all that are older. It finds everything of a
#: part, and who wants few should not wait for many; but a word that hardly stands anywhere is looked for in each.
_PARTS = {500: (4, 20), 4_000: (4, 20), 20_000: (2, 6, 20)}
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


_MARKS = literal(" ") + Entry.marks + " "


def _marked(mark: str) -> ColumnElement[bool]:
    # Into an array and then asked took five times as long.
    return func.strpos(_MARKS, f" {mark} ") > 0


def _stands(words: Iterable[Word]) -> ColumnElement[bool]:
    """Whether one of these words stands in the entry itself."""
    return or_(
        *(
            _marked(f"word:{spelling.text}") if spelling.whole else func.strpos(Entry.folded, spelling.text) > 0
            for word in words
            for spelling in word.spellings
        )
    )


def _everything(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The whole query, of an entry that is looked into."""
    yield from map(_stands, wanted.all_of)
    yield from (not_(_stands([word])) for word in wanted.none_of)
    yield from (or_(*map(_marked, group)) for group in wanted.marks)


def _rest(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What GIN does not know for certain."""
    yield from (_stands(group) for group in wanted.all_of if not all(word.is_exact for word in group))
    yield from (not_(_stands([word])) for word in wanted.none_of if not word.is_exact)


def _having(asked: Sequence[str]) -> ColumnElement[bool]:
    # Written out: a plan that was made for another word is not kept for this one.
    query = cast(bindparam(None, " & ".join(asked), Text, literal_execute=True), TSQUERY)
    return _GRAMS.op("@@")(query)


class PostgreSQL:
    def found(self, wanted: Wanted, readers: Readers, most: int | None = None, columns: Columns = ()) -> Select[Any]:
        """In parts, each of older entries than the one before, and begun only where those did not hold enough.

        The parts stand in the order of time, and so do the rows of each: nothing sorts them again, and where no more
        rows are wanted, the next part is never begun (core/database.py lets no query work in parallel, which would
        mix them).
        """
        ids = self._ids(wanted, readers, most)
        if not columns:
            return ids
        # Sorted by their numbers alone, and read for those that are wanted.
        (number,) = ids.subquery().c
        return select(number, *columns).join(Entry, Entry.id == number).order_by(number)

    def _ids(self, wanted: Wanted, readers: Readers, most: int | None) -> Select[tuple[int]]:
        asked = _expression(wanted)
        # With a sum the planner cannot take the rows in their order instead, looking into each.
        number, in_order = Entry.id + 0, Entry.id.expression
        mine = for_readers(in_order, readers, Entry.audience.in_(readers.rooms))
        looked_into = select(Entry.id).where(mine, *within(in_order, wanted), *_everything(wanted)).order_by(in_order)
        if not asked or all(part.startswith("!") for part in asked):
            return looked_into.limit(most)
        always = [mine, *within(number, wanted), *_rest(wanted)]
        spans = _spans(most) if most is not None else None
        if spans is None:
            return select(Entry.id).where(_having(asked), *always).order_by(in_order).limit(most)
        newest, parts = _parts(wanted, spans)
        queries = [looked_into.where(in_order < _written_out(newest))]
        for begin, end, eras in parts:
            where = [number >= _written_out(begin), *([number < _written_out(end)] if end else []), *always]
            some = [*asked, _any(_mark(f"era{era}") for era in eras)] if eras else asked
            queries.append(select(Entry.id).where(_having(some), *where).order_by(number))
        together = union_all(*(select(each.subquery().c.id) for each in queries)).subquery()
        return select(together.c.id).limit(most)

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


class _Spans(NamedTuple):
    """How the newest numbers lie, for whoever wants so many of them."""

    #: The number of the newest entry.
    first: int
    #: How far it is from there through those that are looked into, and further through each of the parts.
    lengths: tuple[int, ...]


#: By site: until when, and what was found for each number of _PARTS.
_kept: dict[str, tuple[float, dict[int, _Spans | None]]] = {}


def _spans(most: int) -> _Spans | None:
    """As they were within the last hour; None on a small site."""
    site = str(db.engine.url)
    until, found = _kept.get(site, (0.0, {}))
    if time.monotonic() > until:
        found = _spans_now()
        _kept[site] = (time.monotonic() + _SECONDS, found)
    return found[next((rank for rank in _PARTS if rank >= 4 * most), max(_PARTS))]


def _spans_now() -> dict[int, _Spans | None]:
    """For each number of _PARTS, in one statement."""
    ranks = {rank: (0, rank, *(rank * times for times in more)) for rank, more in _PARTS.items()}
    all_ranks = sorted({each for some in ranks.values() for each in some})
    at_rank = [select(Entry.id).order_by(Entry.id).offset(each).limit(1).scalar_subquery() for each in all_ranks]
    numbers = dict(zip(all_ranks, db.session.execute(select(*at_rank)).one(), strict=True))
    found: dict[int, _Spans | None] = {}
    for rank, some in ranks.items():
        ends = [numbers[each] for each in some if numbers[each] is not None]
        lengths = tuple(end - begin for begin, end in pairwise(ends))
        found[rank] = None if numbers[rank] is None else _Spans(ends[0], lengths)
    return found


_Part = tuple[int, int | None, Sequence[str]]


def _parts(wanted: Wanted, spans: _Spans) -> tuple[int, list[_Part]]:
    """Where looking into everything ends, and the parts after that: where each begins and ends, and its eras.

    A part is two eras long, of the kind that comes nearest to its length: two marks cost the index little more than
    one, and one era may have just begun. Where a time is asked for, all parts lie in it.
    """
    looked_into, *lengths = spans.lengths
    newest = (spans.first if wanted.until is None else max(spans.first, edge(wanted.until))) + looked_into
    last = None if wanted.since is None else edge(wanted.since)
    parts: list[_Part] = []
    begin = newest
    for length in lengths:
        bits = min(max(length.bit_length() - 1, _ERAS[0]), _ERAS[-1])
        end = (begin >> bits) + 2 << bits
        parts.append((begin, end, _eras(begin, end, bits)))
        begin = end
    parts.append((begin, None, () if last is None else _eras(begin, last, _few(begin, last))))
    return newest, [part for part in parts if last is None or part[0] < last]


def _eras(begin: int, end: int, bits: int) -> tuple[str, ...]:
    return tuple(f"{bits}:{era}" for era in range(begin >> bits, (end - 1 >> bits) + 1))


def _few(begin: int, end: int) -> int:
    """The bits of the shortest kind of which four eras will do."""
    return next((bits for bits in _ERAS if (end - 1 >> bits) - (begin >> bits) < 4), _ERAS[-1])


def _written_out(number: int) -> ColumnElement[int]:
    return bindparam(None, number, BigInteger, literal_execute=True)
