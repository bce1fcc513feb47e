"""What the tests of accounts do as people would: fill in forms, read their mail, follow its links."""

import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.accounts.models import User
from sccafe.core import site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import run_due
from tests.factories import form

PASSWORD = "おはようカフェ2026"


def post(client: FlaskClient, address: str, on_page: str = "", **fields: Any) -> TestResponse:
    """Send the form of a page, as its only button does."""
    return client.post(address, data=form(client, on_page or address, **fields))


def sign_up(client: FlaskClient, email: str, handle: str | list[str], **more: Any) -> TestResponse:
    fields = {"email": email, "handle": handle, "password": PASSWORD, "agree": "y"}
    return post(client, "/sign-up", **(fields | more))


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    return post(client, "/sign-in", email=email, password=password, **more)


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str:
        found = re.search(r"^ {4}(\d{4} \d{4})$", self.body, re.M)
        assert found, self.body
        return found.group(1)

    @property
    def links(self) -> list[str]:
        """Addresses in the mail, without the site's own name."""
        return re.findall(r"http://127\.0\.0\.1:8000(/[^\s]+)", self.body)

    @property
    def link(self) -> str:
        return self.links[0]


def mails(app: Flask) -> list[Mail]:
    """All mail sent so far, oldest first."""
    run_due(app)
    found = []
    for path in sorted((app.config["SETTINGS"].data / "mail").glob("*.eml")):
        message: Any = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        found.append(Mail(str(message["To"]), str(message["Subject"]), message.get_content()))
    return found


def join(app: Flask, email: str, handle: str, **more: Any) -> FlaskClient:
    """Sign up and confirm; gives the browser, not yet signed in."""
    client = app.test_client()
    assert sign_up(client, email, handle, **more).status_code == 303
    assert post(client, mails(app)[-1].link).status_code == 303
    return client


def account(handle: str) -> Any:
    row = db.session.execute(
        select(
            User.id,
            User.state,
            User.role,
            User.email,
            User.locale,
            User.municipality,
            User.population,
            User.prefecture,
            User.affiliation,
        ).where(User.handle == handle)
    ).first()
    end_reading()
    return row


def set_registration(mode: str) -> None:
    from sccafe.accounts.registration import REGISTRATION_MODE

    with writing():
        site_settings.put(REGISTRATION_MODE, mode)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/settings").status_code == 200
