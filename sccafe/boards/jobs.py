"""What time does to conversations."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from sccafe.boards.models import Post, PostVersion
from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.core.jobs import daily_at, scheduled

#: How long a deleted text can be put back.
UNDO = timedelta(days=7)


@scheduled("boards.empty_deleted", daily_at(3, 20))
def empty_deleted() -> None:
    """Remove the text, and its older versions, of posts that were deleted a week ago."""
    with writing() as session:
        old = select(Post.id).where(Post.state == "deleted", Post.deleted_at < clock.now() - UNDO, Post.source != "")
        ids = list(session.scalars(old))
        session.execute(delete(PostVersion).where(PostVersion.post_id.in_(ids)))
        session.execute(update(Post).where(Post.id.in_(ids)).values(source="", html=""))
