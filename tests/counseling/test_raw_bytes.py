"""No word of a request stands anywhere on the disk: not in the database, the files, the logs or the mails."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from sccafe.core import jobs, keys
from sccafe.core.database import db
from sccafe.core.uploads import take
from sccafe.counseling import reading, service
from sccafe.counseling.sealing import Matter, Person
from sccafe.counseling.service import drafts
from tests.counseling import making, raw
from tests.counseling.making import ASKER, DESK, EXPERT

#: One word for each thing that a request holds: found by its letters, in Japanese and as JSON writes it.
MARKERS = {
    what: f"zq{what}印{place}"
    for place, what in enumerate(
        ("subject", "text", "name", "telephone", "employer", "content", "filename", "reply", "note", "draft")
        + ("owndraft", "line", "reason", "answer", "sentback")
    )
}
EMAIL = "zqemail@example.jp"


def found_in(held: bytes, *but: str) -> set[str]:
    """Which markers stand in these bytes, as UTF-8, as JSON or as UTF-16."""
    words = MARKERS | {"email": EMAIL}
    return {
        what
        for what, word in words.items()
        if what not in but
        and any(
            form in held
            for form in (word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le"), f"zq{what}".encode())
        )
    }


def marked(asker: str = "") -> str:
    """A request with every marker in it, on its way to an answer that waits; its ref."""
    person = Person(MARKERS["name"], EMAIL, MARKERS["telephone"], "132012", MARKERS["employer"])
    upload = take(io.BytesIO(MARKERS["content"].encode()), f"{MARKERS['filename']}.txt", 1024)
    asked = making.asked(body=MARKERS["text"], person=person, matter=Matter(MARKERS["subject"]), naming="named")
    ref = service.send(making.actor(asker), asked, [upload]).ref
    mine, desk, expert = making.actor(asker, *([] if asker else [ref])), making.actor(DESK), making.actor(EXPERT)
    service.take(desk, ref)
    service.assign(desk, ref, making.user_id(EXPERT), MARKERS["reason"])
    service.accept(expert, ref)
    service.note(expert, ref, MARKERS["note"])
    service.ask_back(expert, ref, "いつごろからですか。")
    service.write(mine, ref, MARKERS["reply"])
    service.answer(expert, ref, MARKERS["answer"], 0)
    service.rate(mine, ref, "partly", MARKERS["line"])
    service.write(mine, ref, "もうひとつ聞かせてください。")
    service.hand_in(expert, ref, MARKERS["draft"], 0)
    service.send_back(desk, ref, MARKERS["sentback"])
    drafts.keep(making.actor(ASKER), ref, {"body": MARKERS["owndraft"]})
    return ref


@pytest.fixture
def process_log(tmp_path: Path) -> Iterator[Path]:
    """What the server's process would write, the finest included."""
    path = tmp_path / "process.log"
    handler = logging.FileHandler(path)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


@pytest.mark.parametrize("asker", ["", ASKER])
def test_no_marker_stands_in_database_files_logs_or_mails(
    app: Flask, desk: None, process_log: Path, asker: str
) -> None:
    ref = marked(asker)
    jobs.run_due(app)
    data = app.config["SETTINGS"].data
    # They are there for those who may read them: else nothing would have been looked for.
    seen = reading.open_request(making.actor(DESK), ref)
    shown = f"{seen.matter} {seen.person} {seen.messages} {seen.notes} {seen.draft} {seen.rating_line}"
    assert found_in(shown.encode()) == set(MARKERS) - {"content", "owndraft", "reason", "sentback"} | {"email"}

    assert found_in(raw.database(app)) == set()
    assert {name for name, rows in raw.tables(app).items() if found_in(rows)} == set()
    assert raw.folder(data / "files")
    assert found_in(raw.folder(data / "files")) == set()
    assert found_in(process_log.read_bytes()) == set()
    # The mail folder stands for the mail server: it has to know the address.
    mails = raw.folder(data / "mail")
    assert found_in(mails, "email") == set()
    assert (EMAIL.encode() in mails) is not bool(asker)
    assert ref.encode() not in mails
    if app.config["SETTINGS"].database_file is not None:
        everything = b"".join(
            path.read_bytes() for path in sorted(data.rglob("*")) if path.suffix != ".eml" and path.is_file()
        )
        assert found_in(everything) == set()


def at_execution(app: Flask, table: str) -> Any:
    """Let the database fail while something is being written to a table."""

    def fail(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("INSERT") and table in statement:
            raise OperationalError(statement, parameters, Exception("disk I/O error"))

    event.listen(Engine, "before_cursor_execute", fail)
    return fail


@pytest.mark.parametrize(
    "way", ["message", "mistaken statement", "own draft", "no key while a draft is written", "file", "rating"]
)
def test_a_request_that_fails_in_the_database_leaves_no_word_in_the_log(
    app: Flask,
    desk: None,
    process_log: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    ref = making.request("answered")
    actor = making.actor(ASKER)
    upload = take(io.BytesIO(MARKERS["content"].encode()), f"{MARKERS['filename']}.txt", 1024)

    def write() -> str:
        if way == "mistaken statement":
            # The plain values themselves, as no code of the site would give them.
            db.session.execute(text("INSERT INTO counseling_none VALUES (:value)"), {"value": MARKERS["text"]})
        if way == "rating":
            service.rate(actor, ref, "helped", MARKERS["line"])
        elif "draft" in way:
            drafts.keep(actor, "new", {"body": MARKERS["owndraft"]})
        else:
            service.write(actor, ref, MARKERS["reply"], [upload] if way == "file" else [])
        return "written"

    app.testing = False
    app.add_url_rule("/written-here", view_func=write)
    tables = {"message": "counseling_messages", "own draft": "counseling_own_drafts", "file": "counseling_files"}
    failing = at_execution(app, tables.get(way, "counseling_ratings"))
    if way.startswith("no key"):

        def broken(written: str) -> str:
            raise ValueError("no key")

        monkeypatch.setattr(keys, "encrypt", broken)
    try:
        answer = app.test_client().get("/written-here")
    finally:
        event.remove(Engine, "before_cursor_execute", failing)
    assert answer.status_code in (500, 503)
    assert found_in(answer.data) == set()
    logged = process_log.read_bytes() + caplog.text.encode()
    assert b"database" in logged or b"unexpected" in logged
    assert found_in(logged) == set()
    assert list((app.config["SETTINGS"].data / "files").rglob("*.*")) == []
    assert found_in(raw.database(app)) == set()
