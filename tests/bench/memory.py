"""Memory of the embedded server after it has been used."""

from tests.bench.load import BadAnswer, Connection, request_bytes
from tests.bench.replies import Writer
from tests.bench.report import Figure
from tests.bench.servers import Server
from tests.bench.town import Town

REQUESTS = 1_000
MOST_MEGABYTES = 200


def measure(town: Town, server: Server, cookie: str, writer_cookie: str) -> Figure:
    """A thousand requests of all kinds over changing connections, then the sum over all processes."""
    reading = ["/", "/lounge", "/boards/exchange", "/boards/questions?state=unanswered", f"/topics/{town.hot_topic}"]
    reading += [f"/topics/{town.long_topic}?page={number}" for number in (1, 40, 120)]
    reading += [f"/topics/{topic}" for topic, _ in town.places[:20]] + ["/sign-in", "/sign-up", "/about"]
    signed_in = ["/notifications", "/settings", f"/members/{town.reader_handle}", *reading]
    done = 0
    while done < REQUESTS:
        with Connection(server.address) as connection:
            for number in range(50):
                carried, paths = (cookie, signed_in) if number % 2 else ("", reading)
                path = paths[(done + number // 2) % len(paths)]
                answer = connection.ask(request_bytes(path, carried))
                if answer.status not in (200, 302, 303):
                    raise BadAnswer(f"{path} answered {answer.status}")
            if done < 500:
                topic, parent = town.places[done // 50]
                Writer(connection, writer_cookie).reply(topic, parent, f"memory {done}")
            done += 50
    processes = server.memory()
    total = sum(processes.values())
    shares = " + ".join(f"{megabytes:.0f}" for megabytes in processes.values())
    return Figure(
        f"memory (PSS) after {REQUESTS:,} mixed requests",
        f"≤ {MOST_MEGABYTES} MB",
        f"{total:.0f} MB in {len(processes)} processes ({shares})",
        total <= MOST_MEGABYTES,
    )
