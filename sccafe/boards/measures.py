"""The secretariat's measures: each with a reason, told to the person concerned and written into the record.

Both follow from the events, on the floors above.
"""

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from sccafe.boards import policy
from sccafe.boards.events import PostHidden, PostRestored, TopicChanged
from sccafe.boards.models import Board, Post, Topic
from sccafe.boards.threads import (
    MayNot,
    NotThere,
    path_of,
    post_for_writing,
    published,
    set_visibility,
    settle,
    starter,
    topic_for_writing,
)
from sccafe.core import text_rules
from sccafe.core.audience import STAFF, Viewer
from sccafe.core.database import writing
from sccafe.core.events import emit


class ReasonMissing(ValueError):
    """A measure needs a reason: the person concerned is shown it."""


def checked(viewer: Viewer, reason: str) -> str:
    """The reason as it is kept; raises MayNot or ReasonMissing."""
    if not policy.may_moderate(viewer):
        raise MayNot("role")
    reason = text_rules.normalise(reason).strip()[:1000]
    if not reason:
        raise ReasonMissing
    return reason


def hide_post(viewer: Viewer, post_id: int, reason: str) -> None:
    """Take a post from everyone's eyes; a held one is refused by it. Hiding the opening post hides the topic."""
    reason = checked(viewer, reason)
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if post.state not in ("published", "held"):
            return
        was_held = post.state == "held"
        post.state, post.state_reason = "hidden", reason
        session.flush()
        if not was_held:
            settle(session, topic, posts=-1)
        if topic.visibility in ("published", "held") and topic.last_number <= 1 and post.parent_id is None:
            set_visibility(session, topic, "hidden")
        emit(PostHidden(post.id, post.topic_id, post.author_id, viewer.user_id, reason, was_held))


def restore_post(viewer: Viewer, post_id: int, reason: str) -> None:
    """Show a hidden post again; one that was never published is published now."""
    reason = checked(viewer, reason)
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if post.state != "hidden":
            return
        if post.number is None:
            _publish_held(session, post, topic, viewer)
        else:
            post.state, post.state_reason = "published", ""
            session.flush()
            if topic.visibility == "hidden" and topic.last_number <= 1:
                set_visibility(session, topic, "published")
            settle(session, topic, posts=1)
        emit(PostRestored(post.id, post.topic_id, post.author_id, viewer.user_id, reason))


def approve_post(viewer: Viewer, post_id: int) -> None:
    """Publish a held post: it is given its number now."""
    if not policy.may_moderate(viewer):
        raise MayNot("role")
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if post.state == "held":
            _publish_held(session, post, topic, viewer)


def _publish_held(session: Session, post: Post, topic: Row[Any], approver: Viewer) -> None:
    parent_path = ""
    if post.parent_id is not None:
        parent_path = session.scalar(select(Post.path).where(Post.id == post.parent_id)) or ""
    post.number = topic.last_number + 1
    post.path = path_of(parent_path, post.number)
    post.state, post.state_reason = "published", ""
    session.flush()
    if topic.visibility != "published":
        set_visibility(session, topic, "published")
    published(session, post, topic.id, approver.user_id)


def change_topic(viewer: Viewer, topic_id: int, measure: str, reason: str) -> None:
    """Lock, unlock, pin, unpin, hide or restore a topic: `measure` is locked, unlocked, pinned, … ."""
    reason = checked(viewer, reason)
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        if measure in ("locked", "unlocked"):
            locked = measure == "locked"
            # Shown to everybody while the topic is locked; the reason for hiding is told to its writer alone.
            values = {"locked": locked, "state_reason": reason if locked else ""}
            session.execute(update(Topic).where(Topic.id == topic_id).values(**values))
        elif measure in ("pinned", "unpinned"):
            session.execute(update(Topic).where(Topic.id == topic_id).values(pinned=measure == "pinned"))
        elif measure == "hidden" and topic.visibility == "published":
            set_visibility(session, topic, "hidden")
            session.execute(update(Topic).where(Topic.id == topic_id).values(hidden_reason=reason))
        elif measure == "restored" and topic.visibility == "hidden":
            set_visibility(session, topic, "published")
            session.execute(update(Topic).where(Topic.id == topic_id).values(hidden_reason=""))
        else:
            raise NotThere
        emit(TopicChanged(topic_id, measure, starter(session, topic_id), viewer.user_id, reason))


def move_topic(viewer: Viewer, topic_id: int, board_id: int, reason: str) -> None:
    """Move a topic to another board; it takes that board's audience, and its address stays."""
    reason = checked(viewer, reason)
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        target = session.execute(
            select(Board.id, Board.kind, Board.audience).where(Board.id == board_id, Board.archived.is_(False))
        ).first()
        if target is None or target.id == topic.board_id:
            raise NotThere
        published = topic.visibility == "published"
        state = "open"
        if target.kind == "questions":
            state = "solved" if topic.accepted_post_id else "unanswered"
        session.execute(
            update(Topic)
            .where(Topic.id == topic_id)
            .values(
                board_id=target.id,
                moved_from_id=topic.board_id,
                audience=target.audience if published else STAFF,
                state=state,
            )
        )
        if published:
            for number, change in ((topic.board_id, -1), (target.id, 1)):
                session.execute(update(Board).where(Board.id == number).values(topic_count=Board.topic_count + change))
        settle(session, topic_for_writing(session, viewer, topic_id), posts=0)
        emit(TopicChanged(topic_id, "moved", starter(session, topic_id), viewer.user_id, reason))
