"""Transactions and schema."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from sccafe.accounts.models import User
from sccafe.boards.models import Draft, SentForm
from sccafe.bookmarks.models import Bookmark
from sccafe.core import clock
from sccafe.core.database import Base, InsideTransaction, db, end_reading, writing
from sccafe.core.mail import OutboxMail, queue
from sccafe.notifications.models import Notice, NoticePreference
from tests import factories


def of_models(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """The index of the search is each database's own, and beside the models: FTS5's tables, or GIN."""
    return name != "ix_search_entries_grams" and not (kind == "table" and (name or "").startswith("search_index"))


def test_the_migrations_make_exactly_the_tables_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": of_models})
        assert compare_metadata(context, Base.metadata) == []


def test_the_first_migration_goes_down_and_up_with_rows_in_it(app: Flask) -> None:
    factories.person("みどり")
    factories.board()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert set(Base.metadata.tables) < set(inspect(db.engine).get_table_names())


def test_drafts_bookmarks_and_reminders_go_down_and_up_with_rows_in_them(app: Flask) -> None:
    """What the older version does not know goes, everything else stays, and notices go on counting where they were."""
    me = factories.person("みどり")
    topic = factories.topic("みどり", factories.board())
    post = factories.post_id(topic, 1)
    with writing() as session:
        session.add(Draft(user_id=me, place=f"topic/{topic}", body="書きかけ", updated_at=clock.now()))
        session.add(SentForm(key="a", at=clock.now()))
        session.add(Bookmark(user_id=me, post_id=post, created_at=clock.now()))
        session.add(NoticePreference(user_id=me, kind="reminder", on_site=True, by_mail=False))
        for kind in ("reply", "reminder", "reminder"):
            session.add(Notice(user_id=me, kind=kind, topic_id=topic, post_id=post, created_at=clock.now()))
        session.execute(update(User).values(unread_notices=3))
    db.session.remove()
    downgrade(revision="0002")
    assert db.session.execute(text("SELECT kind FROM notices")).scalars().all() == ["reply"]
    assert db.session.execute(text("SELECT unread_notices FROM users")).scalars().all() == [1]
    assert "drafts" not in inspect(db.engine).get_table_names()
    with pytest.raises(IntegrityError):
        db.session.execute(text(_ADD_NOTICE.format(me=me, kind="reminder")))
    db.session.rollback()
    upgrade()
    assert {index["name"] for index in inspect(db.engine).get_indexes("notices")} == {
        index.name for index in Base.metadata.tables["notices"].indexes
    }
    with writing() as session:
        assert session.execute(text(_ADD_NOTICE.format(me=me, kind="reminder"))).scalar_one() > 3
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(_ADD_NOTICE.format(me=me, kind="rumour")))
    assert db.session.scalars(select(Notice.kind).order_by(Notice.id)).all() == ["reply", "reminder"]


_ADD_NOTICE = (
    "INSERT INTO notices (user_id, kind, measure, reason, on_site, created_at) "
    "VALUES ({me}, '{kind}', '', '', true, '2026-04-01 00:00:00+00:00') RETURNING id"
)


def test_writing_refuses_to_begin_inside_a_read(app: Flask) -> None:
    db.session.execute(select(User.id)).all()
    with pytest.raises(InsideTransaction), writing():
        pass
    end_reading()
    with writing() as session:
        session.execute(text("SELECT 1"))


def test_an_error_undoes_the_whole_write(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), writing():
        queue("someone@example.jp", "件名", "本文")
        raise ZeroDivisionError
    assert db.session.scalars(select(OutboxMail)).all() == []


def test_a_mails_recipient_and_text_cannot_be_read_from_the_database(app: Flask) -> None:
    with writing():
        queue("someone@example.jp", "件名", "本文")
    row = db.session.execute(text("SELECT recipient, subject, body FROM outbox_mails")).one()
    assert "example" not in "".join(row)
    assert "本文" not in "".join(row)
    assert db.session.scalars(select(OutboxMail.recipient)).one() == "someone@example.jp"


@pytest.mark.sqlite
def test_a_missing_database_file_is_an_error_and_not_a_new_one(app: Flask, settings: object, tmp_path: Path) -> None:
    file = app.config["SETTINGS"].database_file
    db.session.remove()
    db.engine.dispose()
    file.rename(file.with_suffix(".away"))
    assert app.test_client().get("/readyz").status_code == 503
    assert not file.exists()
