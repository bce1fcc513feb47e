"""How long a first response and an answer take, in business days: from columns of requests, never from their texts.

Days are counted from the day of sending (which does not count) to the day of the response or the first answer (which
does), in Japan; for answers, not those on which the asker owed a reply. What has not come yet is in no figure.

Percentiles are by nearest rank: of n sorted values, the p-th is the one at position ceil(p / 100 * n), counted from 1;
so each is a time that a request really took. The median is the 50th.
"""

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from flask import current_app
from sqlalchemy import select

from sccafe.core import clock, taxonomy
from sccafe.core.calendar import is_business_day
from sccafe.core.database import db, end_reading
from sccafe.counseling.day_numbers import day_number, day_of_number, number_of
from sccafe.counseling.dues import DONE_STATES
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Request, StepTaken
from sccafe.counseling.service.stepping import Actor, desk_people

MONTHS = 12
#: Below so many requests a figure says little: the desk's page says so, and the public one shows none.
FEW = 5
#: How long the public times may be old, in seconds: the entrance page is opened by everybody.
PUBLIC_KEPT = 600.0


@dataclass(frozen=True)
class Times:
    """Times of `count` requests in business days; None where there is no request."""

    count: int = 0
    median: int | None = None
    ninetieth: int | None = None

    @property
    def is_few(self) -> bool:
        return 0 < self.count < FEW


@dataclass(frozen=True)
class Line:
    """The times of one category or month (`key`: of counseling_category, or 2026-04; empty for all)."""

    key: str
    #: How many were sent.
    sent: int
    first: Times
    answer: Times


@dataclass(frozen=True)
class Open:
    """Where the open requests stand just now: in time, late (a first response or an answer), the clock stands."""

    in_time: int = 0
    late: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.waiting


@dataclass(frozen=True)
class Figures:
    """All figures of the desk's page; the months are those of `category` (empty: all of them)."""

    since: date
    all: Line
    by_category: Sequence[Line]
    by_month: Sequence[Line]
    category: str
    open: Open


@dataclass(frozen=True)
class PublicTimes:
    """Typical times of the last 12 months in business days (medians); None below FEW requests."""

    first_days: float | None
    answer_days: float | None


def percentile(values: Iterable[int], p: int) -> int | None:
    """The p-th percentile (1 to 100) by nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(p * len(ordered) / 100)) - 1] if ordered else None


def of_desk(actor: Actor, category: str = "") -> Figures:
    """The figures of requests sent in this month and the eleven before it: four statements, however many there are.

    Raises NotThere for all but the desk.
    """
    if actor.viewer.user_id not in desk_people(db.session()):
        end_reading()
        raise NotThere
    today = clock.today()
    months = _months(today)
    since = date.fromisoformat(f"{months[0]}-01")
    taken = _taken(since, today)
    rest = taken if not category else [one for one in taken if one.category == category]
    return Figures(
        since=since,
        all=_line("", taken),
        by_category=[
            _line(option.key, [one for one in taken if one.category == option.key])
            for option in taxonomy.options("counseling_category")
        ],
        by_month=[_line(month, [one for one in rest if one.month == month]) for month in reversed(months)],
        category=category,
        open=_open(today),
    )


def public() -> PublicTimes:
    """What askers may expect; kept for PUBLIC_KEPT seconds."""
    today = clock.today()
    kept: dict[str, Any] = current_app.extensions.setdefault("sccafe_counseling_times", {})
    if kept.get("day") != today or kept.get("until", 0.0) < time.monotonic():
        line = _line("", _taken(today - timedelta(days=365), today))
        times = PublicTimes(_shown(line.first), _shown(line.answer))
        kept.update(day=today, until=time.monotonic() + PUBLIC_KEPT, times=times)
    found: PublicTimes = kept["times"]
    return found


def _shown(times: Times) -> float | None:
    return float(times.median) if times.median is not None and times.count >= FEW else None


# --- counting ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taken:
    category: str
    month: str
    first_days: int | None
    answer_days: int | None


def _months(today: date) -> list[str]:
    """The last MONTHS months, the present one at the end."""
    number = today.year * 12 + today.month - 1
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(number - MONTHS + 1, number + 1)]


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.TOKYO)


class _BusinessDays:
    """Counts business days fast: how many there were up to each day (day_numbers.py) of a year or so."""

    def __init__(self, first: date, last: date) -> None:
        self._first = number_of(first)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self._until = list(accumulate(int(is_business_day(day)) for day in days))

    def until(self, number: int) -> int:
        """Up to and including that day; days outside count as the nearest inside."""
        return self._until[min(max(number - self._first, 0), len(self._until) - 1)]


#: In these states nobody but the asker has anything to do.
_WAITING = ("asker", "closed")


def _taken(since: date, today: date) -> list[_Taken]:
    """What each request that was sent since a day took."""
    sent = Request.created_at >= _start_of(since)
    until = _BusinessDays(since, today).until
    # Rows are taken one by one and straight from the connection: as objects of the session, ten thousand of them cost
    # more than the rest.
    connection = db.session.connection()
    waited: dict[int, int] = defaultdict(int)
    for request_id, after, day in connection.execute(
        select(StepTaken.request_id, StepTaken.after, day_number(StepTaken.at))
        .join(Request, Request.id == StepTaken.request_id)
        .where(
            sent,
            StepTaken.at <= Request.answered_at,
            StepTaken.before.in_(_WAITING) != StepTaken.after.in_(_WAITING),
        )
    ):
        # A wait begins after the day of the question and ends with the day of the reply.
        waited[request_id] += -until(day) if after in _WAITING else until(day)
    taken = []
    for request_id, category, sent_on, first, answered in connection.execute(
        select(
            *(Request.id, Request.category, day_number(Request.created_at)),
            *(day_number(Request.first_response_at), day_number(Request.answered_at)),
        ).where(sent)
    ):
        first_days = None if first is None else until(first) - until(sent_on)
        answer_days = None if answered is None else until(answered) - until(sent_on) - waited.get(request_id, 0)
        taken.append(_Taken(category, _month(sent_on), first_days, answer_days))
    end_reading()
    return taken


@lru_cache(maxsize=1000)
def _month(number: int) -> str:
    day = day_of_number(number)
    return f"{day.year:04}-{day.month:02}"


def _line(key: str, taken: Sequence[_Taken]) -> Line:
    return Line(
        key,
        len(taken),
        _times([one.first_days for one in taken if one.first_days is not None]),
        _times([one.answer_days for one in taken if one.answer_days is not None]),
    )


def _times(days: Sequence[int]) -> Times:
    return Times(len(days), percentile(days, 50), percentile(days, 90))


def _open(today: date) -> Open:
    rows = db.session.execute(
        select(Request.state, Request.first_due_on, Request.due_on).where(
            Request.state.not_in(DONE_STATES),
        )
    ).all()
    end_reading()
    late = sum(1 for row in rows if any(due and due < today for due in (row.first_due_on, row.due_on)))
    waiting = sum(1 for row in rows if row.state == "asker")
    return Open(len(rows) - late - waiting, late, waiting)
