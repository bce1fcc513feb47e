"""The index on PostgreSQL: a tsvector of grams with a GIN index, and a look into the text itself.

The vector knows which grams stand in a text and not where, so what has all grams of a longer word is looked into. GIN
gives what it finds all at once and in no order: so it is asked for the newest weeks first, and further back only where
those did not hold enough.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

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

from sccafe.core.database import db, forget_old_pages, run
from sccafe.search import folding
from sccafe.search.circles import Readers
from sccafe.search.index.places import for_readers, within
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: What the index holds (migration 0012), and nothing else: of a row it is never made.
_GRAMS = func.sccafe_grams(Entry.id, Entry.folded, Entry.marks, type_=TSVECTOR())
#: So many of the newest entries are looked into without the index.
_LOOKED_INTO = 4_000
#: Bits of a number that an era leaves out (migration 0012): it is about three weeks long.
_ERA = 26
#: Eras that are asked for together, the newest first; each part is larger as the ones before held little.
_PARTS = (1, 2, 4, 8, 16)
_SECONDS = 3_600.0

_NEWEST = select(Entry.id).order_by(Entry.id).offset(bindparam("rank")).limit(1)


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
    def found(self, wanted: Wanted, readers: Readers, *columns: ColumnElement[Any]) -> Select[Any]:
        """In parts, each of older entries than the one before, and begun only where those did not hold enough.

        The parts stand in the order of time, and so do the rows of each: nothing sorts them again, and where no more
        rows are wanted, the next part is never begun (core/database.py lets no query work in parallel, which would
        mix them).
        """
        asked = _expression(wanted)
        mine = for_readers(Entry.id.expression, readers, Entry.audience.in_(readers.rooms))
        always = [mine, *within(Entry.id.expression, wanted)]
        entry = select(Entry.id, *columns)
        looked_into = entry.where(*always, *_everything(wanted))
        begin = _edge()
        if not asked or all(part.startswith("!") for part in asked):
            return looked_into.order_by(Entry.id)
        if begin is None:
            return self._of_index(entry, asked, always, wanted).order_by(Entry.id)
        # With a sum the planner cannot take the rows in their order instead, looking into each.
        number = Entry.id + 0
        parts = [looked_into.where(Entry.id < _written_out(begin)).order_by(Entry.id)]
        era = begin >> _ERA
        for eras in _PARTS:
            end = era + eras
            some = [*asked, _any(_mark(f"era:{each}") for each in range(era, end))]
            part = self._of_index(entry, some, [*always, number >= _written_out(begin)], wanted)
            parts.append(part.order_by(number))
            begin, era = end << _ERA, end
        rest = self._of_index(entry, asked, [*always, number >= _written_out(begin)], wanted)
        parts.append(rest.order_by(number))
        return select(union_all(*(select(part.subquery()) for part in parts)).subquery())

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


_kept: dict[str, tuple[float, int | None]] = {}


def _edge() -> int | None:
    """The number that so many newer entries stand before, as it was within the last hour; None on a small site."""
    site = str(db.engine.url)
    until, found = _kept.get(site, (0.0, None))
    if time.monotonic() > until:
        found = run(_NEWEST, rank=_LOOKED_INTO).scalar()
        _kept[site] = (time.monotonic() + _SECONDS, found)
    return found


def _written_out(number: int) -> ColumnElement[int]:
    return bindparam(None, number, BigInteger, literal_execute=True)
