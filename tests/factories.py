"""People, boards and conversations for tests, made the short way where the way itself is not what is tested."""

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.accounts.models import User, UserSession
from sccafe.boards import service
from sccafe.boards.models import Board, Post
from sccafe.core import clock
from sccafe.core.audience import Viewer, audiences_of
from sccafe.core.database import db, end_reading, writing
from sccafe.library import finding
from sccafe.library import service as library
from sccafe.search import keeping

PASSWORD = "sccafe-test-2026"


@cache
def _password_hash() -> str:
    return PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1).hash(PASSWORD)


def person(handle: str, role: str = "member", **more: Any) -> int:
    """An active person's id; the password is PASSWORD."""
    email = more.pop("email", f"{hashlib.sha256(handle.encode()).hexdigest()[:10]}@example.jp")
    values = {
        "handle": handle,
        "handle_key": handle.lower(),
        "email": email,
        "email_key": email.lower(),
        "password_hash": _password_hash(),
        "role": role,
        "state": "active",
        "created_at": clock.now() - timedelta(days=10),
        "has_posted": True,
    }
    with writing() as session:
        user = User(**(values | more))
        session.add(user)
        session.flush()
        for kind in ("person", "handle"):
            keeping.renew(session, kind, [user.id])
        return user.id


def viewer_of(handle: str) -> Viewer:
    """The Viewer that this person is."""
    row = db.session.execute(select(User).where(User.handle == handle)).scalar_one()
    end_reading()
    return Viewer(
        user_id=row.id,
        role=row.role,  # type: ignore[arg-type]
        audiences=audiences_of(row.role),  # type: ignore[arg-type]
        handle=row.handle,
        joined_at=row.created_at,
        has_posted=row.has_posted,
    )


def signed_in(app: Flask, handle: str) -> FlaskClient:
    """This person's browser."""
    user_id = db.session.scalar(select(User.id).where(User.handle == handle))
    end_reading()
    token = secrets.token_urlsafe(16)
    now = clock.now()
    with writing() as session:
        session.add(
            UserSession(
                user_id=user_id,
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                created_at=now,
                last_seen_on=now.astimezone(clock.TOKYO).date(),
                expires_at=now + timedelta(days=1),
            )
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def board(slug: str = "exchange", kind: str = "exchange", audience: str = "public", **more: Any) -> int:
    """A board's id."""
    with writing() as session:
        made = Board(
            slug=slug, kind=kind, audience=audience, title=more.pop("title", slug), created_at=clock.now(), **more
        )
        session.add(made)
        session.flush()
        return made.id


def form(client: FlaskClient, address: str, **fields: Any) -> dict[str, Any]:
    """The fields of the first form with a token on the page at `address`, filled in with `fields`."""

    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no form at {address}"
    return {"csrf_token": found.group(1), **fields}


def topic(handle: str, board_id: int, title: str = "有償ボランティアの金額", body: str = "どう決めましたか。") -> int:
    """Start a topic as this person; its id."""
    return service.start_topic(viewer_of(handle), board_id, title, service.prepare(body)).topic_id


def answer(handle: str, topic_id: int, body: str = "うちは話し合いで決めました。", parent: int | None = None) -> int:
    """Reply as this person; the post's id."""
    return service.reply(viewer_of(handle), topic_id, parent, service.prepare(body)).post_id


def post_id(topic_id: int, number: int) -> int:
    """The id of a topic's n-th post."""
    found = db.session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.number == number))
    end_reading()
    assert found is not None
    return found


def item(handle: str, publisher: str = "", shown_to: str = "public", **said: Any) -> int:
    """Hand in an item of the library as this person; on the shelf where `publisher` puts it there. Its id."""
    values = {"kind": "case", "title": "移動販売が続く仕組み", "body": "月に二度、集会所に来ます。"} | said
    if publisher:
        values = {"municipality": "132012", "sources": [{"title": "地域の報告", "year": 2023}]} | values
    handed_in = library.hand_in(viewer_of(handle), library.prepare(values))
    if publisher:
        assert handed_in.open_id is not None
        library.publish(viewer_of(publisher), handed_in.open_id, shown_to)
    return handed_in.id


def items_saying(handle: str, *words: str) -> list[int]:
    """The ids of the items that this person finds by all these words, the newest first."""
    listed = finding.listed(viewer_of(handle), finding.Choice(query=" ".join(words)), 1)
    end_reading()
    return [row.id for row in listed.rows]


def email_of(handle: str) -> str:
    found = db.session.scalar(select(User.email).where(User.handle == handle))
    end_reading()
    assert found is not None
    return found


def hidden(response: TestResponse, name: str) -> str:
    """The value of a hidden field on a page; the last one of this name, which is the content's own."""
    found = re.findall(rf'name="{name}"[^>]*value="([^"]*)"', response.get_data(as_text=True))
    assert found, f"no field {name}"
    return str(found[-1])
