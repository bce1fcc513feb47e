"""The index on SQLite: an FTS5 table over the pairs of characters, kept by triggers (migration 0011).

A word of some characters is a phrase of their pairs, so it is found wherever it stands and nowhere else. On a large
site, what few texts hold is asked for by few of its pairs (sample.py), and what these find is looked into.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Select, column, func, literal_column, select, table, text
from sqlalchemy.orm import Session

from sccafe.core.database import db, end_reading, forget_old_pages, writing
from sccafe.core.site_settings import SettingRow
from sccafe.search import folding
from sccafe.search.index.places import place_of
from sccafe.search.index.sample import alone, picked
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

_INDEX = table("search_index", column("rowid"), column("search_index"))
#: One step writes so many pages, and then others write.
_PAGES = 500
_MERGE = text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)")
_EMPTY = text("INSERT INTO search_index (search_index) VALUES ('delete-all')")
_TAKE_UP = text(
    "INSERT INTO search_index (rowid, tokens, marks) "
    "SELECT id, tokens, marks FROM search_entries WHERE id BETWEEN :first AND :last ORDER BY id"
)
#: Stands in the table of settings while the index is made anew; migration 0011 knows it.
REMAKING = "search.remaking"
#: Taken up in one transaction.
_ROWS = 400
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


def _near(word: str, places: Sequence[int]) -> str:
    """Some of a word's pairs, no further from each other than in the word."""
    pairs = [_quoted([word[place : place + 2]]) for place in places]
    if len(pairs) == 1:
        return f"tokens : {pairs[0]}"
    return f"tokens : NEAR({' '.join(pairs)}, {max(places) - min(places) - 1})"


def expression(wanted: Wanted, readers: Sequence[str], picked: Mapping[str, Sequence[int]] | None = None) -> str:
    """What FTS5 is asked: words first, because the rarer a word, the less has to be read of the rest."""
    parts = []
    for group in wanted.all_of:
        word = alone(group)
        if picked is None or word is None:
            parts.append(_any(map(_word, group)))
        elif picked[word]:
            parts.insert(0, _near(word, picked[word]))
    parts += [f"marks : {_any(_quoted([mark]) for mark in group)}" for group in (*wanted.marks, readers)]
    said = " AND ".join(parts)
    return f"({said}) NOT {_any(map(_word, wanted.none_of))}" if wanted.none_of else said


class SQLite:
    def tokens(self, pairs: Sequence[str], marks: Sequence[str]) -> object:
        # Shielded in one go: a line's end stands in no pair, is not shielded, and ends a token.
        return folding.shielded("\n".join(pairs))

    def found(self, wanted: Wanted, readers: Sequence[str]) -> Select[tuple[int]]:
        some = picked(wanted)
        statement = select(_INDEX.c.rowid).where(_INDEX.c.search_index.op("MATCH")(expression(wanted, readers, some)))
        if some is not None:
            # Asked for each row that was found, so that FTS5 leads whatever the planner thinks.
            folded = select(Entry.folded).where(Entry.id == _INDEX.c.rowid).correlate(_INDEX).scalar_subquery()
            statement = statement.where(*(func.instr(folded, word) > 0 for word in some))
        if wanted.since is not None:
            statement = statement.where(_INDEX.c.rowid >= place_of(wanted.since))
        if wanted.until is not None:
            statement = statement.where(_INDEX.c.rowid < place_of(wanted.until))
        return statement.order_by(literal_column("search_index.rowid").desc())

    def give_way(self, session: Session) -> None:
        """Nobody else writes."""

    def is_half_made(self) -> bool:
        found = db.session.scalar(select(SettingRow.key).where(SettingRow.key == REMAKING)) is not None
        end_reading()
        return found

    def make_anew(self) -> Iterator[int]:
        """Empty it and take the entries up again, the newest first.

        A row in the settings says from which place on they are in it: the triggers leave alone what is not in yet.
        """
        if not self.is_half_made():
            with writing() as session:
                session.execute(_EMPTY)
                session.add(SettingRow(key=REMAKING, value=str(2**62)))
        while True:
            begin = time.monotonic()
            with writing() as session:
                row = session.get_one(SettingRow, REMAKING, populate_existing=True)
                ids = session.scalars(
                    select(Entry.id).where(Entry.id < int(row.value)).order_by(Entry.id.desc()).limit(_ROWS)
                ).all()
                if not ids:
                    session.delete(row)
                    return
                session.execute(_TAKE_UP, {"first": ids[-1], "last": ids[0]})
                row.value = str(ids[-1])
            yield len(ids)
            time.sleep((time.monotonic() - begin) / 4)  # the others' turn

    def stay_small(self, session: Session, whole: bool = False) -> bool:
        connection = session.connection()
        before = connection.scalar(_CHANGES)
        # FTS5's manual: with a minus it takes all pieces together; later calls go on with that.
        connection.execute(_MERGE, {"pages": -_PAGES if whole else _PAGES})
        # FTS5's manual: less than two changes mean that there was nothing to merge.
        return (connection.scalar(_CHANGES) or 0) - (before or 0) >= 2

    def forget(self) -> None:
        """What was taken out stands in older pieces until they are merged with the mark that it is gone.

        The first step puts all pieces there are into one merge: so it ends however much is written in between.
        """
        whole, more = True, True
        while more:
            with writing() as session:
                more = self.stay_small(session, whole)
            whole = False
        forget_old_pages(())
