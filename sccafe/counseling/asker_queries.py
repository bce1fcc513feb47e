"""What concerns the asker alone: their requests, their profile, and the question that they bring along."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from sccafe.accounts.models import User
from sccafe.boards import queries as boards
from sccafe.boards.models import Post
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Request
from sccafe.counseling.service import Actor
from sccafe.counseling.service.stepping import is_let_in

PER_PAGE = 10


def own_requests(viewer: Viewer, page: int) -> tuple[Sequence[Row[Any]], int]:
    """One page of the viewer's own requests, the newest first, and how many there are; no word of what they say."""
    if viewer.user_id is None:
        return [], 0
    mine = Request.asker_id == viewer.user_id
    count = db.session.scalar(select(func.count()).select_from(Request).where(mine)) or 0
    rows = db.session.execute(
        select(Request.ref, Request.category, Request.state, Request.created_at, Request.state_at, Request.last_number)
        .where(mine)
        .order_by(Request.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return rows, count


def require_asker(actor: Actor, ref: str) -> None:
    """Raise NotThere for everybody but whoever asked: also for desk and experts, who have a page of their own.

    Ends the reading.
    """
    row = db.session.execute(
        select(Request.ref, Request.asker_id, Request.receipt_hash).where(Request.ref == ref)
    ).first()
    end_reading()
    is_account = row is not None and row.asker_id is not None and row.asker_id == actor.viewer.user_id
    if row is None or not (is_account or is_let_in(row, actor)):
        raise NotThere


def own_question(viewer: Viewer, topic_id: int) -> tuple[str, str] | None:
    """Title and text of a question of the boards that the viewer wrote, under their name or not; else None."""
    found = boards.topic(viewer, topic_id) if viewer.signed_in else None
    if found is None or found.kind != "questions" or not found.asked:
        return None
    source = db.session.scalar(
        select(Post.source).where(Post.topic_id == topic_id, Post.number == 1, Post.state == "published")
    )
    return (found.title, source) if source else None


def profile(viewer: Viewer) -> Row[Any] | None:
    """handle, real_name, prefecture and municipality of the viewer, with which the form is filled in."""
    return db.session.execute(
        select(User.handle, User.real_name, User.prefecture, User.municipality).where(User.id == viewer.user_id)
    ).first()
