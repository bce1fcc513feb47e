"""One topic and its posts."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from sqlalchemy import Row, Select, bindparam, case, func, select
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.models import Board, Post, Reaction, Topic
from sccafe.boards.queries.columns import OPENS, PER_PAGE, themes, with_mark
from sccafe.boards.queries.drafts import with_draft
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run

Order = Literal["thread", "time"]


@cache
def _topic(signed_in: bool) -> Select[Any]:
    asked = (
        select(anonymity.mine()).where(Post.topic_id == Topic.id, Post.number == 1).correlate(Topic).scalar_subquery()
    )
    columns: list[Any] = [
        Topic.id,
        Topic.board_id,
        Topic.title,
        Topic.audience,
        Topic.state,
        Topic.visibility,
        Topic.state_reason,
        Topic.hidden_reason,
        Topic.pinned,
        Topic.locked,
        Topic.accepted_post_id,
        Topic.outcome_html,
        Topic.outcome_review_on,
        Topic.has_poll,
        Topic.opens_at,
        Topic.closes_at,
        Topic.post_count,
        Topic.last_number,
        Topic.last_post_at,
        Topic.reader_count,
        Board.slug,
        Board.kind,
        Board.archived,
        Board.anonymous_allowed,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
        Board.audience.label("board_audience"),
        themes().label("themes"),
        asked.label("asked"),
    ]
    statement = (
        select(*columns)
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.id == bindparam("topic_id"), readable(Topic.audience))
    )
    return with_mark(with_draft(statement, "topic", Topic.id, signed_in), signed_in)


def topic(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """A topic's head with its board, its themes (keys, comma between), the viewer's draft of a reply and read mark."""
    return run(_topic(viewer.signed_in), topic_id=topic_id, **reader(viewer)).first()


_author = aliased(User)
_parent = aliased(Post)
_parent_author = aliased(User)

_POSTS = (
    select(
        Post.id,
        Post.topic_id,
        Post.number,
        Post.path,
        Post.state,
        Post.state_reason,
        Post.alias,
        Post.shown_layer,
        Post.shown_years,
        Post.guest_name,
        Post.by_staff,
        anonymity.mine().label("mine"),
        Post.html,
        Post.created_at,
        Post.edited_at,
        Post.file_count,
        _author.handle,
        _author.role,
        _author.coordinator_layer,
        _author.experience_years,
        _parent.number.label("parent_number"),
        _parent.alias.label("parent_alias"),
        _parent.guest_name.label("parent_guest"),
        _parent_author.handle.label("parent_handle"),
    )
    .outerjoin(_author, _author.id == Post.author_id)
    .outerjoin(_parent, _parent.id == Post.parent_id)
    .outerjoin(_parent_author, _parent_author.id == _parent.author_id)
    .where(Post.topic_id == bindparam("topic_id"))
)
_placed = aliased(Post)
#: The skipped ones are counted off in the index alone, before any row is read or joined.
_ids_of_page = (
    select(_placed.id)
    .where(_placed.topic_id == bindparam("topic_id"), _placed.path.is_not(None))
    .order_by(_placed.path)
    .limit(PER_PAGE)
    .offset(bindparam("skipped"))
)
_PAGES = {
    # Numbers have no gap (threads.py), so the page's own are known.
    "time": _POSTS.where(Post.number.between(bindparam("skipped") + 1, bindparam("skipped") + PER_PAGE)).order_by(
        Post.number
    ),
    "thread": _POSTS.where(Post.id.in_(_ids_of_page)).order_by(Post.path),
}
_ONE_POST = _POSTS.where(Post.id == bindparam("post_id"))
_OWN = _POSTS.where(anonymity.mine()).order_by(Post.id)
_OWN_HELD = _OWN.where(Post.state == "held")
_HELD = _POSTS.where(Post.state == "held").order_by(Post.id)


def posts_of_page(viewer: Viewer, topic_id: int, page: int, order: Order) -> Sequence[Row[Any]]:
    """One page of a topic that `topic` has let the viewer read; placeholders keep their place."""
    return run(_PAGES[order], topic_id=topic_id, skipped=(page - 1) * PER_PAGE, reader_id=viewer.user_id).all()


def post_of_topic(viewer: Viewer, topic_id: int, post_id: int) -> Row[Any] | None:
    """One post of a topic that `topic` has let the viewer read."""
    return run(_ONE_POST, topic_id=topic_id, post_id=post_id, reader_id=viewer.user_id).first()


def own_held_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What the viewer wrote here and waits for approval."""
    return run(_OWN_HELD, topic_id=topic_id, reader_id=viewer.user_id).all()


def own_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What the viewer wrote in a topic that `own_held_topic` has found to be theirs."""
    return run(_OWN, topic_id=topic_id, reader_id=viewer.user_id).all()


def held_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What waits for approval in a topic, for the secretariat."""
    return run(_HELD, topic_id=topic_id, reader_id=viewer.user_id).all()


def own_held_topic(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """The head of a topic that waits for approval or was hidden, for the one who opened it."""
    if viewer.user_id is None:
        return None
    columns: list[Any] = [
        Topic.id,
        Topic.title,
        Topic.visibility,
        Board.slug,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
    ]
    return db.session.execute(
        select(*columns)
        .join(Board, Board.id == Topic.board_id)
        .join(Post, Post.topic_id == Topic.id)
        .where(
            Topic.id == topic_id,
            Topic.visibility.in_(("held", "hidden")),
            anonymity.written_by(viewer.user_id),
            OPENS,
        )
    ).first()


_REACTIONS = (
    select(
        Reaction.post_id,
        Reaction.kind,
        func.count(),
        func.max(case((Reaction.user_id == bindparam("reader_id"), 1), else_=0)),
    )
    .where(Reaction.post_id.in_(bindparam("posts", expanding=True)))
    .group_by(Reaction.post_id, Reaction.kind)
)


def who_reacted(post_id: int) -> Sequence[Row[Any]]:
    """Kind and handle of each reaction to a named post that the viewer may read, the newest first, at most 200."""
    return db.session.execute(
        select(Reaction.kind, User.handle)
        .join(User, User.id == Reaction.user_id)
        .where(Reaction.post_id == post_id, User.state == "active")
        .order_by(Reaction.created_at.desc())
        .limit(200)
    ).all()


def reactions_of(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, bool]]]:
    """How often each reaction stands on each post, and whether the viewer set it: one statement."""
    found: dict[int, dict[str, tuple[int, bool]]] = defaultdict(dict)
    if post_ids:
        for post_id, kind, count, own in run(_REACTIONS, posts=post_ids, reader_id=viewer.user_id):
            found[post_id][kind] = (count, bool(own))
    return found
