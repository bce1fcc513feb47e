"""Boards, and lists of topics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, distinct, func, literal, select, tuple_, union_all
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, QuestionCall, Reaction, Topic, TopicRead, TopicTheme
from sccafe.boards.queries.columns import LISTED, PER_PAGE, themes, with_mark
from sccafe.boards.queries.drafts import with_draft
from sccafe.core import clock
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import UTCDateTime, run

#: How far back a list of what is new to somebody looks: so many of the newest topics.
NEWEST = 100

_BY_LAST_POST = (Topic.last_post_at.desc(), Topic.id.desc())
_last_author = aliased(User)
_last_post = aliased(Post)

_ROW: tuple[Any, ...] = (
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
    _last_post.guest_name.label("last_guest"),
    _last_author.handle.label("last_handle"),
    themes().label("themes"),
)


def _rows(signed_in: bool, *more: Any) -> Select[Any]:
    """What a topic's row shows; `more` columns stand before, the reader's mark at the end."""
    statement = (
        select(*more, *_ROW)
        .select_from(Topic)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(_last_post, _last_post.id == Topic.last_post_id)
        .outerjoin(_last_author, _last_author.id == _last_post.author_id)
    )
    return with_mark(statement, signed_in)


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
_BOARD_WITH_DRAFT = {
    member: with_draft(_BOARD_BY_SLUG.select_from(Board), "board", Board.id, member) for member in (True, False)
}
_BOARD_BY_ID = _BOARD.where(Board.id == bindparam("board_id"))
_ALL_BOARDS = _BOARD.order_by(Board.position, Board.id)
_BOARDS = _ALL_BOARDS.where(Board.archived.is_(False))


def board(viewer: Viewer, slug: str) -> Row[Any] | None:
    """A board by its address, as far as the viewer may read it."""
    return run(_BOARD_BY_SLUG, slug=slug, **reader(viewer)).first()


def board_to_write_on(viewer: Viewer, slug: str) -> Row[Any] | None:
    """The same with the viewer's draft of a new topic on it (`draft_id` is None for none)."""
    return run(_BOARD_WITH_DRAFT[viewer.signed_in], slug=slug, **reader(viewer)).first()


@cache
def _board_for_home() -> Select[Any]:
    helped = (
        select(func.count(distinct(Reaction.post_id)))
        .where(Reaction.user_id == bindparam("reader_id"), Reaction.created_at > bindparam("since", type_=UTCDateTime))
        .scalar_subquery()
    )
    return _BOARD_WITH_DRAFT[True].add_columns(helped.label("helped"))


def board_for_home(viewer: Viewer, slug: str) -> Row[Any] | None:
    """The same for somebody signed in, and in `helped` how many posts their reactions of the last week stand on."""
    since = clock.now() - timedelta(days=7)
    return run(_board_for_home(), slug=slug, since=since, **reader(viewer)).first()


def board_by_id(viewer: Viewer, board_id: int) -> Row[Any] | None:
    return run(_BOARD_BY_ID, board_id=board_id, **reader(viewer)).first()


def boards(viewer: Viewer, *, archived: bool = False) -> Sequence[Row[Any]]:
    """The boards the viewer may read, in their order; with the archived ones for those who look after them."""
    return run(_ALL_BOARDS if archived else _BOARDS, **reader(viewer)).all()


@cache
def _boards_with_newest() -> Select[Any]:
    inner = aliased(Topic)
    newest = (
        select(inner.id)
        .where(inner.board_id == Board.id, readable(inner.audience), inner.visibility != "deleted")
        .order_by(inner.last_post_at.desc(), inner.id.desc())
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    return (
        _BOARDS.add_columns(
            Topic.id.label("topic_id"),
            Topic.title.label("topic_title"),
            Topic.last_post_at,
            _last_post.alias.label("last_alias"),
            _last_post.guest_name.label("last_guest"),
            _last_author.handle.label("last_handle"),
        )
        .select_from(Board)
        .outerjoin(Topic, Topic.id == newest)
        .outerjoin(_last_post, _last_post.id == Topic.last_post_id)
        .outerjoin(_last_author, _last_author.id == _last_post.author_id)
    )


def boards_with_newest(viewer: Viewer) -> Sequence[Row[Any]]:
    """The boards the viewer may read, each with its topic written in last (`topic_id` is None for none)."""
    return run(_boards_with_newest(), **reader(viewer)).all()


# --- lists of topics --------------------------------------------------------------------------------


@cache
def _topics_of_board(signed_in: bool, by_state: bool, by_theme: bool, by_cursor: bool) -> Select[Any]:
    chosen = select(Topic.id).where(Topic.board_id == bindparam("board_id"), readable(Topic.audience), LISTED)
    # Who looks for questions in one state looks for the newest: what is pinned comes first in the whole list only.
    place: list[Any] = [Topic.pinned, Topic.last_post_at, Topic.id]
    after = ["after_pinned", "after_at", "after_id"]
    if by_state:
        chosen = chosen.where(Topic.state == bindparam("state"))
        place, after = place[1:], after[1:]
    order = [column.desc() for column in place]
    if by_theme:
        of_theme = select(TopicTheme.topic_id).where(TopicTheme.theme == bindparam("theme"))
        chosen = chosen.where(Topic.id.in_(of_theme))
    if by_cursor:
        ends = [bindparam(name, type_=column.type) for name, column in zip(after, place, strict=True)]
        chosen = chosen.where(tuple_(*place) < tuple_(*ends))
    chosen = chosen.order_by(*order).limit(PER_PAGE + 1).offset(bindparam("skipped"))
    return _rows(signed_in).where(Topic.id.in_(chosen)).order_by(*order)


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


def _newest() -> Select[Any]:
    return select(Topic.id).where(readable(Topic.audience), LISTED).order_by(*_BY_LAST_POST)


def _waiting() -> Select[Any]:
    unanswered = select(Topic.id).where(Topic.state == "unanswered", readable(Topic.audience), LISTED)
    return unanswered.order_by(Topic.last_post_at.desc())


def _unread() -> Select[Any]:
    recent = (
        select(Topic.id, Topic.last_post_at, Topic.last_number)
        .where(readable(Topic.audience), LISTED)
        .order_by(*_BY_LAST_POST)
        .limit(NEWEST)
        .subquery()
    )
    joined_at = bindparam("joined_at", type_=Topic.last_post_at.type)
    unread: ColumnElement[bool] = func.coalesce(
        TopicRead.last_read_number < recent.c.last_number, recent.c.last_post_at > joined_at
    )
    return (
        select(recent.c.id)
        .outerjoin(TopicRead, and_(TopicRead.topic_id == recent.c.id, TopicRead.user_id == bindparam("reader_id")))
        .where(unread, recent.c.id != bindparam("but"))
        .order_by(recent.c.last_post_at.desc(), recent.c.id.desc())
    )


@cache
def _unread_topics() -> Select[Any]:
    chosen = _unread().limit(bindparam("most"))
    return _rows(True).where(Topic.id.in_(chosen)).order_by(*_BY_LAST_POST)


def unread_topics(viewer: Viewer, limit: int, after_topic: int = 0) -> Sequence[Row[Any]]:
    """Topics with posts new to this person, newest first, among the NEWEST ones; never `after_topic` itself."""
    return run(_unread_topics(), most=limit, but=after_topic, joined_at=viewer.joined_at, **reader(viewer)).all()


@cache
def _waiting_questions(signed_in: bool) -> Select[Any]:
    return _rows(signed_in).where(Topic.id.in_(_waiting().limit(bindparam("most")))).order_by(*_BY_LAST_POST)


def waiting_questions(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """Questions nobody has answered, newest first."""
    return run(_waiting_questions(viewer.signed_in), most=limit, **reader(viewer)).all()


def _called() -> Select[Any]:
    called = select(Topic.id).join(QuestionCall, QuestionCall.topic_id == Topic.id)
    return called.where(
        QuestionCall.user_id == bindparam("reader_id"), Topic.state == "unanswered", readable(Topic.audience), LISTED
    ).order_by(*_BY_LAST_POST)


@cache
def _raised(signed_in: bool) -> Select[Any]:
    chosen = (
        select(Topic.id)
        .where(Topic.state == "unanswered", Topic.raised_at.is_not(None), readable(Topic.audience), LISTED)
        .order_by(Topic.last_post_at)
        .limit(bindparam("most"))
    )
    return _rows(signed_in).where(Topic.id.in_(chosen)).order_by(Topic.last_post_at, Topic.id)


def raised_questions(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """Questions put before experts and the secretariat, the one that waits longest first."""
    return run(_raised(viewer.signed_in), most=limit, **reader(viewer)).all()


@cache
def _topics_of_home(signed_in: bool) -> Select[Any]:
    lists = {"newest": _newest(), "waiting": _waiting()}
    if signed_in:
        lists |= {"unread": _unread(), "called": _called()}
    parts = []
    for name, chosen in lists.items():
        part = chosen.limit(bindparam(name)).subquery()
        parts.append(select(literal(name).label("list"), part.c.id))
    chosen_ids = union_all(*parts).subquery()
    return _rows(signed_in, chosen_ids.c.list).join(chosen_ids, chosen_ids.c.id == Topic.id).order_by(*_BY_LAST_POST)


def topics_of_home(
    viewer: Viewer, *, newest: int, waiting: int, unread: int, called: int
) -> Mapping[str, Sequence[Row[Any]]]:
    """So many of the `newest` topics, of the `waiting` questions, of those `unread` by the viewer and of those they are
    `called` to answer: one statement."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    limits = {"newest": newest, "waiting": waiting} | ({"unread": unread, "called": called} if viewer.signed_in else {})
    joined = {"joined_at": viewer.joined_at, "but": 0} if viewer.signed_in else {}
    for row in run(_topics_of_home(viewer.signed_in), **limits, **joined, **reader(viewer)):
        found[row.list].append(row)
    return found
