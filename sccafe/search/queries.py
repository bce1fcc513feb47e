"""Every read of the search, through the wall."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from sccafe.boards.models import Board
from sccafe.core import clock, taxonomy
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run
from sccafe.core.web import DIRECT_PAGES
from sccafe.search import entries, matching, ranking
from sccafe.search.index.places import day_of, moment_of
from sccafe.search.language import Asked
from sccafe.search.matching import CAP, Matches
from sccafe.search.models import Entry
from sccafe.search.suggesting import suggestions
from sccafe.search.things import texts, things

__all__ = ["CAP", "PER_PAGE", "boards", "counts", "facets", "finding", "on_board", "search", "suggestions"]

PER_PAGE = 20
#: Best first looks at so many of the newest, and at so much of each for words that stand by themselves.
RANKED, RANKED_LENGTH = 5000, 600


@dataclass(frozen=True)
class Hit:
    """Something found: its kind, the text that was found, and the row of the thing itself (things.py)."""

    kind: str
    text: str
    row: Row[Any]


@dataclass(frozen=True)
class Found:
    """One page of what was found."""

    hits: Sequence[Hit]
    #: CAP stands for that and more, here and of each group.
    total: int
    #: None where there is so much that they come afterwards (`counts`).
    counts: Mapping[str, int] | None
    page: int
    has_more: bool

    @property
    def pages(self) -> int:
        """As far as it is known how many there are; the first hundred can be asked for."""
        known = -(-self.total // PER_PAGE)
        return min(DIRECT_PAGES, max(1, known, self.page + self.has_more))


def search(viewer: Viewer, asked: Asked, sort: str = "new", page: int = 1, known: Matches | None = None) -> Found:
    """A page of what this viewer finds; `known` is what was matched by the same query."""
    known = known or matching.matches(viewer, asked)
    groups = matching.groups_of(asked.wanted)
    newest = _newest(viewer, asked, known, groups)
    is_all = known.is_whole or len(newest) < CAP
    page = min(page, DIRECT_PAGES)
    if is_all:
        page = min(page, max(1, -(-len(newest) // PER_PAGE)))
    begin = (page - 1) * PER_PAGE
    if sort == "best" and asked.words and newest:
        ids: Sequence[int] = best(viewer, asked, newest if is_all else None)[begin:]
    elif is_all or begin + PER_PAGE < len(newest):
        ids = newest[begin:]
    else:
        ids = db.session.scalars(matching.found(viewer, asked.wanted, begin + PER_PAGE + 1)).all()[begin:]
    return Found(
        _hits(viewer, ids[:PER_PAGE], known),
        min(CAP, len(newest)),
        counts(viewer, asked, known) if known.is_whole else None,
        page,
        len(ids) > PER_PAGE,
    )


def _newest(viewer: Viewer, asked: Asked, known: Matches, groups: Sequence[str]) -> Sequence[int]:
    """The numbers of what stands in these groups: all where that is known, else the newest up to CAP."""
    if known.is_whole:
        return [match.id for match in known.within(groups)]
    if groups == entries.GROUPS:
        return known.newest
    return db.session.scalars(matching.found(viewer, asked.wanted, CAP)).all()


_RANKED: tuple[Any, ...] = (
    Entry.title,
    func.substr(Entry.folded, 1, RANKED_LENGTH),
    Entry.marks,
    Entry.kind,
    Entry.ref,
)


def best(viewer: Viewer, asked: Asked, here: Sequence[int] | None = None) -> list[int]:
    """The best of the newest RANKED matches, each thing once; `here` are all of them where they are known."""
    if here is None:
        statement = matching.found(viewer, asked.wanted, RANKED, _RANKED)
    else:
        statement = select(Entry.id, *_RANKED).where(Entry.id.in_(here)).order_by(Entry.id)
    rows = run(statement).all()
    ranked = ranking.best(
        (
            ranking.RankedRow(number, title, folded, entries.TRUSTED in marks and _is_trusted(marks), day_of(number))
            for number, title, folded, marks, _kind, _ref in rows
        ),
        asked.words,
        clock.now(),
    )
    thing = {row[0]: row[4:] for row in rows}
    return list({thing[number]: number for number in reversed(ranked)}.values())[::-1]


def _is_trusted(marks: str) -> bool:
    return entries.TRUSTED in marks.split()


_ENTRIES = select(Entry.id, Entry.kind, Entry.ref, Entry.part).where(
    Entry.id.in_(bindparam("ids", expanding=True)), readable(Entry.audience)
)


def _hits(viewer: Viewer, ids: Sequence[int], known: Matches) -> list[Hit]:
    """These entries in this order, each thing once, those left out that the viewer may not read after all."""
    if not ids:
        return []
    found: Sequence[Any] = [match for match in known.found if match.id in ids]
    found = found or run(_ENTRIES, ids=ids, **reader(viewer)).all()
    rows = things(viewer, [(row.kind, row.ref) for row in found])
    said = texts(rows, {(row.kind, row.ref): row.part for row in reversed(found)})
    by_id = {row.id: row for row in found}
    once = {(by_id[number].kind, by_id[number].ref): by_id[number] for number in reversed(ids) if number in by_id}
    return [Hit(row.kind, said[thing], rows[thing]) for thing, row in reversed(once.items()) if thing in rows]


# --- how many there are --------------------------------------------------------------------------------------


def counts(viewer: Viewer, asked: Asked, known: Matches | None = None) -> dict[str, int]:
    """How many are found in each group, whichever the query names; CAP stands for that and more."""
    known = known or matching.matches(viewer, asked)
    if known.is_whole:
        return {group: len(known.within((group,))) for group in entries.GROUPS}
    return matching.count_groups(viewer, matching.anywhere(asked.wanted), known.newest)


@dataclass(frozen=True)
class Facets:
    """How many are found on each board (by its number), on each theme, in each year."""

    boards: Mapping[int, int]
    themes: Mapping[str, int]
    years: Mapping[int, int]


def facets(viewer: Viewer, asked: Asked, known: Matches | None = None, on: Sequence[Row[Any]] | None = None) -> Facets:
    """What can be chosen of what the query finds; `on` are the viewer's boards."""
    known = known or matching.matches(viewer, asked)
    if known.is_whole:
        here = known.within(matching.groups_of(asked.wanted))
        return Facets(
            Counter(match.board_id for match in here if match.board_id is not None),
            Counter(theme for match in here for theme in match.themes),
            Counter(match.year for match in here),
        )
    on = boards(viewer) if on is None else on
    each = {f"board:{row.id}": matching.marked(asked.wanted, entries.on_board(row.id)) for row in on}
    each |= {
        f"theme:{theme.key}": matching.marked(asked.wanted, entries.on_theme(theme.key))
        for theme in taxonomy.options("theme")
    }
    each |= {f"year:{year}": matching.in_year(asked.wanted, year) for year in _years(asked)}
    counted = matching.count_each(viewer, each)

    def of(kind: str) -> dict[str, int]:
        return {
            name.removeprefix(f"{kind}:"): count
            for name, count in counted.items()
            if count and name.startswith(f"{kind}:")
        }

    return Facets(
        {int(board): count for board, count in of("board").items()},
        of("theme"),
        {int(year): count for year, count in of("year").items()},
    )


def _years(asked: Asked) -> range:
    """From that of the oldest entry to the present one."""
    oldest, now = db.session.scalar(select(func.max(Entry.id))), clock.now().astimezone(clock.TOKYO).year
    return range(moment_of(oldest).astimezone(clock.TOKYO).year if oldest is not None else now, now + 1)


# --- boards --------------------------------------------------------------------------------------------------


_BOARDS = (
    select(Board.id, Board.slug, Board.title.label("board_title"), Board.title_en.label("board_title_en"))
    .where(readable(Board.audience))
    .order_by(Board.archived, Board.position, Board.id)
)


def boards(viewer: Viewer) -> Sequence[Row[Any]]:
    """The boards that the viewer may read, the archived ones too, in their order: id, slug, titles."""
    return run(_BOARDS, **reader(viewer)).all()


def on_board(asked: Asked, board_id: int | None) -> Asked:
    """The same query on one board alone; on one that the viewer cannot read nothing is found."""
    if board_id is None:
        return replace(asked, impossible=True)
    return replace(asked, wanted=matching.marked(asked.wanted, entries.on_board(board_id)))


# --- where nothing was found ---------------------------------------------------------------------------------


def finding(viewer: Viewer, asked: Mapping[str, Asked]) -> list[str]:
    """Of these queries, by their names, those that find something."""
    found = matching.finds_any(
        viewer, {name: each.wanted for name, each in asked.items() if not (each.impossible or each.wanted.is_empty)}
    )
    return [name for name in asked if name in found]
