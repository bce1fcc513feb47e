"""One post, and what a person wrote."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.models import Board, Post, PostVersion, Topic, TopicRead
from sccafe.boards.queries.columns import OPENS, PER_PAGE
from sccafe.boards.queries.topics import Order
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db


def post(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """A post with what its pages need, where the viewer may read its topic."""
    columns: list[Any] = [
        Post.id,
        Post.topic_id,
        Post.number,
        Post.parent_id,
        Post.path,
        Post.state,
        anonymity.written_by(viewer.user_id).label("mine"),
        Post.source,
        Post.html,
        Post.created_at,
        Post.edited_at,
        Topic.title,
        Topic.locked,
        Topic.audience,
        Topic.visibility,
        Board.slug,
        Board.kind,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
    ]
    return db.session.execute(
        select(*columns)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .where(Post.id == post_id, (readable(Topic.audience, viewer) & _not_held_for(viewer)) | _own_unseen(viewer))
    ).first()


def _not_held_for(viewer: Viewer) -> ColumnElement[bool]:
    """A held post is there for the secretariat and for its writer only."""
    if viewer.is_staff:
        return true()
    return or_(Post.state != "held", anonymity.written_by(viewer.user_id))


def _own_unseen(viewer: Viewer) -> ColumnElement[bool]:
    """A topic that waits for approval, was hidden, or was deleted a moment ago is there for the one who opened it."""
    unseen = Topic.visibility.in_(("held", "hidden", "deleted"))
    return and_(unseen, OPENS, anonymity.written_by(viewer.user_id))


def page_of(post_row: Row[Any], order: Order) -> int:
    """On which page of its topic a post stands."""
    before = select(func.count()).where(Post.topic_id == post_row.topic_id)
    by = Post.number <= post_row.number if order == "time" else Post.path <= post_row.path
    count = db.session.scalar(before.where(by)) or 1
    return (int(count) - 1) // PER_PAGE + 1


def first_unread(viewer: Viewer, topic_id: int) -> int | None:
    """The id of the first post of a readable topic that is new to the viewer."""
    return db.session.scalar(
        select(Post.id)
        .join(Topic, Topic.id == Post.topic_id)
        .outerjoin(TopicRead, and_(TopicRead.topic_id == Topic.id, TopicRead.user_id == viewer.user_id))
        .where(
            Topic.id == topic_id,
            readable(Topic.audience, viewer),
            Post.number > func.coalesce(TopicRead.last_read_number, 0),
        )
        .order_by(Post.number)
        .limit(1)
    )


def versions(post_id: int) -> Sequence[Row[Any]]:
    """The older texts of a post that `post` has let the viewer read, newest first."""
    return db.session.execute(
        select(PostVersion.html, PostVersion.written_at, PostVersion.replaced_at)
        .where(PostVersion.post_id == post_id)
        .order_by(PostVersion.id.desc())
    ).all()


def posts_of_person(viewer: Viewer, user_id: int, limit: int) -> Sequence[Row[Any]]:
    """What somebody wrote under their name and the viewer may read, newest first."""
    return db.session.execute(
        select(Post.id, Post.html, Post.created_at, Topic.title)
        .join(Topic, Topic.id == Post.topic_id)
        .where(Post.author_id == user_id, Post.state == "published", readable(Topic.audience, viewer))
        .order_by(Post.created_at.desc())
        .limit(limit)
    ).all()


def person(viewer: Viewer, handle: str) -> Row[Any] | None:
    """A person's id and handle, by the name in the address; those not active are there for the secretariat only."""
    statement = select(User.id, User.handle).where(User.handle == handle)
    return db.session.execute(statement if viewer.is_staff else statement.where(User.state == "active")).first()
