"""What a query matches, as far as it is looked at all at once: the newest thousand, by what they can be narrowed by.

Where a query matches less than that, its whole page follows from one statement: how many there are of each kind, on
each board, of each year. Where it matches more, nobody is told how many; what is shown then is asked for singly.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, union_all

from sccafe.core import clock
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run
from sccafe.search import circles, entries
from sccafe.search.index import index
from sccafe.search.index.places import Columns, moment_of
from sccafe.search.language import Asked
from sccafe.search.models import Entry
from sccafe.search.wanted import Wanted

#: Nobody is told of more: what is counted stops here, and so does the counting.
CAP = 1000

#: The marks that are counted, in a row of marks as entries keep them.
_NARROWS = re.compile(r"(?<!\S)(in|board|theme):(\S+)")


@dataclass(frozen=True)
class Match:
    """An entry that was found, and what it can be narrowed by."""

    id: int
    kind: str
    ref: int
    part: int
    group: str
    board_id: int | None
    themes: tuple[str, ...]

    @property
    def year(self) -> int:
        """In Japan."""
        return moment_of(self.id).astimezone(clock.TOKYO).year


@dataclass(frozen=True)
class Matches:
    """What was found first, wherever it was looked for."""

    #: The numbers of the newest entries, up to CAP.
    newest: Sequence[int]
    #: Whether these are all that there are.
    is_whole: bool
    #: Of each thing its newest entry, the newest first; none where there are too many.
    found: Sequence[Match] = ()

    def within(self, groups: Sequence[str]) -> list[Match]:
        return [match for match in self.found if match.group in groups]


def matches(viewer: Viewer, asked: Asked) -> Matches:
    """What is found in all groups together, up to CAP."""
    if asked.impossible or asked.wanted.is_empty:
        return Matches((), is_whole=True)
    newest = db.session.scalars(found(viewer, anywhere(asked.wanted), CAP)).all()
    if len(newest) >= CAP or not newest:
        return Matches(newest, is_whole=not newest)
    once = {(row.kind, row.ref): row for row in reversed(run(_NARROWED, ids=newest, **reader(viewer)).all())}
    return Matches(newest, True, [_match(*row) for row in reversed(once.values())])


_NARROWED = (
    select(Entry.id, Entry.kind, Entry.ref, Entry.part, Entry.marks)
    .where(Entry.id.in_(bindparam("ids", expanding=True)), readable(Entry.audience))
    .order_by(Entry.id)
)


def _match(entry_id: int, kind: str, ref: int, part: int, marks: str) -> Match:
    group, board_id, themes = "", None, []
    for name, value in _NARROWS.findall(marks):
        if name == "in":
            group = value
        elif name == "board":
            board_id = int(value)
        else:
            themes.append(value)
    return Match(entry_id, kind, ref, part, group, board_id, tuple(themes))


# --- where somebody looks ------------------------------------------------------------------------------------


def found(viewer: Viewer, wanted: Wanted, most: int, columns: Columns = ()) -> Select[Any]:
    """The ids of the newest so many that this viewer finds, and these columns of each; the newest come first."""
    return index().found(wanted, circles.of_reader(viewer), most, columns)


def _is_of_groups(marks: Sequence[str]) -> bool:
    return all(mark.startswith(entries.in_group("")) for mark in marks)


def anywhere(wanted: Wanted) -> Wanted:
    """The same query without the place where it looks."""
    return replace(wanted, marks=tuple(marks for marks in wanted.marks if not _is_of_groups(marks)))


def groups_of(wanted: Wanted) -> tuple[str, ...]:
    """Where a query looks: all groups, unless it names some."""
    named = [marks for marks in wanted.marks if _is_of_groups(marks)]
    return tuple(group for group in entries.GROUPS if all(entries.in_group(group) in marks for marks in named))


def marked(wanted: Wanted, mark: str) -> Wanted:
    return replace(wanted, marks=(*wanted.marks, (mark,)))


def in_year(wanted: Wanted, year: int) -> Wanted:
    """The same query within one year of Japan's calendar."""
    begin, end = (datetime(at, 1, 1, tzinfo=clock.TOKYO) for at in (year, year + 1))
    return replace(
        wanted,
        since=max(filter(None, (wanted.since, begin))),
        until=min(filter(None, (wanted.until, end))),
    )


# --- counting ------------------------------------------------------------------------------------------------


def count_each(viewer: Viewer, queries: Mapping[str, Wanted]) -> dict[str, int]:
    """How much each of these queries finds, up to CAP, in one statement."""
    if not queries:
        return {}
    subselects = [
        select(func.count())
        .select_from(found(viewer, wanted, CAP).subquery())
        .scalar_subquery()
        .label(f"count_{number}")
        for number, wanted in enumerate(queries.values())
    ]
    return dict(zip(queries, map(int, db.session.execute(select(*subselects)).one()), strict=True))


#: Where most things are. What stands elsewhere is asked for, and what is left of the newest stands here.
_MOST_ARE = "boards"


def count_groups(viewer: Viewer, wanted: Wanted, newest: Sequence[int]) -> dict[str, int]:
    """How many a query without a place finds in each group, up to CAP; `newest` are the first CAP of all of them."""
    others = [group for group in entries.GROUPS if group != _MOST_ARE]
    in_each = [(marked(wanted, entries.in_group(group)), CAP) for group in others]
    numbers = dict(zip(others, newest_of_each(viewer, in_each), strict=True))
    elsewhere = {number for some in numbers.values() for number in some}
    here = sum(number not in elsewhere for number in newest)
    if here < CAP:
        older = found(viewer, marked(wanted, entries.in_group(_MOST_ARE)), CAP - here)
        older = older.where(older.selected_columns[0] > newest[-1])
        here += len(db.session.scalars(older).all())
    counted = {group: len(numbers[group]) for group in others} | {_MOST_ARE: here}
    return {group: counted[group] for group in entries.GROUPS}


def newest_of_each(viewer: Viewer, queries: Sequence[tuple[Wanted, int]]) -> list[list[int]]:
    """What each of these queries finds, the newest so many of it, in one statement."""
    numbers: list[list[int]] = [[] for _ in queries]
    if queries:
        of_each = (found(viewer, wanted, most).subquery() for wanted, most in queries)
        together = union_all(*(select(literal(at), some) for at, some in enumerate(of_each)))
        for at, number in db.session.execute(together):
            numbers[at].append(number)
    return numbers


def finds_any(viewer: Viewer, queries: Mapping[str, Wanted]) -> set[str]:
    """Which of these queries find something, in one statement."""
    if not queries:
        return set()
    subselects = [
        select(found(viewer, wanted, 1).scalar_subquery().is_not(None)).scalar_subquery() for wanted in queries.values()
    ]
    row = db.session.execute(select(*(each.label(f"any_{at}") for at, each in enumerate(subselects)))).one()
    return {name for name, there in zip(queries, row, strict=True) if there}
