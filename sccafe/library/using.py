"""What readers do with an item on the shelf: 「使った」, and talking about it beside it."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import service as boards
from sccafe.boards.models import Board, Topic
from sccafe.core import clock, site_settings
from sccafe.core.audience import PUBLIC, Viewer, readable
from sccafe.core.database import db, insert_once, locked, writing
from sccafe.library import kept, policy, service
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.models import ON_SHELF, Item, Use

#: The slug of the board on which items are talked about; empty for none.
TALK_BOARD = site_settings.declare("library_board", "exchange")


def item_on_shelf(session: Session, viewer: Viewer, item_id: int) -> Item:
    """An item that the viewer may read, kept from other writers; inside `writing`. Raises NotThere."""
    found = session.scalars(
        locked(
            select(Item).where(Item.id == item_id, readable(Item.audience, viewer), ON_SHELF),
            Item,
        )
    ).one_or_none()
    if found is None:
        raise NotThere
    return found


def check_active(session: Session, viewer: Viewer) -> None:
    """Raise MayNot for an account that was suspended a moment ago."""
    if session.scalar(select(User.state).where(User.id == viewer.user_id)) != "active":
        raise MayNot("sign_in")


def use(viewer: Viewer, item_id: int) -> tuple[bool, int]:
    """Say that one has used it, or take that back; whether it stands now, and the count. Raises NotThere or MayNot."""
    with writing() as session:
        item = item_on_shelf(session, viewer, item_id)
        if not policy.may_use(viewer):
            raise MayNot("sign_in")
        check_active(session, viewer)
        values = {"item_id": item.id, "user_id": viewer.user_id, "created_at": clock.now()}
        stands = insert_once(session, Use, values)
        if not stands:
            session.execute(delete(Use).where(Use.item_id == item.id, Use.user_id == viewer.user_id))
        item.use_count += 1 if stands else -1
        service.touch(session, item)
        return stands, item.use_count


def may_be_talked_about(item_audience: str, board_audience: str) -> bool:
    """Whether everybody who reads the board may read the item: a topic there says what the item is called."""
    return item_audience in (PUBLIC, board_audience)


def is_kept(item: Any) -> bool:
    """Whether an item (a row with id and collection) stands here at others' word, who can take it back everywhere.

    No topic is begun on such a one: its title would stay there. Only what can be one is asked about.
    """
    return item.collection == "counseling" and kept.is_kept(db.session(), item.id)


def talk(viewer: Viewer, item_id: int, title: str, text: boards.Text, once: str) -> boards.Written:
    """Begin to talk about an item: a topic, titled `title`, on the board of TALK_BOARD.

    Where somebody else was quicker, the words become a reply to what they began: there is one topic of an item.
    Raises NotThere, or MayNot where the item is not to be talked about there.
    """
    with writing() as session:
        item = item_on_shelf(session, viewer, item_id)
        board = _board(session, viewer)
        topic = _topic(session, item)
        if topic is None or topic.visibility == "deleted":
            if board is None or not may_be_talked_about(item.audience, board.audience) or is_kept(item):
                raise MayNot("talk")
            written = boards.start_topic(viewer, board.id, title, text, once=once)
            item.topic_id = written.topic_id
            session.flush()
            return written
        before = boards.started_before(session, viewer, topic.board_id, title, text, once)
        return before or boards.reply(viewer, topic.id, None, text, once)


def _board(session: Session, viewer: Viewer) -> Any:
    slug = site_settings.get(TALK_BOARD)
    return session.execute(
        select(Board.id, Board.audience).where(Board.slug == slug, readable(Board.audience, viewer))
    ).first()


def _topic(session: Session, item: Item) -> Any:
    """The item's topic in whatever state; what the viewer may do there, its own functions ask."""
    return session.execute(select(Topic.id, Topic.board_id, Topic.visibility).where(Topic.id == item.topic_id)).first()
