"""Texts on their way to the library, their pages, and what is there of them, for tests."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from sccafe.core.database import db, end_reading
from sccafe.counseling import service
from sccafe.counseling.models import Publication, Request
from sccafe.counseling.sealing import Person, PublishedText
from sccafe.library.models import Item
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT
from tests.notifications.post_office import address_in, deliver, text_of

Browser = Callable[[str], FlaskClient]
#: A word that stands in what is published and nowhere else.
MARKER = "ふくろう便"
TITLE, QUESTION, ANSWER = (
    f"{MARKER}の報告のしかた",
    f"{MARKER}の報告が**飛ばされ**ます。",
    f"{MARKER}を議題に入れましょう。",
)
TEXT = PublishedText(TITLE, QUESTION, ANSWER)


def desk_page(ref: str) -> str:
    return f"/counseling/desk/{ref}/publication"


def asker_page(ref: str) -> str:
    return f"/counseling/requests/{ref}/publication"


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status)
    return response.get_data(as_text=True)


def press(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send the form on this page."""
    with client.session_transaction() as cookie:
        signed = "_user_id" in cookie
    return client.post(address, data=factories.form(client, "/about" if signed else "/sign-in", **fields))


def with_code(app: Flask, ref: str) -> FlaskClient:
    """The browser of a visitor who has typed the code of this request."""
    client = app.test_client()
    making.give_code(client, ref)
    return client


def row_of(ref: str) -> Any:
    found = db.session.execute(select(*Publication.__table__.columns).join(Request).where(Request.ref == ref)).one()
    end_reading()
    return found


def begun() -> int:
    """How many texts are on their way."""
    found = len(db.session.scalars(select(Publication.id)).all())
    end_reading()
    return found


def items() -> list[int]:
    found = list(db.session.scalars(select(Item.id)))
    end_reading()
    return found


def asked(asker: str = ASKER, said: PublishedText = TEXT, **more: Any) -> str:
    """An answered request whose text was put to asker and expert."""
    ref = making.request("answered", asker, publish_consent=True, **more)
    service.ask(making.actor(DESK), ref, said, 0)
    return ref


def published(**more: Any) -> tuple[str, int]:
    ref = asked(**more)
    service.agree(making.actor(EXPERT), ref, 1)
    assert service.approve(making.actor(ASKER), ref, 1)
    return ref, row_of(ref).item_id


def everywhere() -> str:
    """All that the database says, as it stands."""
    rows = [
        str(db.session.execute(text(f'SELECT * FROM "{name}"')).all())  # noqa: S608  names of our own tables
        for name in db.metadata.tables
    ]
    end_reading()
    return "\n".join(rows)


def by_mail(app: Flask) -> tuple[str, str]:
    """A visitor's request whose text is asked about, and the link that they were mailed."""
    ref = asked("", person=Person(email="sora@example.jp"))
    service.agree(making.actor(EXPERT), ref, 1)
    mail = text_of([mail for mail in deliver(app) if mail["To"] == "sora@example.jp"][-1])
    assert not [word for word in (MARKER, BODY, ref, "議題") if word in mail]
    return ref, address_in(mail, "/counseling/consent/")
