"""What stands on an item's page beside the item itself, and the feed of what is new."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Topic
from sccafe.core import site_settings
from sccafe.core.audience import VISITOR, Viewer, readable, reader
from sccafe.core.database import db, run
from sccafe.library import policy
from sccafe.library.models import Item, Report, Version
from sccafe.library.using import TALK_BOARD

#: Items in the feed.
MOST = 30

# --- talking about it --------------------------------------------------------------------------------------


@cache
def _topic() -> Select[Any]:
    return select(Topic.id, Topic.title, Topic.visibility, Topic.post_count, Topic.last_post_at).where(
        Topic.id == bindparam("topic_id"), or_(readable(Topic.audience), Topic.visibility == "deleted")
    )


def topic_beside(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """The topic of an item, where the viewer may read it; also one that is gone, so that another can take its place."""
    return run(_topic(), topic_id=topic_id, **reader(viewer)).first()


@cache
def _board() -> Select[Any]:
    return select(
        Board.slug,
        Board.kind,
        Board.start,
        Board.archived,
        Board.audience,
        Board.title.label("board_title"),
        Board.title_en.label("board_title_en"),
    ).where(Board.slug == bindparam("slug"), readable(Board.audience))


def board_to_talk_on(viewer: Viewer) -> Row[Any] | None:
    """The board on which items are talked about, where the viewer may read it."""
    return run(_board(), slug=site_settings.get(TALK_BOARD), **reader(viewer)).first()


# --- 試してみた --------------------------------------------------------------------------------------------


def own_report(viewer: Viewer, item_id: int) -> Row[Any] | None:
    """The viewer's own report of an item that they may read, hidden or not."""
    return db.session.execute(
        select(
            Report.id,
            Report.place,
            Report.since,
            Report.changed,
            Report.outcome,
            Report.source,
            Report.cost,
            Report.hidden_reason,
        )
        .join(Item, Item.id == Report.item_id)
        .where(Report.item_id == item_id, Report.user_id == viewer.user_id, readable(Item.audience, viewer))
    ).first()


def report(viewer: Viewer, report_id: int) -> Row[Any] | None:
    """A report with its item's title, for the secretariat."""
    if not policy.may_curate(viewer):
        return None
    return db.session.execute(
        select(
            Report.id,
            Report.item_id,
            Report.outcome,
            Report.place,
            Report.html,
            Report.hidden_reason,
            Item.title,
            User.handle,
        )
        .join(Item, Item.id == Report.item_id)
        .join(User, User.id == Report.user_id)
        .where(Report.id == report_id)
    ).first()


# --- the feed ----------------------------------------------------------------------------------------------

_author = aliased(User)


@cache
def _newest() -> Select[Any]:
    return (
        select(
            Item.id,
            Item.kind,
            Item.title,
            Item.summary,
            Item.prefecture,
            Item.municipality,
            Item.published_at,
            Version.published_at.label("version_published_at"),
            Version.html,
            _author.handle,
        )
        .join(Version, Version.id == Item.published_id)
        .outerjoin(_author, _author.id == Item.author_id)
        .where(readable(Item.audience), Item.archived_at.is_(None), Version.published_at.is_not(None))
        .order_by(Version.published_at.desc(), Item.id.desc())
        .limit(MOST)
    )


def newest() -> Sequence[Row[Any]]:
    """What was put on the shelf last, anew or in a new version, as a visitor reads it."""
    return run(_newest(), **reader(VISITOR)).all()
