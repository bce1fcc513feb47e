"""The index on PostgreSQL: a tsvector of the pairs of characters with a GIN index, and a look into the text itself.

The vector knows which pairs stand in a text and not where, so what it finds is looked into with strpos.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, and_, cast, func, not_, or_, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from sccafe.core.database import db
from sccafe.search import folding
from sccafe.search.index.places import place_of
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word


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


class PostgreSQL:
    def tokens(self, pairs: Sequence[str], marks: Sequence[str]) -> object:
        """As PostgreSQL reads a vector: a text, so that many rows go in with one statement."""
        characters = {pair[0] for pair in pairs}
        return " ".join(map(_lexeme, {*pairs, *characters, *marks}))

    def found(self, wanted: Wanted, readers: Sequence[str]) -> Select[tuple[int]]:
        groups = [_any([_word(word) for word in group]) for group in wanted.all_of]
        groups += [_any([_mark(mark) for mark in group]) for group in (*wanted.marks, readers)]
        groups += [f"!{_word(word)}" for word in wanted.none_of if _is_certain(word)]
        statement = select(Entry.id).where(Entry.tokens.op("@@")(cast(" & ".join(groups), TSQUERY)))
        for group in wanted.all_of:
            if not all(map(_is_certain, group)):
                statement = statement.where(or_(*map(_stands, group)))
        for word in wanted.none_of:
            if not _is_certain(word):
                statement = statement.where(not_(and_(_stands(word))))
        if wanted.since is not None:
            statement = statement.where(Entry.id >= place_of(wanted.since))
        if wanted.until is not None:
            statement = statement.where(Entry.id < place_of(wanted.until))
        return statement.order_by(Entry.id.desc())

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
