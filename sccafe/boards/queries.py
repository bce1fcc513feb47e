"""Every read of boards, topics and posts, through the wall."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, null, select, tuple_
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, PostVersion, Reaction, Topic, TopicRead, TopicTheme
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db

PER_PAGE = 25
#: How far back a list of what is new to somebody looks: so many of the newest topics.
NEWEST = 200

Order = Literal["thread", "time"]

_last_author = aliased(User)
_last_post = aliased(Post)


def _shown_topics(viewer: Viewer, chosen: Select[Any]) -> Select[Any]:
    """The columns a topic row shows, for the ids that `chosen` selects; its order is the caller's."""
    columns: list[Any] = [
        Topic.id,
        Topic.title,
        Topic.state,
        Topic.visibility,
        Topic.pinned,
        Topic.locked,
        Topic.opens_at,
        Topic.closes_at,
        Topic.post_count,
        Topic.reader_count,
        Topic.last_number,
        Topic.last_post_at,
        Board.kind,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
        _last_post.alias.label("last_alias"),
        _last_author.handle.label("last_handle"),
    ]
    statement = (
        select(*columns)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(_last_post, _last_post.id == Topic.last_post_id)
        .outerjoin(_last_author, _last_author.id == _last_post.author_id)
        .where(Topic.id.in_(chosen))
    )
    return _with_mark(statement, viewer)


def _with_mark(statement: Select[Any], viewer: Viewer) -> Select[Any]:
    """Add the viewer's read mark; visitors have none."""
    if viewer.user_id is None:
        return statement.add_columns(null().label("last_read_number"))
    return statement.add_columns(TopicRead.last_read_number).outerjoin(
        TopicRead, and_(TopicRead.topic_id == Topic.id, TopicRead.user_id == viewer.user_id)
    )


def themes_of(topic_ids: Sequence[int]) -> dict[int, list[str]]:
    """The themes' keys of these topics."""
    found: dict[int, list[str]] = defaultdict(list)
    if topic_ids:
        for topic_id, theme in db.session.execute(
            select(TopicTheme.topic_id, TopicTheme.theme).where(TopicTheme.topic_id.in_(topic_ids))
        ):
            found[topic_id].append(theme)
    return found


# --- boards ---------------------------------------------------------------------------------------

_BOARD = (
    Board.id,
    Board.slug,
    Board.kind,
    Board.title.label("board_title"),
    Board.title_en.label("board_title_en"),
    Board.description,
    Board.description_en,
    Board.audience,
    Board.start,
    Board.archived,
    Board.topic_count,
    Board.anonymous_allowed,
    Board.position,
)


def board(viewer: Viewer, slug: str) -> Row[Any] | None:
    """A board by its address, as far as the viewer may read it."""
    return db.session.execute(select(*_BOARD).where(Board.slug == slug, readable(Board.audience, viewer))).first()


def board_by_id(viewer: Viewer, board_id: int) -> Row[Any] | None:
    return db.session.execute(select(*_BOARD).where(Board.id == board_id, readable(Board.audience, viewer))).first()


def boards(viewer: Viewer, *, archived: bool = False) -> Sequence[Row[Any]]:
    """The boards the viewer may read, in their order; with the archived ones for those who look after them."""
    statement = select(*_BOARD).where(readable(Board.audience, viewer)).order_by(Board.position, Board.id)
    return db.session.execute(statement if archived else statement.where(Board.archived.is_(False))).all()


def newest_of_boards(viewer: Viewer, board_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The topic written in last, by board: one statement for all boards."""
    inner = aliased(Topic)
    newest = (
        select(inner.id)
        .where(inner.board_id == Board.id, readable(inner.audience, viewer))
        .order_by(inner.last_post_at.desc(), inner.id.desc())
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    chosen = select(newest).select_from(Board).where(Board.id.in_(board_ids))
    rows = db.session.execute(_shown_topics(viewer, chosen).add_columns(Topic.board_id)).all()
    return {row.board_id: row for row in rows}


# --- lists of topics --------------------------------------------------------------------------------


def topics_of_board(
    viewer: Viewer,
    board_id: int,
    page: int,
    state: str = "",
    theme: str = "",
    after: tuple[bool, datetime, int] | None = None,
) -> Sequence[Row[Any]]:
    """One page of a board and one row more where another follows: pinned ones first, then by the newest post.

    `after` is where the page before ended (pinned, last_post_at, id): with it no row is counted off, however far in.
    """
    chosen = select(Topic.id).where(Topic.board_id == board_id, readable(Topic.audience, viewer))
    if state:
        chosen = chosen.where(Topic.state == state)
    if theme:
        chosen = chosen.where(Topic.id.in_(select(TopicTheme.topic_id).where(TopicTheme.theme == theme)))
    if after:
        chosen = chosen.where(tuple_(Topic.pinned, Topic.last_post_at, Topic.id) < tuple_(*map(literal, after)))
    else:
        chosen = chosen.offset((page - 1) * PER_PAGE)
    order = (Topic.pinned.desc(), Topic.last_post_at.desc(), Topic.id.desc())
    chosen = chosen.order_by(*order).limit(PER_PAGE + 1)
    return db.session.execute(_shown_topics(viewer, chosen).order_by(*order)).all()


def newest_topics(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """The topics written in last, on all boards the viewer may read."""
    order = (Topic.last_post_at.desc(), Topic.id.desc())
    chosen = select(Topic.id).where(readable(Topic.audience, viewer)).order_by(*order).limit(limit)
    return db.session.execute(_shown_topics(viewer, chosen).order_by(*order)).all()


def unread_topics(viewer: Viewer, limit: int, after_topic: int = 0) -> Sequence[Row[Any]]:
    """Topics with posts new to this person, newest first, among the NEWEST ones; never `after_topic` itself."""
    recent = (
        select(Topic.id, Topic.last_post_at, Topic.last_number)
        .where(readable(Topic.audience, viewer))
        .order_by(Topic.last_post_at.desc(), Topic.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    unread: ColumnElement[bool] = func.coalesce(
        TopicRead.last_read_number < recent.c.last_number, recent.c.last_post_at > viewer.joined_at
    )
    chosen = (
        select(recent.c.id)
        .outerjoin(TopicRead, and_(TopicRead.topic_id == recent.c.id, TopicRead.user_id == viewer.user_id))
        .where(unread, recent.c.id != after_topic)
        .order_by(recent.c.last_post_at.desc(), recent.c.id.desc())
        .limit(limit)
    )
    return db.session.execute(_shown_topics(viewer, chosen).order_by(Topic.last_post_at.desc(), Topic.id.desc())).all()


def waiting_questions(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """Questions nobody has answered, newest first."""
    order = (Topic.last_post_at.desc(), Topic.id.desc())
    chosen = (
        select(Topic.id)
        .where(Topic.state == "unanswered", readable(Topic.audience, viewer))
        .order_by(Topic.last_post_at.desc())
        .limit(limit)
    )
    return db.session.execute(_shown_topics(viewer, chosen).order_by(*order)).all()


# --- one topic --------------------------------------------------------------------------------------


def topic(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """A topic's head with its board, its themes (keys, comma between) and the viewer's read mark."""
    themes = (
        select(func.aggregate_strings(TopicTheme.theme, ","))
        .where(TopicTheme.topic_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )
    asker = select(Post.author_id).where(Post.topic_id == Topic.id, Post.number == 1).correlate(Topic).scalar_subquery()
    statement = (
        select(
            Topic.id,
            Topic.board_id,
            Topic.title,
            Topic.audience,
            Topic.state,
            Topic.visibility,
            Topic.state_reason,
            Topic.pinned,
            Topic.locked,
            Topic.accepted_post_id,
            Topic.outcome_html,
            Topic.opens_at,
            Topic.closes_at,
            Topic.post_count,
            Topic.last_number,
            Topic.last_post_at,
            Topic.reader_count,
            Board.slug,
            Board.kind,
            Board.archived,
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
            Board.audience.label("board_audience"),
            themes.label("themes"),
            asker.label("starter_id"),
        )
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.id == topic_id, readable(Topic.audience, viewer))
    )
    return db.session.execute(_with_mark(statement, viewer)).first()


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
        Post.author_id,
        Post.html,
        Post.created_at,
        Post.edited_at,
        _author.handle,
        _author.role,
        _author.coordinator_layer,
        _author.experience_years,
        _parent.number.label("parent_number"),
        _parent.alias.label("parent_alias"),
        _parent_author.handle.label("parent_handle"),
    )
    .outerjoin(_author, _author.id == Post.author_id)
    .outerjoin(_parent, _parent.id == Post.parent_id)
    .outerjoin(_parent_author, _parent_author.id == _parent.author_id)
)


def posts_of_page(topic_id: int, page: int, order: Order) -> Sequence[Row[Any]]:
    """One page of a topic that `topic` has let the viewer read; placeholders keep their place."""
    by = Post.number if order == "time" else Post.path
    statement = _POSTS.where(Post.topic_id == topic_id, by.is_not(None)).order_by(by)
    return db.session.execute(statement.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()


def post_of_topic(topic_id: int, post_id: int) -> Row[Any] | None:
    """One post of a topic that `topic` has let the viewer read."""
    return db.session.execute(_POSTS.where(Post.topic_id == topic_id, Post.id == post_id)).first()


def own_held_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What the viewer wrote here and waits for approval."""
    return db.session.execute(
        _POSTS.where(Post.topic_id == topic_id, Post.state == "held", Post.author_id == viewer.user_id)
    ).all()


def own_held_topic(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """The title of a topic that its writer opened and that waits for approval."""
    if viewer.user_id is None:
        return None
    return db.session.execute(
        select(
            Topic.id, Topic.title, Board.slug, Board.title.label("board_title"), Board.title_en.label("board_title_en")
        )
        .join(Board, Board.id == Topic.board_id)
        .join(Post, Post.topic_id == Topic.id)
        .where(Topic.id == topic_id, Topic.visibility == "held", Post.author_id == viewer.user_id)
    ).first()


def reactions_of(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, bool]]]:
    """How often each reaction stands on each post, and whether the viewer set it: one statement."""
    if not post_ids:
        return {}
    mine = func.max(case((Reaction.user_id == viewer.user_id, 1), else_=0))
    found: dict[int, dict[str, tuple[int, bool]]] = defaultdict(dict)
    for post_id, kind, count, own in db.session.execute(
        select(Reaction.post_id, Reaction.kind, func.count(), mine)
        .where(Reaction.post_id.in_(post_ids))
        .group_by(Reaction.post_id, Reaction.kind)
    ):
        found[post_id][kind] = (count, bool(own))
    return found


# --- one post ---------------------------------------------------------------------------------------


def post(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """A post with what its pages need, where the viewer may read its topic."""
    return db.session.execute(
        select(
            Post.id,
            Post.topic_id,
            Post.number,
            Post.parent_id,
            Post.path,
            Post.state,
            Post.author_id,
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
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .where(
            Post.id == post_id,
            readable(Topic.audience, viewer) | _held_and_own(viewer),
        )
    ).first()


def _held_and_own(viewer: Viewer) -> ColumnElement[bool]:
    """What waits for approval, or was deleted a moment ago, is there for its writer."""
    return and_(
        Topic.visibility.in_(("held", "deleted")), Post.author_id == viewer.user_id, Post.author_id.is_not(None)
    )


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


def person(handle: str) -> Row[Any] | None:
    """An active person's id and handle, by the name in the address."""
    return db.session.execute(select(User.id, User.handle).where(User.handle == handle, User.state == "active")).first()
