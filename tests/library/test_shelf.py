"""The shelf in memory says what the rows say, whatever is chosen, whoever asks, whatever has changed meanwhile."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from sccafe.core.audience import ROLES, VISITOR, Viewer, system
from sccafe.core.database import db, end_reading, writing
from sccafe.library import service
from sccafe.library.models import Item, Version
from sccafe.library.shelf import FACETS, SORTS, Found, Shelf
from tests.library import making

ITEMS, SELECTIONS = 5_000, 300
VIEWERS: list[Viewer] = [VISITOR, *(system(role) for role in ROLES)]
BODIES = ["買物に行けない方のために移動販売を呼びました。", "居場所の担い手が増えました。", "協議体で話し合いました。"]


@dataclass(frozen=True)
class Plain:
    """An item as its row has it."""

    id: int
    audience: str
    tags: dict[str, set[str]]
    keys: dict[str, tuple[int, int]]


@pytest.fixture
def library(app: Flask) -> Iterator[Random]:
    random = Random(47)
    with writing() as session:
        making.make(session.connection(), random, ITEMS, BODIES)
    yield random
    end_reading()


def all_rows() -> list[Plain]:
    rows: Sequence[Row[Any]] = db.session.execute(
        select(
            Item.id, Item.audience, Item.tags, Item.published_at, Item.use_count, Item.checked_on, Item.archived_at
        ).where(Item.published_id.is_not(None), Item.archived_at.is_(None))
    ).all()
    end_reading()
    return [_plain(row) for row in rows]


def _plain(row: Row[Any]) -> Plain:
    tags: dict[str, set[str]] = {facet: set() for facet in FACETS}
    for tag in row.tags.split():
        facet, _colon, value = tag.partition(":")
        tags[facet].add(value)
    by = {
        "new": int(row.published_at.timestamp()),
        "used": row.use_count,
        "checked": row.checked_on.toordinal() if row.checked_on else 0,
    }
    return Plain(row.id, row.audience, tags, {sort: (by[sort], row.id) for sort in SORTS})


def counted(rows: list[Plain], viewer: Viewer, chosen: dict[str, list[str]], sort: str, offset: int) -> Found:
    """The same as Shelf.find by looking at every row for every value."""
    mine = [row for row in rows if row.audience in viewer.audiences]

    def left(but: str = "") -> list[Plain]:
        return [
            row
            for row in mine
            if all(facet == but or row.tags[facet] & set(values) for facet, values in chosen.items() if values)
        ]

    of_all = left()
    counts: dict[str, dict[str, int]] = {}
    for facet in FACETS:
        counts[facet] = {}
        for row in left(facet) if chosen.get(facet) else of_all:
            for value in row.tags[facet]:
                counts[facet][value] = counts[facet].get(value, 0) + 1
    whole = sorted(of_all, key=lambda row: row.keys[sort], reverse=True)
    return Found(len(whole), [row.id for row in whole[offset : offset + 20]], counts)


def selection(random: Random, rows: list[Plain]) -> dict[str, list[str]]:
    """Something that a reader could choose: mostly values that stand together somewhere, some that are nowhere."""
    chosen: dict[str, list[str]] = {}
    for facet in random.sample(FACETS, random.choice((0, 1, 1, 2, 2, 3, 4))):
        values = {value for row in random.sample(rows, 3) for value in row.tags[facet]}
        chosen[facet] = random.sample(sorted(values), min(len(values), random.randint(1, 3)))
        if random.random() < 0.05:
            chosen[facet].append("nowhere")
    return chosen


def same_everywhere(random: Random, shelves: Sequence[Shelf], times: int) -> None:
    """Each of these shelves says what the rows say, for so many random selections of random viewers."""
    rows = all_rows()
    for _ in range(times):
        viewer, sort = random.choice(VIEWERS), random.choice(SORTS)
        chosen, offset = selection(random, rows), random.choice((0, 0, 20, 400))
        expected = counted(rows, viewer, chosen, sort, offset)
        for each in shelves:
            found = each.find(viewer, chosen, sort, offset, 20)
            assert found == expected, (viewer.role, chosen, sort, offset)
    end_reading()


def test_counts_and_pages_are_those_of_a_count_by_hand(library: Random) -> None:
    same_everywhere(library, [Shelf()], SELECTIONS)


def test_what_a_viewer_may_not_read_is_in_no_count(library: Random) -> None:
    shelf, rows = Shelf(), all_rows()
    for viewer in VIEWERS:
        mine = {row.id for row in rows if row.audience in viewer.audiences}
        found = shelf.find(viewer, {}, "new", 0, ITEMS)
        assert set(found.ids) == mine
        assert found.total == len(mine)
        # Each value is counted as often as it stands on what they may read: also with others' items in `within`.
        narrowed = shelf.find(viewer, {}, "new", 0, ITEMS, within=range(1, ITEMS + 100))
        assert narrowed == found
        for facet in FACETS:
            expected = sum(len(row.tags[facet]) for row in rows if row.id in mine)
            assert sum(found.counts[facet].values()) == expected, (viewer.role, facet)
        alike = shelf.alike(viewer, {"theme:shopping": 3, "prefecture:13": 2}, ITEMS)
        assert set(alike) <= mine
    end_reading()


# --- changes -------------------------------------------------------------------------------------------------


def _one(session: Session, random: Random, *where: Any) -> Item:
    ids = session.scalars(select(Item.id).where(*where).order_by(Item.id)).all()
    item = session.get(Item, random.choice(ids))
    assert item is not None
    return item


ON_SHELF = (Item.published_id.is_not(None), Item.archived_at.is_(None))


def archive(session: Session, random: Random) -> None:
    item = _one(session, random, *ON_SHELF)
    item.archived_at, item.audience, item.tags = datetime(2026, 1, 1, tzinfo=UTC), "staff", ""
    service.touch(session, item)


def put_back_or_publish(session: Session, random: Random) -> None:
    item = _one(session, random, Item.tags == "")
    said = making.said(random, "新しく並べたもの", BODIES)
    row = making.item_row(random, item.id, said)
    for name in ("shown_to", "kind", "collection", "prefecture", "municipality", "population"):
        setattr(item, name, row[name])
    item.archived_at, item.published_id, item.audience = None, item.id, item.shown_to
    item.published_at = datetime(2026, 5, random.randint(1, 28), tzinfo=UTC)
    item.tags = service.sheet.tags_of(said)
    service.touch(session, item)


def change_audience(session: Session, random: Random) -> None:
    item = _one(session, random, *ON_SHELF)
    item.audience = item.shown_to = random.choice(list(making.AUDIENCES))
    service.touch(session, item)


def use(session: Session, random: Random) -> None:
    item = _one(session, random, *ON_SHELF)
    item.use_count += random.randint(1, 5)
    service.touch(session, item)


def confirm(session: Session, random: Random) -> None:
    item = _one(session, random, *ON_SHELF)
    item.checked_on = date(2026, random.randint(1, 12), 1)
    service.touch(session, item)


def take_away(session: Session, random: Random) -> None:
    item = _one(session, random, Item.id > 0)
    session.execute(delete(Version).where(Version.item_id == item.id))
    session.execute(delete(Item).where(Item.id == item.id))


def take_away_the_newest(session: Session, random: Random) -> None:
    """The highest revision goes: the next change gets the same number again."""
    newest = session.scalar(select(func.max(Item.revision)))
    ids = session.scalars(select(Item.id).where(Item.revision == newest)).all()
    session.execute(delete(Version).where(Version.item_id.in_(ids)))
    session.execute(delete(Item).where(Item.id.in_(ids)))


#: As the database gives them: rising, and none a second time.
_IDS = count(ITEMS + 1)


def hand_in(session: Session, random: Random) -> None:
    first = next(_IDS)
    making.make(session.connection(), random, 1, BODIES, first)
    item = session.get(Item, first)
    assert item is not None
    service.touch(session, item)


CHANGES: list[Callable[[Session, Random], None]] = [
    archive,
    put_back_or_publish,
    change_audience,
    use,
    confirm,
    take_away,
    take_away_the_newest,
    hand_in,
]


def test_after_changes_every_shelf_catches_up(library: Random) -> None:
    first, second = Shelf(), Shelf()
    same_everywhere(library, [first, second], 5)
    for round_of in range(24):
        with writing() as session:
            for change in library.choices(CHANGES, k=library.randint(1, 6)):
                change(session, library)
        # The second one is asked now and then only, and has more to take up at once.
        same_everywhere(library, [first, second] if round_of % 4 == 3 else [first], 3)


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_alone_is_seen(library: Random, change: Callable[[Session, Random], None]) -> None:
    shelf = Shelf()
    same_everywhere(library, [shelf], 1)
    with writing() as session:
        change(session, library)
    same_everywhere(library, [shelf], 4)


def test_what_is_taken_away_and_added_in_one_breath_is_seen(library: Random) -> None:
    shelf = Shelf()
    same_everywhere(library, [shelf], 1)
    for _ in range(3):
        with writing() as session:
            take_away_the_newest(session, library)
            hand_in(session, library)
        same_everywhere(library, [shelf], 3)


def test_an_older_database_put_in_place_is_noticed(library: Random) -> None:
    shelf = Shelf()
    same_everywhere(library, [shelf], 1)
    with writing() as session:
        session.execute(update(Item).values(revision=Item.id % 7))
        session.execute(update(Item).where(Item.id % 2 == 0).values(audience="staff"))
    same_everywhere(library, [shelf], 3)


def test_many_ask_at_once_while_others_write(library: Random, app: Flask) -> None:
    """Readers in threads of their own share one shelf; what they are told is always some committed state."""
    shelf, writers_done, wrong = Shelf(), threading.Event(), []
    totals = {shelf.find(VISITOR, {}, "new", 0, 20).total}
    end_reading()

    def read() -> None:
        random = Random(threading.get_ident())
        with app.app_context():
            try:
                while not writers_done.is_set():
                    found = shelf.find(VISITOR, {}, random.choice(SORTS), 0, 20)
                    end_reading()
                    if found.total not in totals:
                        wrong.append(f"{found.total} is none of {sorted(totals)[:5]}…")
                    if sum(found.counts["kind"].values()) != found.total or len(found.ids) != 20:
                        wrong.append("counts and total are of two states")
            except Exception as error:
                wrong.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40):
        with writing() as session:
            item = _one(session, library, *ON_SHELF, Item.audience == "public")
            item.audience = "members"
            if number % 3 == 0:
                take_away_the_newest(session, library)
            service.touch(session, item)
            # Before it is committed: a reader may be quicker than this thread.
            now = session.scalar(select(func.count()).select_from(Item).where(*ON_SHELF, Item.audience == "public"))
            totals.add(now or 0)
    writers_done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(totals) > 20
    same_everywhere(library, [shelf], 5)
