"""The pages against the floor: requests per second, taken in turns."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.load import Address, drive, page, request_bytes
from tests.bench.report import Figure, say, spread
from tests.bench.servers import Server
from tests.bench.town import HOT_POSTS, Town
from tests.bench.visible import first_difference, text_of

ROUNDS = 5
WARM_SECONDS = 1.0


class OtherWords(Exception):
    """The floor's page and the site's page do not say the same: floor/templates has to follow the site's templates."""


@dataclass(frozen=True)
class Page:
    """A measured page: its name, its address, who reads it, and its least share of the floor's requests."""

    name: str
    title: str
    path: str
    signed_in: bool
    least: float
    #: Compared with the floor's page of the same size in bytes, not of the same words.
    by_size: bool = True


def pages_of(town: Town) -> list[Page]:
    """What is measured, in the order of the table."""
    topic = f"/topics/{town.hot_topic}"
    return [
        Page("topic", "topic of 25 posts, visitor", topic, False, 0.60, by_size=False),
        Page("topic-signed-in", "topic of 25 posts, signed in", topic, True, 0.40, by_size=False),
        Page("home", "home, visitor", "/", False, 0.40),
        Page("home-signed-in", "home, signed in", "/", True, 0.40),
        Page("lounge", "lounge, visitor", "/lounge", False, 0.40),
        Page("lounge-signed-in", "lounge, signed in", "/lounge", True, 0.40),
        Page("board", "board, visitor", "/boards/exchange", False, 0.40),
        Page("board-signed-in", "board, signed in", "/boards/exchange", True, 0.40),
    ]


def compare_words(town: Town, site: Address, floor: Address) -> None:
    """Raise OtherWords unless both topic pages say the same to a visitor."""
    ours = text_of(page(site, f"/topics/{town.hot_topic}").body.decode())
    floors = text_of(page(floor, f"/topic/{town.hot_topic}").body.decode())
    if difference := first_difference(ours, floors):
        raise OtherWords(f"the site's topic page says {difference} (the floor's)")
    say(f"Both topic pages say the same {len(ours):,} characters.")


def _of_size(town: Town, floor: Address, size: int) -> str:
    """The address of the floor's page whose size comes nearest."""
    sizes = {}
    for count in range(HOT_POSTS + 1):
        path = f"/topic/{town.hot_topic}?count={count}"
        sizes[path] = len(page(floor, path).body)
    return min(sizes, key=lambda each: abs(sizes[each] - size))


@dataclass
class _Driven:
    """One server under the load of one page, round after round."""

    server: Server
    request: bytes
    seconds: float
    asked: int = 0
    cpu: float = 0.0

    def round(self) -> float:
        """Requests per second."""
        before = self.server.cpu_seconds()
        driven = drive(self.server.address, self.request, self.seconds)
        self.asked += driven.asked
        self.cpu += self.server.cpu_seconds() - before
        return driven.rate

    @property
    def milliseconds(self) -> float:
        """Of computing, for one request."""
        return self.cpu / self.asked * 1000


def measure(town: Town, site: Server, floor: Server, cookie: str, wanted: set[str], seconds: float) -> Iterator[Figure]:
    """One figure for each wanted page."""
    for each in pages_of(town):
        if each.name not in wanted:
            continue
        say(f"{each.title} ...")
        carried = cookie if each.signed_in else ""
        size = len(page(site.address, each.path, carried).body)
        floor_path = f"/topic/{town.hot_topic}"
        if each.by_size:
            floor_path = _of_size(town, floor.address, size)
        floor_size = len(page(floor.address, floor_path).body)
        floors = _Driven(floor, request_bytes(floor_path), seconds)
        ours = _Driven(site, request_bytes(each.path, carried), seconds)
        drive(floor.address, floors.request, WARM_SECONDS)
        drive(site.address, ours.request, WARM_SECONDS)
        pairs = [(floors.round(), ours.round()) for _ in range(ROUNDS)]
        ratios = [of_site / of_floor for of_floor, of_site in pairs]
        of_floor, of_site = (median(column) for column in zip(*pairs, strict=True))
        yield Figure(
            each.title,
            f"≥ {each.least:.2f} of the floor",
            f"{spread(ratios)}; {of_site:.0f}/s of {of_floor:.0f}/s; computing {ours.milliseconds:.2f} ms of "
            f"{floors.milliseconds:.2f} ms; {size:,} bytes of {floor_size:,}",
            median(ratios) >= each.least,
        )
