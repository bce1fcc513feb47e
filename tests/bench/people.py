"""Signed-in browsers: session rows written straight into the town, cookies signed as Flask signs them."""

import re
import secrets
from datetime import timedelta
from html import unescape

from flask import Flask

from sccafe.accounts.models import UserSession
from sccafe.accounts.sessions import hashed
from sccafe.core import clock
from sccafe.core.database import writing
from tests.bench.load import Answer, BadAnswer, Connection, request_bytes

_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
_ONCE = re.compile(rb'name="once"[^>]*value="([^"]+)"')


def cookie_of(app: Flask, person: int) -> str:
    """The Cookie header of a browser in which this person has signed in a moment ago."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with app.app_context(), writing() as session:
        session.add(
            UserSession(
                user_id=person,
                token_hash=hashed(token),
                created_at=now,
                last_seen_on=now.astimezone(clock.TOKYO).date(),
                expires_at=now + timedelta(days=1),
            )
        )
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': token})}"


def settled(connection: Connection, path: str, cookie: str) -> tuple[str, Answer]:
    """Open a page and keep the cookie it sets, as a browser does: the cookie from now on, and the answer."""
    answer = connection.ask(request_bytes(path, cookie))
    if answer.status != 200:
        raise BadAnswer(f"{path} answered {answer.status}")
    return answer.header("Set-Cookie").partition(";")[0] or cookie, answer


def reply_form(answer: Answer) -> dict[str, str]:
    """The hidden fields of the reply form on a topic page."""
    token, once = _TOKEN.search(answer.body), _ONCE.search(answer.body)
    if token is None or once is None:
        raise BadAnswer("the page has no reply form")
    return {"csrf_token": unescape(token[1].decode()), "once": unescape(once[1].decode())}
