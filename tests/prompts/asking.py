"""What tests of prompts do again and again: ask, take the link out of a mail, answer."""

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.boards import service as boards
from sccafe.core import clock, jobs
from sccafe.core.database import db, end_reading
from sccafe.prompts import queries, service
from sccafe.prompts.models import Prompt
from tests import factories

QUESTION = "移動の足に、いま困っていますか"


def today() -> date:
    return clock.now().astimezone(clock.TOKYO).date()


def ask(board_id: int, days: int = 7) -> int:
    """A prompt's id, open for some days."""
    text = boards.prepare("ひとことで**教えて**ください。")
    return service.open_prompt(factories.viewer_of("なかむら"), board_id, QUESTION, text, today() + timedelta(days))


def send(prompt_id: int, *addresses: str, roles: tuple[str, ...] = ()) -> service.Reached:
    whom = service.Whom(roles=roles, addresses=addresses)
    return service.send(factories.viewer_of("なかむら"), prompt_id, whom)


def topic_of(prompt_id: int) -> int:
    found = db.session.scalar(select(Prompt.topic_id).where(Prompt.id == prompt_id))
    end_reading()
    assert found is not None
    return found


def deliver(app: Flask) -> list[EmailMessage]:
    """Do what is due, and give all mails of the mail folder, from the oldest."""
    db.session.remove()
    jobs.run_due(app)
    folder = app.config["SETTINGS"].data / "mail"
    return [
        message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for file in sorted(folder.glob("*.eml"))
    ]


def link_to(app: Flask, address: str, path: str = "/answer/") -> str:
    """The address in the newest mail to somebody that begins with this path."""
    found = [
        match
        for mail in deliver(app)
        if address in str(mail["To"])
        for match in re.findall(rf"http://127\.0\.0\.1:8000({re.escape(path)}[\w-]+)$", str(mail.get_content()), re.M)
    ]
    assert found, f"no link to {address}"
    return str(found[-1])


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status)
    return response.get_data(as_text=True)


def answer(client: FlaskClient, link: str, body: str, shown: str = "anonymous", **more: str) -> TestResponse:
    """Send the form of a personal link, with whatever token the page carries."""
    fields = factories.form(client, "/sign-in", body=body, shown=shown, **more)
    return client.post(link, data=fields)


def answered(client: FlaskClient, link: str, body: str, shown: str = "anonymous", **more: str) -> None:
    response = answer(client, link, body, shown, **more)
    assert response.status_code == 303, response.get_data(as_text=True)[-3000:]


def figures(prompt_id: int) -> tuple[int, int, int, int]:
    """Sent, opened, answered, published."""
    row: Any = queries.prompt(factories.viewer_of("なかむら"), prompt_id)
    end_reading()
    return row.sent_count, row.opened_count, row.answered_count, row.published_count


def names(client: FlaskClient, topic_id: int) -> list[str]:
    """Who is named above the posts of a topic, in their order; deleted ones are not."""
    return re.findall(r'class="name"[^>]*>([^<]*)<', page(client, f"/topics/{topic_id}"))
