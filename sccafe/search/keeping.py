"""Keeping the entries true: whatever changes a thing has it renewed in its own transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from sccafe.core.database import db, locked
from sccafe.search import entries, folding
from sccafe.search.circles import CIRCLES, circle_of
from sccafe.search.entries import KINDS, Draft
from sccafe.search.index.places import free_numbers
from sccafe.search.models import Entry

#: So many things are looked at together.
BATCH = 200


class Piece(NamedTuple):
    """One part of an entry, in the columns by which a row is known to be right."""

    audience: str
    title: str
    folded: str
    marks: str
    at: Any
    segmenter: int


_COMPARED = tuple(getattr(Entry, name) for name in Piece._fields)


def pieces(draft: Draft) -> list[Piece]:
    """The rows of one thing; the title stands in the first one."""
    found = []
    for number, text in enumerate(entries.parts(draft.text)):
        title = "" if number else draft.title
        marks = {*draft.marks, *(f"word:{run}" for run in folding.runs(f"{title}\n{text}"))}
        folded = folding.fold(f"{title}\n{text}")
        found.append(Piece(draft.audience, title, folded, " ".join(sorted(marks)), draft.at, folding.VERSION))
    return found


def right(kind: str, refs: Sequence[int]) -> dict[tuple[int, int], Piece]:
    """The rows that these things should have, by thing and part."""
    drafts = KINDS[kind].drafts(refs)
    return {(draft.ref, part): piece for draft in drafts for part, piece in enumerate(pieces(draft), 1)}


def renew(session: Session, kind: str, refs: Iterable[int]) -> int:
    """Make the entries of these things what they should be; inside `writing`. Gives how many rows were written."""
    session.flush()
    written = 0
    numbers = sorted(set(refs))
    for begin in range(0, len(numbers), BATCH):
        left: Sequence[int] = numbers[begin : begin + BATCH]
        while left:
            rows, left = _renew(session, kind, left)
            written += rows
    return written


def _renew(session: Session, kind: str, refs: Sequence[int]) -> tuple[int, Sequence[int]]:
    """How many rows were written, and which things have to be looked at again.

    PostgreSQL lets others write at the same time. Rows that are there are held first and only then compared with what
    is said now, so that nobody writes over what is newer; whoever loses a row or its place to another looks again.
    """
    run = session.connection().execute
    rows = run(_HELD, {"kind": kind, "refs": refs}).all()
    wanted = right(kind, refs)
    taken_out: list[int] = []
    changed: list[dict[str, Any]] = []
    for row in rows:
        piece = wanted.get((row.ref, row.part))
        if piece is None or piece.at != row.at or not _in_its_circle(kind, row, piece):
            taken_out.append(row.id)
        elif piece == tuple(row[3:]):
            del wanted[row.ref, row.part]
        else:
            changed.append({"row": row.id, **piece._asdict()})
            del wanted[row.ref, row.part]
    if taken_out:
        run(delete(Entry).where(Entry.id.in_(taken_out)))
    if changed:
        run(_CHANGE, sorted(changed, key=itemgetter("row")))
    if not wanted:
        return len(taken_out) + len(changed), ()
    # The older ones of one moment first: what comes after them stands before them.
    new = sorted(wanted.items(), key=lambda item: (item[1].at, item[0]))
    numbers = free_numbers([(piece.at, circle_of(kind, piece.audience)) for _, piece in new])
    made = [
        {"id": number, "kind": kind, "ref": ref, "part": part, **piece._asdict()}
        for number, ((ref, part), piece) in zip(numbers, new, strict=True)
    ]
    # In the order of numbers: FTS5 writes out what it has gathered whenever a number is lower than the one before.
    made.sort(key=itemgetter("id"))
    run(_put(db.engine.dialect.name), made)
    lost = () if db.engine.dialect.name == "sqlite" else _lost(kind, made)
    return len(taken_out) + len(changed) + len(made) - len(lost), lost


def _in_its_circle(kind: str, row: Any, piece: Piece) -> bool:
    return bool(row.id % CIRCLES == circle_of(kind, piece.audience))


def _lost(kind: str, made: Sequence[dict[str, Any]]) -> list[int]:
    """The things for which somebody else has just put a row, or something else where a row should have stood."""
    ids = [row["id"] for row in made]
    here = set(db.session.execute(select(Entry.id, Entry.ref, Entry.part).where(Entry.kind == kind, Entry.id.in_(ids))))
    return sorted({row["ref"] for row in made if (row["id"], row["ref"], row["part"]) not in here})


_HELD = locked(
    select(Entry.id, Entry.ref, Entry.part, *_COMPARED)
    .where(Entry.kind == bindparam("kind"), Entry.ref.in_(bindparam("refs", expanding=True)))
    .order_by(Entry.id),
    of=Entry,
)
_TABLE = Entry.__table__
_CHANGE = (
    update(_TABLE)  # type: ignore[arg-type]
    .where(_TABLE.c.id == bindparam("row"))
    .values({name: bindparam(name) for name in Piece._fields})
)


@cache
def _put(dialect: str) -> Any:
    build = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return build(_TABLE).on_conflict_do_nothing()  # type: ignore[arg-type]


def forget(session: Session, kind: str, refs: Iterable[int]) -> None:
    """Take out the entries of things that are about to go."""
    session.execute(delete(Entry).where(Entry.kind == kind, Entry.ref.in_(list(refs))))


def renew_everything(session: Session) -> None:
    """Every entry that there is, in the present transaction: where many things went at once, on a small site."""
    for kind in KINDS:
        renew(session, kind, session.scalars(select(Entry.ref).where(Entry.kind == kind)))


def wrong(kind: str, refs: Sequence[int]) -> Sequence[int]:
    """Those of these things whose entries are not what they should be; all of them where none has any."""
    rows = _rows(kind, refs)
    return sorted({ref for ref, _what in _faults(kind, rows, right(kind, refs))}) if rows else refs


def _rows(kind: str, refs: Sequence[int]) -> Sequence[Any]:
    return db.session.execute(_FOUND, {"kind": kind, "refs": refs}).all()


def _faults(kind: str, rows: Sequence[Any], wanted: dict[tuple[int, int], Piece]) -> Iterator[tuple[int, str]]:
    """The things whose rows are not those that are wanted, and what is wrong with each; some come twice."""
    for row in rows:
        piece = wanted.pop((row.ref, row.part), None)
        if piece is None:
            yield row.ref, "is found and must not be"
        elif piece != tuple(row[3:]) or not _in_its_circle(kind, row, piece):
            yield row.ref, "is found by what it no longer says"
    for ref, _part in wanted:
        yield ref, "is not found"


_FOUND = select(Entry.id, Entry.ref, Entry.part, *_COMPARED).where(
    Entry.kind == bindparam("kind"), Entry.ref.in_(bindparam("refs", expanding=True))
)


def gone(kind: str) -> Select[tuple[int]]:
    """The numbers of entries of this kind whose thing is not there any more."""
    numbers = KINDS[kind].numbers().order_by(None)
    return select(Entry.ref).where(Entry.kind == kind, Entry.ref.not_in(numbers)).order_by(Entry.ref)


def differences() -> Iterator[str]:
    """What `sccafe check` says: entries that are missing, wrong, or of things that are gone. Reads only."""
    for kind, here in KINDS.items():
        for refs in _batches(here.numbers):
            for ref, what in _faults(kind, _rows(kind, refs), right(kind, refs)):
                yield f"{kind} {ref}: {what}"
            db.session.rollback()
        for ref in db.session.scalars(gone(kind)).all():
            yield f"{kind} {ref}: is found and is gone"


def _batches(numbers: Callable[[], Any]) -> Iterator[list[int]]:
    last = 0
    while True:
        statement = numbers()
        key = statement.selected_columns[0]
        found = list(db.session.scalars(statement.where(key > last).limit(BATCH)))
        if not found:
            return
        yield found
        last = found[-1]
