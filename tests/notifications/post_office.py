"""What people were told: their notices, their counts and their mails."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from sccafe.accounts.models import User
from sccafe.boards.models import Board
from sccafe.core import checks, jobs
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.notifications.models import Notice
from tests import factories


def user_id(handle: str) -> int:
    return factories.viewer_of(handle).user_id or 0


def told(handle: str) -> list[str]:
    """The kinds of somebody's notices, from the oldest; a measure says which."""
    rows = db.session.execute(
        select(Notice.kind, Notice.measure).where(Notice.user_id == user_id(handle)).order_by(Notice.id)
    ).all()
    end_reading()
    return [f"{row.kind} {row.measure}".strip() for row in rows]


def count(handle: str) -> int:
    """The number in the header; every person's must be that of their notices."""
    assert checks._checks["people: number of unread notices"]
    assert list(checks._checks["people: number of unread notices"]()) == []
    found = db.session.scalar(select(User.unread_notices).where(User.handle == handle))
    end_reading()
    return found or 0


def waiting() -> int:
    """How many mails wait to be sent."""
    found = db.session.scalars(select(OutboxMail.id).where(OutboxMail.state == "waiting")).all()
    end_reading()
    return len(found)


def deliver(app: Flask) -> list[EmailMessage]:
    """Do what is due, and give the mails of the mail folder, from the oldest."""
    db.session.remove()
    jobs.run_due(app)
    folder = app.config["SETTINGS"].data / "mail"
    return [
        message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for file in sorted(folder.glob("*.eml"))
    ]


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def address_in(text: str, path: str) -> str:
    """The one address of the site in a text that begins with this path."""
    found = re.findall(rf"http://127\.0\.0\.1:8000({re.escape(path)}\S*)", text)
    assert len(set(found)) == 1, found
    return str(found[0])


def set_role(handle: str, role: str) -> None:
    """Behind the back of every handler, as if it had happened a moment before the mail goes out."""
    with writing() as session:
        session.execute(update(User).where(User.handle == handle).values(role=role))


def set_audience(board_id: int, audience: str) -> None:
    from sccafe.boards import arranging

    board = db.session.execute(select(Board).where(Board.id == board_id)).scalar_one()
    values = {name: getattr(board, name) for name in arranging.BoardValues.__dataclass_fields__}
    db.session.remove()
    arranging.save_board(
        factories.viewer_of("かんり"), board_id, arranging.BoardValues(**values | {"audience": audience})
    )


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address, follow_redirects=True)
    assert response.status_code == 200, (address, response.status)
    return response.get_data(as_text=True)


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form that is taken."""
    response = client.post(address, data=factories.form(client, "/about", **fields))
    assert response.status_code == 303, response.get_data(as_text=True)[:2000]
    return response
