"""The record of measures: it holds what was done and why, and nobody changes it unnoticed."""

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sccafe.accounts import service as accounts
from sccafe.boards import arranging, measures
from sccafe.boards.events import PostHidden
from sccafe.boards.models import Post
from sccafe.core import checks, events
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation import audit
from sccafe.moderation.models import AuditEntry, AuditReason
from tests import factories
from tests.moderation.desk import all_of, page, record

Browser = Callable[[str], FlaskClient]


def write(*reasons: str) -> list[int]:
    """Entries with these reasons; an empty one has none."""
    numbers = []
    for reason in reasons:
        with writing():
            numbers.append(audit.record("post.hidden", "post", 1, None, reason))
    return numbers


def problems() -> list[str]:
    found = list(audit.verify())
    end_reading()
    return found


def unguarded(statement: str, **values: object) -> None:
    """What somebody with the database in their hands does: past the triggers."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_entries_append_only ON audit_entries"))
        connection.execute(text(statement), values)
        connection.commit()


def test_a_record_as_it_was_written_has_no_problems(app: Flask) -> None:
    assert problems() == []
    write("一つ目", "", "三つ目")
    assert problems() == []
    assert [found for name, found in checks.run().items() if "record" in name] == [[]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'post.restored'",
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET at = at",
    ],
)
def test_the_database_refuses_any_change(app: Flask, statement: str) -> None:
    write("理由")
    with pytest.raises(DBAPIError, match="cannot be"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert record() == [("post.hidden", "理由")]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE audit_entries SET actor_id = 7 WHERE id = :second", 1),
        ("UPDATE audit_entries SET details = '{}' || ' ' WHERE id = :second", 1),
        ("DELETE FROM audit_reasons WHERE entry_id = :second; DELETE FROM audit_entries WHERE id = :second", 1),
        ("UPDATE audit_entries SET hash = 'x' WHERE id = :second", 2),  # it, and the one that follows from it
        ("UPDATE audit_reasons SET text = 'ほかの理由' WHERE entry_id = :second", 1),
        ("DELETE FROM audit_reasons WHERE entry_id = :second", 1),
        ("UPDATE audit_reasons SET text = '', erased_by = :third WHERE entry_id = :second", 1),
        ("UPDATE audit_reasons SET text = '', erased_by = 99999 WHERE entry_id = :second", 1),
    ],
)
def test_whoever_goes_past_the_triggers_is_found_out(app: Flask, change: str, found: int) -> None:
    _first, second, third = write("一つ目", "二つ目", "三つ目")
    for statement in change.split("; "):
        unguarded(
            statement,
            **{name: number for name, number in (("second", second), ("third", third)) if f":{name}" in statement},
        )
    assert len(problems()) == found


def test_an_entry_slipped_in_is_found_out(app: Flask) -> None:
    write("一つ目", "二つ目")
    [entry] = all_of(AuditEntry.hash)[-1:]
    with writing() as session:
        session.execute(
            text(
                "INSERT INTO audit_entries (at, action, subject_kind, subject_id, details, reason_digest, hash)"
                " VALUES ('2026-01-01 00:00:00', 'post.restored', 'post', 1, '{}', '', :hash)"
            ),
            {"hash": entry},
        )
    assert len(problems()) == 1


def test_a_name_erased_from_a_reason_is_no_problem_and_leaves_no_trace_of_the_reason(app: Flask) -> None:
    write("山田花子さんのこと", "ほかのこと")
    with writing():
        audit.erase_from_reasons(lambda written: written.replace("山田花子", "〔削除しました〕"), None, "名前のため", 0)
    assert problems() == []
    assert record() == [
        ("post.hidden", "〔削除しました〕さんのこと"),
        ("post.hidden", "ほかのこと"),
        ("words.erased", "名前のため"),
    ]
    assert all_of(AuditReason.salt)[0] == ""


def test_eight_writers_at_once_make_one_chain(app: Flask) -> None:
    def act() -> None:
        with app.app_context():
            write(*["理由"] * 5)

    threads = [Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(record()) == 40
    assert problems() == []


def test_a_measure_and_its_entry_come_together_or_not_at_all(
    town: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)

    def fail(event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(events._handlers, PostHidden, [*events._handlers[PostHidden], fail])
    with pytest.raises(ZeroDivisionError):
        measures.hide_post(factories.viewer_of("なかむら"), post_id, "理由")
    assert all_of(Post.state) == ["published"]
    assert record() == []


def test_every_measure_is_in_the_record_with_who_did_it_and_why(town: dict[str, int]) -> None:
    admin = factories.viewer_of("かんり")
    midori = factories.viewer_of("みどり").user_id or 0
    topic = factories.topic("みどり", town["exchange"])
    measures.change_topic(admin, topic, "pinned", "大切な話")
    accounts.suspend_account(admin, midori, "迷惑な宣伝")
    accounts.restore_account(admin, midori, "誤解でした")
    accounts.change_role(admin, midori, "expert")
    accounts.invite(admin, "expert")
    board = arranging.BoardValues("talk", "exchange", "おしゃべり", "", "", "", "members", "", True, 9, False)
    number = arranging.save_board(admin, None, board)
    arranging.save_board(admin, number, board)
    assert [action for action, _reason in record()] == [
        "topic.pinned",
        "account.suspended",
        "account.restored",
        "account.role",
        "invitation.made",
        "board.made",
        "board.changed",
    ]
    assert set(all_of(AuditEntry.actor_id)) == {admin.user_id}
    assert ("account.suspended", "迷惑な宣伝") in record()


def test_the_record_holds_no_text_of_a_post_and_no_writer_under_an_alias(town: dict[str, int]) -> None:
    staff = factories.viewer_of("なかむら")
    post_id = factories.post_id(factories.topic("みどり", town["exchange"], body="ひみつの本文"), 1)
    writer = factories.viewer_of("みどり").user_id
    with writing() as session:
        written = session.get(Post, post_id)
        assert written is not None
        written.author_id, written.alias = None, "匿名A"
    measures.hide_post(staff, post_id, "理由")
    measures.restore_post(staff, post_id, "理由")
    stored = repr(all_of(AuditEntry.action, AuditEntry.details, AuditEntry.subject_id, AuditEntry.actor_id))
    assert "ひみつ" not in stored
    assert "writer" not in stored
    assert all(writer not in row for row in all_of(AuditEntry.actor_id, AuditEntry.subject_id) if row[1] != post_id)


def test_taking_back_ones_own_deletion_is_no_measure(town: dict[str, int]) -> None:
    from sccafe.boards import service

    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic)
    service.delete_post(factories.viewer_of("はるか"), answer)
    service.undo_delete(factories.viewer_of("はるか"), answer)
    assert record() == []


def test_the_page_shows_the_newest_first_in_pages_and_by_kind(town: dict[str, int], as_person: Browser) -> None:
    write(*(f"理由その{number}" for number in range(60)))
    staff = as_person("なかむら")
    measures.change_topic(
        factories.viewer_of("なかむら"), factories.topic("みどり", town["exchange"]), "locked", "済んだ話"
    )
    first = page(staff, "/moderation/record")
    assert first.index("済んだ話") < first.index("理由その59") < first.index("理由その20")
    assert "理由その10</p>" not in first
    assert "なかむら" in first
    oldest_shown = all_of(AuditEntry.id)[-50]
    second = page(staff, f"/moderation/record?before={oldest_shown}")
    assert "理由その10</p>" in second
    assert "済んだ話" not in second
    assert "済んだ話" in page(staff, "/moderation/record?kind=topic")
    assert "済んだ話" not in page(staff, "/moderation/record?kind=post")
    assert "まだ記録はありません" in page(staff, "/moderation/record?kind=board")
    assert "済んだ話" in page(staff, "/moderation/record?kind=nonsense&before=x")


def test_words_are_not_recorded_outside_a_write(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        audit.record("post.hidden", "post", 1, None, "理由")
