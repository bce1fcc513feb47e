"""Many people writing in one topic at once, and a server that dies while they do."""

import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from sccafe.boards.models import Post, Topic
from sccafe.core import checks
from sccafe.core.database import db, end_reading
from tests import factories, server

WRITERS, EACH = 8, 15


def cookie_of(app: Flask, handle: str) -> str:
    client = factories.signed_in(app, handle)
    cookie = client.get_cookie("sccafe")
    assert cookie is not None
    return f"sccafe={cookie.value}"


def writers(app: Flask, address: str, topic: int, count: int) -> list[subprocess.Popen[str]]:
    """Eight processes, each a person of its own."""
    return [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.boards.writer",
                address,
                str(topic),
                cookie_of(app, f"人{i}"),
                f"人{i}",
                str(count),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=server.ROOT,
        )
        for i in range(WRITERS)
    ]


def check(topic: int, acknowledged: list[str], attempted: int) -> None:
    """Everything acknowledged is there exactly once; numbers and counters are right."""
    rows = db.session.execute(
        select(Post.number, Post.source).where(Post.topic_id == topic).order_by(Post.number)
    ).all()
    numbers, texts = [row.number for row in rows], [row.source for row in rows]
    assert numbers == list(range(1, len(rows) + 1))
    assert len(set(texts)) == len(texts)
    assert set(acknowledged) <= set(texts)
    assert len(acknowledged) == len(set(acknowledged))
    assert len(rows) <= attempted + 1
    head = db.session.execute(
        select(Topic.post_count, Topic.last_number, Topic.last_post_id).where(Topic.id == topic)
    ).one()
    end_reading()
    assert (head.post_count, head.last_number) == (len(rows), len(rows))
    assert head.last_post_id == factories.post_id(topic, len(rows))
    # All else that is kept beside the posts is in step with them: counters, notices, what is found.
    assert {name: lines for name, lines in checks.run().items() if lines} == {}
    end_reading()


def town_of_writers(app: Flask) -> int:
    for i in range(WRITERS):
        factories.person(f"人{i}")
    return factories.topic("人0", factories.board(), body="はじめの書き込み")


def test_eight_writers_at_once_lose_nothing_and_never_fail(app: Flask, compiled_once: Path) -> None:
    topic = town_of_writers(app)
    with server.running(app.config["SETTINGS"], templates=compiled_once) as site:
        output = [process.communicate(timeout=120)[0] for process in writers(app, site.address, topic, EACH)]
    lines = "".join(output).splitlines()
    assert len(lines) == WRITERS * EACH
    assert all(line.startswith("ok ") for line in lines), lines
    check(topic, [line[3:] for line in lines], WRITERS * EACH)


def test_what_was_acknowledged_survives_a_server_killed_while_they_write(app: Flask, compiled_once: Path) -> None:
    topic = town_of_writers(app)
    site = server.start(app.config["SETTINGS"], templates=compiled_once)
    try:
        processes = writers(app, site.address, topic, 500)
        # Each has been acknowledged a few times, so all are in the midst of writing.
        begun = [[process.stdout.readline() for _ in range(3)] for process in processes if process.stdout]
        site.kill()
    finally:
        site.stop()
    lines = [line for some in begun for line in some]
    for process in processes:
        lines += process.communicate(timeout=120)[0].splitlines()
    acknowledged = [line.strip()[3:] for line in lines if line.startswith("ok ")]
    assert len(acknowledged) >= WRITERS * 3
    assert not [line for line in lines if line.startswith("failed")]
    check(topic, acknowledged, WRITERS * 500)
    with server.running(app.config["SETTINGS"], templates=compiled_once) as again:
        output = [process.communicate(timeout=120)[0] for process in writers(app, again.address, topic, 2)]
    # The same forms as before the kill: sent again, they make no second post.
    check(topic, acknowledged, WRITERS * 500)
    assert len("".join(output).splitlines()) == WRITERS * 2
