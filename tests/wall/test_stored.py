"""What the database keeps: nothing of what was erased, and no text where only numbers belong."""

from typing import Any

from sqlalchemy import select, text

from sccafe.core.database import db
from sccafe.core.mail import OutboxMail
from tests.wall.markers import found_in
from tests.wall.stage import Stage

#: Tables in which people's texts do not belong, whatever was planted.
WITHOUT_TEXTS = ("jobs", "audit_entries", "attempts", "user_sessions", "subscriptions", "notice_preferences")


def _contents(site: Stage) -> dict[str, str]:
    """Every table as it stands in the database, without the keys that open what is encrypted."""
    with site.app.app_context():
        names = list(db.metadata.tables)
        found: dict[str, Any] = {name: db.session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names}
        db.session.remove()
    return {name: str(rows) for name, rows in found.items()}


def test_what_was_erased_stands_in_no_table_and_in_no_waiting_mail(stage: Stage) -> None:
    erased = {"erased-words", "erased-text", "erased-text-old"}
    assert {name for name, rows in _contents(stage).items() if found_in(rows) & erased} == set()
    with stage.app.app_context():
        mails = db.session.execute(select(OutboxMail.recipient, OutboxMail.subject, OutboxMail.body)).all()
        db.session.remove()
    assert "why-suspended" in found_in(str(mails))
    assert not found_in(str(mails)) & erased


def test_jobs_the_record_and_sessions_hold_numbers_and_no_texts(stage: Stage) -> None:
    contents = _contents(stage)
    assert {name: sorted(found_in(contents[name])) for name in WITHOUT_TEXTS if found_in(contents[name])} == {}


def test_waiting_mails_are_encrypted_with_their_addresses(stage: Stage) -> None:
    assert found_in(_contents(stage)["outbox_mails"]) == frozenset()
