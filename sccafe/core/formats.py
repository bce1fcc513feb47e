"""How moments and numbers are written for people: small pure functions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from markupsafe import Markup

from sccafe.core import clock

_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: for programs, short for lists, in full, and as the `<time>` that holds all three."""

    iso: str
    text: str
    full: str
    tag: Markup


#: Japan has no summer time: adding hours costs a fifth of a look into the zone's table, and pages show many moments.
_JST = timedelta(hours=9)


def _local(moment: datetime) -> datetime:
    """The moment as a clock in Japan shows it; `moment` is in UTC, as the database gives it."""
    return moment.replace(tzinfo=None) + _JST if moment.tzinfo is UTC else moment.astimezone(clock.TOKYO)


def date_text(moment: datetime, locale: str, year: bool = True) -> str:
    """2026年4月1日（水） or Wed 1 Apr 2026, in Japan's time."""
    return _date(_local(moment), locale, year)


def day_text(day: date, locale: str) -> str:
    """The same for a day without a time."""
    return _date(day, locale, True)


def _date(at: date, locale: str, year: bool) -> str:
    day = at.weekday()
    if locale == "en":
        return f"{_WEEKDAYS['en'][day]} {at.day} {_MONTHS[at.month - 1]}" + (f" {at.year}" if year else "")
    return (
        f"{at.year}年{at.month}月{at.day}日（{_WEEKDAYS['ja'][day]}）"
        if year
        else f"{at.month}月{at.day}日（{_WEEKDAYS['ja'][day]}）"
    )


def known_text(day: str, locale: str) -> str:
    """A day as far as it is known (2016, 2016-04, 2016-04-01): 2016年, 2016年4月, 2016年4月1日; 1 Apr 2016."""
    year, month, number = (*map(int, day.split("-")), 0, 0)[:3]
    if locale == "en":
        named = f"{_MONTHS[month - 1]} {year}" if month else str(year)
        return f"{number} {named}" if number else named
    return f"{year}年" + (f"{month}月" if month else "") + (f"{number}日" if number else "")


def full_text(moment: datetime, locale: str) -> str:
    """2026年4月1日（水）14:05."""
    return _full(_local(moment), locale)


def _full(at: datetime, locale: str) -> str:
    return f"{_date(at, locale, True)}{' ' if locale == 'en' else ''}{at.hour}:{at.minute:02}"


def ago_text(moment: datetime, locale: str, now: datetime) -> str:
    """たった今, 40分前, 3時間前 within a day; then the day and time, with the year where it is another."""
    return _ago(moment, _local(moment), locale, now)


def _ago(moment: datetime, at: datetime, locale: str, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if 0 <= seconds < 86400:
        return _within_a_day(int(seconds), locale)
    return _on_its_day(at, locale, at.year == _local(now).year)


def _on_its_day(at: datetime, locale: str, this_year: bool) -> str:
    return f"{_date(at, locale, False)} {at.hour}:{at.minute:02}" if this_year else _date(at, locale, True)


def _within_a_day(seconds: int, locale: str) -> str:
    english = locale == "en"
    if seconds < 60:
        return "just now" if english else "たった今"
    if seconds < 3600:
        return f"{seconds // 60} min ago" if english else f"{seconds // 60}分前"
    hours = seconds // 3600
    if english:
        return "1 hour ago" if hours == 1 else f"{hours} hours ago"
    return f"{hours}時間前"


def moment(at: datetime, locale: str, now: datetime | None = None) -> Moment:
    """Everything a page shows of one moment."""
    now = now or clock.now()
    if now - at > _A_DAY:
        return _past(at, locale, _local(now).year)
    return _moment(at, locale, now)


_A_DAY = timedelta(days=1)


@lru_cache(maxsize=8192)
def _past(at: datetime, locale: str, year: int) -> Moment:
    """A moment more than a day ago: what is shown of it changes with the year only, and most moments are such."""
    local = _local(at)
    return _shown(local, _on_its_day(local, locale, local.year == year), locale)


def _moment(at: datetime, locale: str, now: datetime) -> Moment:
    local = _local(at)
    return _shown(local, _ago(at, local, locale, now), locale)


def _shown(local: datetime, text: str, locale: str) -> Moment:
    iso = f"{local.year:04}-{local.month:02}-{local.day:02}T{local.hour:02}:{local.minute:02}:{local.second:02}+09:00"
    full = _full(local, locale)
    tag = Markup(f'<time datetime="{iso}" title="{full}">{text}</time>')  # noqa: S704  digits and words of ours
    return Moment(iso, text, full, tag)


def size_text(size: int) -> str:
    """A number of bytes as people know it: 340KB, 1.2MB."""
    kilobytes, megabytes = max(1, round(size / 1024)), size / 1024**2
    if kilobytes < 1024:
        return f"{kilobytes}KB"
    return f"{megabytes:.1f}MB" if megabytes < 9.95 else f"{megabytes:.0f}MB"
