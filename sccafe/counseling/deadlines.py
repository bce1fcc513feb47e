"""By when a first response and an answer are owed: Japanese business days, not counting those on which nobody can act.

While the asker owes a reply the clock stands; the expert's own days off do not count either. A deadline is computed
from what happened and never moved along, so that a change of days off comes out right whenever it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sccafe.core.calendar import add_business_days, is_business_day
from sccafe.core.clock import TOKYO

#: Nobody is away longer; it ends the search for a day that would never come.
_LONGEST = 3 * 366


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included; an open end has none."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def day_of(moment: datetime) -> date:
    """The day of a moment in Japan."""
    return moment.astimezone(TOKYO).date()


def within(spans: Sequence[Span], time: Span) -> list[Span]:
    """What of these spans falls into that time."""
    found = []
    for span in spans:
        first = max(span.first, time.first)
        lasts = [last for last in (span.last, time.last) if last is not None]
        last = min(lasts) if lasts else None
        if last is None or first <= last:
            found.append(Span(first, last))
    return found


def due_on(asked: date, days: int, standing: Sequence[Span] = (), off: Sequence[Span] = ()) -> date | None:
    """The day that is `days` (1 or more) counting days after `asked`; None while the clock stands.

    A day counts where offices are open, the clock does not stand (`standing`) and the expert is there (`off`).
    """
    if any(span.last is None for span in standing):
        return None
    day = asked
    for _ in range(_LONGEST):
        day += timedelta(days=1)
        if is_business_day(day) and not any(span.holds(day) for span in (*standing, *off)):
            days -= 1
            if days <= 0:
                return day
    return add_business_days(day, days)


def standing(steps: Sequence[tuple[str, str, datetime]]) -> list[Span]:
    """When the clock stood: from the day after the asker was asked back until the day of their reply.

    `steps` are (before, after, at) in their order. The day of the question and of the reply's morrow count.
    """
    found: list[Span] = []
    since: date | None = None
    for before, after, at in steps:
        if after == "asker" and before != "asker":
            since = day_of(at) + timedelta(days=1)
        elif before == "asker" and after != "asker" and since is not None:
            if day_of(at) >= since:
                found.append(Span(since, day_of(at)))
            since = None
    if since is not None:
        found.append(Span(since, None))
    return found
