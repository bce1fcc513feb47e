"""Every write of bookmarks."""

from datetime import date, timedelta

from sqlalchemy import delete, func, select, update

from sccafe.boards.models import Post, Topic
from sccafe.boards.threads import MayNot, NotThere
from sccafe.bookmarks import policy
from sccafe.bookmarks.events import BookmarkRemoved, ReminderDue
from sccafe.bookmarks.models import Bookmark
from sccafe.core import clock, text_rules
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import insert_once, locked, writing
from sccafe.core.events import emit

#: So many bookmarks of one person.
MOST = 1000
#: How long one that was taken out can be put back.
UNDO = timedelta(days=1)


class TooMany(Exception):
    """The person has to take some out first."""


def today() -> date:
    """The day in Japan."""
    return clock.now().astimezone(clock.TOKYO).date()


def save(viewer: Viewer, post_id: int, note: str, remind_on: date | None) -> None:
    """Put a bookmark into a post, or change it; another day is reminded of anew.

    Raises NotThere for a post that the viewer cannot read, MayNot, TooMany; ValueError for a day that cannot be.
    """
    if not viewer.signed_in:
        raise MayNot("sign_in")
    note = " ".join(text_rules.normalise(note).split())[: policy.NOTE_LENGTH]
    with writing() as session:
        there = session.scalar(
            select(Post.id)
            .join(Topic, Topic.id == Post.topic_id)
            .where(Post.id == post_id, Post.state == "published", readable(Topic.audience, viewer))
        )
        if there is None:
            raise NotThere
        this = (Bookmark.user_id == viewer.user_id, Bookmark.post_id == post_id)
        before = session.execute(
            select(Bookmark.id, Bookmark.remind_on, Bookmark.reminded_at, Bookmark.removed_at).where(*this)
        ).first()
        stands = before is not None and before.removed_at is None and before.reminded_at is None
        unchanged = before.remind_on if before is not None and stands else None
        if remind_on is not None and not policy.may_remind_on(remind_on, today(), unchanged):
            raise ValueError("a day from tomorrow on")
        values = {"note": note, "remind_on": remind_on, "reminded_at": None, "removed_at": None}
        if before is None:
            mine = select(func.count()).select_from(Bookmark).where(Bookmark.user_id == viewer.user_id)
            if (session.scalar(mine) or 0) >= MOST:
                raise TooMany
            new = {"user_id": viewer.user_id, "post_id": post_id, "created_at": clock.now()}
            if insert_once(session, Bookmark, values | new):
                return
        session.execute(update(Bookmark).where(*this).values(**values))


def remove(viewer: Viewer, bookmark_id: int) -> None:
    """Take a bookmark out, also of a post that cannot be read any more; for a day it can be put back.

    Raises NotThere for one that is not the viewer's own.
    """
    with writing() as session:
        post_id = session.scalar(
            update(Bookmark)
            .where(Bookmark.id == bookmark_id, Bookmark.user_id == viewer.user_id)
            .values(removed_at=clock.now())
            .returning(Bookmark.post_id)
            .execution_options(synchronize_session=False)
        )
        if post_id is None or viewer.user_id is None:
            raise NotThere
        emit(BookmarkRemoved(viewer.user_id, post_id))


def put_back(viewer: Viewer, bookmark_id: int) -> None:
    """Undo `remove`. Raises NotThere."""
    with writing() as session:
        found = session.scalar(
            update(Bookmark)
            .where(Bookmark.id == bookmark_id, Bookmark.user_id == viewer.user_id)
            .values(removed_at=None)
            .returning(Bookmark.id)
            .execution_options(synchronize_session=False)
        )
        if found is None:
            raise NotThere


def remind(bookmark_id: int) -> None:
    """Remind somebody, once: the mark that it was done, the notice and the mail stand together or not at all."""
    with writing() as session:
        row = session.execute(
            locked(
                select(Bookmark.id, Bookmark.user_id, Bookmark.post_id, Post.topic_id, Post.state)
                .join(Post, Post.id == Bookmark.post_id)
                .where(
                    Bookmark.id == bookmark_id,
                    Bookmark.reminded_at.is_(None),
                    Bookmark.removed_at.is_(None),
                    Bookmark.remind_on <= today(),
                ),
                Bookmark,
            )
        ).first()
        if row is None:
            return
        session.execute(update(Bookmark).where(Bookmark.id == row.id).values(reminded_at=clock.now()))
        if row.state == "published":
            emit(ReminderDue(row.id, row.user_id, row.topic_id, row.post_id))


def forget_removed() -> None:
    """Remove for good what was taken out a day ago."""
    with writing() as session:
        session.execute(delete(Bookmark).where(Bookmark.removed_at < clock.now() - UNDO))
