"""What the pages of time show: days and figures in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from sccafe.core import taxonomy
from sccafe.core.formats import day_text, known_text
from sccafe.core.language import gettext as _
from sccafe.core.language import ngettext
from sccafe.counseling.figures import Figures, Line, Times
from sccafe.counseling.service.days_off import Deadline


@dataclass(frozen=True)
class SpanShown:
    id: int
    text: str


@dataclass(frozen=True)
class DeadlineShown:
    """`due` is empty while the clock stands; `without_off` where days off move nothing."""

    ref: str
    href: str
    due: str
    without_off: str


def spans(rows: Iterable[Row[Any]], locale: str) -> list[SpanShown]:
    found = []
    for row in rows:
        first, last = day_text(row.first, locale), day_text(row.last, locale)
        found.append(
            SpanShown(row.id, first if row.first == row.last else _("%(first)s～%(last)s", first=first, last=last))
        )
    return found


def deadlines(lines: Iterable[Deadline], locale: str) -> list[DeadlineShown]:
    return [
        DeadlineShown(
            line.ref,
            f"/counseling/desk/{line.ref}",
            day_text(line.due_on, locale) if line.due_on else "",
            day_text(line.without_off, locale) if line.without_off and line.without_off != line.due_on else "",
        )
        for line in lines
    ]


@dataclass(frozen=True)
class TimesShown:
    """Empty texts where there is nothing to be told yet."""

    median: str
    ninetieth: str
    count: int
    is_few: bool


@dataclass(frozen=True)
class LineShown:
    label: str
    #: Leads to the months of a category; empty where there is nothing to lead to.
    href: str
    sent: int
    first: TimesShown
    answer: TimesShown


@dataclass(frozen=True)
class FiguresShown:
    since: str
    all: LineShown
    by_category: Sequence[LineShown]
    by_month: Sequence[LineShown]
    #: The category whose months are shown; empty for all.
    category: str
    total: int
    in_time: int
    late: int
    waiting: int
    has_few: bool


def figures(found: Figures, locale: str) -> FiguresShown:
    def label(key: str) -> str:
        return taxonomy.label("counseling_category", key, locale)

    lines = [found.all, *found.by_category, *found.by_month]
    return FiguresShown(
        since=known_text(f"{found.since.year}-{found.since.month:02}", locale),
        all=_line(found.all, _("すべて")),
        by_category=[
            _line(line, label(line.key), f"/counseling/desk/figures?category={line.key}#months")
            for line in found.by_category
            if line.sent
        ],
        by_month=[_line(line, known_text(line.key, locale)) for line in found.by_month],
        category=label(found.category),
        total=found.open.total,
        in_time=found.open.in_time,
        late=found.open.late,
        waiting=found.open.waiting,
        has_few=any(line.first.is_few or line.answer.is_few for line in lines),
    )


def _line(line: Line, label: str, href: str = "") -> LineShown:
    return LineShown(label, href, line.sent, _times(line.first), _times(line.answer))


def _times(times: Times) -> TimesShown:
    return TimesShown(_days(times.median), _days(times.ninetieth), times.count, times.is_few)


def _days(days: int | None) -> str:
    return "" if days is None else ngettext("%(num)d日", "%(num)d日", days)
