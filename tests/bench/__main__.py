"""scripts/bench: builds what it measures, measures it, prints one table and says whether everything holds."""

import argparse
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from flask import Flask

from sccafe import create_app
from sccafe.core.database import db
from tests.bench import growth, library, memory, pages, replies, search, servers, statements, town
from tests.bench.floor import make as floor_making
from tests.bench.load import Address, BadAnswer, Connection
from tests.bench.people import cookie_of, settled
from tests.bench.report import Figure, machine, say, table
from tests.bench.town import Town

PAGES = tuple(name + who for name in ("topic", "topics", "home", "lounge", "board") for who in ("", "-signed-in"))
OTHERS = ("statements", "reply", "writers", "memory")
LIBRARY, SEARCH = "library", "search"
GROWTH, LARGE = "growth", 1_000_000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Builds a town of posts, measures the site on it against a bare floor, and prints a table of the "
        "figures to hold. Exit status 1 where one does not hold, 2 where it could not be measured.",
    )
    parser.add_argument("--posts", type=int, default=50_000, metavar="N", help="posts in the town (default: 50000)")
    parser.add_argument("--growth", action="store_true", help=f"compare with a town of {LARGE:,} posts as well")
    parser.add_argument(
        "--seconds", type=float, default=3.0, metavar="S", help="of each single measurement of a page (default: 3)"
    )
    parser.add_argument(
        "--only", action="append", choices=[*PAGES, *OTHERS, LIBRARY, SEARCH, GROWTH], metavar="NAME",
        help="measure this alone; may be given again. One of: " + ", ".join([*PAGES, *OTHERS, LIBRARY, SEARCH, GROWTH]),
    )  # fmt: skip
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="build in this folder and leave the towns there for the next run"
    )
    found = parser.parse_args()
    if not 1_000 <= found.posts <= 2_000_000:
        parser.error("--posts: from 1000 to 2000000")
    if not 0.1 <= found.seconds <= 60:
        parser.error("--seconds: from 0.1 to 60")
    return found


def _town(folder: Path, posts: int) -> Town:
    """The town of so many posts, left by a run before or built now."""
    folder = folder / f"town-{posts}"
    found = town.standing(folder, posts)
    if found is not None:
        say(f"Taking the town of {posts:,} posts in {folder}.")
        return found
    say(f"Building a town of {posts:,} posts ...")
    begin = time.monotonic()
    found = town.build(folder, posts)
    say(f"It has {found.topics:,} topics and {found.people:,} people; {time.monotonic() - begin:.0f} s.")
    return found


def _site_app(of: Town) -> Flask:
    return create_app(town.site_settings(of.data))


def _cookies(of: Town, people: Sequence[int]) -> list[str]:
    """A signed-in browser for each of these people."""
    app = _site_app(of)
    cookies = [cookie_of(app, person) for person in people]
    with app.app_context():
        db.engine.dispose()
    return cookies


def _read_before(of: Town, address: Address, cookie: str) -> str:
    """The reader's browser once they have been on the measured topic: the read mark has advanced."""
    with Connection(address) as connection:
        cookie, _ = settled(connection, f"/topics/{of.hot_topic}", cookie)
    return cookie


def _measure_pages(of: Town, wanted: set[str], seconds: float) -> Iterator[Figure]:
    floor_file = Path(of.folder) / "floor.sqlite"
    say("Making the floor ...")
    floor_making.make(of.data / "sccafe.sqlite", floor_file)
    (cookie,) = _cookies(of, [of.reader])
    with servers.floor(floor_file) as floor, servers.site(of.data) as site:
        pages.compare_words(of, site.address, floor.address)
        cookie = _read_before(of, site.address, cookie)
        yield from pages.measure(of, site, floor, cookie, wanted, seconds)


def _measure_statements(of: Town) -> Iterator[Figure]:
    app = _site_app(of)
    cookie = cookie_of(app, of.reader)
    # The first visits warm what is kept per process and move the reader's marks.
    for _ in statements.measure(app, of, cookie):
        pass
    yield from statements.measure(app, of, cookie)
    with app.app_context():
        db.engine.dispose()


def _measure_reply(of: Town) -> Iterator[Figure]:
    say("Replies ...")
    cookies = _cookies(of, of.writers[: 1 + replies.REPLIES // replies.PER_PERSON])
    with servers.site(of.data) as site:
        yield replies.one_writer_figure(site.address, Path(of.folder), cookies, of.places)


def _measure_writers(of: Town) -> Iterator[Figure]:
    say(f"{replies.WRITERS} writers at once ...")
    people = replies.WRITERS * -(-replies.REPLIES_EACH // replies.PER_PERSON)
    cookies = _cookies(of, of.writers[20 : 20 + people])
    topic = max(topic for topic, _ in of.places)
    with servers.site(of.data) as site:
        yield replies.writers_figure(site.address, of.data / "sccafe.sqlite", cookies, topic)
    app = _site_app(of)
    town.check(app)
    with app.app_context():
        db.engine.dispose()


def _measure_memory(of: Town) -> Iterator[Figure]:
    say("Memory ...")
    cookie, writer = _cookies(of, [of.reader, of.writers[-1]])
    with servers.site(of.data) as site:
        yield memory.measure(of, site, cookie, writer)


def _measure_growth(of: Town, folder: Path) -> Iterator[Figure]:
    large = _town(folder, LARGE)
    with ExitStack() as stack:
        towns = []
        for each in (of, large):
            people = 1 + -(-growth.REPLIES // replies.PER_PERSON)
            cookies = _cookies(each, [each.reader, *each.writers[40 : 40 + people]])
            site = stack.enter_context(servers.site(each.data))
            cookies[0] = _read_before(each, site.address, cookies[0])
            towns.append((each, site.address, cookies))
        yield from growth.measure(towns)


def _figures(arguments: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    wanted = set(arguments.only or (*PAGES, *OTHERS, LIBRARY, SEARCH)) | ({GROWTH} if arguments.growth else set())
    if LIBRARY in wanted:
        yield from library.measure(folder)
    if SEARCH in wanted:
        yield from search.measure(folder, arguments.posts)
    if wanted <= {LIBRARY, SEARCH}:
        return
    of = _town(folder, arguments.posts)
    steps: tuple[tuple[bool, Callable[[], Iterator[Figure]]], ...] = (
        (bool(wanted & set(PAGES)), lambda: _measure_pages(of, wanted, arguments.seconds)),
        ("statements" in wanted, lambda: _measure_statements(of)),
        ("memory" in wanted, lambda: _measure_memory(of)),
        (GROWTH in wanted, lambda: _measure_growth(of, folder)),
        ("reply" in wanted, lambda: _measure_reply(of)),
        ("writers" in wanted, lambda: _measure_writers(of)),
    )
    for is_wanted, step in steps:
        if is_wanted:
            yield from step()


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)  # the servers are ended on the way out


def main() -> int:
    """Exit status: 0 where every figure holds, 1 where one does not, 2 where something could not be measured."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    figures: list[Figure] = []
    where = machine()
    failure = ""
    with ExitStack() as stack:
        if arguments.keep:
            folder = arguments.keep.absolute()
            folder.mkdir(parents=True, exist_ok=True)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sccafe-bench-")))
        try:
            for figure in _figures(arguments, folder):
                say(f"  {figure.measured}")
                figures.append(figure)
        except (pages.OtherWords, town.TownWrong, servers.ServerFailed, BadAnswer, OSError, sqlite3.Error) as error:
            failure = f"Not measured to the end: {error}"
    print(f"{arguments.posts:,} posts, {where}\n\n{table(figures)}")
    if failure:
        print(f"\n{failure}")
        return 2
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
