"""Read marks: what somebody has seen of a topic."""

from collections.abc import Iterable

from sqlalchemy import update

from sccafe.boards.events import TopicRead as TopicWasRead
from sccafe.boards.models import Topic, TopicRead
from sccafe.core.audience import Viewer
from sccafe.core.database import insert_once, writing
from sccafe.core.events import emit


def advanced(mark: int, last_number: int, on_page: Iterable[int]) -> int:
    """The new mark after a page was read: the lowest unread number not on it, less one."""
    seen = set(on_page)
    number = mark + 1
    while number <= last_number and number in seen:
        number += 1
    return number - 1


def mark_read(viewer: Viewer, topic_id: int, mark: int | None, new_mark: int) -> None:
    """Write the mark where it advances, and count a reader the first time; `mark` is None where there was no row."""
    if viewer.user_id is None or (mark is not None and new_mark <= mark):
        return
    with writing() as session:
        first = mark is None and insert_once(
            session, TopicRead, {"user_id": viewer.user_id, "topic_id": topic_id, "last_read_number": new_mark}
        )
        if first:
            session.execute(update(Topic).where(Topic.id == topic_id).values(reader_count=Topic.reader_count + 1))
        else:
            # Another of their windows may have read further meanwhile.
            session.execute(
                update(TopicRead)
                .where(
                    TopicRead.user_id == viewer.user_id,
                    TopicRead.topic_id == topic_id,
                    TopicRead.last_read_number < new_mark,
                )
                .values(last_read_number=new_mark)
            )
        emit(TopicWasRead(topic_id, viewer.user_id, new_mark))
