"""What a site twenty times as large takes for the same: asked in turns of a small town and a large one."""

import time
from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench.load import Address, BadAnswer, Connection, request_bytes
from tests.bench.replies import PER_PERSON, Writer
from tests.bench.report import Figure, say
from tests.bench.town import Town

MOST = 1.3
TURNS, MOST_SECONDS = 150, 30.0
WARM_TURNS = 20
REPLIES = 60

#: The towns side by side: the small one first.
Towns = Sequence[tuple[Town, Address, Sequence[str]]]


def _paths(town: Town) -> dict[str, tuple[str, bool]]:
    topic = f"/topics/{town.hot_topic}"
    return {
        "topic of 25 posts, visitor": (topic, False),
        "topic of 25 posts, signed in": (topic, True),
        "last page of a topic of 5,000 posts": (f"/topics/{town.long_topic}?page={town.long_pages}", False),
        "the same in the order of time": (f"/topics/{town.long_topic}?page={town.long_pages}&order=time", False),
        "the place of a post in it": (f"/posts/{town.deep_post}", False),
        "home, visitor": ("/", False),
        "home, signed in": ("/", True),
        "lounge, visitor": ("/lounge", False),
        "lounge, signed in": ("/lounge", True),
        "board, visitor": ("/boards/exchange", False),
        "board, signed in": ("/boards/exchange", True),
        "board, page 20": ("/boards/exchange?page=20", False),
        "questions without an answer": ("/boards/questions?state=unanswered", False),
        "board, one theme": ("/boards/exchange?theme=shopping", False),
        "next unread": ("/unread", True),
        "profile": (f"/members/{town.reader_handle}", True),
        "notices": ("/notifications", True),
    }


def _ask(connection: Connection, request: bytes) -> float:
    begin = time.perf_counter()
    answer = connection.ask(request)
    taken = time.perf_counter() - begin
    if answer.status not in (200, 302, 303):
        raise BadAnswer(f"{request[:80]!r} answered {answer.status}")
    return taken


def _figure(what: str, small: list[float], large: list[float]) -> Figure:
    ratio = median(large) / median(small)
    measured = f"**{ratio:.2f}**; {median(large) * 1000:.1f} ms against {median(small) * 1000:.1f} ms"
    return Figure(f"growth: {what}", f"≤ {MOST} times", measured, ratio <= MOST)


def measure(towns: Towns) -> Iterator[Figure]:
    """One figure for each hot page and one for the reply."""
    connections = [Connection(address) for _, address, _ in towns]
    try:
        for name in _paths(towns[0][0]):
            say(f"Growth: {name} ...")
            requests = []
            for town, _, cookies in towns:
                path, signed_in = _paths(town)[name]
                requests.append(request_bytes(path, cookies[0] if signed_in else ""))
            taken: list[list[float]] = [[] for _ in towns]
            end = time.monotonic() + MOST_SECONDS
            for turn in range(WARM_TURNS + TURNS):
                for times, connection, request in zip(taken, connections, requests, strict=True):
                    times.append(_ask(connection, request))
                if turn > 2 * WARM_TURNS and time.monotonic() > end:
                    break
            yield _figure(name, *(times[WARM_TURNS:] for times in taken))
        say("Growth: a reply ...")
        taken = [[] for _ in towns]
        writers = [
            [Writer(connection, cookie) for cookie in cookies[1:]]
            for connection, (_, _, cookies) in zip(connections, towns, strict=True)
        ]
        for number in range(REPLIES):
            for times, of_town, (town, _, _) in zip(taken, writers, towns, strict=True):
                topic, parent = town.places[-1 - number % len(town.places)]
                mark = f"growth {number}"
                times.append(of_town[number // PER_PERSON].reply(topic, parent if number % 2 else None, mark))
        yield _figure("a reply", *(times[5:] for times in taken))
    finally:
        for connection in connections:
            connection.close()
