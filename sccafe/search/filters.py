"""What filters name, as people write it: places, themes, prefectures and days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sccafe.boards.suggesting import themes_for
from sccafe.core import clock, taxonomy
from sccafe.search.folding import fold

#: The names of each group of `?in=`, besides its own: the words of the menu, of the boards' titles, and of the address.
_PLACES = {
    "boards": (
        *("board", "exchange", "questions", "meeting", "meetings", "forum", "topics", "posts", "news"),
        *("ひろば", "SC交流ひろば", "交流ひろば", "広場", "教えて", "質問", "会議室", "みんなの会議室"),
        *("掲示板", "板", "話題", "投稿", "書き込み", "お知らせ", "ラウンジ", "会員ラウンジ", "ひろば・会議室"),
    ),
    "library": ("shelf", "files", "file", "資料室", "資料", "図書室", "ライブラリ", "ライブラリー", "事例", "ファイル"),
    "qa": ("Q&A", "QandA", "Q and A", "faq", "よくある質問", "質問と答え"),
    "people": ("person", "members", "member", "人", "会員", "メンバー", "仲間", "人びと", "人々", "ひと"),
    "industry": ("companies", "company", "産業界へ", "産業界", "企業", "会社", "意見"),
}


@cache
def _groups() -> dict[str, str]:
    return {fold(name): group for group, names in _PLACES.items() for name in (group, *names)}


def group(said: str) -> str | None:
    """The group that a place belongs to."""
    return _groups().get(fold(said).rstrip("!"))


@cache
def _themes() -> dict[str, str]:
    return {
        fold(name): option.key
        for option in taxonomy.options("theme")
        for name in (option.key, option.ja, option.en, option.key.replace("_", " "))
    }


def themes(said: str) -> tuple[str, ...]:
    """The keys of the themes that are meant: by key or label, by a part of labels, or by a word that speaks for one."""
    folded = fold(said)
    if not folded:
        return ()
    known = _themes()
    if folded in known:
        return (known[folded],)
    partly = tuple(dict.fromkeys(key for name, key in known.items() if len(folded) > 1 and folded in name))
    return partly or tuple(themes_for(said)[:1])


def prefecture(said: str) -> str | None:
    """The code of a prefecture that is named with or without 都, 道, 府, 県, or by its code."""
    folded = fold(said)
    if folded.isdecimal():
        return folded.zfill(2) if folded.zfill(2) in taxonomy.prefectures() else None
    return _prefectures().get(folded)


@cache
def _prefectures() -> dict[str, str]:
    return {fold(name): code for code, full in taxonomy.prefectures().items() for name in (full, full[:-1])}


# --- days --------------------------------------------------------------------------------------------------

_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_APART = re.compile(r"(令和|平成|昭和|[rhs])?([0-9]{1,4}|元)(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_YEARS = range(1900, 2201)


@dataclass(frozen=True)
class Period:
    """A year, a month or a day in Japan, from its first moment to the first after it."""

    begin: datetime
    end: datetime
    #: As it is written in a filter: 2026, 2026-01, 2026-01-15.
    first: str
    last: str


def period(said: str) -> Period | None:
    """What is meant by 2026, 2026-01, 2026/1/15, 令和8年, R8.1, 令和8年度 and the like; None where it is no date."""
    folded = fold(said).replace(" ", "")
    if folded.endswith("年度"):
        return _year_of_offices(folded.removesuffix("年度"))
    found = _TOGETHER.fullmatch(folded) or _APART.fullmatch(
        re.sub("[年月/.]", "-", folded).replace("日", "").strip("-")
    )
    if found is None:
        return None
    numbers = found.groups()
    if found.re is _TOGETHER:
        year, month, day = (int(number) if number else None for number in numbers)
    else:
        year = _year(numbers[0], numbers[1])
        month, day = (int(number) if number else None for number in numbers[2:])
    return _period(year, month, day)


def _year(era: str | None, number: str) -> int | None:
    if era:
        return _ERAS[era] + (1 if number == "元" else int(number))
    return int(number) if number != "元" else None


def _period(year: int | None, month: int | None, day: int | None) -> Period | None:
    if year not in _YEARS or year is None:
        return None
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if day:
        return _between(first, first + timedelta(days=1), first.isoformat())
    if month:
        after = date(year + month // 12, month % 12 + 1, 1)
        return _between(first, after, f"{first:%Y-%m}")
    return _between(first, date(year + 1, 1, 1), str(year))


def _year_of_offices(said: str) -> Period | None:
    """令和8年度: from April to March."""
    found = _APART.fullmatch(said)
    year = _year(found[1], found[2]) if found and not found[3] else None
    if year not in _YEARS or year is None:
        return None
    begin, end = date(year, 4, 1), date(year + 1, 4, 1)
    return _between(begin, end, f"{year}-04", f"{year + 1}-03")


def _between(begin: date, end: date, first: str, last: str = "") -> Period:
    return Period(_first_moment(begin), _first_moment(end), first, last or first)


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.TOKYO)
