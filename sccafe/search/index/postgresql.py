"""The index on PostgreSQL: a tsvector of the pairs of characters with a GIN index, and a look into the text itself.

The vector knows which pairs stand in a text and not where, so what it finds is looked into with strpos.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, not_, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session

from sccafe.core.database import db, forget_old_pages
from sccafe.search import folding
from sccafe.search.index.places import place_of
from sccafe.search.index.sample import alone, picked, place_of_rank
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: So many of the newest entries are looked into without the index.
_LOOKED_INTO = 8_000


def _lexeme(token: str) -> str:
    escaped = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _mark(mark: str) -> str:
    return _lexeme(folding.shielded(mark))


def _spelling(spelling: Spelling) -> str:
    if spelling.whole:
        return _mark(f"word:{spelling.text}")
    if len(spelling.text) == 1:
        return _lexeme(spelling.text)
    return "(" + " & ".join(map(_lexeme, dict.fromkeys(folding.pairs(spelling.text)[:-1]))) + ")"


def _any(parts: Sequence[str]) -> str:
    return "(" + " | ".join(parts) + ")"


def _word(word: Word) -> str:
    return _any([_spelling(spelling) for spelling in word.spellings])


def _stands(word: Word) -> ColumnElement[bool]:
    """The look into the text; two characters and less are what the vector knows for certain."""
    return or_(
        *(
            Entry.tokens.op("@@")(cast(_spelling(spelling), TSQUERY))
            if spelling.whole
            else func.strpos(Entry.folded, spelling.text) > 0
            for spelling in word.spellings
        )
    )


def _is_certain(word: Word) -> bool:
    return all(spelling.whole or len(spelling.text) <= 2 for spelling in word.spellings)


def _array(marks: Sequence[str]) -> ColumnElement[Sequence[str]]:
    return cast(list(map(folding.shielded, marks)), ARRAY(Text))


def _stands_there(wanted: Wanted, readers: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """The whole of it without the index, of a row that is looked into anyway."""
    marks = func.string_to_array(Entry.marks, " ", type_=ARRAY(Text))

    def stands(word: Word) -> ColumnElement[bool]:
        return or_(
            *(
                marks.contains(_array([f"word:{spelling.text}"]))
                if spelling.whole
                else func.strpos(Entry.folded, spelling.text) > 0
                for spelling in word.spellings
            )
        )

    for group in wanted.all_of:
        yield or_(*map(stands, group))
    for word in wanted.none_of:
        yield not_(stands(word))
    for each in (*wanted.marks, readers):
        yield marks.overlap(_array(each))


def _between(
    statement: Select[tuple[int]], wanted: Wanted, place: ColumnElement[int] | None = None
) -> Select[tuple[int]]:
    place = Entry.id.expression if place is None else place
    if wanted.since is not None:
        statement = statement.where(place >= place_of(wanted.since))
    if wanted.until is not None:
        statement = statement.where(place < place_of(wanted.until))
    return statement


class PostgreSQL:
    def tokens(self, pairs: Sequence[str], marks: Sequence[str]) -> object:
        """As PostgreSQL reads a vector: a text, so that many rows go in with one statement."""
        characters = {pair[0] for pair in pairs}
        return " ".join(map(_lexeme, {*pairs, *characters, *marks}))

    def found(self, wanted: Wanted, readers: Sequence[str]) -> Select[tuple[int]]:
        """On a large site in two steps, of which the second is taken only where the first does not find enough.

        Of frequent words the index would bring every text and only then sort them: those are found by looking into
        the newest texts themselves. The parts stand in the order of time, and so do the rows of each: nothing sorts
        them again, and where no more rows are wanted, the next part is never begun (core/database.py lets no query
        work in parallel, which would mix them).
        """
        edge = place_of_rank(_LOOKED_INTO)
        if edge is None:
            return self._of_index(wanted, readers, Entry.id.expression).order_by(Entry.id.desc())
        place: ColumnElement[int] = bindparam(None, edge, literal_execute=True)
        newest = _between(select(Entry.id).where(*_stands_there(wanted, readers), Entry.id >= place), wanted)
        # With a sum the planner cannot take the rows in their order instead, looking into each.
        older = self._of_index(wanted, readers, Entry.id + 0).where(Entry.id + 0 < place)
        parts = union_all(
            select(newest.order_by(Entry.id.desc()).subquery().c.id),
            select(older.order_by((Entry.id + 0).desc()).subquery().c.id),
        ).subquery()
        return select(parts.c.id)

    def _of_index(self, wanted: Wanted, readers: Sequence[str], place: ColumnElement[int]) -> Select[tuple[int]]:
        some = picked(wanted) or {}
        groups = []
        for group in wanted.all_of:
            one = alone(group)
            if one is None or one not in some:
                groups.append(_any([_word(word) for word in group]))
            else:
                groups += [_lexeme(one[begin : begin + 2]) for begin in some[one]]
        groups += [_any([_mark(mark) for mark in group]) for group in (*wanted.marks, readers)]
        groups += [f"!{_word(word)}" for word in wanted.none_of if _is_certain(word)]
        # Written out: a plan that was made for another word is not kept for this one.
        query = cast(bindparam(None, " & ".join(groups), Text, literal_execute=True), TSQUERY)
        statement = select(Entry.id).where(Entry.tokens.op("@@")(query))
        for group in wanted.all_of:
            if not all(map(_is_certain, group)):
                statement = statement.where(or_(*map(_stands, group)))
        for word in wanted.none_of:
            if not _is_certain(word):
                statement = statement.where(not_(_stands(word)))
        return _between(statement, wanted, place)

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
            bare.execute(text("REINDEX INDEX CONCURRENTLY ix_search_entries_tokens"))
