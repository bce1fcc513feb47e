"""What signed-in people have typed and not sent: kept by the server under the site's key, never by the browser."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sccafe.core import clock, text_rules
from sccafe.core.database import db, insert_once, writing
from sccafe.counseling.models import OwnDraft, Request
from sccafe.counseling.service.asking import last_said, once_hash, once_of
from sccafe.counseling.service.stepping import Actor, forget_own_draft, hold

NEW = "new"


def keep(actor: Actor, place: str, fields: Mapping[str, object], once: str = "") -> bool:
    """Keep a form's fields for `place` (new, or a request's ref), and say whether something is kept now.

    A form in which nothing stands is forgotten, and so is what was sent a moment ago and arrives late as a draft
    (`once` is the form's own key), and what belongs to a request that is not theirs or is there no longer.
    """
    user_id = actor.viewer.user_id
    if user_id is None:
        return False
    with writing() as session:
        if place != NEW and "asker" not in hold(session, place, actor):
            return False
        if not any(fields.values()) or _was_sent(session, actor, place, fields, once):
            forget_own_draft(session, user_id, place)
            return False
        put(session, user_id, place, fields)
        return True


def put(session: Session, user_id: int, place: str, fields: Mapping[str, object]) -> None:
    """Write the one row of a person and place, whoever else is writing it at this moment."""
    values = {"fields": json.dumps(dict(fields)), "saved_at": clock.now()}
    if not insert_once(session, OwnDraft, {"user_id": user_id, "place": place, **values}):
        session.execute(update(OwnDraft).where(OwnDraft.user_id == user_id, OwnDraft.place == place).values(values))


def _was_sent(session: Session, actor: Actor, place: str, fields: Mapping[str, object], once: str) -> bool:
    body = text_rules.normalise(str(fields.get("body", "")))
    if place != NEW:
        said = last_said(session, place)
        return said is not None and said.text == body
    sent = once_hash(once_of(actor, once, "form", str(fields.get("category", "")), body))
    return session.scalar(select(Request.id).where(Request.once_hash == sent)) is not None


def kept(actor: Actor, place: str) -> dict[str, Any]:
    """The fields of the viewer's draft for `place`; empty where there is none."""
    found = db.session.scalar(
        select(OwnDraft.fields).where(OwnDraft.user_id == actor.viewer.user_id, OwnDraft.place == place)
    )
    fields: dict[str, Any] = json.loads(found) if found else {}
    return fields


def forget(actor: Actor, place: str) -> None:
    with writing() as session:
        forget_own_draft(session, actor.viewer.user_id, place)
