"""Every read of boards, topics and posts, through the wall.

What the hot pages ask is built once (`cache`) and run with `database.run`; the rest is written where it is used.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, null, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, PostVersion, Reaction, Topic, TopicRead, TopicTheme
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run

PER_PAGE = 25
#: How far back a list of what is new to somebody looks: so many of the newest topics.
NEWEST = 200

Order = Literal["thread", "time"]

#: A topic that its writer deleted stands in no list, not even the secretariat's.
_LISTED = Topic.visibility != "deleted"
_BY_LAST_POST = (Topic.last_post_at.desc(), Topic.id.desc())
#: The post that opens its topic; a held one has no number yet.
_OPENS = or_(Post.number == 1, and_(Post.number.is_(None), Post.parent_id.is_(None)))
_last_author = aliased(User)
_last_post = aliased(Post)


def _shown_topics(signed_in: bool, chosen: Select[Any]) -> Select[Any]:
    """The columns a topic row shows, for the ids that `chosen` selects; its order is the caller's."""
    columns: list[Any] = [
        Topic.id,
        Topic.board_id,
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
    return _with_mark(statement, signed_in)


def _with_mark(statement: Select[Any], signed_in: bool) -> Select[Any]:
    """Add the reader's mark; visitors have none."""
    if not signed_in:
        return statement.add_columns(null().label("last_read_number"))
    return statement.add_columns(TopicRead.last_read_number).outerjoin(
        TopicRead, and_(TopicRead.topic_id == Topic.id, TopicRead.user_id == bindparam("reader_id"))
    )


@cache
def _themes() -> Select[Any]:
    return select(TopicTheme.topic_id, TopicTheme.theme).where(
        TopicTheme.topic_id.in_(bindparam("topics", expanding=True))
    )


def themes_of(topic_ids: Sequence[int]) -> dict[int, list[str]]:
    """The themes' keys of these topics."""
    found: dict[int, list[str]] = defaultdict(list)
    if topic_ids:
        for topic_id, theme in run(_themes(), topics=topic_ids):
            found[topic_id].append(theme)
    return found


# --- boards ---------------------------------------------------------------------------------------

_BOARD = select(
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
).where(readable(Board.audience))

_BOARD_BY_SLUG = _BOARD.where(Board.slug == bindparam("slug"))
_BOARD_BY_ID = _BOARD.where(Board.id == bindparam("board_id"))
_ALL_BOARDS = _BOARD.order_by(Board.position, Board.id)
_BOARDS = _ALL_BOARDS.where(Board.archived.is_(False))


def board(viewer: Viewer, slug: str) -> Row[Any] | None:
    """A board by its address, as far as the viewer may read it."""
    return run(_BOARD_BY_SLUG, slug=slug, **reader(viewer)).first()


def board_by_id(viewer: Viewer, board_id: int) -> Row[Any] | None:
    return run(_BOARD_BY_ID, board_id=board_id, **reader(viewer)).first()


def boards(viewer: Viewer, *, archived: bool = False) -> Sequence[Row[Any]]:
    """The boards the viewer may read, in their order; with the archived ones for those who look after them."""
    return run(_ALL_BOARDS if archived else _BOARDS, **reader(viewer)).all()


@cache
def _newest_of_boards(signed_in: bool) -> Select[Any]:
    inner = aliased(Topic)
    newest = (
        select(inner.id)
        .where(inner.board_id == Board.id, readable(inner.audience), inner.visibility != "deleted")
        .order_by(inner.last_post_at.desc(), inner.id.desc())
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    chosen = select(newest).select_from(Board).where(Board.id.in_(bindparam("boards", expanding=True)))
    return _shown_topics(signed_in, chosen)


def newest_of_boards(viewer: Viewer, board_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The topic written in last, by board: one statement for all boards."""
    rows = run(_newest_of_boards(viewer.signed_in), boards=board_ids, **reader(viewer))
    return {row.board_id: row for row in rows}


# --- lists of topics --------------------------------------------------------------------------------


@cache
def _topics_of_board(signed_in: bool, by_state: bool, by_theme: bool, by_cursor: bool) -> Select[Any]:
    chosen = select(Topic.id).where(Topic.board_id == bindparam("board_id"), readable(Topic.audience), _LISTED)
    if by_state:
        chosen = chosen.where(Topic.state == bindparam("state"))
    if by_theme:
        of_theme = select(TopicTheme.topic_id).where(TopicTheme.theme == bindparam("theme"))
        chosen = chosen.where(Topic.id.in_(of_theme))
    order = (Topic.pinned.desc(), *_BY_LAST_POST)
    if by_cursor:
        place = tuple_(
            bindparam("after_pinned"), bindparam("after_at", type_=Topic.last_post_at.type), bindparam("after_id")
        )
        chosen = chosen.where(tuple_(Topic.pinned, Topic.last_post_at, Topic.id) < place)
    chosen = chosen.order_by(*order).limit(PER_PAGE + 1).offset(bindparam("skipped"))
    return _shown_topics(signed_in, chosen).order_by(*order)


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
    values: dict[str, Any] = {"state": state, "theme": theme, "skipped": 0 if after else (page - 1) * PER_PAGE}
    if after:
        values |= dict(zip(("after_pinned", "after_at", "after_id"), after, strict=True))
    statement = _topics_of_board(viewer.signed_in, bool(state), bool(theme), after is not None)
    return run(statement, board_id=board_id, **values, **reader(viewer)).all()


@cache
def _newest_topics(signed_in: bool) -> Select[Any]:
    chosen = select(Topic.id).where(readable(Topic.audience), _LISTED).order_by(*_BY_LAST_POST).limit(bindparam("most"))
    return _shown_topics(signed_in, chosen).order_by(*_BY_LAST_POST)


def newest_topics(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """The topics written in last, on all boards the viewer may read."""
    return run(_newest_topics(viewer.signed_in), most=limit, **reader(viewer)).all()


@cache
def _unread_topics() -> Select[Any]:
    recent = (
        select(Topic.id, Topic.last_post_at, Topic.last_number)
        .where(readable(Topic.audience), _LISTED)
        .order_by(*_BY_LAST_POST)
        .limit(NEWEST)
        .subquery()
    )
    joined_at = bindparam("joined_at", type_=Topic.last_post_at.type)
    unread: ColumnElement[bool] = func.coalesce(
        TopicRead.last_read_number < recent.c.last_number, recent.c.last_post_at > joined_at
    )
    chosen = (
        select(recent.c.id)
        .outerjoin(TopicRead, and_(TopicRead.topic_id == recent.c.id, TopicRead.user_id == bindparam("reader_id")))
        .where(unread, recent.c.id != bindparam("but"))
        .order_by(recent.c.last_post_at.desc(), recent.c.id.desc())
        .limit(bindparam("most"))
    )
    return _shown_topics(True, chosen).order_by(*_BY_LAST_POST)


def unread_topics(viewer: Viewer, limit: int, after_topic: int = 0) -> Sequence[Row[Any]]:
    """Topics with posts new to this person, newest first, among the NEWEST ones; never `after_topic` itself."""
    return run(_unread_topics(), most=limit, but=after_topic, joined_at=viewer.joined_at, **reader(viewer)).all()


@cache
def _waiting_questions(signed_in: bool) -> Select[Any]:
    chosen = (
        select(Topic.id)
        .where(Topic.state == "unanswered", readable(Topic.audience), _LISTED)
        .order_by(Topic.last_post_at.desc())
        .limit(bindparam("most"))
    )
    return _shown_topics(signed_in, chosen).order_by(*_BY_LAST_POST)


def waiting_questions(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """Questions nobody has answered, newest first."""
    return run(_waiting_questions(viewer.signed_in), most=limit, **reader(viewer)).all()


# --- one topic --------------------------------------------------------------------------------------


@cache
def _topic(signed_in: bool) -> Select[Any]:
    themes = (
        select(func.aggregate_strings(TopicTheme.theme, ","))
        .where(TopicTheme.topic_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )
    asker = select(Post.author_id).where(Post.topic_id == Topic.id, Post.number == 1).correlate(Topic).scalar_subquery()
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
    ]
    statement = (
        select(*columns)
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.id == bindparam("topic_id"), readable(Topic.audience))
    )
    return _with_mark(statement, signed_in)


def topic(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """A topic's head with its board, its themes (keys, comma between) and the viewer's read mark."""
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
    .where(Post.topic_id == bindparam("topic_id"))
)
_PAGE = _POSTS.limit(PER_PAGE).offset(bindparam("skipped"))
_PAGES = {
    "time": _PAGE.where(Post.number.is_not(None)).order_by(Post.number),
    "thread": _PAGE.where(Post.path.is_not(None)).order_by(Post.path),
}
_ONE_POST = _POSTS.where(Post.id == bindparam("post_id"))
_OWN = _POSTS.where(Post.author_id == bindparam("reader_id")).order_by(Post.id)
_OWN_HELD = _OWN.where(Post.state == "held")
_HELD = _POSTS.where(Post.state == "held").order_by(Post.id)


def posts_of_page(topic_id: int, page: int, order: Order) -> Sequence[Row[Any]]:
    """One page of a topic that `topic` has let the viewer read; placeholders keep their place."""
    return run(_PAGES[order], topic_id=topic_id, skipped=(page - 1) * PER_PAGE).all()


def post_of_topic(topic_id: int, post_id: int) -> Row[Any] | None:
    """One post of a topic that `topic` has let the viewer read."""
    return run(_ONE_POST, topic_id=topic_id, post_id=post_id).first()


def own_held_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What the viewer wrote here and waits for approval."""
    return run(_OWN_HELD, topic_id=topic_id, reader_id=viewer.user_id).all()


def own_posts(viewer: Viewer, topic_id: int) -> Sequence[Row[Any]]:
    """What the viewer wrote in a topic that `own_held_topic` has found to be theirs."""
    return run(_OWN, topic_id=topic_id, reader_id=viewer.user_id).all()


def held_posts(topic_id: int) -> Sequence[Row[Any]]:
    """What waits for approval in a topic, for the secretariat."""
    return run(_HELD, topic_id=topic_id).all()


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
            Post.author_id == viewer.user_id,
            _OPENS,
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


def reactions_of(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, bool]]]:
    """How often each reaction stands on each post, and whether the viewer set it: one statement."""
    found: dict[int, dict[str, tuple[int, bool]]] = defaultdict(dict)
    if post_ids:
        for post_id, kind, count, own in run(_REACTIONS, posts=post_ids, reader_id=viewer.user_id):
            found[post_id][kind] = (count, bool(own))
    return found


# --- one post ---------------------------------------------------------------------------------------


def post(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """A post with what its pages need, where the viewer may read its topic."""
    columns: list[Any] = [
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
    return or_(Post.state != "held", and_(Post.author_id.is_not(None), Post.author_id == viewer.user_id))


def _own_unseen(viewer: Viewer) -> ColumnElement[bool]:
    """A topic that waits for approval, was hidden, or was deleted a moment ago is there for the one who opened it."""
    unseen = Topic.visibility.in_(("held", "hidden", "deleted"))
    return and_(unseen, _OPENS, Post.author_id.is_not(None), Post.author_id == viewer.user_id)


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
