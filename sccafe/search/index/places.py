"""The place of an entry in time, which is its number: so the newest come first without any sorting."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from sccafe.search.models import Entry

_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
#: Places of one second. Where more is written in one, it goes on into the next.
_IN_A_SECOND = 16


def place_of(at: datetime) -> int:
    """The first place of this moment."""
    return max(0, int((at - _BEGIN).total_seconds())) * _IN_A_SECOND


def moment_of(place: int) -> datetime:
    """The moment that this place belongs to, to the second."""
    return _BEGIN + timedelta(seconds=place // _IN_A_SECOND)


def free_place(session: Session, at: datetime) -> int:
    """The first place from this moment on that is free."""
    place = place_of(at)
    if session.scalar(select(Entry.id).where(Entry.id == place)) is None:
        return place
    after = aliased(Entry)
    found = session.scalar(
        select(Entry.id + 1)
        .where(Entry.id >= place, ~select(after.id).where(after.id == Entry.id + 1).exists())
        .order_by(Entry.id)
        .limit(1)
    )
    assert found is not None
    return int(found)
