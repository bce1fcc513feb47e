"""Bringing all entries in step with what they are about: `sccafe reindex`.

Each write renews its own entries. What is left for this: a site that comes from a version without an index, a new
version of the segmenter, and whatever `sccafe check` finds. It goes through everything in short transactions, newest
first, and remembers where it is, so that others write in between and a run that was broken off goes on from there.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError

from sccafe.core.database import db, end_reading, writing
from sccafe.core.site_settings import SettingRow
from sccafe.search import folding, keeping
from sccafe.search.entries import KINDS, Kind
from sccafe.search.index import index
from sccafe.search.models import Entry

#: Stands in the table of settings while a run is on its way; no page shows it.
REACHED = "search.reindex"
#: So long may one transaction of ours keep others from writing, in seconds; batches become smaller and larger by it.
_LONGEST = 0.2
_SMALLEST = 10
#: Of the time in which we keep others waiting, so much is theirs: SQLite's writers ask again every now and then, and
#: none of them would ever come in if we began anew at once.
_THEIRS = 0.25
#: Whoever holds an entry that we want goes first, as often as this.
_TRIES = 20

#: After so many written rows the index is made one piece again.
_MUCH = 1_000

Say = Callable[[int, int], None]


def reindex(anew: bool, say: Say) -> int:
    """Make every entry what it should be; gives how many rows were written.

    `say` hears how many things have been looked at, and of how many; what it raises breaks the run off, and the next
    one goes on from there. With `anew` the index itself is made again from the entries as well.
    """
    written = done = 0
    total = _count()
    if anew or index().is_half_made():
        total += db.session.scalar(select(func.count()).select_from(Entry)) or 0
        end_reading()
        for rows in index().make_anew():
            done += rows
            say(done, max(done, total))
    reached = _reached()
    names = list(KINDS)
    for kind in KINDS.values():
        if "kind" in reached and names.index(kind.name) < names.index(reached["kind"]):
            done += _number_of(kind)
            continue
        before = reached["before"] if reached.get("kind") == kind.name else None
        if before is not None:
            done += _number_of(kind, from_=before)
        for looked_at, rows in _Walk(kind, before):
            done, written = done + looked_at, written + rows
            say(done, max(done, total))
    written += _forget_what_is_gone()
    if anew or written >= _MUCH:
        _settle()
    with writing() as session:
        session.execute(delete(SettingRow).where(SettingRow.key == REACHED))
    return written


def is_new_here() -> bool:
    """Whether there are things to be found and no entry at all, as after the update of an older site."""
    entry = db.session.scalar(select(Entry.id).limit(1))
    things = entry is None and any(db.session.scalar(kind.numbers().limit(1)) for kind in KINDS.values())
    end_reading()
    return things


# --- where a run is ----------------------------------------------------------------------------------------


def _reached() -> dict[str, Any]:
    """Where a run was broken off; nothing where the segmenter is another one since."""
    row = db.session.scalar(select(SettingRow.value).where(SettingRow.key == REACHED))
    end_reading()
    found: dict[str, Any] = json.loads(row) if row else {}
    return found if found.get("segmenter") == folding.VERSION and found.get("kind", "post") in KINDS else {}


def _count() -> int:
    return sum(map(_number_of, KINDS.values()))


def _number_of(kind: Kind, from_: int | None = None) -> int:
    numbers = kind.numbers().order_by(None)
    if from_ is not None:
        numbers = numbers.where(numbers.selected_columns[0] >= from_)
    found = db.session.scalar(select(func.count()).select_from(numbers.subquery()))
    end_reading()
    return int(found or 0)


# --- going through -----------------------------------------------------------------------------------------


class _Walk:
    """Through all things of one kind, the newest first."""

    def __init__(self, kind: Kind, before: int | None) -> None:
        self.kind, self.before = kind, before
        self.size = keeping.BATCH // 4

    def __iter__(self) -> Iterator[tuple[int, int]]:
        while refs := self._next():
            rows = self._renew(refs)
            yield len(refs), rows

    def _next(self) -> Sequence[int]:
        numbers = self.kind.numbers().order_by(None)
        key = numbers.selected_columns[0]
        if self.before is not None:
            numbers = numbers.where(key < self.before)
        return db.session.scalars(numbers.order_by(key.desc()).limit(self.size)).all()

    def _renew(self, refs: Sequence[int]) -> int:
        """Write what is wrong of these; where nothing is, nobody is kept from writing."""
        self.before = refs[-1]
        wrong = keeping.wrong(self.kind.name, refs)
        end_reading()
        if not wrong:
            self.size = keeping.BATCH
            return 0
        begin = time.monotonic()
        rows = self._written(wrong)
        took = time.monotonic() - begin
        fitting = int(len(wrong) * _LONGEST / 2 / max(took, 0.001))
        self.size = max(_SMALLEST, min(keeping.BATCH, 2 * self.size, fitting))
        time.sleep(took * _THEIRS)
        return rows

    def _written(self, wrong: Sequence[int]) -> int:
        for left in reversed(range(_TRIES)):
            try:
                with writing() as session:
                    index().give_way(session)
                    rows = keeping.renew(session, self.kind.name, wrong)
                    reached = {"segmenter": folding.VERSION, "kind": self.kind.name, "before": self.before}
                    session.merge(SettingRow(key=REACHED, value=json.dumps(reached)))
                return rows
            except OperationalError:
                if not left:
                    raise
        raise AssertionError


def _forget_what_is_gone() -> int:
    """Take out the entries of things that are gone; they have told nobody, or nobody was listening."""
    written = 0
    for kind in KINDS:
        while refs := db.session.scalars(keeping.gone(kind).limit(keeping.BATCH)).all():
            end_reading()
            with writing() as session:
                written += keeping.renew(session, kind, refs)
        end_reading()
    return written


def _settle() -> None:
    """Let the index become one piece: it grew by one with every batch."""
    more, whole = True, True
    while more:
        begin = time.monotonic()
        with writing() as session:
            more = index().stay_small(session, whole)
        whole = False
        time.sleep((time.monotonic() - begin) * _THEIRS)
