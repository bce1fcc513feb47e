"""The boards themselves: made and changed by the secretariat."""

from dataclasses import dataclass

from sqlalchemy import select, update

from sccafe.boards import policy
from sccafe.boards.events import BoardChanged
from sccafe.boards.models import BOARD_KINDS, Board, Topic
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock
from sccafe.core.audience import AUDIENCES, Viewer
from sccafe.core.database import writing
from sccafe.core.events import emit


@dataclass(frozen=True)
class BoardValues:
    """What can be set of a board."""

    slug: str
    kind: str
    title: str
    title_en: str
    description: str
    description_en: str
    audience: str
    start: str
    anonymous_allowed: bool
    position: int
    archived: bool


class SlugTaken(ValueError):
    """Another board has this address."""


def save_board(viewer: Viewer, board_id: int | None, values: BoardValues) -> int:
    """Make a board, or change one; a new audience is written to all its topics in the same transaction."""
    if not policy.may_manage_boards(viewer):
        raise MayNot("role")
    if values.kind not in BOARD_KINDS or values.audience not in AUDIENCES or values.start not in ("", "staff"):
        raise ValueError("a board cannot be like this")
    with writing() as session:
        other = session.scalar(select(Board.id).where(Board.slug == values.slug))
        if other is not None and other != board_id:
            raise SlugTaken(values.slug)
        board = session.get(Board, board_id) if board_id is not None else Board(topic_count=0, created_at=clock.now())
        if board is None:
            raise NotThere
        audience_changed = board_id is not None and board.audience != values.audience
        for name, value in vars(values).items():
            setattr(board, name, value)
        session.add(board)
        session.flush()
        if audience_changed:
            session.execute(
                update(Topic)
                .where(Topic.board_id == board.id, Topic.visibility == "published")
                .values(audience=values.audience)
            )
        emit(BoardChanged(board.id, viewer.user_id, audience_changed, made=board_id is None))
        return board.id
