"""The index on SQLite: an FTS5 table of grams, kept by triggers (migration 0012), and a look into the text itself.

FTS5 holds which grams stand in a text and not where: its lists are short, and are read forward, the newest first. A
word of three characters is a gram; one or two are the beginning of one. What has all grams of a longer word is looked
into, which leaves out the few texts in which they stand apart.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Select,
    String,
    and_,
    column,
    event,
    func,
    literal,
    not_,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from sccafe.core.database import db, end_reading, forget_old_pages, writing
from sccafe.core.site_settings import SettingRow
from sccafe.search import folding
from sccafe.search.circles import Readers
from sccafe.search.index.places import Columns, for_readers, within
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

_INDEX = table("search_index", column("rowid", Integer), column("search_index", String))
#: One step writes so many pages, and then others write.
_PAGES = 500
_MERGE = text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)")
_EMPTY = text("INSERT INTO search_index (search_index) VALUES ('delete-all')")
_TAKE_UP = text(
    "INSERT INTO search_index (rowid, grams) SELECT id, grams FROM search_grams WHERE id BETWEEN :first AND :last"
)
#: Stands in the table of settings while the index is made anew; migration 0012 knows it.
REMAKING = "search.remaking"
#: Taken up in one transaction.
_ROWS = 400
_CHANGES = text("SELECT total_changes()")

#: FTS5's `ascii` tokenizer ends a token at every character of ASCII but letters and digits. Their full-width forms
#: never stand in a folded text, so they can stand for them.
_SHIELDED = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()} | {" ": "\u3000"}
)


def _mark(mark: str) -> str:
    """A mark as a word of the index, which no text has."""
    return (folding.MARK + mark).translate(_SHIELDED)


def _grams(folded: str, marks: str) -> str:
    """What FTS5 takes up of an entry; the database asks for it by the name of `sccafe_grams`."""
    # Shielded before it is cut, which is a third of the work; a line's end stands in no gram, and ends a token.
    grams = folding.grams(folded.translate(_SHIELDED))
    return "\n".join([*grams, *map(_mark, marks.split())])


@event.listens_for(Engine, "connect")
def _teach(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("sccafe_grams", 2, _grams, deterministic=True)


# --- what FTS5 is asked ------------------------------------------------------------------------------------


def _quoted(token: str) -> str:
    # Nothing else stands in it: every sign of ASCII, the quotation mark too, is shielded.
    return f'"{token.translate(_SHIELDED)}"'


def _any(parts: Iterable[str]) -> str:
    return "(" + " OR ".join(parts) + ")"


def _spelling(spelling: Spelling) -> str:
    if spelling.whole:
        return _quoted(_mark(f"word:{spelling.text}"))
    if len(spelling.text) < folding.GRAM:
        return f"{_quoted(spelling.text)} *"
    return "(" + " AND ".join(map(_quoted, folding.covering(spelling.text))) + ")"


def _words(words: Iterable[Word]) -> str:
    return _any(_spelling(spelling) for word in words for spelling in word.spellings)


def expression(wanted: Wanted) -> str:
    """What FTS5 is asked; everything that a query finds is among what this finds."""
    parts = [*map(_words, wanted.all_of), *(_any(_quoted(_mark(mark)) for mark in group) for group in wanted.marks)]
    said = " AND ".join(parts)
    without = [word for word in wanted.none_of if word.is_exact]
    return f"({said}) NOT {_words(without)}" if said and without else said


def _stands(words: Iterable[Word]) -> ColumnElement[bool]:
    """Whether one of these words stands in the entry itself."""
    marks = literal(" ") + Entry.marks + " "
    return or_(
        *(
            func.instr(marks, f" word:{spelling.text} ") > 0
            if spelling.whole
            else func.instr(Entry.folded, spelling.text) > 0
            for word in words
            for spelling in word.spellings
        )
    )


class SQLite:
    def found(self, wanted: Wanted, readers: Readers, most: int | None = None, columns: Columns = ()) -> Select[Any]:
        asked = expression(wanted)
        number: ColumnElement[int] = _INDEX.c.rowid if asked else Entry.id.expression
        # What is fetched is looked into on the way; with a sum no planner can have FTS5 follow instead of lead.
        fetched = not asked or bool(columns)

        def entry(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
            here = select(Entry.id).where(Entry.id == number, *conditions).correlate(_INDEX)
            return and_(*conditions) if fetched else here.exists()

        mine = for_readers(number, readers, entry(Entry.audience.in_(readers.rooms)))
        statement = select(number, *columns).where(mine, *within(number, wanted))
        if asked:
            statement = statement.where(_INDEX.c.search_index.op("MATCH")(asked))
            if fetched:
                statement = statement.where(Entry.id == number + 0)
        looked_into = [_stands(group) for group in wanted.all_of if not all(word.is_exact for word in group)]
        looked_into += [not_(_stands([word])) for word in wanted.none_of if not asked or not word.is_exact]
        if looked_into:
            statement = statement.where(entry(*looked_into))
        return statement.order_by(number).limit(most)

    def give_way(self, session: Session) -> None:
        """Nobody else writes."""

    def is_half_made(self) -> bool:
        found = db.session.scalar(select(SettingRow.key).where(SettingRow.key == REMAKING)) is not None
        end_reading()
        return found

    def make_anew(self) -> Iterator[int]:
        """Empty it and take the entries up again, the newest first.

        A row in the settings says up to which number they are in it: the triggers leave alone what is not in yet.
        """
        if not self.is_half_made():
            with writing() as session:
                session.execute(_EMPTY)
                session.add(SettingRow(key=REMAKING, value="-1"))
        while True:
            begin = time.monotonic()
            with writing() as session:
                row = session.get_one(SettingRow, REMAKING, populate_existing=True)
                ids = session.scalars(
                    select(Entry.id).where(Entry.id > int(row.value)).order_by(Entry.id).limit(_ROWS)
                ).all()
                if not ids:
                    session.delete(row)
                    return
                session.execute(_TAKE_UP, {"first": ids[0], "last": ids[-1]})
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
