"""Notices, what each person wants to be told, and topics they have muted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base

#: reply: to my post; answer: to my question; accepted: my answer; report: assigned to me; measure: taken on something
#: of mine; approved: my post or account; waiting: a question that nobody answers; reminder: of my bookmark; review: a
#: meeting's outcome is to be looked at again.
#: Of the library's items: submitted: waits for the secretariat; returned and published: handed in by me, or mine;
#: check: I am asked whether mine is still right; work: its owner says it is not; tried: somebody told how it went with
#: mine; handed: I answer for it now, or nobody but the secretariat does.
#: Of counseling: counsel: a request of mine, or that I look after, took a step.
NOTICE_KINDS = (
    *("reply", "answer", "accepted", "report", "measure", "approved", "waiting", "reminder", "review"),
    *("submitted", "returned", "published", "check", "work", "tried", "handed"),
    "counsel",
)


class Notice(Base):
    """One thing one person is told; it holds ids and no text of others, so what they may not read cannot stand here."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"kind IN {NOTICE_KINDS}", "kind"),
        Index("ix_notices_user_id_id", "user_id", "id"),
        Index("ix_notices_post_id", "post_id"),
        Index("ix_notices_topic_id_user_id", "topic_id", "user_id"),
        Index("ix_notices_item_id", "item_id"),
        Index("ix_notices_request_id", "request_id"),
        # A mail still waiting for a notice that was withdrawn must not find another one under its number.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    #: Of the library.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"))
    #: Of counseling.
    request_id: Mapped[int | None] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"))
    #: For counsel: the step (counseling/events.py).
    #: For a measure: which (hidden, restored, locked, moved, suspended …), and the reason its person is shown.
    measure: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    #: Whether it stands in the person's list and count; one that they only want by mail does not.
    on_site: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class NoticePreference(Base):
    """A kind of notice somebody has switched off; no row means on."""

    __tablename__ = "notice_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    on_site: Mapped[bool] = mapped_column(default=True)
    by_mail: Mapped[bool] = mapped_column(default=True)


class Subscription(Base):
    """What somebody wants of one topic: `muted` tells them nothing of it any more."""

    __tablename__ = "subscriptions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)
    level: Mapped[str] = mapped_column(String(10), default="muted")
