"""An entry's number: its place in time, the newest first, and the circle of those who may read it.

The numbers rise with age, so the newest come first in the order in which an index is read fastest, and nothing is
sorted. The wall is a look at the number alone, whatever the words: a rare audience costs no more than a common one.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from sccafe.core.database import run
from sccafe.search.circles import CIRCLES, ROOMS, Readers
from sccafe.search.models import Entry
from sccafe.search.wanted import Wanted

#: The last moment that has places of its own: what is later stands with it.
_END = datetime(2100, 1, 1, tzinfo=UTC)
#: Places of one second and circle, the last one first. Where more is written in one, it goes on into the next.
_IN_A_SECOND = 4
_SECOND = _IN_A_SECOND * CIRCLES
#: Where the first place is taken, so many of the following are looked at together.
_LOOKED_AT = 256

#: Of an entry, what is wanted of it beside its number.
Columns = Sequence[ColumnElement[Any]]

_NEXT = aliased(Entry)
_TAKEN = select(Entry.id).where(Entry.id.in_(bindparam("numbers", expanding=True)))
_FIRST_GAP = (
    select(Entry.id - CIRCLES)
    .where(
        Entry.id <= bindparam("number"),
        Entry.id.bitwise_and(CIRCLES - 1) == bindparam("circle"),
        ~select(_NEXT.id).where(_NEXT.id == Entry.id - CIRCLES).exists(),
    )
    .order_by(Entry.id.desc())
    .limit(1)
)


def edge(at: datetime) -> int:
    """Numbers below this one belong to this second and later ones, the others to what is older."""
    return (_seconds_left(at) + 1) * _SECOND


def within(number: ColumnElement[int], wanted: Wanted) -> list[ColumnElement[bool]]:
    """What numbers must be, so that their moments are in the time that is asked for."""
    return [
        *([number < edge(wanted.since)] if wanted.since is not None else []),
        *([number >= edge(wanted.until)] if wanted.until is not None else []),
    ]


def for_readers(number: ColumnElement[int], readers: Readers, is_theirs: ColumnElement[bool]) -> ColumnElement[bool]:
    """The wall: the numbers that these readers may find; `is_theirs` is true of an entry of one of their rooms."""
    circle = number.bitwise_and(CIRCLES - 1)
    mine: ColumnElement[bool] = circle.in_(readers.circles)
    return or_(mine, and_(circle == ROOMS, is_theirs)) if readers.rooms else mine


def moment_of(number: int) -> datetime:
    """The moment that this number belongs to, to the second."""
    return _END - timedelta(seconds=number // _SECOND)


def day_of(number: int) -> datetime:
    """About the moment that this number belongs to, to the day: for thousands of numbers, which have few days."""
    return _day(number // (86400 * _SECOND))


@lru_cache(maxsize=8192)
def _day(days: int) -> datetime:
    return _END - timedelta(days=days)


def _seconds_left(at: datetime) -> int:
    return max(0, int((_END - at.replace(microsecond=0)).total_seconds()))


def free_numbers(wanted: Sequence[tuple[datetime, int]]) -> list[int]:
    """For each of these moments and circles the first number from there on that is free; none is given twice.

    What comes later of one second gets the lower number, and stands before.
    """
    firsts = [edge(at) - CIRCLES + circle for at, circle in wanted]
    taken = set(run(_TAKEN, numbers=list(set(firsts))).scalars())
    found: list[int] = []
    later: dict[int, Iterator[int]] = {}
    for first in firsts:
        number = first
        if number in taken:
            free = later.setdefault(first, _free_from(first))
            number = next(number for number in free if number not in taken)
        taken.add(number)
        found.append(number)
    return found


def _free_from(number: int) -> Iterator[int]:
    """The free numbers of its circle that follow a taken one."""
    circle = number % CIRCLES
    while True:
        # In one step over what many things of one moment may have filled: an import, a change of everybody.
        gap = run(_FIRST_GAP, number=number, circle=circle).scalar()
        number = number - CIRCLES if gap is None else int(gap)
        some = range(number, number - _LOOKED_AT * CIRCLES, -CIRCLES)
        taken = set(run(_TAKEN, numbers=list(some)).scalars())
        yield from (each for each in some if each not in taken)
        number = some.stop
