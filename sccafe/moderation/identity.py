"""The identity release: how the secretariat may learn who wrote an anonymous post.

An admin asks with a reason, a second staff member decides, the writer is told why, and all of it stands in the record.
Only these two see the name, for SEEN_DAYS, and each look at it is recorded before it is shown.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session, aliased

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.measures import ReasonMissing
from sccafe.boards.models import Post, Topic
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, text_rules
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, locked, writing
from sccafe.core.events import emit
from sccafe.moderation import audit, policy
from sccafe.moderation.events import IdentityReleased
from sccafe.moderation.models import IdentityRelease

#: How long the two may look at the name after the release.
SEEN_DAYS = 7

_asker = aliased(User)
_decider = aliased(User)


# --- reading ------------------------------------------------------------------------------------------


def _requests(viewer: Viewer, *more: ColumnElement[bool]) -> Any:
    return (
        select(
            IdentityRelease.id,
            IdentityRelease.post_id,
            IdentityRelease.state,
            IdentityRelease.reason,
            IdentityRelease.asked_by,
            IdentityRelease.asked_at,
            IdentityRelease.decided_by,
            IdentityRelease.decided_at,
            Topic.title,
            _asker.handle.label("asker"),
            _decider.handle.label("decider"),
        )
        .join(Post, Post.id == IdentityRelease.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .outerjoin(_asker, _asker.id == IdentityRelease.asked_by)
        .outerjoin(_decider, _decider.id == IdentityRelease.decided_by)
        .where(readable(Topic.audience, viewer), *more)
        .order_by(IdentityRelease.id)
    )


def request(viewer: Viewer, release_id: int) -> Row[Any] | None:
    """A request with the post's topic and the two staff members."""
    if not policy.may(viewer, "decide_identity"):
        return None
    found: Row[Any] | None = db.session.execute(_requests(viewer, IdentityRelease.id == release_id)).first()
    return found


def waiting(viewer: Viewer) -> list[Row[Any]]:
    """Requests that nobody has decided yet, and released ones that this viewer may still look at."""
    if not policy.may(viewer, "decide_identity"):
        return []
    own = or_(IdentityRelease.asked_by == viewer.user_id, IdentityRelease.decided_by == viewer.user_id)
    recent = (IdentityRelease.state == "released") & (IdentityRelease.decided_at > _horizon()) & own
    return list(db.session.execute(_requests(viewer, or_(IdentityRelease.state == "asked", recent))).all())


def _horizon() -> Any:
    return clock.now() - timedelta(days=SEEN_DAYS)


def may_see(viewer: Viewer, release: Row[Any]) -> bool:
    """Whether this viewer may look at the name now."""
    return (
        release.state == "released"
        and viewer.user_id in (release.asked_by, release.decided_by)
        and release.decided_at > _horizon()
    )


# --- writing ------------------------------------------------------------------------------------------


def _reason(reason: str) -> str:
    reason = text_rules.normalise(reason).strip()[:1000]
    if not reason:
        raise ReasonMissing
    return reason


def ask(viewer: Viewer, post_id: int, reason: str) -> int:
    """Ask to learn who wrote an anonymous post; the same again while it waits makes no second request.

    Raises NotThere, MayNot, ReasonMissing.
    """
    if not policy.may(viewer, "ask_identity"):
        raise MayNot("role")
    reason = _reason(reason)
    with writing() as session:
        post = session.execute(
            locked(
                select(Post.id, Post.alias, Post.topic_id)
                .join(Topic, Topic.id == Post.topic_id)
                .where(Post.id == post_id, readable(Topic.audience, viewer)),
                Post,
            )
        ).first()
        if post is None or not post.alias:
            raise NotThere
        open_one = session.scalar(
            select(IdentityRelease.id).where(IdentityRelease.post_id == post_id, IdentityRelease.state == "asked")
        )
        if open_one is not None:
            return open_one
        release = IdentityRelease(post_id=post_id, reason=reason, asked_by=viewer.user_id, asked_at=clock.now())
        session.add(release)
        session.flush()
        audit.record("identity.asked", "post", post_id, viewer.user_id, reason, topic=post.topic_id)
        return release.id


def decide(viewer: Viewer, release_id: int, *, release: bool) -> None:
    """Let the one who asked, and the one who decides, learn the name, or refuse it. Raises NotThere, MayNot."""
    if not policy.may(viewer, "decide_identity"):
        raise MayNot("role")
    with writing() as session:
        found = _open(session, release_id)
        if found.asked_by == viewer.user_id:
            raise MayNot("second_person")
        topic_id = session.scalar(select(Post.topic_id).where(Post.id == found.post_id)) or 0
        found.state = "released" if release else "refused"
        found.decided_by, found.decided_at = viewer.user_id, clock.now()
        session.flush()
        action = "identity.released" if release else "identity.refused"
        audit.record(action, "post", found.post_id, viewer.user_id, found.reason, topic=topic_id)
        if release:
            emit(IdentityReleased(found.post_id, topic_id, found.reason, viewer.user_id))


def _open(session: Session, release_id: int) -> IdentityRelease:
    found = session.execute(
        locked(
            select(IdentityRelease).where(IdentityRelease.id == release_id, IdentityRelease.state == "asked"),
            IdentityRelease,
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotThere
    return found


def look(viewer: Viewer, release_id: int) -> Row[Any] | None:
    """Handle and real name of the writer, for the two who may see them; None where the account is gone.

    The look is in the record before it is given out. Raises NotThere.
    """
    with writing() as session:
        row = session.execute(_requests(viewer, IdentityRelease.id == release_id)).first()
        if row is None or not may_see(viewer, row):
            raise NotThere
        audit.record("identity.seen", "post", row.post_id, viewer.user_id)
        writer = anonymity.reveal(session, row.post_id)
        person = select(User.handle, User.real_name).where(User.id == writer)
        return session.execute(person).first() if writer is not None else None
