"""Japanese business days."""

from datetime import UTC, date, datetime

import pytest

from sccafe.core.calendar import add_business_days, business_days_between, is_business_day


@pytest.mark.parametrize(
    ("day", "open_", "why"),
    [
        (date(2026, 11, 20), True, "a Friday"),
        (date(2026, 11, 21), False, "Saturday"),
        (date(2026, 11, 23), False, "勤労感謝の日"),
        (date(2026, 9, 22), False, "国民の休日 between two holidays"),
        (date(2026, 5, 6), False, "振替休日 of 憲法記念日"),
        (date(2025, 2, 24), False, "振替休日 of 天皇誕生日"),
        (date(2026, 12, 28), True, "the last day before the year-end"),
        (date(2026, 12, 29), False, "year-end"),
        (date(2026, 12, 31), False, "year-end"),
        (date(2027, 1, 3), False, "year-end"),
        (date(2027, 1, 4), True, "offices open"),
        (date(2026, 8, 13), True, "盆 is no public holiday"),
    ],
)
def test_offices_are_open(day: date, open_: bool, why: str) -> None:
    assert is_business_day(day) is open_, why


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 24)),
        (date(2026, 11, 20), 1, date(2026, 11, 24)),
        (date(2026, 11, 21), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 5, date(2026, 11, 30)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2026, 12, 30), 2, date(2027, 1, 5)),
        (date(2026, 4, 28), 3, date(2026, 5, 7)),
    ],
)
def test_a_deadline_in_business_days(start: date, days: int, end: date) -> None:
    assert add_business_days(start, days) == end


def test_a_deadline_in_the_past_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        add_business_days(date(2026, 11, 20), -1)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 20, 14, tzinfo=UTC), 0),
        # 16:00 UTC is the next day in Japan, a Saturday; the first day that counts is the Tuesday after a long weekend.
        (datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC), 0),
        (datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC), 1),
        (datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 27, 3, tzinfo=UTC), 4),
        (datetime(2026, 12, 28, 3, tzinfo=UTC), datetime(2027, 1, 5, 3, tzinfo=UTC), 2),
    ],
)
def test_business_days_between_two_moments(start: datetime, end: datetime, count: int) -> None:
    assert business_days_between(start, end) == count
