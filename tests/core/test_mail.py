"""Mail that cannot be lost: through a real SMTP server, and into the mail folder."""

import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, text

from sccafe.cli import sccafe
from sccafe.core import clock, jobs, mail
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.core.mail import Letter, OutboxMail, queue, queue_rendered
from tests.server import free_port


class Inbox:
    """What an SMTP server was given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def by_smtp(app: Flask, port: int) -> Flask:
    """The site, with a mail server in its settings that nobody has started yet."""
    mail.init_app(app, replace(app.config["SETTINGS"], smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"))
    return app


@pytest.fixture
def inbox(by_smtp: Flask, port: int) -> Iterator[Inbox]:
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    yield inbox
    server.stop()


def send(recipient: str = "みどり@example.jp", subject: str = "ご案内", body: str = "本文です。\n") -> None:
    with writing():
        queue(recipient, subject, body)


def the_job() -> Job:
    end_reading()
    db.session.expire_all()
    found = db.session.execute(select(Job).where(Job.name == "mail.send")).scalar_one()
    end_reading()
    return found


def the_mail() -> OutboxMail:
    end_reading()
    db.session.expire_all()
    found = db.session.execute(select(OutboxMail)).scalar_one()
    end_reading()
    return found


def test_a_mail_is_sent_once_with_what_filters_look_for(by_smtp: Flask, inbox: Inbox) -> None:
    send("midori@example.jp", "確認コードは 123456 です", "コード：123456\n")
    jobs.run_due(by_smtp)
    jobs.run_due(by_smtp)
    (message,) = inbox.mails
    assert inbox.recipients == ["midori@example.jp"]
    assert message["Subject"] == "確認コードは 123456 です"
    assert message.get_content().replace("\r\n", "\n") == "コード：123456\n"
    assert message["From"] == "SC Cafe <sccafe@example.jp>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.jp>")
    assert message["Date"] is not None


def test_what_was_sent_leaves_nothing_readable_in_its_row(by_smtp: Flask, inbox: Inbox) -> None:
    send("midori@example.jp")
    row = db.session.execute(text("SELECT recipient, subject, body FROM outbox_mails")).one()
    assert all(part and "example" not in part and "ご案内" not in part and "本文" not in part for part in row)
    end_reading()
    jobs.run_due(by_smtp)
    assert the_mail().state == "sent"
    assert db.session.execute(text("SELECT recipient, subject, body FROM outbox_mails")).one() == (None, None, None)


def test_with_the_mail_server_down_a_mail_waits_and_is_sent_when_it_is_back(by_smtp: Flask, port: int) -> None:
    send("midori@example.jp")
    jobs.run_due(by_smtp)
    assert the_mail().state == "waiting"
    assert the_job().last_error == "ConnectionRefusedError"
    assert the_job().due_at > clock.now()
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with clock.pretending(clock.now() + timedelta(minutes=1)):
            jobs.run_due(by_smtp)
    finally:
        server.stop()
    assert inbox.recipients == ["midori@example.jp"]
    assert the_mail().state == "sent"


def test_a_second_try_carries_the_same_message_id(app: Flask) -> None:
    sent: list[str] = []

    class AcceptsAndBreaks:
        def send(self, message: EmailMessage) -> None:
            sent.append(message["Message-ID"])
            if len(sent) == 1:
                raise ConnectionResetError

    app.extensions["sccafe_mail"] = AcceptsAndBreaks()
    send("midori@example.jp")
    jobs.run_due(app)
    with clock.pretending(clock.now() + timedelta(minutes=1)):
        jobs.run_due(app)
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_without_the_promised_encryption_nothing_is_sent(app: Flask, inbox: Inbox, port: int) -> None:
    mail.init_app(app, replace(app.config["SETTINGS"], smtp_host="127.0.0.1", smtp_port=port))  # starttls
    send("midori@example.jp")
    jobs.run_due(app)
    assert inbox.mails == []
    assert the_job().last_error == smtplib.SMTPNotSupportedError.__name__


def test_a_line_break_in_a_subject_makes_no_header(by_smtp: Flask, inbox: Inbox) -> None:
    send("midori@example.jp", "題名\r\nBcc: everybody@example.jp\r\n\r\nother text")
    jobs.run_due(by_smtp)
    (message,) = inbox.mails
    assert inbox.recipients == ["midori@example.jp"]
    assert message["Bcc"] is None
    assert message["Subject"] == "題名 Bcc: everybody@example.jp other text"


@pytest.mark.parametrize(
    "recipient", ["a@example.jp\r\nBcc: b@example.jp", "a@example.jp, b@example.jp", "a@example.jp\n", "not an address"]
)
def test_a_recipient_that_is_not_one_address_is_sent_nothing(by_smtp: Flask, inbox: Inbox, recipient: str) -> None:
    send(recipient)
    jobs.run_due(by_smtp)
    assert inbox.recipients == []
    assert the_mail().state == "waiting"


def test_a_mail_about_something_is_made_when_it_is_sent(
    by_smtp: Flask, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {1: "書いたとき"}
    monkeypatch.setitem(
        mail._renderers, "test", lambda ref: Letter("midori@example.jp", texts[ref], texts[ref], "https://x/off")
    )
    with writing():
        queue_rendered("test", 1)
    texts[1] = "送るとき"
    jobs.run_due(by_smtp)
    assert inbox.mails[0]["Subject"] == "送るとき"
    assert inbox.mails[0]["List-Unsubscribe"] == "<https://x/off>"


def test_a_mail_that_its_reader_may_no_longer_read_is_dropped(
    by_smtp: Flask, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mail._renderers, "test", lambda ref: None)
    with writing():
        queue_rendered("test", 1)
    jobs.run_due(by_smtp)
    assert inbox.mails == []
    assert the_mail().state == "dropped"


def test_without_a_mail_server_mails_are_files_that_the_command_prints(app: Flask, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        send("midori@example.jp", f"お知らせ{number}", f"{number}通目の本文\n")
    jobs.run_due(app)
    assert len(list((app.config["SETTINGS"].data / "mail").glob("*.eml"))) == 3
    printed = app.test_cli_runner().invoke(sccafe, ["mail", "--last", "2"]).output
    assert "お知らせ1" not in printed
    assert printed.index("2通目の本文") < printed.index("Subject: お知らせ3") < printed.index("3通目の本文")
    assert "To: midori@example.jp" in printed


def test_old_mails_are_forgotten_and_waiting_ones_never(app: Flask) -> None:
    with clock.pretending(clock.now() - timedelta(days=40)):
        send("midori@example.jp")
    mail.clean_up()
    assert the_mail().state == "waiting"
    jobs.run_due(app)
    mail.clean_up()
    assert db.session.execute(select(OutboxMail)).first() is None


def test_a_dead_mail_server_is_given_up_in_time(by_smtp: Flask, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts the connection and says nothing must not hold the job thread for ever."""
    real = smtplib.SMTP
    asked: list[float] = []

    def impatient(host: str, port: int, timeout: float) -> smtplib.SMTP:
        asked.append(timeout)
        return real(host, port, timeout=0.2)

    monkeypatch.setattr(smtplib, "SMTP", impatient)
    with socket.create_server(("127.0.0.1", port)):
        send("midori@example.jp")
        jobs.run_due(by_smtp)
    assert 0 < asked[0] <= 60
    assert the_job().last_error in ("TimeoutError", "SMTPServerDisconnected")
