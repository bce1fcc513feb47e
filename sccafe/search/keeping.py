"""Keeping the entries true: whatever changes a thing has it renewed in its own transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from sccafe.core.database import db
from sccafe.search import entries, folding
from sccafe.search.entries import KINDS, Draft
from sccafe.search.index import index
from sccafe.search.index.places import free_place
from sccafe.search.models import Entry

#: So many things are looked at together.
BATCH = 200


class Piece(NamedTuple):
    """One part of an entry, in the columns by which a row is known to be right."""

    audience: str
    title: str
    text: str
    marks: str
    at: Any
    segmenter: int


_COMPARED = (Entry.audience, Entry.title, Entry.text, Entry.marks, Entry.at, Entry.segmenter)


def pieces(draft: Draft) -> list[Piece]:
    """The rows of one thing; the title stands in the first one."""
    found = []
    for number, text in enumerate(entries.parts(draft.text)):
        title = "" if number else draft.title
        marks = {*draft.marks, *(f"word:{run}" for run in folding.runs(f"{title}\n{text}"))}
        found.append(
            Piece(
                draft.audience, title, text, " ".join(sorted(map(folding.shielded, marks))), draft.at, folding.VERSION
            )
        )
    return found


def _right(kind: str, refs: Sequence[int]) -> dict[tuple[int, int], Piece]:
    """The rows that these things should have, by thing and part."""
    drafts = KINDS[kind].drafts(refs)
    return {(draft.ref, part): piece for draft in drafts for part, piece in enumerate(pieces(draft), 1)}


def renew(session: Session, kind: str, refs: Iterable[int]) -> int:
    """Make the entries of these things what they should be; inside `writing`. Gives how many rows were written."""
    session.flush()
    written = 0
    numbers = sorted(set(refs))
    for begin in range(0, len(numbers), BATCH):
        written += _renew(session, kind, numbers[begin : begin + BATCH])
    return written


def _renew(session: Session, kind: str, refs: Sequence[int]) -> int:
    right = {
        (draft.ref, part): piece for draft in KINDS[kind].drafts(refs) for part, piece in enumerate(pieces(draft), 1)
    }
    rows = session.execute(
        select(Entry.id, Entry.ref, Entry.part, *_COMPARED).where(Entry.kind == kind, Entry.ref.in_(refs))
    ).all()
    written = 0
    for row in rows:
        piece = right.get((row.ref, row.part))
        if piece is not None and piece == tuple(row[3:]):
            del right[row.ref, row.part]
        elif piece is None or piece.at != row.at:
            session.execute(delete(Entry).where(Entry.id == row.id))
            written += 1
        else:
            session.execute(update(Entry).where(Entry.id == row.id).values(**_values(piece)))
            del right[row.ref, row.part]
            written += 1
    for (ref, part), piece in right.items():
        place = free_place(session, piece.at)
        session.execute(insert(Entry).values(id=place, kind=kind, ref=ref, part=part, **_values(piece)))
    return written + len(right)


def _values(piece: Piece) -> dict[str, Any]:
    folded = folding.fold(f"{piece.title}\n{piece.text}")
    tokens = index().tokens(folding.pairs(folded), piece.marks.split())
    return {**piece._asdict(), "folded": folded, "tokens": tokens}


def forget(session: Session, kind: str, refs: Iterable[int]) -> None:
    """Take out the entries of things that are about to go."""
    session.execute(delete(Entry).where(Entry.kind == kind, Entry.ref.in_(list(refs))))


def renew_everything(session: Session) -> None:
    """Every entry that there is, in the present transaction: where many things went at once, on a small site."""
    for kind in KINDS:
        renew(session, kind, session.scalars(select(Entry.ref).where(Entry.kind == kind)))


def differences() -> Iterator[str]:
    """What `sccafe check` says: entries that are missing, wrong, or of things that are gone. Reads only."""
    for kind, here in KINDS.items():
        for refs in _batches(here.numbers):
            right = {
                (draft.ref, part): piece for draft in here.drafts(refs) for part, piece in enumerate(pieces(draft), 1)
            }
            rows = db.session.execute(
                select(Entry.ref, Entry.part, *_COMPARED, Entry.folded).where(Entry.kind == kind, Entry.ref.in_(refs))
            )
            for row in rows:
                piece = right.pop((row.ref, row.part), None)
                if piece is None:
                    yield f"{kind} {row.ref}: is found and must not be"
                elif piece != tuple(row[2:-1]) or row.folded != folding.fold(f"{piece.title}\n{piece.text}"):
                    yield f"{kind} {row.ref}: is found by what it no longer says"
            for ref, _part in right:
                yield f"{kind} {ref}: is not found"
            db.session.rollback()
        here_no_more = (
            select(Entry.ref)
            .where(Entry.kind == kind, Entry.ref.not_in(here.numbers().order_by(None)))
            .order_by(Entry.ref)
        )
        for ref in db.session.scalars(here_no_more).all():
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
