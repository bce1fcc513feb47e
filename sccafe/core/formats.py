"""How moments and numbers are written for people: small pure functions."""

from dataclasses import dataclass
from datetime import datetime

from sccafe.core import clock

_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment for a `<time>`: for programs, short for lists, and in full."""

    iso: str
    text: str
    full: str


def date_text(moment: datetime, locale: str, year: bool = True) -> str:
    """2026年4月1日（水） or Wed 1 Apr 2026, in Japan's time."""
    at = moment.astimezone(clock.TOKYO)
    day = _WEEKDAYS["en" if locale == "en" else "ja"][at.weekday()]
    if locale == "en":
        return f"{day} {at.day} {_MONTHS[at.month - 1]}" + (f" {at.year}" if year else "")
    return (f"{at.year}年" if year else "") + f"{at.month}月{at.day}日（{day}）"


def full_text(moment: datetime, locale: str) -> str:
    """2026年4月1日（水）14:05."""
    at = moment.astimezone(clock.TOKYO)
    return date_text(moment, locale) + (" " if locale == "en" else "") + f"{at.hour}:{at.minute:02}"


def ago_text(moment: datetime, locale: str, now: datetime) -> str:
    """たった今, 40分前, 3時間前 within a day; then the day and time, with the year where it is another."""
    seconds = (now - moment).total_seconds()
    english = locale == "en"
    if 0 <= seconds < 60:
        return "just now" if english else "たった今"
    if 0 <= seconds < 3600:
        count = int(seconds // 60)
        return f"{count} min ago" if english else f"{count}分前"
    if 0 <= seconds < 86400:
        count = int(seconds // 3600)
        return (f"{count} hour ago" if count == 1 else f"{count} hours ago") if english else f"{count}時間前"
    at = moment.astimezone(clock.TOKYO)
    same_year = at.year == now.astimezone(clock.TOKYO).year
    time = f"{at.hour}:{at.minute:02}" if same_year else ""
    return date_text(moment, locale, year=not same_year) + (f" {time}" if time else "")


def moment(at: datetime, locale: str, now: datetime | None = None) -> Moment:
    """Everything a page shows of one moment."""
    return Moment(
        at.astimezone(clock.TOKYO).isoformat(timespec="seconds"),
        ago_text(at, locale, now or clock.now()),
        full_text(at, locale),
    )
