"""What feeds show: what a visitor may read, whoever asks."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import VISITOR, readable, reader
from sccafe.core.database import run

#: Topics in a feed, and the newest posts shown of each beside the opening one.
MOST, NEWEST = 30, 3


@cache
def _board() -> Select[Any]:
    return select(Board.id, Board.slug, Board.title, Board.description, Board.created_at).where(
        Board.slug == bindparam("slug"), readable(Board.audience)
    )


@cache
def _posts(of_board: bool) -> Select[Any]:
    chosen = select(Topic.id).where(readable(Topic.audience), Topic.visibility == "published")
    if of_board:
        chosen = chosen.where(Topic.board_id == bindparam("board_id")).order_by(Topic.last_post_at.desc())
    else:
        chosen = chosen.where(Topic.state == "unanswered").order_by(Topic.last_post_at.desc())
    return (
        select(
            Topic.id.label("topic_id"),
            Topic.title,
            Topic.created_at.label("begun_at"),
            Topic.last_post_at,
            Board.title.label("board_title"),
            Post.id,
            Post.number,
            Post.html,
            Post.alias,
            Post.guest_name,
            User.handle,
            Post.created_at,
            Post.edited_at,
        )
        .join(Board, Board.id == Topic.board_id)
        .join(Post, Post.topic_id == Topic.id)
        .outerjoin(User, User.id == Post.author_id)
        .where(
            Topic.id.in_(chosen.limit(MOST)),
            Post.state == "published",
            or_(Post.number == 1, Post.number > Topic.last_number - NEWEST),
        )
        .order_by(Topic.last_post_at.desc(), Topic.id.desc(), Post.number)
    )


def board_of_feed(slug: str) -> Row[Any] | None:
    """A board that a visitor may read."""
    return run(_board(), slug=slug, **reader(VISITOR)).first()


def posts_of_board_feed(board_id: int) -> Sequence[Row[Any]]:
    """The opening and the newest posts of the board's newest topics, topic by topic."""
    return run(_posts(True), board_id=board_id, **reader(VISITOR)).all()


def posts_of_waiting_feed() -> Sequence[Row[Any]]:
    """The same of the questions that nobody has answered."""
    return run(_posts(False), **reader(VISITOR)).all()
