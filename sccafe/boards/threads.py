"""What keeps a topic true: its posts' numbers and paths, its counters, its state and who can see it.

For the writes of this feature only; everything here is called inside `writing`.
"""

from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from sccafe.boards import anonymity
from sccafe.boards.events import PostDeleted, PostPublished, PostRestored
from sccafe.boards.models import Board, Post, PostVersion, Topic
from sccafe.core import clock, markup
from sccafe.core.audience import STAFF, Viewer, readable, reader
from sccafe.core.database import locked, run
from sccafe.core.events import emit

#: 20 levels of 4 characters; an answer to a post at the last level hangs beside it.
PATH_LENGTH = 80


class NotThere(LookupError):
    """The thing does not exist for this viewer."""


class MayNot(PermissionError):
    """The viewer can read the thing but may not do this; `why` is one of policy's reasons."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _base36(number: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(4):
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    if number:
        raise OverflowError("a topic holds at most 1,679,615 posts")
    return text


def path_of(parent_path: str, number: int) -> str:
    """Where post `number` stands in its thread, below `parent_path` (empty for an answer to the topic)."""
    return parent_path[: PATH_LENGTH - 4] + _base36(number)


def published(session: Session, post: Post, topic_id: int, approver_id: int | None = None) -> None:
    """What goes with every publication: counters, the question's state, the writer's mark, the news to the others."""
    assert post.number is not None
    topic = session.execute(locked(select(Topic.state, Topic.last_post_at).where(Topic.id == topic_id), Topic)).one()
    changes: dict[str, Any] = {
        "post_count": Topic.post_count + 1,
        "last_number": post.number,
        "last_post_id": post.id,
        "last_post_at": post.created_at if approver_id is None else clock.now(),
    }
    if topic.state == "unanswered" and post.number > 1 and anonymity.is_answered(session, topic_id):
        changes["state"] = "answered"
    session.execute(update(Topic).where(Topic.id == topic_id).values(**changes))
    anonymity.count_for_writer(session, post)
    emit(PostPublished(post.id, topic_id, post.number, post.author_id, post.parent_id, approver_id))


def starter(session: Session, topic_id: int) -> int | None:
    return session.scalar(select(Post.author_id).where(Post.topic_id == topic_id, Post.number == 1))


#: Built once, as every write of a conversation asks it.
_TOPIC = locked(
    select(
        Topic.id,
        Topic.board_id,
        Topic.title,
        Topic.state,
        Topic.visibility,
        Topic.locked,
        Topic.pinned,
        Topic.last_number,
        Topic.post_count,
        Topic.accepted_post_id,
        Topic.opens_at,
        Topic.closes_at,
        Board.kind,
        Board.archived,
        Board.anonymous_allowed,
        Board.audience.label("board_audience"),
    )
    .join(Board, Board.id == Topic.board_id)
    .where(Topic.id == bindparam("topic_id"), readable(Topic.audience)),
    Topic,
)


def topic_for_writing(session: Session, viewer: Viewer, topic_id: int) -> Row[Any]:
    """The topic as it is now, kept from other writers; raises NotThere where the viewer cannot read it."""
    topic = run(_TOPIC, topic_id=topic_id, **reader(viewer)).first()
    if topic is None:
        raise NotThere
    return topic


def post_for_writing(session: Session, viewer: Viewer, post_id: int) -> tuple[Post, Row[Any]]:
    """A post and its topic as they are now; raises NotThere where the viewer cannot read it.

    A held or hidden post is there for the secretariat and, while it is held, for its writer.
    """
    topic_id = session.scalar(select(Post.topic_id).where(Post.id == post_id))
    if topic_id is None:
        raise NotThere
    try:
        topic = topic_for_writing(session, viewer, topic_id)
    except NotThere:
        topic = _held_topic_of(session, viewer, topic_id)
    post = session.execute(select(Post).where(Post.id == post_id)).scalar_one()
    if post.state != "published" and not anonymity.wrote(session, viewer, post) and not viewer.is_staff:
        raise NotThere
    return post, topic


def _held_topic_of(session: Session, viewer: Viewer, topic_id: int) -> Row[Any]:
    """A topic that waits for approval or was hidden, for the one who opened it."""
    mine = session.scalar(
        select(Post.id)
        .join(Topic, Topic.id == Post.topic_id)
        .where(
            Post.topic_id == topic_id, Topic.visibility.in_(("held", "hidden")), anonymity.written_by(viewer.user_id)
        )
        .where(or_(Post.number == 1, and_(Post.number.is_(None), Post.parent_id.is_(None))))
        .limit(1)
    )
    if mine is None or not viewer.signed_in:
        raise NotThere
    insider = Viewer(user_id=viewer.user_id, role=viewer.role, audiences=viewer.audiences | {STAFF})
    return topic_for_writing(session, insider, topic_id)


def settle(session: Session, topic: Row[Any], posts: int) -> None:
    """After a post went or came back: the count, the newest post and the question's state, from what is there now."""
    newest = session.execute(
        select(Post.id, Post.created_at)
        .where(Post.topic_id == topic.id, Post.state == "published", Post.number.is_not(None))
        .order_by(Post.number.desc())
        .limit(1)
    ).first()
    changes: dict[str, Any] = {"post_count": Topic.post_count + posts}
    if newest:
        changes.update(last_post_id=newest.id, last_post_at=newest.created_at)
    if topic.kind == "questions":
        accepted = topic.accepted_post_id
        if accepted and session.scalar(select(Post.state).where(Post.id == accepted)) != "published":
            changes["accepted_post_id"] = accepted = None
        changes["state"] = "solved" if accepted else state_without_acceptance(session, topic.id)
    session.execute(update(Topic).where(Topic.id == topic.id).values(**changes))


def state_without_acceptance(session: Session, topic_id: int) -> str:
    return "answered" if anonymity.is_answered(session, topic_id) else "unanswered"


def set_visibility(session: Session, topic: Row[Any], visibility: str) -> None:
    """Publish a topic or take it from everyone's eyes; its board counts the published ones."""
    if visibility == topic.visibility:
        return
    audience = topic.board_audience if visibility == "published" else STAFF
    session.execute(update(Topic).where(Topic.id == topic.id).values(visibility=visibility, audience=audience))
    change = (visibility == "published") - (topic.visibility == "published")
    if change:
        session.execute(update(Board).where(Board.id == topic.board_id).values(topic_count=Board.topic_count + change))


# --- one post: rewritten, taken back, put back ---------------------------------------------------------


def opens(post: Post) -> bool:
    """Whether this post opens its topic; a held one has no number yet."""
    return post.number == 1 or (post.number is None and post.parent_id is None)


def rewrite(session: Session, post: Post, source: str, html: str) -> None:
    """Put a new text in a post's place and keep the one before; the same text changes nothing."""
    if source == post.source:
        return
    now = clock.now()
    session.add(
        PostVersion(
            post_id=post.id,
            source=post.source,
            html=post.html,
            written_at=post.edited_at or post.created_at,
            replaced_at=now,
        )
    )
    post.source, post.html, post.renderer = source, html, markup.RENDERER_VERSION
    post.edited_at = now


def take_back(session: Session, post: Post, topic: Row[Any]) -> None:
    """Delete a published or held post: a placeholder keeps the thread, or the topic goes where nobody has answered."""
    was_published = post.state == "published"
    post.state, post.deleted_at = "deleted", clock.now()
    session.flush()
    if was_published:
        settle(session, topic, posts=-1)
    if topic.visibility in ("published", "held") and opens(post) and topic.last_number <= 1:
        set_visibility(session, topic, "deleted")
    emit(PostDeleted(post.id, post.topic_id))


def put_back(session: Session, post: Post, topic: Row[Any]) -> None:
    """Undo a deletion."""
    post.deleted_at = None
    post.state = "published" if post.number is not None else "held"
    session.flush()
    if topic.visibility == "deleted":
        set_visibility(session, topic, "published" if post.number is not None else "held")
    if post.number is not None:
        settle(session, topic, posts=1)
        emit(PostRestored(post.id, post.topic_id, post.author_id))


def put_back_anew(session: Session, post: Post, topic: Row[Any], source: str, html: str) -> None:
    """Undo a deletion with another text; what was taken back then does not come back as an older version."""
    session.execute(delete(PostVersion).where(PostVersion.post_id == post.id))
    post.source, post.html, post.renderer = source, html, markup.RENDERER_VERSION
    post.edited_at = clock.now()
    put_back(session, post, topic)
