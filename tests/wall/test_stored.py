"""What the database keeps: nothing of what was erased, and no text where only numbers belong."""

from typing import Any

from sqlalchemy import select, text

from sccafe.core.database import db
from sccafe.core.mail import OutboxMail
from tests.wall import world_of_counseling
from tests.wall.markers import found_in, token
from tests.wall.stage import Stage

#: Tables in which people's texts do not belong, whatever was planted.
WITHOUT_TEXTS = (
    *("jobs", "audit_entries", "attempts", "user_sessions", "subscriptions", "notice_preferences"),
    # Addresses and answers that only the secretariat reads are encrypted; the rest are numbers and hashes.
    *("prompts", "prompt_recipients", "prompt_private_answers", "prompt_refused_addresses"),
    *("linked_posts", "entered_posts"),
    "library_check_links",
    # Sealed; the passages that anybody may use in an answer (counseling_text_blocks) alone stand as they are.
    *(f"counseling_{name}" for name in ("requests", "messages", "files", "notes", "answer_drafts", "own_drafts")),
    *(f"counseling_{name}" for name in ("assignments", "steps", "views", "openings", "ratings", "publications")),
    *(f"counseling_{name}" for name in ("mails", "reminders", "removals", "category_rules", "days_off")),
)


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


def test_what_was_said_in_a_request_stands_in_no_table_and_in_no_file(stage: Stage) -> None:
    said = set(world_of_counseling.MARKERS)
    assert {name: found for name, rows in _contents(stage).items() if (found := found_in(rows) & said)} == {}
    folder, tokens = stage.app.config["SETTINGS"].data, [token(name).encode() for name in said]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [each for each in tokens if each in content], path


def test_waiting_mails_are_encrypted_with_their_addresses(stage: Stage) -> None:
    assert found_in(_contents(stage)["outbox_mails"]) == frozenset()
