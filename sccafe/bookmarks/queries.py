"""Every read of bookmarks, each for its own person alone, and of their posts through the wall."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, case, func, null, select

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.bookmarks.models import Bookmark
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db

PER_PAGE = 20


def bookmark(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """The viewer's bookmark of a post."""
    return db.session.execute(
        select(Bookmark.id, Bookmark.note, Bookmark.remind_on, Bookmark.reminded_at).where(
            Bookmark.user_id == viewer.user_id, Bookmark.post_id == post_id, Bookmark.removed_at.is_(None)
        )
    ).first()


def count(viewer: Viewer) -> int:
    mine = (Bookmark.user_id == viewer.user_id, Bookmark.removed_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Bookmark).where(*mine)) or 0


def bookmarks(viewer: Viewer, page: int) -> Sequence[Row[Any]]:
    """One page: what is still to be reminded of first, by its day, then the newest.

    Of a post that the viewer may not read any more nothing is loaded but the bookmark's number: `title` is None.
    """
    there = and_(readable(Topic.audience, viewer), Post.state == "published")
    to_come = and_(Bookmark.remind_on.is_not(None), Bookmark.reminded_at.is_(None), there)

    def seen(column: Any) -> Any:
        return case((there, column), else_=null())

    return db.session.execute(
        select(
            Bookmark.id,
            Bookmark.post_id,
            Bookmark.note,
            Bookmark.remind_on,
            Bookmark.reminded_at,
            seen(Topic.title).label("title"),
            seen(Post.html).label("html"),
            seen(Post.alias).label("alias"),
            seen(Post.guest_name).label("guest_name"),
            seen(User.handle).label("handle"),
            seen(Board.title).label("board_title"),
            seen(Board.title_en).label("board_title_en"),
        )
        .join(Post, Post.id == Bookmark.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(User, User.id == Post.author_id)
        .where(Bookmark.user_id == viewer.user_id, Bookmark.removed_at.is_(None))
        .order_by(
            case((to_come, 0), else_=1),
            case((to_come, Bookmark.remind_on), else_=null()),
            Bookmark.created_at.desc(),
            Bookmark.id.desc(),
        )
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()


def due(today: date) -> list[int]:
    """The bookmarks whose day has come and whose people have not been reminded."""
    return list(
        db.session.scalars(
            select(Bookmark.id)
            .where(Bookmark.reminded_at.is_(None), Bookmark.remind_on <= today, Bookmark.removed_at.is_(None))
            .order_by(Bookmark.id)
        )
    )
