"""Japanese business days: not Saturdays, Sundays, public holidays, nor 29 December to 3 January.

The year-end days are those of 行政機関の休日に関する法律, article 1.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sccafe.core.clock import TOKYO

if TYPE_CHECKING:
    from holidays import HolidayBase


@cache
def _public_holidays() -> "HolidayBase":
    # Imported late: the package is large, and only a few pages and jobs ask for business days.
    from holidays.countries.japan import Japan

    return Japan()


def is_business_day(day: date) -> bool:
    """Whether offices in Japan are open on this day (a date in Japan)."""
    if day.weekday() >= 5 or (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}:
        return False
    return day not in _public_holidays()


def add_business_days(start: date, days: int) -> date:
    """The day that is `days` (0 or more) business days after `start`; 0 gives `start` or the next open day."""
    if days < 0:
        raise ValueError("days must be 0 or more")
    day = start
    while not is_business_day(day):
        day += timedelta(days=1)
        if days and is_business_day(day):
            days -= 1
    while days:
        day += timedelta(days=1)
        if is_business_day(day):
            days -= 1
    return day


def business_days_between(start: datetime, end: datetime) -> int:
    """How many business days have begun in Japan after the day of `start`, up to and including that of `end`."""
    day, last = start.astimezone(TOKYO).date(), end.astimezone(TOKYO).date()
    count = 0
    while day < last:
        day += timedelta(days=1)
        count += is_business_day(day)
    return count
