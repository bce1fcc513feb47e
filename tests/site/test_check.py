"""`sccafe check`: quiet where all is well, and one line for each thing that is not."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from sccafe.cli import sccafe
from sccafe.core import checks, clock, jobs
from sccafe.core.database import db, writing
from sccafe.core.jobs import Job
from sccafe.core.mail import queue
from tests import factories


@pytest.fixture
def talk(app: Flask) -> Flask:
    """Two topics with nested answers, one answer below another, and people who have read them."""
    factories.person("みどり")
    factories.person("はるか")
    board = factories.board("exchange")
    first = factories.topic("みどり", board)
    answer = factories.answer("はるか", first)
    factories.answer("みどり", first, "ありがとうございます。", answer)
    factories.answer("はるか", first, "別の話ですが。")
    second = factories.topic("はるか", factories.board("questions", kind="questions"), "教えてください")
    factories.answer("みどり", second, "こうしています。")
    return app


def problems() -> list[str]:
    return [line for lines in checks.run().values() for line in lines]


def change(statement: str, **values: object) -> None:
    with writing() as session:
        session.execute(text(statement), values)


def test_a_site_on_which_people_talk_has_nothing_wrong(talk: Flask) -> None:
    jobs.run_due(talk)
    assert problems() == []
    result = talk.test_cli_runner().invoke(sccafe, ["check"])
    assert result.exit_code == 0
    assert result.output.endswith("checks, all is well.\n")


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE boards SET topic_count = 9 WHERE slug = 'exchange'", "board exchange: topic_count is 9, there are 1"),
        ("UPDATE topics SET post_count = post_count + 1 WHERE id = 1", "topic 1: post_count is 5, there are 4"),
        ("UPDATE topics SET last_number = 9 WHERE id = 1", "topic 1: last_number is 9, the highest number is 4"),
        ("DELETE FROM posts WHERE topic_id = 1 AND number = 4", "topic 1: last_number is 4, the highest number is 3"),
        ("UPDATE posts SET number = 7 WHERE topic_id = 1 AND number = 4", "topic 1: last_number is 4, the highest"),
        ("UPDATE topics SET last_post_id = 1 WHERE id = 1", "topic 1: last_post_id is 1, the newest published post is"),
        ("UPDATE topics SET last_post_at = '2020-01-01' WHERE id = 1", "topic 1: last_post_at is 2020-01-01"),
        ("UPDATE topics SET reader_count = 7 WHERE id = 2", "topic 2: reader_count is 7, 0 people have read it"),
        (
            "UPDATE topics SET audience = 'members' WHERE id = 1",
            "topic 1: its audience is members, and should be",
        ),
        (
            "UPDATE topics SET visibility = 'hidden' WHERE id = 1",
            "topic 1: its audience is public, and should be",
        ),
        ("UPDATE topics SET state = 'solved' WHERE id = 2", "topic 2: it is solved, but no answer is accepted"),
        ("UPDATE topics SET accepted_post_id = 1 WHERE id = 2", "topic 2: the accepted post 1 is not in it"),
        ("UPDATE posts SET path = '0003' WHERE topic_id = 1 AND number = 3", "its path 0003 does not hang on the post"),
        ("UPDATE posts SET path = NULL WHERE topic_id = 1 AND number = 4", "it has a number without a path"),
        ("UPDATE posts SET parent_id = 6 WHERE topic_id = 1 AND number = 4", "the post it answers is in another topic"),
        ("UPDATE posts SET number = NULL, path = NULL WHERE topic_id = 1 AND number = 4", "published without a number"),
        ("UPDATE posts SET renderer = 0 WHERE topic_id = 1", "4 posts were rendered by an older version"),
        ("UPDATE users SET unread_notices = 99 WHERE id = 1", "person 1: unread_notices is 99, there are"),
        ("UPDATE alembic_version SET version_num = '0000'", "the schema is 0000, this version works with"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(talk: Flask, statement: str, line: str) -> None:
    jobs.run_due(talk)
    change(statement)
    assert any(line in found for found in problems()), problems()
    result = talk.test_cli_runner().invoke(sccafe, ["check"])
    assert result.exit_code == 1
    assert line in result.output


def test_a_gap_in_the_numbers_is_told(talk: Flask) -> None:
    change("DELETE FROM posts WHERE topic_id = 1 AND number = 4")
    change("UPDATE posts SET number = 4, path = '0004' WHERE topic_id = 1 AND number = 3")
    assert any("topic 1: the numbers have gaps: 3 posts, the highest number is 4" in found for found in problems())


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"state": "failed", "attempts": 8, "last_error": "OSError"},
            "failed 8 times and is not tried again (OSError)",
        ),
        ({"due_at": timedelta(minutes=-16)}, "is a worker running?"),
        ({"due_at": timedelta(hours=-3), "leased_until": timedelta(hours=-2)}, "was left at"),
        (
            {"due_at": timedelta(hours=-3), "leased_until": timedelta(0), "attempts": 21},
            "21 times and never ended",
        ),
    ],
)
def test_a_stuck_job_is_told(app: Flask, values: dict[str, object], line: str) -> None:
    now = clock.now()
    row: dict[str, object] = {"name": "test", "created_at": now, "due_at": now} | {
        name: now + value if isinstance(value, timedelta) else value for name, value in values.items()
    }
    with writing() as session:
        session.add(Job(**row))
    assert any(line in found for found in problems()), problems()


def test_a_job_at_work_or_not_yet_due_is_not_stuck(app: Flask) -> None:
    now = clock.now()
    with writing() as session:
        session.add(Job(name="a", created_at=now, due_at=now - timedelta(minutes=5)))
        session.add(Job(name="b", created_at=now, due_at=now + timedelta(days=1)))
        session.add(
            Job(name="c", created_at=now, due_at=now - timedelta(hours=1), leased_until=now + timedelta(seconds=30))
        )
    assert problems() == []


def test_a_mail_that_nobody_will_send_is_told(app: Flask) -> None:
    with writing():
        queue("midori@example.jp", "件名", "本文")
    assert problems() == []
    change("DELETE FROM jobs")
    assert any("no job will send it" in found for found in problems())


@pytest.mark.sqlite
def test_a_row_without_the_row_it_refers_to_is_told(talk: Flask) -> None:
    with db.engine.connect() as connection:
        bare = connection.connection.dbapi_connection
        assert bare is not None
        bare.execute("PRAGMA foreign_keys=OFF")
        bare.execute("INSERT INTO topic_themes (topic_id, theme) VALUES (999, 'shopping')")
        bare.execute("PRAGMA foreign_keys=ON")
    assert any("topic_themes: row" in found for found in problems())


def test_of_many_problems_the_first_are_shown(app: Flask) -> None:
    now = clock.now()
    with writing() as session:
        session.add_all(Job(name="test", created_at=now, due_at=now, state="failed") for _ in range(30))
    output = app.test_cli_runner().invoke(sccafe, ["check"]).output
    assert output.count("has failed") == checks.MOST
    assert "… and more" in output
