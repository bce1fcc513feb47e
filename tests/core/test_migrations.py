"""Every step of the schema, up and down, with rows in the tables."""

from datetime import date
from typing import Any

import pytest
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from sccafe.boards import meetings, polls, service
from sccafe.core.database import db, end_reading
from sccafe.core.migrations import newest, revision
from tests import factories

STEPS = [f"{number:04}" for number in range(2, 14)]


def rows(table: str, columns: str) -> list[tuple[Any, ...]]:
    found = [tuple(row) for row in db.session.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]  # noqa: S608
    end_reading()
    return found


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """What every version of the schema keeps."""
    return {
        "users": rows("users", "id, handle, unread_notices"),
        "topics": rows("topics", "id, title, state, post_count"),
        "posts": rows("posts", "id, source, author_id, alias, number"),
        "notices": rows("notices", "id, user_id, kind, post_id"),
    }


@pytest.fixture
def lived_in(app: Flask) -> None:
    for handle in ("みどり", "はるか"):
        factories.person(handle)
    topic = factories.topic("みどり", factories.board("questions", "questions"))
    factories.answer("はるか", topic)
    poll = polls.PollWanted("いつ集まりますか", ("昼休み", "週末"))
    meeting = meetings.Meeting(date(2026, 11, 25), None, poll)
    factories.person("なかむら", "secretariat")
    service.start_topic(
        factories.viewer_of("なかむら"),
        factories.board("meeting", "meeting"),
        "次の集まり",
        service.prepare("ご意見をください。"),
        meeting=meeting,
    )
    naming = service.Naming(anonymous=True)
    service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("匿名です。"), naming=naming)


def test_the_steps_are_all_here(app: Flask) -> None:
    script = current_app.extensions["migrate"].migrate.get_config()
    assert script is not None
    assert newest() == STEPS[-1]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_back_and_forth_keeps_what_people_wrote(lived_in: None, step: str) -> None:
    before = everything()
    assert all(before.values())
    downgrade(revision=f"{int(step) - 1:04}")
    db.session.remove()
    assert revision() == f"{int(step) - 1:04}"
    assert everything() == before
    upgrade()
    db.session.remove()
    assert revision() == newest()
    assert everything() == before
    # And it goes on from there: nothing is given a number twice.
    topic = before["topics"][0][0]
    factories.answer("みどり", topic, "もうひとこと。")
    assert rows("posts", "id")[-1] > before["posts"][-1][:1]
