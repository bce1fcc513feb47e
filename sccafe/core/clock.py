"""What time it is: UTC for the database, Asia/Tokyo for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")

_pretended: ContextVar[datetime | None] = ContextVar("pretended_now", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _pretended.get() or datetime.now(UTC)


def today() -> date:
    """The day in Japan."""
    return now().astimezone(TOKYO).date()


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """Let `now` answer `moment`: how the demo's past and imported posts get their own dates."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)
