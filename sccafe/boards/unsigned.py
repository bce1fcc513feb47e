"""Words that nobody signed in to write: they come by a personal link, or by the secretariat's hand.

Who wrote them is a member (author_id, or anonymity.py), or somebody without an account: a name they gave, or an alias.
A post that came by a link is kept with a hash which only the link's holder can make again: so they can change it, and
are the same 匿名A each time, while nothing in the database says whose link it was.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sccafe.boards import anonymity, policy
from sccafe.boards.models import Post
from sccafe.boards.threads import MayNot
from sccafe.core import clock
from sccafe.core.audience import Viewer, may_read
from sccafe.core.database import Base


class LinkedPost(Base):
    __tablename__ = "linked_posts"
    __table_args__ = (Index("ix_linked_posts_topic_id_link", "topic_id", "link"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    #: `link_of` the token that the post came by.
    link: Mapped[str] = mapped_column(String(64), index=True)


@dataclass(frozen=True)
class Coming:
    """How words come here without a sign-in: by a link, by the hand of a staff member, or both."""

    #: `link_of` a personal link's token; empty without one.
    link: str = ""
    #: How somebody without an account wants to be called; an anonymous post shows an alias instead.
    guest_name: str = ""
    #: Who enters it for them; they choose the place, which the person need not be able to read themselves.
    staff: Viewer | None = None


def link_of(token: str) -> str:
    """What a post keeps of a personal link. It is not the hash that the link is looked up by."""
    return hashlib.sha256(b"linked post\0" + token.encode()).hexdigest()


def refuse_unless_may_come(viewer: Viewer, coming: Coming, topic: Row[Any]) -> None:
    """Raise MayNot where these words may not be written; `topic` is a row of `topic_for_writing`."""
    if coming.staff:
        _refuse_unless_may_stand(viewer, coming.staff, topic.kind, topic.board_audience, topic.archived)
        if topic.visibility == "deleted":
            raise MayNot("archived")
        return
    why = policy.why_not_answer(
        archived=topic.archived or topic.visibility != "published",
        locked=topic.locked,
        opens_at=topic.opens_at,
        closes_at=topic.closes_at,
        now=clock.now(),
    )
    if why:
        raise MayNot(why)


def refuse_unless_may_start(viewer: Viewer, coming: Coming, board: Row[Any]) -> None:
    """The same for a new topic, which the secretariat alone starts for somebody."""
    if coming.staff is None or not policy.may_start(coming.staff, board.kind, board.start, board.archived):
        raise MayNot("archived" if board.archived else "role")
    _refuse_unless_may_stand(viewer, coming.staff, board.kind, board.audience, board.archived)


def _refuse_unless_may_stand(person: Viewer, staff: Viewer, kind: str, audience: str, archived: bool) -> None:
    if not policy.may_write_for_others(staff):
        raise MayNot("role")
    if archived:
        raise MayNot("archived")
    if person.signed_in and not (may_read(audience, person) and policy.may_have_written(person, kind)):
        raise MayNot("not_their_place")


def alias_for(session: Session, viewer: Viewer, coming: Coming, topic_id: int) -> str:
    """The alias of these words in this topic: a link's is the same each time, whoever has none gets a letter anew."""
    if viewer.user_id is not None:
        return anonymity.alias_for(session, viewer, topic_id)
    before = None
    if coming.link:
        before = session.scalar(
            select(Post.alias)
            .join(LinkedPost, LinkedPost.post_id == Post.id)
            .where(LinkedPost.topic_id == topic_id, LinkedPost.link == coming.link, Post.alias != "")
            .limit(1)
        )
    return before or anonymity.next_alias(session, topic_id)


def remember(session: Session, coming: Coming, post: Post) -> None:
    """Keep by which link a new post came, where it came by one."""
    if coming.link:
        session.add(LinkedPost(post_id=post.id, topic_id=post.topic_id, link=coming.link))
        session.flush()


def has_published(session: Session, coming: Coming) -> bool:
    """Whether something of this link has been let through before: a stranger's first post may be held."""
    return (
        session.scalar(
            select(Post.id)
            .join(LinkedPost, LinkedPost.post_id == Post.id)
            .where(LinkedPost.link == coming.link, Post.state == "published")
            .limit(1)
        )
        is not None
    )


def posts_of(session: Session, link: str) -> list[Post]:
    """What came by a link, newest first."""
    statement = select(Post).join(LinkedPost, LinkedPost.post_id == Post.id).where(LinkedPost.link == link)
    return list(session.scalars(statement.order_by(Post.id.desc())))
