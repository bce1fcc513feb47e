"""Drafts, each for its own writer alone, and what they are for, through the wall."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, String, and_, bindparam, cast, func, literal, null, select
from sqlalchemy.orm import InstrumentedAttribute

from sccafe.boards.models import Board, Draft, Post, Topic
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, of_these

#: So much of a draft is loaded for a list.
EXCERPT = 300

_COLUMNS = {
    "draft_id": Draft.id,
    "draft_title": Draft.title,
    "draft_body": Draft.body,
    "draft_themes": Draft.themes,
    "draft_anonymous": Draft.anonymous,
    "draft_at": Draft.updated_at,
}


def with_draft(statement: Select[Any], kind: str, number: InstrumentedAttribute[int], signed_in: bool) -> Select[Any]:
    """Add the reader's draft for a board or a topic (`kind`) to a statement that is asked anyway."""
    if not signed_in:
        return statement.add_columns(*(null().label(name) for name in _COLUMNS))
    here = and_(
        Draft.user_id == bindparam("reader_id"),
        Draft.place == literal(f"{kind}/").concat(cast(number, String)),
        Draft.discarded_at.is_(None),
    )
    return statement.add_columns(*(column.label(name) for name, column in _COLUMNS.items())).outerjoin(Draft, here)


def draft_for(viewer: Viewer, place: str) -> Row[Any] | None:
    """The viewer's draft for a place that they have been let read."""
    return db.session.execute(
        select(*(column.label(name) for name, column in _COLUMNS.items())).where(
            Draft.user_id == viewer.user_id, Draft.place == place, Draft.discarded_at.is_(None)
        )
    ).first()


def drafts(viewer: Viewer, limit: int) -> Sequence[Row[Any]]:
    """The viewer's drafts, newest first, with their first words."""
    return db.session.execute(
        select(
            Draft.id, Draft.place, Draft.title, func.substr(Draft.body, 1, EXCERPT).label("beginning"), Draft.updated_at
        )
        .where(Draft.user_id == viewer.user_id, Draft.discarded_at.is_(None))
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(limit)
    ).all()


def draft(viewer: Viewer, draft_id: int) -> Row[Any] | None:
    """One draft of the viewer's own, whole."""
    return db.session.execute(
        select(Draft.id, Draft.place, Draft.title, Draft.body, Draft.updated_at).where(
            Draft.id == draft_id, Draft.user_id == viewer.user_id, Draft.discarded_at.is_(None)
        )
    ).first()


def boards_by_id(viewer: Viewer, numbers: Iterable[int]) -> dict[int, Row[Any]]:
    """Those of these boards that the viewer may read."""
    wanted = list(numbers)
    if not wanted:
        return {}
    columns: list[Any] = [
        Board.id,
        Board.slug,
        Board.kind,
        Board.start,
        Board.archived,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
    ]
    rows = db.session.execute(select(*columns).where(Board.id.in_(wanted), readable(Board.audience, viewer)))
    return {row.id: row for row in rows}


def topics_by_id(viewer: Viewer, numbers: Iterable[int]) -> dict[int, Row[Any]]:
    """Those of these topics that the viewer may read."""
    wanted = list(numbers)
    if not wanted:
        return {}
    columns: list[Any] = [
        Topic.id,
        Topic.title,
        Topic.visibility,
        Topic.locked,
        Topic.opens_at,
        Topic.closes_at,
        Board.kind,
        Board.archived,
    ]
    rows = db.session.execute(
        select(*columns)
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.id.in_(wanted), readable(Topic.audience, viewer))
    )
    return {row.id: row for row in rows}


def numbers_of_posts(viewer: Viewer, post_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Topic and number of those of these posts that the viewer may read and answer."""
    rows = db.session.execute(
        select(Post.id, Post.topic_id, Post.number)
        .join(Topic, Topic.id == Post.topic_id)
        .where(Post.id.in_(list(post_ids)), of_these(Post.state) == "published", readable(Topic.audience, viewer))
    )
    return {row.id: (row.topic_id, row.number) for row in rows}
