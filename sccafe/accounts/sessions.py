"""From the cookie to the Viewer, in one query."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, g, request, session
from flask_login import current_user
from sqlalchemy import Row, Select, bindparam, select, update

from sccafe.accounts.models import User, UserSession
from sccafe.core import clock, web
from sccafe.core.audience import VISITOR, Viewer, audiences_of
from sccafe.core.database import db, end_reading, run, writing
from sccafe.core.link_tokens import hashed as hashed
from sccafe.extensions import login_manager

#: How long a session lives without and with 「サインインしたままにする」.
SHORT, LONG = timedelta(hours=14), timedelta(days=60)


def viewer() -> Viewer:
    """Who is asking."""
    found: Viewer = current_user._get_current_object()
    return found


_PERSON = (User.id, User.role, User.handle, User.locale, User.unread_notices, User.created_at, User.has_posted)
#: Built once: it is run at every request of everybody signed in.
_OF_SESSION: Select[Any] = (
    select(*_PERSON, UserSession.id.label("session_id"), UserSession.last_seen_on)
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.expires_at > bindparam("now", type_=UserSession.expires_at.type),
        User.state == "active",
    )
)


def _viewer(row: Row[Any], session_id: int | None = None, token: str = "") -> Viewer:
    return Viewer(
        user_id=row.id,
        role=row.role,
        audiences=audiences_of(row.role),
        handle=row.handle,
        locale=row.locale,
        session_id=session_id,
        session_token=token,
        unread_notices=row.unread_notices,
        joined_at=row.created_at,
        has_posted=row.has_posted,
    )


def viewer_of(user_id: int) -> Viewer | None:
    """The Viewer an active person is at this moment, for mails and other work without a request."""
    row = db.session.execute(select(*_PERSON).where(User.id == user_id, User.state == "active")).first()
    return _viewer(row) if row else None


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_viewer(token: str) -> Viewer | None:
    """The Viewer of a live session of an active account; one statement."""
    now = clock.now()
    row = run(_OF_SESSION, token_hash=hashed(token), now=now).first()
    if row is None:
        return None
    today = now.astimezone(clock.TOKYO).date()
    if row.last_seen_on != today:
        end_reading()
        with writing() as write:
            write.execute(update(UserSession).where(UserSession.id == row.session_id).values(last_seen_on=today))
    return _viewer(row, row.session_id, token)


def begin(user_id: int, remember: bool) -> None:
    """Sign a person in on this browser, inside `writing`: a fresh session, never the one they came with."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        UserSession(
            user_id=user_id,
            token_hash=hashed(token),
            agent=(request.user_agent.string or "")[:300],
            created_at=now,
            last_seen_on=now.astimezone(clock.TOKYO).date(),
            expires_at=now + (LONG if remember else SHORT),
        )
    )
    forget_browser()
    session["_user_id"] = token
    session.permanent = remember


def forget_browser() -> None:
    """Leave nothing of a person in this browser but the language."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    # What this request found out about the visitor, and the token of their forms, hold no longer.
    g.pop("_login_user", None)
    g.pop("csrf_token", None)


def init_app(app: Flask) -> None:
    login_manager.anonymous_user = lambda: VISITOR
    login_manager.session_protection = None  # the address of a phone changes between two visits
    login_manager.init_app(app, add_context_processor=False)

    @login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
    def ask_to_sign_in() -> object:
        return web.sign_in_first()
