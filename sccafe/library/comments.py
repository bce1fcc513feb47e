"""Words beside the parts of a sheet, between the secretariat and who works on it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from sccafe.core import clock, text_rules
from sccafe.core.audience import Viewer
from sccafe.core.database import joining, writing
from sccafe.library import service
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.models import Comment
from sccafe.library.sheet import BY_KEY

LENGTH = 1000
#: A comment on the files stands beside their list.
PARTS = frozenset({*BY_KEY, "files"})


def comment(viewer: Viewer, item_id: int, part: str, text: str) -> Comment:
    """Say something beside a part of the open version; the same word twice is one.

    Raises NotThere; MayNot where nothing is being worked on.
    """
    text = text_rules.normalise(text).strip()[:LENGTH]
    with writing() as session:
        item = service.item_for_writing(session, viewer, item_id)
        if part not in PARTS or not text:
            raise NotThere
        if item.open_id is None:
            raise MayNot("published")
        same = select(Comment).where(
            Comment.item_id == item_id,
            Comment.part == part,
            Comment.author_id == viewer.user_id,
            Comment.text == text,
            Comment.done_at.is_(None),
        )
        found = session.scalars(same).first()
        if found is None:
            found = Comment(
                item_id=item_id,
                version_id=item.open_id,
                part=part,
                author_id=viewer.user_id,
                text=text,
                created_at=clock.now(),
            )
            session.add(found)
            session.flush()
        return found


def comment_done(viewer: Viewer, item_id: int, comment_id: int) -> Comment:
    """What was asked for is done. Raises NotThere."""
    with writing() as session:
        service.item_for_writing(session, viewer, item_id)
        found = _open_ones(session, item_id, [comment_id], also_done=True)
        if not found:
            raise NotThere
        found[0].done_at = found[0].done_at or clock.now()
        return found[0]


def comments_done(viewer: Viewer, item_id: int, comment_ids: Collection[int]) -> None:
    """The same for those ticked on a form; ids that are no open comments of the item are passed over."""
    if not comment_ids:
        return
    with joining() as session:
        service.item_for_writing(session, viewer, item_id)
        for found in _open_ones(session, item_id, comment_ids):
            found.done_at = clock.now()


def _open_ones(session: Session, item_id: int, comment_ids: Collection[int], also_done: bool = False) -> list[Comment]:
    wanted = select(Comment).where(Comment.item_id == item_id, Comment.id.in_(list(comment_ids)))
    return list(session.scalars(wanted if also_done else wanted.where(Comment.done_at.is_(None))))
