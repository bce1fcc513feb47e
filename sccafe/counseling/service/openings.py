"""Who has a request open at the desk just now, so that two do not do the same."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from sccafe.accounts.models import User
from sccafe.core import clock
from sccafe.core.database import db, end_reading, insert_once, locked, writing
from sccafe.counseling.models import Opening, Request
from sccafe.counseling.service.stepping import Actor

#: So long somebody counts as having it open.
SEEN_FOR: Final = timedelta(minutes=5)
#: A sight so young is not written anew.
_FRESH: Final = timedelta(minutes=1)


def opened(actor: Actor, request_id: int) -> None:
    """Write down that somebody whose work it is has the request before them; nothing where that was a minute ago."""
    user_id, now = actor.viewer.user_id, clock.now()
    seen = db.session.scalar(select(Opening.at).where(Opening.request_id == request_id, Opening.user_id == user_id))
    end_reading()
    if user_id is None or (seen is not None and now - seen <= _FRESH):
        return
    with writing() as session:
        # One that was deleted a moment ago is open nowhere.
        if session.execute(locked(select(Request.id).where(Request.id == request_id), Request)).first() is None:
            return
        if not insert_once(session, Opening, {"request_id": request_id, "user_id": user_id, "at": now}):
            own = (Opening.request_id == request_id, Opening.user_id == user_id)
            session.execute(update(Opening).where(*own).values(at=now))


def others(actor: Actor, request_id: int) -> list[str]:
    """Who else had it before them within SEEN_FOR: their handles, the latest first."""
    found = db.session.scalars(
        select(User.handle)
        .join(Opening, Opening.user_id == User.id)
        .where(
            Opening.request_id == request_id,
            Opening.user_id != actor.viewer.user_id,
            Opening.at >= clock.now() - SEEN_FOR,
        )
        .order_by(Opening.at.desc())
        .limit(10)
    ).all()
    end_reading()
    return list(found)
