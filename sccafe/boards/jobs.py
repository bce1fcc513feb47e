"""What time does to conversations and drafts."""

from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from sccafe.boards import attachments
from sccafe.boards import outcomes as outcomes  # its job
from sccafe.boards import waiting as waiting  # its job
from sccafe.boards.events import PostsEmptied
from sccafe.boards.models import Draft, Post, PostVersion, SentForm
from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, scheduled

#: How long a deleted text can be put back.
UNDO = timedelta(days=7)
#: How long a draft is kept that nobody goes on with, and one that was thrown away.
DRAFT, DISCARDED = timedelta(days=180), timedelta(days=1)
#: A browser keeps a text for a week (static/js/drafts.js), and asks whether it was sent.
SENT = timedelta(days=8)


@scheduled("boards.empty_deleted", daily_at(3, 20))
def empty_deleted() -> None:
    """Remove the text, its older versions and the files of posts that were deleted a week ago."""
    with writing() as session:
        old = select(Post.id).where(Post.state == "deleted", Post.deleted_at < clock.now() - UNDO, Post.source != "")
        ids = list(session.scalars(old))
        session.execute(delete(PostVersion).where(PostVersion.post_id.in_(ids)))
        attachments.remove_from(session, ids)
        session.execute(update(Post).where(Post.id.in_(ids)).values(source="", html=""))
        if ids:
            emit(PostsEmptied(tuple(ids)))


@scheduled("boards.old_drafts", daily_at(3, 25))
def drop_old_drafts() -> None:
    """Remove drafts that nobody went on with for half a year, and those thrown away a day ago."""
    now = clock.now()
    with writing() as session:
        session.execute(delete(Draft).where(or_(Draft.updated_at < now - DRAFT, Draft.discarded_at < now - DISCARDED)))
        session.execute(delete(SentForm).where(SentForm.at < now - SENT))
