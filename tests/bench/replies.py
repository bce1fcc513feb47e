"""Writing: how long a reply takes from request to commit, and what eight writers at once leave behind."""

import multiprocessing
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.bench.load import Address, BadAnswer, Connection, request_bytes
from tests.bench.people import reply_form, settled
from tests.bench.report import Figure, milliseconds

REPLIES = 200
WRITERS, REPLIES_EACH = 8, 40
#: Fewer than the site lets one person write in a minute: the limits stay on while this is measured.
PER_PERSON = 20
MOST_SECONDS = 0.015
#: A writer that has not ended by then never will.
WRITERS_SECONDS = 300
BODY = (
    "ありがとうございます。うちの地区でも集会所までの足が話題になりました。\n\n"
    "**まず一軒ずつ**訪ねて、困りごとより得意なことを聞くところから始めてみます。また報告します。（{mark}）"
)


class Writer:
    """A signed-in person who replies: one form opened, filled in and sent at a time."""

    def __init__(self, connection: Connection, cookie: str) -> None:
        self.connection, self.cookie = connection, cookie

    def reply(self, topic: int, parent: int | None, mark: str) -> float:
        """Seconds from the sent form to the answer, which comes once the post is committed."""
        self.cookie, form_page = settled(self.connection, f"/topics/{topic}", self.cookie)
        form = reply_form(form_page) | {"parent": str(parent or ""), "body": BODY.format(mark=mark)}
        request = request_bytes(f"/topics/{topic}/reply", self.cookie, form)
        begin = time.perf_counter()
        answer = self.connection.ask(request)
        taken = time.perf_counter() - begin
        if answer.status != 303:
            raise BadAnswer(f"a reply was answered with {answer.status}")
        return taken


def disk_seconds(folder: Path, times: int = 200) -> list[float]:
    """How long the disk under this folder takes to make 4 KB safe."""
    path, taken = folder / "fsync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            begin = time.perf_counter()
            file.write(os.urandom(4096))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begin)
    path.unlink()
    return taken


def one_writer(address: Address, cookies: Sequence[str], places: Sequence[tuple[int, int]], times: int) -> list[float]:
    """The times of so many replies, one after the other, in different topics; needs a cookie for every PER_PERSON."""
    taken = []
    with Connection(address) as connection:
        writers = [Writer(connection, cookie) for cookie in cookies]
        for number in range(times):
            topic, parent = places[number % len(places)]
            mark = f"ひとり {number}"
            taken.append(writers[number // PER_PERSON].reply(topic, parent if number % 2 else None, mark))
    return taken


def one_writer_figure(
    address: Address, folder: Path, cookies: Sequence[str], places: Sequence[tuple[int, int]]
) -> Figure:
    """A reply, with what the disk alone costs measured before and after it."""
    disk = disk_seconds(folder, 100)
    one_writer(address, cookies[:1], places, 5)
    taken = one_writer(address, cookies[1:], places, REPLIES)
    disk += disk_seconds(folder, 100)
    return Figure(
        f"a reply, request to committed ({REPLIES} of them, one writer)",
        f"median ≤ {MOST_SECONDS * 1000:.0f} ms",
        f"{milliseconds(taken)}; the disk's fsync: median {median(disk) * 1000:.1f} ms",
        median(taken) <= MOST_SECONDS,
    )


def _write(
    address: Address, cookies: Sequence[str], topic: int, writer: int, told: "multiprocessing.Queue[str]"
) -> None:
    """One of the writers, in a process of its own: it tells the mark of every reply acknowledged, then of its end."""
    try:
        with Connection(address) as connection:
            people = [Writer(connection, cookie) for cookie in cookies]
            for number in range(REPLIES_EACH):
                mark = f"同時 {writer}-{number}"
                people[number // PER_PERSON].reply(topic, None, mark)
                told.put(mark)
    except Exception as error:
        told.put(f"failed: {writer}: {error!r}")
    told.put("")


def writers_figure(address: Address, database: Path, cookies: Sequence[str], topic: int) -> Figure:
    """Eight processes reply in one topic: everything acknowledged is there once, and the numbers have no gap."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = context.Queue()
    each = -(-REPLIES_EACH // PER_PERSON)
    writers = [
        context.Process(
            target=_write, args=(address, cookies[number * each : (number + 1) * each], topic, number, told)
        )
        for number in range(WRITERS)
    ]
    begin = time.monotonic()
    for writer in writers:
        writer.start()
    acknowledged, failed, ended = [], [], 0
    try:
        while ended < WRITERS:
            word = told.get(timeout=max(1.0, begin + WRITERS_SECONDS - time.monotonic()))
            if word.startswith("failed"):
                failed.append(word)
            elif word:
                acknowledged.append(word)
            else:
                ended += 1
    finally:
        for writer in writers:
            writer.join(5)
            if writer.is_alive():
                writer.kill()
    seconds = time.monotonic() - begin
    wrong = failed + what_is_wrong(database, topic, acknowledged)
    return Figure(
        f"{WRITERS} writers at once in one topic, {REPLIES_EACH} replies each",
        "nothing lost, nothing failed",
        "; ".join(wrong[:3]) if wrong else f"all {len(acknowledged)} once, numbers without a gap, in {seconds:.1f} s",
        not wrong and len(acknowledged) == WRITERS * REPLIES_EACH,
    )


def what_is_wrong(database: Path, topic: int, acknowledged: Sequence[str]) -> list[str]:
    """What the topic holds otherwise than it was acknowledged; nothing where all is well."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT number, source FROM posts WHERE topic_id = ? AND number IS NOT NULL ORDER BY number", (topic,)
        ).fetchall()
        last, count = connection.execute("SELECT last_number, post_count FROM topics WHERE id = ?", (topic,)).fetchone()
        published = connection.execute(
            "SELECT count(*) FROM posts WHERE topic_id = ? AND state = 'published'", (topic,)
        ).fetchone()[0]
    finally:
        connection.close()
    found = Counter(source.rpartition("（")[2].rstrip("）") for _, source in rows if "（同時 " in source)
    wrong = [f"{mark} stands {found[mark]} times" for mark in acknowledged if found[mark] != 1]
    wrong += [f"{mark} was never acknowledged" for mark in found if mark not in set(acknowledged)]
    if [number for number, _ in rows] != list(range(1, len(rows) + 1)):
        wrong.append("the numbers have a gap")
    if (last, count) != (len(rows), published):
        wrong.append(f"the topic counts {count} posts up to {last}; there are {published} up to {len(rows)}")
    return wrong
