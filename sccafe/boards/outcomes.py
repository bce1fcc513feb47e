"""What came of a meeting: written by the secretariat on top of the topic, and looked at again on a day they set."""

from datetime import date

from sqlalchemy import Row, select, update

from sccafe.boards import policy
from sccafe.boards.events import OutcomeDue, OutcomeWritten
from sccafe.boards.models import Post, Topic
from sccafe.boards.service import Text
from sccafe.boards.threads import MayNot, NotThere, topic_for_writing
from sccafe.core import clock
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, end_reading, locked, writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, scheduled


def outcome(viewer: Viewer, topic_id: int) -> Row[tuple[str, date | None]] | None:
    """The outcome as it was typed, and when it is looked at again."""
    return db.session.execute(
        select(Topic.outcome, Topic.outcome_review_on).where(Topic.id == topic_id, readable(Topic.audience, viewer))
    ).first()


def write_outcome(viewer: Viewer, topic_id: int, text: Text | None, review_on: date | None) -> None:
    """Put this on top of the meeting, or take away what stands there (None). Raises NotThere or MayNot."""
    if not policy.may_arrange_meetings(viewer):
        raise MayNot("role")
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        if topic.kind != "meeting":
            raise NotThere
        session.execute(
            update(Topic)
            .where(Topic.id == topic_id)
            .values(
                outcome=text.source if text else "",
                outcome_html=text.html if text else "",
                outcome_review_on=review_on if text else None,
                review_told_at=None,
            )
        )
        emit(OutcomeWritten(topic_id, viewer.user_id, removed=text is None))


def is_due(review_on: date | None) -> bool:
    """Whether the day has come."""
    return review_on is not None and review_on <= clock.now().astimezone(clock.TOKYO).date()


@scheduled("boards.outcome_reviews", daily_at(8, 50))
def look_at_outcomes() -> None:
    """Tell once of every outcome whose day has come."""
    today = clock.now().astimezone(clock.TOKYO).date()
    due = (Topic.outcome_review_on <= today, Topic.review_told_at.is_(None), Topic.visibility == "published")
    ids = db.session.scalars(select(Topic.id).where(*due).order_by(Topic.id)).all()
    end_reading()
    for topic_id in ids:
        with writing() as session:
            still = session.scalar(locked(select(Topic.id).where(Topic.id == topic_id, *due), Topic))
            post_id = session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1))
            if still is not None and post_id is not None:
                session.execute(update(Topic).where(Topic.id == topic_id).values(review_told_at=clock.now()))
                emit(OutcomeDue(topic_id, post_id))
