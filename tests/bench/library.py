"""A library of 50,000 items: any selection of its list, words among them, and what the shelf takes of memory."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from sqlalchemy import insert

from sccafe import create_app
from sccafe.accounts.models import User
from sccafe.core import clock, taxonomy
from sccafe.core.database import db
from sccafe.core.migrations import make_database
from sccafe.library.models import KINDS
from sccafe.library.shelf import SORTS
from sccafe.search import reindexing
from sccafe.site.setup import make_standard_boards, mark_started
from tests.bench import servers, texts
from tests.bench.load import Address, BadAnswer, Connection, request_bytes
from tests.bench.people import cookie_of
from tests.bench.report import Figure, milliseconds, percentile, say
from tests.bench.town import site_settings
from tests.library import making

ITEMS, SELECTIONS, WORDS_ALONE = 50_000, 200, 60
MOST_MILLISECONDS = 150
SEED, TEXTS = 4711, 4_000
#: A fifth of all selections look for words as well.
WITH_WORDS = 0.2
#: Frequent and rare, short and long; some stand nowhere.
WORDS = (
    "買い物", "移動", "協議体", "見守り", "サロンの反省会", "助成", "民生委員", "お寺の本堂", "信用金庫", "配食", "SC",
    "宇宙船", "名簿", "電球の交換", "空き教室", "雨", "八王子", "謝礼",
)  # fmt: skip
_LISTS = {
    "collection": "library_collection",
    "theme": "theme",
    "population": "population_band",
    "stage": "stage",
    "function": "sc_function",
    "partner": "partner",
}


@dataclass(frozen=True)
class Library:
    """Where it stands, who reads in it, and how long it took to build (0 where it stood already)."""

    data: Path
    reader: int
    seconds: float


def built(folder: Path) -> Library:
    """The library in this folder, left by a run before or built now."""
    data, mark = folder / "library" / "data", folder / "library" / "library.json"
    recipe = {"items": ITEMS, "seed": SEED, "texts": TEXTS}
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8")) == recipe:
        return Library(data, 1, 0)
    say(f"Building a library of {ITEMS:,} items ...")
    begin = time.monotonic()
    shutil.rmtree(folder / "library", ignore_errors=True)
    data.mkdir(parents=True)
    app = create_app(site_settings(data))
    with app.app_context():
        make_database(app.config["SETTINGS"])
        make_standard_boards()
        mark_started()
        random = Random(SEED)
        bodies = texts.pool(random, TEXTS)
        with db.engine.connect() as connection:
            connection.rollback()
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA synchronous=OFF")
            with connection.begin():
                connection.execute(insert(User.__table__), _reader())  # type: ignore[arg-type]
                making.make(connection, random, ITEMS, bodies)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.invalidate()
        reindexing.reindex(False, lambda done, total: None)
        db.engine.dispose()
    mark.write_text(json.dumps(recipe), encoding="utf-8")
    return Library(data, 1, time.monotonic() - begin)


def _reader() -> dict[str, object]:
    email = "reader@example.jp"
    return {
        "id": 1,
        "handle": "みどり",
        "handle_key": "みどり",
        "email": email,
        "email_key": email,
        "password_hash": "!",
        "role": "member",
        "state": "active",
        "prefecture": "13",
        "population": "p100_300k",
        "has_posted": True,
        "created_at": clock.now(),
    }


# --- what is asked for ---------------------------------------------------------------------------------------


def _value(random: Random, facet: str) -> str:
    if facet == "kind":
        return random.choice(KINDS)
    if facet == "prefecture":
        return random.choice(list(taxonomy.prefectures()))
    if facet == "year":
        return str(random.randint(2012, 2026))
    return random.choice(taxonomy.options(_LISTS[facet])).key


def selection(random: Random) -> str:
    """An address of the list: up to four facets with up to three values, some with words, in any order."""
    arguments: list[tuple[str, str]] = []
    facets = random.sample(("kind", "prefecture", "year", *_LISTS), random.choice((0, 1, 1, 2, 2, 3, 4)))
    for facet in facets:
        arguments += [(facet, _value(random, facet)) for _ in range(random.randint(1, 3))]
    if random.random() < WITH_WORDS:
        arguments.append(("q", " ".join(random.sample(WORDS, random.choice((1, 1, 2))))))
    arguments.append(("sort", random.choice(SORTS)))
    if not facets and len(arguments) == 1:
        arguments.append(("page", str(random.choice((1, 2, 50, 100)))))
    return "/library?" + urlencode(arguments)


def _asked(address: Address, paths: list[str], cookie: str) -> list[float]:
    """Seconds for each page, one after the other; every second one signed in."""
    taken = []
    with Connection(address) as connection:
        for number, path in enumerate(paths):
            request = request_bytes(path, cookie if number % 2 else "")
            begin = time.perf_counter()
            answer = connection.ask(request)
            taken.append(time.perf_counter() - begin)
            if answer.status != 200:
                raise BadAnswer(f"{path} answered {answer.status}")
    return taken


def _first_visits(address: Address) -> float:
    """Ask over many connections at once, so that each process has its shelf; the seconds of the slowest."""
    slowest = 0.0
    with ExitStack() as stack:
        for connection in [stack.enter_context(Connection(address)) for _ in range(16)]:
            begin = time.perf_counter()
            connection.ask(request_bytes("/library"))
            slowest = max(slowest, time.perf_counter() - begin)
    return slowest


def measure(folder: Path) -> Iterator[Figure]:
    """The list under random selections, by words alone, and what the shelf costs."""
    library = built(folder)
    app = create_app(site_settings(library.data))
    cookie = cookie_of(app, library.reader)
    with app.app_context():
        db.engine.dispose()
    random = Random(SEED)
    say("The list of the library ...")
    with servers.site(library.data) as server:
        with ExitStack() as stack:  # what a process takes for its first pages is not the shelf's
            for connection in [stack.enter_context(Connection(server.address)) for _ in range(16)]:
                connection.ask(request_bytes("/"))
        before = sum(server.memory().values())
        first = _first_visits(server.address)
        after = sum(server.memory().values())
        taken = _asked(server.address, [selection(random) for _ in range(SELECTIONS)], cookie)
        # A number behind each word makes it one that nobody has looked for.
        new = [f"/library?{urlencode({'q': f'{random.choice(WORDS)} {number}'})}" for number in range(WORDS_ALONE)]
        looked_for = _asked(server.address, new, cookie)
        # Twice over one connection, which stays with one process: each keeps its own answers.
        again = _asked(server.address, new[-20:] * 2, cookie)[20:]
    building = f"; built in {library.seconds:.0f} s" if library.seconds else ""
    yield Figure(
        f"library list at {ITEMS:,} items, {SELECTIONS} random selections",
        f"95 % ≤ {MOST_MILLISECONDS} ms",
        f"{milliseconds(taken)}; first visit with the shelf empty {first * 1000:.0f} ms; "
        f"the shelves of both processes {after - before:.0f} MB{building}",
        percentile(taken, 95) * 1000 <= MOST_MILLISECONDS,
    )
    yield Figure("the same by words that nobody has looked for", "", milliseconds(looked_for))
    yield Figure("the same by words that somebody has looked for", "", milliseconds(again))
