"""Mail that cannot be lost: rows of the outbox, sent by jobs.

A mail about something that people read is not written down when it happens but made when it is sent, by the renderer
named in its row: so nobody is told what they may not read at that moment, and what was erased is in no waiting mail.
"""

import secrets
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core import clock
from sccafe.core.database import Base, EncryptedText, db, end_reading, writing
from sccafe.core.jobs import daily_at, enqueue, job, scheduled
from sccafe.settings import Settings


class OutboxMail(Base):
    __tablename__ = "outbox_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Where it goes; encrypted, and emptied once it is sent.
    recipient: Mapped[str | None] = mapped_column(EncryptedText)
    #: What it says, where it says something of its own (a code, a link); encrypted, and emptied once it is sent.
    subject: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    #: Who makes the text at the moment of sending, and from which row.
    renderer: Mapped[str] = mapped_column(String(40), default="")
    ref_id: Mapped[int | None]
    #: waiting, sent, or dropped where its reader may no longer read what it is about.
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Letter:
    """A mail ready to be sent; `unsubscribe` is the address of a page that switches such mail off."""

    recipient: str
    subject: str
    body: str
    unsubscribe: str = ""


Renderer = Callable[[int], Letter | None]
_renderers: dict[str, Renderer] = {}


def renders(name: str) -> Callable[[Renderer], Renderer]:
    """Let the decorated function make the mails of this name; None means that nothing is to be sent."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[name] = renderer
        return renderer

    return register


def queue(recipient: str, subject: str, body: str) -> None:
    """Write a mail and its job into the present transaction."""
    _queue(OutboxMail(recipient=recipient, subject=subject, body=body, renderer="", created_at=clock.now()))


def queue_rendered(renderer: str, ref_id: int) -> None:
    """Write a mail that is made when it is sent."""
    _queue(OutboxMail(renderer=renderer, ref_id=ref_id, created_at=clock.now()))


def _queue(row: OutboxMail) -> None:
    session = db.session()
    session.add(row)
    session.flush()
    enqueue("mail.send", mail_id=row.id)


class Transport(Protocol):
    def send(self, message: EmailMessage) -> None: ...


class FolderTransport:
    """Writes each mail as a file; for development and first steps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{clock.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        (self.folder / name).write_bytes(message.as_bytes())


class SMTPTransport:
    """Hands each mail to the mail server of the settings; raises smtplib's and the socket's errors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, message: EmailMessage) -> None:
        settings = self.settings
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=30, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30)
        with server:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)


def init_app(app: Flask, settings: Settings) -> None:
    transport: Transport = SMTPTransport(settings) if settings.smtp_host else FolderTransport(settings.data / "mail")
    app.extensions["sccafe_mail"] = transport


def _message(row_id: int, letter: Letter, created_at: datetime) -> EmailMessage:
    name, sender = parseaddr(current_app.config["SETTINGS"].mail_from)
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.recipient)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(clock.now())
    # The same at every try: a mail server that was killed after accepting it can see that it has it already.
    message["Message-ID"] = f"<{row_id}.{created_at:%Y%m%d%H%M%S%f}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    message.set_content(letter.body)
    return message


@job("mail.send")
def send(mail_id: int) -> None:
    """Send one waiting mail and empty its row."""
    row = db.session.execute(select(OutboxMail).where(OutboxMail.id == mail_id)).scalar_one_or_none()
    if row is None or row.state != "waiting":
        end_reading()
        return
    letter: Letter | None
    if row.renderer:
        letter = _renderers[row.renderer](row.ref_id or 0)
    else:
        letter = Letter(row.recipient or "", row.subject or "", row.body or "")
    end_reading()
    if letter is not None:
        transport: Transport = current_app.extensions["sccafe_mail"]
        transport.send(_message(row.id, letter, row.created_at))
    with writing() as session:
        session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == mail_id)
            .values(state="sent" if letter else "dropped", recipient=None, subject=None, body=None, sent_at=clock.now())
        )


@scheduled("mail.clean_up", daily_at(3, 50))
def clean_up() -> None:
    """Forget mails sent more than 30 days ago."""
    with writing() as session:
        session.execute(
            delete(OutboxMail).where(
                OutboxMail.state != "waiting", OutboxMail.created_at < clock.now() - timedelta(days=30)
            )
        )
