"""A new key for the site: what is under the old one stays readable, and texts of requests stay as they are."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask
from sqlalchemy import Text, select, type_coerce

from sccafe import create_app
from sccafe.cli import sccafe
from sccafe.core import keys, rekeying
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail, queue
from sccafe.counseling import reading, service
from sccafe.counseling.models import Message, OwnDraft, Request
from sccafe.counseling.service import drafts
from sccafe.settings import Settings
from sccafe.site import archives, backup
from sccafe.site.restore import restore
from tests.conftest import settings_for
from tests.counseling import making
from tests.counseling.making import ASKER, BODY


@pytest.fixture
def ref(app: Flask, desk: None) -> str:
    """A request; and other things that stand under the site's keys."""
    with writing():
        queue("midori@example.jp", "件名", "秘密の本文")
    made = making.request("answered")
    drafts.keep(making.actor(ASKER), "new", {"body": "書きかけ"})
    return made


def invoke(app: Flask, *arguments: str) -> tuple[int, str]:
    db.session.remove()
    done = app.test_cli_runner().invoke(sccafe, ["keys", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def key_file(app: Flask) -> Path:
    found: Path = app.config["SETTINGS"].data / "keys" / "encryption_keys"
    return found


def tokens() -> dict[str, list[Any]]:
    """What stands in the database, as it stands there."""
    columns = (Request.data_key, Message.text, OutboxMail.body, OwnDraft.fields)
    found = {
        column.key: list(db.session.scalars(select(type_coerce(column, Text)).where(column.is_not(None))))
        for column in columns
    }
    end_reading()
    return found


def test_rotating_wraps_the_keys_of_requests_anew_and_leaves_their_texts(app: Flask, ref: str) -> None:
    before, old = tokens(), key_file(app).read_text().strip()
    code, said = invoke(app, "rotate")
    assert code == 0, said
    assert "counseling_requests.data_key: 1 brought under the newest key" in said
    assert "Everything is under the newest key" in said
    after = tokens()
    assert after["text"] == before["text"]
    for name in ("data_key", "body", "fields"):
        assert not set(after[name]) & set(before[name])
        for token in after[name]:
            with pytest.raises(InvalidToken):
                Fernet(old).decrypt(token.encode())
    assert key_file(app).read_text().split()[1] == old
    assert stat.S_IMODE(key_file(app).stat().st_mode) == 0o600
    assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
    assert db.session.scalars(select(OutboxMail.body).where(OutboxMail.renderer == "")).one() == "秘密の本文"
    end_reading()


def test_a_running_process_takes_up_the_new_key_before_anything_is_under_it(app: Flask, ref: str) -> None:
    other = create_app(app.config["SETTINGS"])  # as another worker, which holds the keys from its start
    invoke(app, "rotate")
    with other.app_context():
        assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
        later = making.request("new")
        db.session.remove()
        db.engine.dispose()
    assert invoke(app, "forget") == (0, f"1 older keys taken out of {key_file(app)}.\n")
    for each in (ref, later):
        assert BODY in reading.open_request(making.actor(ASKER), each).messages[0].html


def test_a_rotation_that_was_broken_off_is_gone_on_with(app: Flask, ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    making.request("new")
    monkeypatch.setattr(rekeying, "_AT_ONCE", 1)
    real, count = keys.renewed, 0

    def stops(token: str) -> str:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError("the machine stops here")
        return real(token)

    monkeypatch.setattr(keys, "renewed", stops)
    app.test_cli_runner().invoke(sccafe, ["keys", "rotate"])
    monkeypatch.setattr(keys, "renewed", real)
    db.session.remove()
    code, said = invoke(app, "status")
    assert (code, "2 keys in" in said, "wait for the newest key" in said) == (0, True, True)
    assert invoke(app, "forget")[0] == 1
    said = invoke(app, "rotate")[1]
    assert said.startswith("Going on with what is not under the newest key yet.")
    assert len(key_file(app).read_text().split()) == 2
    assert "0 under an older one" in invoke(app, "status")[1]
    assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html


def test_what_changes_while_it_is_renewed_is_left_as_it_was_written(
    app: Flask, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.of_site().add()
    column = next(one for one in rekeying.columns() if rekeying.name_of(one) == "counseling_own_drafts.fields")
    real = keys.renewed

    def meanwhile(token: str) -> str:
        drafts.keep(making.actor(ASKER), "new", {"body": "書き足しました"})
        return real(token)

    monkeypatch.setattr(keys, "renewed", meanwhile)
    assert rekeying.renew(column) == 0
    assert json.loads(db.session.scalars(select(OwnDraft.fields)).one()) == {"body": "書き足しました"}
    end_reading()


def test_status_names_no_key_and_says_what_is_lost(app: Flask, ref: str) -> None:
    code, said = invoke(app, "status")
    assert (code, said.splitlines()[0]) == (0, f"1 key in {key_file(app)}.")
    old = key_file(app).read_text().strip()
    assert old not in said
    key_file(app).write_text(Fernet.generate_key().decode())
    code, said = invoke(app, "status")
    assert code == 1
    assert "counseling_requests.data_key: 0 under the newest key, 0 under an older one, 1 under none" in said
    assert "put the missing key back" in said


def test_a_file_of_keys_that_cannot_be_used_changes_nothing(app: Flask, ref: str) -> None:
    key_file(app).write_text("not a key")
    assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
    key_file(app).unlink()
    assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html


def test_keys_of_the_settings_are_changed_there(app: Flask, ref: str) -> None:
    old, new = key_file(app).read_text().strip(), Fernet.generate_key().decode()
    settings = app.config["SETTINGS"]
    more = {"database_url": settings.database_url} if settings.database_file is None else {}

    def site(written: str) -> Flask:
        return create_app(settings_for(settings.data, encryption_keys=written, **more))

    with (first := site(old)).app_context():
        code, said = invoke(first, "rotate")
        assert (code, "only you can change" in said) == (1, True)
        db.engine.dispose()
    with (second := site(f"{new},{old}")).app_context():
        assert "1 brought under the newest key" in invoke(second, "rotate")[1]
        assert "take the older ones out there" in invoke(second, "forget")[1]
        db.engine.dispose()
    with site(new).app_context():
        assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
        db.session.remove()
        db.engine.dispose()


# --- backup -------------------------------------------------------------------------------------------


@pytest.fixture
def empty_place(tmp_path: Path, cluster: "object | None") -> Iterator[Settings]:
    address = cluster.create("t_keys_elsewhere") if cluster else ""  # type: ignore[attr-defined]
    yield settings_for(tmp_path / "elsewhere", database_url=address)
    if cluster:
        cluster.drop(address)  # type: ignore[attr-defined]


def test_a_backup_says_nothing_without_the_keys(app: Flask, ref: str, tmp_path: Path, empty_place: Settings) -> None:
    settings = app.config["SETTINGS"]
    made = backup.make(settings, tmp_path / "site.tar.gz")
    held = b"".join(content.read() for _name, content in archives.members(made.archive))
    for path in (settings.data / "keys").iterdir():
        for line in path.read_text().split():
            assert line.encode() not in held
    for marker in (BODY, "書きかけ", "midori@example.jp"):
        assert marker.encode() not in held
    # With other keys it is refused, and with none as well.
    other = tmp_path / "other keys"
    other.mkdir()
    (other / "encryption_keys").write_text(Fernet.generate_key().decode())
    (other / "secret_key").write_text("another")
    made.keys.rename(tmp_path / "away.tar")
    for given in (other, None):
        with pytest.raises(backup.BackupError, match="keys are (not those|missing)"):
            restore(empty_place, made.archive, given, create_app)
    db.session.remove()
    restore(empty_place, made.archive, tmp_path / "away.tar", create_app)
    with create_app(empty_place).app_context():
        assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
        db.session.remove()
        db.engine.dispose()


def test_a_backup_from_before_a_rotation_comes_back_with_the_keys_of_today(
    app: Flask, ref: str, tmp_path: Path, empty_place: Settings
) -> None:
    made = backup.make(app.config["SETTINGS"], tmp_path / "site.tar.gz")
    invoke(app, "rotate")
    db.session.remove()
    restore(empty_place, made.archive, app.config["SETTINGS"].data / "keys", create_app)
    with create_app(empty_place).app_context():
        assert BODY in reading.open_request(making.actor(ASKER), ref).messages[0].html
        service.withdraw(making.actor(ASKER), ref)
        db.session.remove()
        db.engine.dispose()
