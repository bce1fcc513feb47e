"""When somebody can be reminded."""

from datetime import date, timedelta

NOTE_LENGTH = 200
#: As far ahead as anybody plans.
FURTHEST = timedelta(days=366 * 3)


def may_remind_on(day: date, today: date, before: date | None) -> bool:
    """From tomorrow on, for this morning's reminders are out; a day that stands already may stay."""
    return day == before or today < day <= today + FURTHEST
