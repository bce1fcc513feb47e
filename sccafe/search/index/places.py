"""The place of an entry in time, which is its number: so the newest come first without any sorting."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from sccafe.core.database import run
from sccafe.search.models import Entry

_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
#: Places of one second. Where more is written in one, it goes on into the next.
_IN_A_SECOND = 16
#: Where the first place is taken, so many after it are looked at together.
_LOOKED_AT = 256

_AFTER = aliased(Entry)
_TAKEN = select(Entry.id).where(Entry.id.in_(bindparam("places", expanding=True)))
_TAKEN_FROM = select(Entry.id).where(Entry.id >= bindparam("place"), Entry.id < bindparam("end"))
_FIRST_GAP = (
    select(Entry.id + 1)
    .where(Entry.id >= bindparam("place"), ~select(_AFTER.id).where(_AFTER.id == Entry.id + 1).exists())
    .order_by(Entry.id)
    .limit(1)
)


def place_of(at: datetime) -> int:
    """The first place of this moment."""
    return max(0, int((at - _BEGIN).total_seconds())) * _IN_A_SECOND


def moment_of(place: int) -> datetime:
    """The moment that this place belongs to, to the second."""
    return _BEGIN + timedelta(seconds=place // _IN_A_SECOND)


def day_of(place: int) -> datetime:
    """About the moment that this place belongs to, to the day: for thousands of places, which have few days."""
    return _day(place // (86400 * _IN_A_SECOND))


@lru_cache(maxsize=8192)
def _day(number: int) -> datetime:
    return _BEGIN + timedelta(days=number)


def free_places(moments: Sequence[datetime]) -> list[int]:
    """For each of these moments the first place from it on that is free; none is given twice."""
    firsts = list(map(place_of, moments))
    taken = set(run(_TAKEN, places=list(set(firsts))).scalars())
    found: list[int] = []
    later: dict[int, Iterator[int]] = {}
    for first in firsts:
        place = first
        if place in taken:
            free = later.setdefault(first, _free_from(first))
            place = next(place for place in free if place not in taken)
        taken.add(place)
        found.append(place)
    return found


def _free_from(place: int) -> Iterator[int]:
    """The free places after a taken one."""
    while True:
        # In one step over what many things of one moment may have filled: an import, a change of everybody.
        gap = run(_FIRST_GAP, place=place).scalar()
        place = place + 1 if gap is None else int(gap)
        taken = set(run(_TAKEN_FROM, place=place, end=place + _LOOKED_AT).scalars())
        for each in range(place, place + _LOOKED_AT):
            if each not in taken:
                yield each
        place += _LOOKED_AT
