"""`sccafe check` finds what has gone wrong with a request, and says no word of it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, update

from sccafe.accounts.models import ExpertProfile
from sccafe.core import checks, files, keys
from sccafe.core.database import writing
from sccafe.counseling.models import Message, Note, Request
from sccafe.counseling.sealing import Seal
from tests.counseling import making
from tests.counseling.test_deleting import with_everything


def found(app: Flask) -> dict[str, list[str]]:
    return {name: lines for name, lines in checks.run().items() if name.startswith("counseling") and lines}


def spoil_key() -> None:
    with writing() as session:
        session.execute(update(Request).values(data_key="gAAAAA"))


def take_anothers_key() -> None:
    with writing() as session:
        session.execute(update(Request).values(data_key=Seal.new().wrapped))


def spoil_note() -> None:
    with writing() as session:
        session.execute(update(Note).values(text=Seal.new().close("x")))


def lose_message() -> None:
    with writing() as session:
        session.execute(delete(Message).where(Message.number == 2))


def move_deadline() -> None:
    with writing() as session:
        session.execute(update(Request).values(due_on=date(2030, 1, 1)))


def lose_file() -> None:
    for name in list(files.store().names()):
        files.store().delete(name)


def lose_profile() -> None:
    with writing() as session:
        session.execute(delete(ExpertProfile))


def list_as_deleted() -> None:
    from flask import current_app

    settings = current_app.config["SETTINGS"]
    with writing() as session:
        refs = session.query(Request.ref).all()
    keys.add_lines(settings.data / "keys" / keys.DELETED_REQUESTS, [row.ref for row in refs])


@pytest.mark.parametrize(
    ("spoil", "name", "says"),
    [
        (spoil_key, "counseling: seals", "none of the site's keys opens its own"),
        (take_anothers_key, "counseling: seals", "its key does not open a message"),
        (spoil_note, "counseling: seals", "its key does not open a note"),
        (lose_message, "counseling: numbers of messages", "last_number is 3, 2 messages go up to 3"),
        (move_deadline, "counseling: deadlines", "due_on is 2030-01-01, and should be"),
        (lose_file, "counseling: files", "is not in the store"),
        (lose_profile, "counseling: experts", "has no expert profile"),
        (list_as_deleted, "counseling: deleted requests", "it was deleted for good and is here"),
    ],
)
def test_what_is_wrong_is_found(app: Flask, desk: None, spoil: Callable[[], None], name: str, says: str) -> None:
    ref = with_everything()
    assert found(app) == {}
    spoil()
    told = found(app)
    assert set(told) == {name}
    assert any(says in line and ref in line for line in told[name])
    assert making.BODY not in str(told)
