"""The index on SQLite: an FTS5 table over the pairs of characters, kept by triggers (migration 0011).

A word of some characters is a phrase of their pairs, so it is found wherever it stands and nowhere else: there is
nothing to look into afterwards.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Select, column, literal_column, select, table, text

from sccafe.core.database import forget_old_pages, writing
from sccafe.search import folding
from sccafe.search.index.places import place_of
from sccafe.search.wanted import Spelling, Wanted, Word

_INDEX = table("search_index", column("rowid"), column("search_index"))
#: One step writes so many pages, and then others write.
_PAGES = 500
_MERGE = text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")


def _quoted(tokens: Iterable[str]) -> str:
    # Nothing else stands in it: every mark of ASCII, the quotation mark too, is shielded.
    return '"' + " ".join(map(folding.shielded, tokens)) + '"'


def _spelling(spelling: Spelling) -> str:
    if spelling.whole:
        return f"marks : {_quoted([f'word:{spelling.text}'])}"
    if len(spelling.text) == 1:
        return f"tokens : {_quoted(spelling.text)} *"
    return f"tokens : {_quoted(folding.pairs(spelling.text)[:-1])}"


def _any(parts: Iterable[str]) -> str:
    return "(" + " OR ".join(parts) + ")"


def _word(word: Word) -> str:
    return _any(map(_spelling, word.spellings))


def expression(wanted: Wanted, readers: Sequence[str]) -> str:
    """What FTS5 is asked: words first, because the rarer a word, the less has to be read of the rest."""
    parts = [_any(map(_word, group)) for group in wanted.all_of]
    parts += [f"marks : {_any(_quoted([mark]) for mark in group)}" for group in (*wanted.marks, readers)]
    said = " AND ".join(parts)
    return f"({said}) NOT {_any(map(_word, wanted.none_of))}" if wanted.none_of else said


class SQLite:
    def tokens(self, pairs: Sequence[str], marks: Sequence[str]) -> object:
        return " ".join(map(folding.shielded, pairs))

    def found(self, wanted: Wanted, readers: Sequence[str]) -> Select[tuple[int]]:
        statement = select(_INDEX.c.rowid).where(_INDEX.c.search_index.op("MATCH")(expression(wanted, readers)))
        if wanted.since is not None:
            statement = statement.where(_INDEX.c.rowid >= place_of(wanted.since))
        if wanted.until is not None:
            statement = statement.where(_INDEX.c.rowid < place_of(wanted.until))
        return statement.order_by(literal_column("search_index.rowid").desc())

    def forget(self) -> None:
        """What was taken out stands in older segments until they are merged with the mark that it is gone.

        A negative number puts all segments there are into one merge, and the steps after it go on with that: so it ends
        however much is written in between.
        """
        pages, more = -_PAGES, True
        while more:
            with writing() as session:
                more = _merge(session.connection(), pages)
            pages = _PAGES
        forget_old_pages(())


def _merge(connection: Connection, pages: int) -> bool:
    """One step; whether there was anything to do, which is more than one change, as FTS5's manual says."""
    before = connection.scalar(_CHANGES) or 0
    connection.execute(_MERGE, {"pages": pages})
    return (connection.scalar(_CHANGES) or 0) - before >= 2
