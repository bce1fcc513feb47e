"""A post somebody wants to find again."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base


class Bookmark(Base):
    """One post, one person; nobody else sees it, the post's writer neither."""

    __tablename__ = "bookmarks"
    __table_args__ = (
        Index("ix_bookmarks_user_id_post_id", "user_id", "post_id", unique=True),
        # The reminders of a morning.
        Index("ix_bookmarks_reminded_at_remind_on", "reminded_at", "remind_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    #: One line for oneself: why it is marked.
    note: Mapped[str] = mapped_column(String(200), default="")
    #: The day, in Japan, on whose morning its person is reminded.
    remind_on: Mapped[date | None]
    #: When that was done; NULL while it is still to come.
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    #: When it was taken out; a day later it is gone (jobs.py).
    removed_at: Mapped[datetime | None]
