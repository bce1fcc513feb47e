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
    """A measured page: its name, where it stands, who reads it, and its least share of the floor's requests, where one
    is set."""

    name: str
    title: str
    #: More than one are asked for in turn: nothing that is kept of one page helps with the next.
    paths: list[str]
    signed_in: bool
    least: float | None
    #: The floor's pages with the same words; without any, one of the same size in bytes is taken.
    floor_paths: list[str]


def pages_of(town: Town) -> list[Page]:
    """What is measured, in the order of the table."""
    ours, floors = [f"/topics/{town.hot_topic}"], [f"/topic/{town.hot_topic}"]
    all_ours = [f"/topics/{topic}?page={number}" for topic, number in town.full_pages]
    all_floors = [f"/topic/{topic}?page={number}" for topic, number in town.full_pages]
    return [
        Page("topic", "topic of 25 posts, visitor", ours, False, 0.60, floors),
        Page("topics", "the same, another one each time", all_ours, False, None, all_floors),
        Page("topic-signed-in", "topic of 25 posts, signed in", ours, True, 0.40, floors),
        Page("topics-signed-in", "the same, another one each time", all_ours, True, None, all_floors),
        Page("home", "home, visitor", ["/"], False, 0.40, []),
        Page("home-signed-in", "home, signed in", ["/"], True, None, []),
        Page("lounge", "lounge, visitor", ["/lounge"], False, 0.40, []),
        Page("lounge-signed-in", "lounge, signed in", ["/lounge"], True, None, []),
        Page("board", "board, visitor", ["/boards/exchange"], False, 0.40, []),
        Page("board-signed-in", "board, signed in", ["/boards/exchange"], True, None, []),
    ]


def compare_words(town: Town, site: Address, floor: Address) -> None:
    """Raise OtherWords unless all measured topic pages say the same to a visitor on both sides."""
    letters = 0
    places = [(town.hot_topic, 1), *town.full_pages]
    for topic, number in places:
        ours = text_of(page(site, f"/topics/{topic}?page={number}").body.decode())
        floors = text_of(page(floor, f"/topic/{topic}?page={number}").body.decode())
        if difference := first_difference(ours, floors):
            raise OtherWords(f"page {number} of topic {topic} says {difference} (the floor's)")
        letters += len(ours)
    say(f"{len(places)} topic pages say the same {letters:,} characters on both sides.")


def _of_size(town: Town, floor: Address, size: int) -> str:
    """The address of the floor's page whose size comes nearest."""
    sizes = {}
    for count in range(HOT_POSTS + 1):
        path = f"/topic/{town.hot_topic}?count={count}"
        sizes[path] = len(page(floor, path).body)
    return min(sizes, key=lambda each: abs(sizes[each] - size))


@dataclass
class _Driven:
    """One server under the load of some pages, round after round."""

    server: Server
    requests: list[bytes]
    seconds: float
    asked: int = 0
    cpu: float = 0.0

    def round(self) -> float:
        """Requests per second."""
        before = self.server.cpu_seconds()
        driven = drive(self.server.address, self.requests, self.seconds)
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
        sizes = [len(page(site.address, path, carried).body) for path in each.paths]
        floor_paths = each.floor_paths or [_of_size(town, floor.address, sizes[0])]
        floor_sizes = [len(page(floor.address, path).body) for path in floor_paths]
        floors = _Driven(floor, [request_bytes(path) for path in floor_paths], seconds)
        ours = _Driven(site, [request_bytes(path, carried) for path in each.paths], seconds)
        drive(floor.address, floors.requests, WARM_SECONDS)
        drive(site.address, ours.requests, WARM_SECONDS)
        pairs = [(floors.round(), ours.round()) for _ in range(ROUNDS)]
        ratios = [of_site / of_floor for of_floor, of_site in pairs]
        of_floor, of_site = (median(column) for column in zip(*pairs, strict=True))
        yield Figure(
            each.title,
            "" if each.least is None else f"≥ {each.least:.2f} of the floor",
            f"{spread(ratios)}; {of_site:.0f}/s of {of_floor:.0f}/s; computing {ours.milliseconds:.2f} ms of "
            f"{floors.milliseconds:.2f} ms; {median(sizes):,.0f} bytes of {median(floor_sizes):,.0f}",
            None if each.least is None else median(ratios) >= each.least,
        )
