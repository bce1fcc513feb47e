"""What is erased, deleted or taken away leaves nothing behind in the index, down to the bytes of the database."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from sccafe.boards import erasing as boards_erasing
from sccafe.boards import service
from sccafe.boards.jobs import UNDO, empty_deleted
from sccafe.core import clock, jobs
from sccafe.core.database import db, end_reading, writing
from sccafe.library import for_others
from sccafe.library import service as library
from sccafe.moderation import erasing
from sccafe.search import keeping
from sccafe.search.index import index
from tests import factories
from tests.counseling import raw

#: Written by nobody else, and together in no word: whatever of it is found is of this name.
NAME = "齉龘靐齾"


def traces(app: Flask) -> list[bytes]:
    """Forms of the name that stand in the database: the text, and two characters of it as the index keeps them.

    FTS5 leaves out what a word has in common with the one before it, which can be the first bytes of a character.
    """
    forms = [NAME.encode(), *(NAME[place : place + 2].encode()[2:] for place in range(len(NAME) - 1))]
    held = raw.database(app)
    if db.engine.dialect.name == "postgresql":
        held = b"\0".join(raw.tables(app).values()) + b"\0".join(of_gin())
    return [form for form in forms if form in held]


def of_gin() -> list[bytes]:
    """The bytes of PostgreSQL's index: it keeps words that no row has any more."""
    with writing() as session:  # what waits in its list goes into the index itself
        session.execute(text("SELECT gin_clean_pending_list('ix_search_entries_grams')"))
    path = db.session.scalar(text("SELECT pg_relation_filepath('ix_search_entries_grams')"))
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        found = connection.scalar(text("SELECT pg_read_binary_file(:path)"), {"path": path})
    return [bytes(found)]


def talk(about: str) -> int:
    """A conversation in which one post names somebody, so long ago that it stands deep in the index."""
    topic = factories.topic("みどり", factories.board(), "見守りのこと", "どうしていますか。")
    named = factories.answer("みどり", topic, about)
    for number in range(40):
        factories.answer("みどり", topic, f"{number}番めの答えです。週に{number}回です。")
    return named


@pytest.fixture
def people(app: Flask) -> None:
    factories.person("みどり")
    factories.person("なかむら", "secretariat")


def done(app: Flask) -> None:
    end_reading()
    jobs.run_due(app)
    assert jobs.failed() == []
    assert list(keeping.differences()) == []
    end_reading()


@pytest.mark.parametrize("way", ["words", "post"])
def test_what_is_erased_leaves_no_trace(app: Flask, people: None, way: str) -> None:
    post = talk(f"{NAME}さんのことです。")
    assert len(traces(app)) == len(NAME)
    staff = factories.viewer_of("なかむら")
    if way == "words":
        assert erasing.erase_words(staff, NAME, "お名前のため") == 1
    else:
        boards_erasing.erase_post(staff, post, "お名前のため")
    done(app)
    assert traces(app) == []


def test_an_answer_that_was_deleted_leaves_no_trace_once_its_text_has_gone(app: Flask, people: None) -> None:
    post = talk(f"{NAME}さんのことです。")
    service.delete_post(factories.viewer_of("みどり"), post)
    done(app)
    assert traces(app) != []  # it can be put back
    with time_machine.travel(clock.now() + UNDO + timedelta(hours=1), tick=False):
        empty_deleted()
        done(app)
    assert traces(app) == []


def test_a_name_in_a_profile_is_erased_from_what_is_found(app: Flask, people: None) -> None:
    factories.person("はるか", about=f"{NAME}さんと活動しています。")
    assert len(traces(app)) == len(NAME)
    erasing.erase_words(factories.viewer_of("なかむら"), NAME, "お名前のため")
    done(app)
    assert traces(app) == []


def test_an_answer_taken_back_from_the_library_leaves_no_trace(app: Flask, people: None) -> None:
    talk("ほかのことです。")
    said = {"kind": "qa", "title": f"{NAME}さんのこと", "body": f"{NAME}さんは元気です。", "collection": "counseling"}
    item = for_others.publish(library.prepare(said)).id
    assert len(traces(app)) == len(NAME)
    with writing() as session:
        for_others.take_away(session, item)
    done(app)
    assert traces(app) == []


def test_erasing_counts_places_and_not_what_was_made_of_them(app: Flask, people: None) -> None:
    talk(f"{NAME}さんのことです。")
    with app.test_request_context():
        found = erasing.find_words(factories.viewer_of("なかむら"), NAME)
    assert found.count == 1
    assert found.elsewhere == ()


@pytest.mark.sqlite
def test_whoever_reads_the_old_pages_is_waited_for(app: Flask, people: None) -> None:
    talk(f"{NAME}さんのことです。")
    with db.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM posts"))
        erasing.erase_words(factories.viewer_of("なかむら"), NAME, "お名前のため")
        with db.engine.connect() as other:
            other.connection.driver_connection.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
        with pytest.raises(TimeoutError):
            index().forget()
