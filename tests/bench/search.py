"""Search in a town whose posts all say something of their own: random pieces of its texts, on SQLite and PostgreSQL.

What is measured is all that the page asks before it is laid out: the newest hits with what is shown of them and how
many there are, and the best of the newest 5,000. The pieces are 1 to 12 characters long wherever they begin and
end, so most are harder than what a person looks for: they run over the ends of words and hold the most frequent
characters.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import gettempdir
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text

from sccafe import create_app, serving
from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic, TopicTheme
from sccafe.core.audience import VISITOR, Viewer, audiences_of
from sccafe.core.database import Base, db
from sccafe.core.migrations import make_database
from sccafe.search import queries, reindexing
from sccafe.search.language import Asked
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word
from sccafe.settings import read
from tests import postgres
from tests.bench import town
from tests.bench.report import Figure, percentile, say

SEED, QUERIES = 4712, 400
MOST_NEW, MOST_BEST = 50, 150
LONGEST = 12
#: Every so many of the queries has a word that stands nowhere.
ABSENT = 20
_COPIED: tuple[type[Base], ...] = (User, Board, Topic, TopicTheme, Post)


@dataclass(frozen=True)
class Built:
    """What it took to index the town; kept beside it, as the town is."""

    entries: int
    seconds: float
    computing: float
    bytes: int
    beside: int

    def said(self) -> str:
        return (
            f"{self.seconds / self.entries * 1000:.2f} ms each ({self.computing / self.entries * 1000:.2f} ms of "
            f"computing here), {self.seconds:,.0f} s for {self.entries:,}; index {self.bytes / 1e6:,.0f} MB, "
            f"{self.bytes / self.entries:,.0f} bytes each; the entries beside it {self.beside / self.entries:,.0f} each"
        )


def measure(folder: Path, posts: int) -> Iterator[Figure]:
    """The figures on SQLite, and on PostgreSQL where it is installed."""
    of = _town(folder / f"search-{posts}", posts)
    app = create_app(town.site_settings(of.data))
    yield from _figures(app, "SQLite", Path(of.folder) / "indexed.json")
    if postgres.binaries() is None:
        say("PostgreSQL is not installed; search is measured on SQLite alone.")
        return
    with ExitStack() as stack:
        # In a folder that the server's user can go to, with the memory that docs/operate tells to give it.
        cluster = stack.enter_context(postgres.cluster(Path(gettempdir()), "3GB"))
        say("Copying the town into PostgreSQL ...")
        environ = {"SCCAFE_JOB_THREAD": "off", "SCCAFE_RATE_LIMITS": "off", "SCCAFE_DATA": str(of.data)}
        there = create_app(read(environ | {"SCCAFE_DATABASE_URL": cluster.create("town")}))
        _copy(app, there)
        yield from _figures(there, "PostgreSQL", None)


def _town(folder: Path, posts: int) -> town.Town:
    found = town.standing(folder, posts)
    if found is None:
        say(f"Building a town of {posts:,} posts that all say something of their own ...")
        found = town.build(folder, posts, for_search=True)
    return found


def _copy(here: Flask, there: Flask) -> None:
    with there.app_context():
        make_database(there.config["SETTINGS"])
        with db.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # rows come before what they name
            for model in _COPIED:
                for rows in _rows(here, model):
                    connection.execute(insert(model.__table__), rows)  # type: ignore[arg-type]
            connection.execute(text("ANALYZE"))


def _rows(app: Flask, model: type[Base]) -> Iterator[list[dict[str, Any]]]:
    with app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        found = connection.execution_options(yield_per=5_000).execute(select(model.__table__))
        for part in found.mappings().partitions():
            yield [dict(row) for row in part]


# --- the index ---------------------------------------------------------------------------------------------


def _figures(app: Flask, database: str, kept: Path | None) -> Iterator[Figure]:
    with app.app_context():
        built = _indexed(kept)
        yield Figure(f"indexing on {database}", "", built.said())
        asked = list(_queries(Random(SEED)))
        say(f"{len(asked)} queries on {database} ...")
        for query in asked[:20]:
            _newest(query)
        yield _asked(f"newest first, a page and how many there are, {database}", asked, _newest, MOST_NEW)
        yield _asked(f"best first, of the newest {queries.RANKED:,}, {database}", asked, _best, MOST_BEST)
        db.session.rollback()
        db.engine.dispose()


def _indexed(kept: Path | None) -> Built:
    if kept and kept.exists() and not reindexing.is_new_here():
        return Built(**json.loads(kept.read_text(encoding="utf-8")))
    said = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > 20:
            said = time.monotonic()
            say(f"  {done:,} of {total:,} indexed")

    begin, computing = time.monotonic(), time.process_time()
    written = reindexing.reindex(False, progress)
    seconds, computing = time.monotonic() - begin, time.process_time() - computing
    built = Built(written, seconds, computing, _size(), _size(_BESIDE))
    if kept:
        kept.write_text(json.dumps(built.__dict__), encoding="utf-8")
    return built


_SIZES = {
    "sqlite": "SELECT sum(length(block)) FROM search_index_data",
    "postgresql": "SELECT pg_relation_size('ix_search_entries_grams')",
}
_BESIDE = {
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name = 'search_entries' AND aggregate = 1",
    "postgresql": "SELECT pg_total_relation_size('search_entries') - pg_relation_size('ix_search_entries_grams')",
}


def _size(of: dict[str, str] = _SIZES) -> int:
    """Bytes of the index alone, or of what is kept beside it."""
    found = db.session.scalar(text(of[db.engine.dialect.name]))
    db.session.rollback()
    return int(found or 0)


# --- what is asked for -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    words: tuple[str, ...]
    viewer: Viewer

    @property
    def asked(self) -> Asked:
        words = tuple(Word((Spelling(word),)) for word in self.words)
        return Asked(" ".join(self.words), Wanted(tuple((word,) for word in words)), words, {}, (), False)


def _member() -> Viewer:
    return Viewer(user_id=1, role="member", audiences=audiences_of("member"), has_posted=True)


def _queries(random: Random) -> Iterator[Query]:
    """One word and two in turns, as a visitor and as a member."""
    least, most = db.session.execute(select(func.min(Entry.id), func.max(Entry.id))).one()
    for number in range(QUERIES):
        words = [_piece(random, least, most) for _ in range(1 + number % 2)]
        if number % ABSENT == ABSENT - 1:
            words[-1] += "ぬゑ"
        yield Query(tuple(words), _member() if number // 2 % 2 else VISITOR)
    db.session.rollback()


def _piece(random: Random, least: int, most: int) -> str:
    length = random.randint(1, LONGEST)
    while True:
        found = select(Entry.kind, Entry.folded).where(Entry.id >= random.randint(least, most))
        kind, folded = db.session.execute(found.order_by(Entry.id).limit(1)).one()
        if kind == "post" and len(folded) > length:
            begin = random.randrange(len(folded) - length)
            piece = folded[begin : begin + length]
            if piece == piece.strip():
                return piece


# --- how long it takes -------------------------------------------------------------------------------------


def _newest(query: Query) -> int:
    """The newest page with its counts."""
    return queries.search(query.viewer, query.asked).total


def _best(query: Query) -> int:
    """The best of the newest; gives how many were ranked."""
    return len(queries.best(query.viewer, query.asked))


_Taken = tuple[float, float, int, tuple[str, ...]]


def _timed(of: list[Query], ask: Callable[[Query], int]) -> list[_Taken]:
    """For each query seconds by the clock, seconds of computing, what it gave, and its words."""
    taken: list[_Taken] = []
    for query in of:
        begin, computing = time.perf_counter(), time.process_time()
        found = ask(query)
        taken.append((time.perf_counter() - begin, time.process_time() - computing, found, query.words))
        db.session.rollback()
    return taken


def _asked(what: str, of: list[Query], ask: Callable[[Query], int], most: int) -> Figure:
    """Every query is asked twice, as a site that is used has read its pages lately; the first time is told too."""
    serving.leave_alone_what_is_loaded()
    serving.collect_seldom()
    first, taken = _timed(of, ask), _timed(of, ask)
    said = []
    for name, place in (("by the clock", 0), ("computing here", 1)):
        values = [each[place] for each in taken]
        low, high, highest = (percentile(values, percent) * 1000 for percent in (50, 95, 99))
        said.append(f"{name} median {low:.1f} ms, 95 % {high:.1f} ms, 99 % {highest:.1f} ms")
    said.append(f"the first time 99 % {percentile([each[0] for each in first], 99) * 1000:.1f} ms by the clock")
    for seconds, _, found, words in sorted(taken, reverse=True)[:10]:
        say(f"    {seconds * 1000:7.1f} ms  {found:5}  {'  '.join(words)}")
    slowest = max(taken)
    worst = f"; the slowest {slowest[0] * 1000:.0f} ms for 「{'」「'.join(slowest[3])}」 with {slowest[2]:,} hits"
    holds = percentile([each[0] for each in taken], 99) * 1000 <= most
    return Figure(what, f"99 % ≤ {most} ms", "; ".join(said) + worst, holds)
