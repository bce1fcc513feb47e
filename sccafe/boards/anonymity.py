"""Who wrote the anonymous posts. This module alone reads and writes the table; a test looks for its name elsewhere.

`posts.author_id` is NULL for such a post, so that nothing that loads posts can give its writer away. Each function here
answers one question and gives out no more than it says. Who wrote a post is told to a person in one place only: the
identity release of moderation, by `reveal`.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    and_,
    bindparam,
    case,
    distinct,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from sccafe.accounts.models import User
from sccafe.boards.models import Post, TopicRead
from sccafe.core.audience import Viewer
from sccafe.core.database import Base, db

#: How an anonymous post is signed inside its topic: by whoever opened it, and by the others with a letter each.
STARTER = "匿名（投稿者）"
OTHER = "匿名"


class AnonymousAuthor(Base):
    __tablename__ = "anonymous_authors"
    __table_args__ = (Index("ix_anonymous_authors_topic_id_user_id", "topic_id", "user_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    #: Goes with the account: afterwards nobody can say any more who wrote it.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


def _hidden_writer(post: Any) -> ScalarSelect[int | None]:
    return select(AnonymousAuthor.user_id).where(AnonymousAuthor.post_id == post.id).correlate(post).scalar_subquery()


#: Built once: every reply asks these several times.
_WRITER = select(func.coalesce(Post.author_id, _hidden_writer(Post))).where(Post.id == bindparam("post_id"))
_HAS_POSTED = update(User).where(User.id == bindparam("writer"), User.has_posted.is_(False)).values(has_posted=True)
_HAS_READ = (
    update(TopicRead)
    .where(
        TopicRead.user_id == bindparam("writer"),
        TopicRead.topic_id == bindparam("topic"),
        TopicRead.last_read_number == bindparam("number") - 1,
    )
    .values(last_read_number=bindparam("number"))
)


def _writer(session: Session, post_id: int) -> int | None:
    found: int | None = session.connection().execute(_WRITER, {"post_id": post_id}).scalar()
    return found


# --- may I: edit, delete, accept, see what is held ----------------------------------------------------


def written_by(user_id: Any, post: Any = Post) -> ColumnElement[bool]:
    """Whether this one person wrote the post, under their name or not; for the reader alone, never a list of people.

    `user_id` is a number or a bound parameter.
    """
    hidden = exists().where(AnonymousAuthor.post_id == post.id, AnonymousAuthor.user_id == user_id).correlate(post)
    return case((post.author_id.is_not(None), post.author_id == user_id), else_=hidden)


def mine(post: Any = Post) -> ColumnElement[bool]:
    """Whether the reader wrote the post: for queries that bind `reader_id`, which is NULL for visitors."""
    return written_by(bindparam("reader_id"), post)


def wrote(session: Session, viewer: Viewer, post: Post) -> bool:
    """Whether the viewer wrote this post."""
    if viewer.user_id is None:
        return False
    if post.author_id is not None:
        return post.author_id == viewer.user_id
    return (
        session.scalar(
            select(exists().where(AnonymousAuthor.post_id == post.id, AnonymousAuthor.user_id == viewer.user_id))
        )
        is True
    )


def opened(session: Session, viewer: Viewer, topic_id: int) -> bool:
    """Whether the viewer wrote the opening post of this topic."""
    if viewer.user_id is None:
        return False
    return (
        session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1, written_by(viewer.user_id)))
        is not None
    )


# --- writing ------------------------------------------------------------------------------------------


def alias_for(session: Session, viewer: Viewer, topic_id: int) -> str:
    """What the viewer's anonymous posts in this topic are signed with: the same each time, saying nothing elsewhere.

    Call it with the topic kept from other writers, so that no two people are given one letter.
    """
    before = session.execute(
        select(Post.alias)
        .join(AnonymousAuthor, AnonymousAuthor.post_id == Post.id)
        .where(AnonymousAuthor.topic_id == topic_id, AnonymousAuthor.user_id == viewer.user_id)
        .limit(1)
    ).first()
    if before:
        return str(before.alias)
    return next_alias(session, topic_id)


def next_alias(session: Session, topic_id: int) -> str:
    """A letter that nobody has been given in this topic, with an account or without one."""
    given = session.scalar(
        select(func.count(distinct(Post.alias))).where(Post.topic_id == topic_id, Post.alias.not_in(("", STARTER)))
    )
    return OTHER + _letters(given or 0)


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def remember(session: Session, viewer: Viewer, post: Post) -> None:
    """Keep who wrote a new anonymous post."""
    assert viewer.user_id is not None
    assert post.author_id is None
    session.add(AnonymousAuthor(post_id=post.id, topic_id=post.topic_id, user_id=viewer.user_id))
    session.flush()


def count_for_writer(session: Session, post: Post) -> None:
    """What a publication changes for its writer: they have written something, and have read what they wrote."""
    writer = _writer(session, post.id)
    if writer is None:
        return
    connection = session.connection()
    connection.execute(_HAS_POSTED, {"writer": writer})
    connection.execute(_HAS_READ, {"writer": writer, "topic": post.topic_id, "number": post.number})


def is_answered(session: Session, topic_id: int) -> bool:
    """Whether somebody other than the one who asked has answered."""
    asker = session.scalar(
        select(func.coalesce(Post.author_id, _hidden_writer(Post))).where(Post.topic_id == topic_id, Post.number == 1)
    )
    by_another: ColumnElement[bool] = Post.number > 1
    if asker is not None:
        by_another = and_(by_another, or_(written_by(asker).is_(False), written_by(asker).is_(None)))
    return (
        session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.state == "published", by_another).limit(1))
        is not None
    )


# --- being told, and other things that concern the writer ------------------------------------------------


def whom_to_tell(post_id: int) -> int | None:
    """Whose notice or mail news of this post become; never to be shown, stored beside the post or put into a list."""
    return _writer(db.session(), post_id)


def whom_to_tell_of_topic(topic_id: int) -> int | None:
    """The same for whoever opened the topic."""
    opening = db.session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1))
    return None if opening is None else whom_to_tell(opening)


def written_by_any(user_ids: Collection[int]) -> ColumnElement[bool]:
    """Posts of people who go together with all that they wrote, as the people of a demo do."""
    hidden = select(AnonymousAuthor.post_id).where(AnonymousAuthor.user_id.in_(user_ids))
    return or_(Post.author_id.in_(user_ids), Post.id.in_(hidden))


def reveal(session: Session, post_id: int) -> int | None:
    """Who wrote an anonymous post: for moderation's identity release alone, which records it and tells the writer."""
    return session.scalar(select(AnonymousAuthor.user_id).where(AnonymousAuthor.post_id == post_id))


def named_twice() -> list[int]:
    """Ids of posts that carry a name and are kept as anonymous as well: there must be none."""
    both = select(Post.id).join(AnonymousAuthor, AnonymousAuthor.post_id == Post.id).where(Post.author_id.is_not(None))
    return list(db.session.scalars(both))
