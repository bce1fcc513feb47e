"""Reports and the append-only record of measures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base

REPORT_REASONS = ("personal_details", "insult", "advertising", "wrong", "other")
REPORT_STATES = ("open", "upheld", "dismissed")
RELEASE_STATES = ("asked", "released", "refused")


class Report(Base):
    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint(f"reason IN {REPORT_REASONS}", "reason"),
        CheckConstraint(f"state IN {REPORT_STATES}", "state"),
        Index("ix_reports_state_created_at", "state", "created_at"),
        # One open report per person and post: pressing twice makes one. Once it is closed the post can be reported
        # again, for it may have been edited since.
        Index(
            "ix_reports_post_id_reporter_id",
            "post_id",
            "reporter_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        # The record names reports by their number, also those that have gone with their person.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    #: One of REPORT_REASONS.
    reason: Mapped[str] = mapped_column(String(20))
    #: A line in the reporter's own words.
    note: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    #: The staff member who looks after it.
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    #: What was decided, for the record.
    decision: Mapped[str] = mapped_column(String(1000), default="")


class IdentityRelease(Base):
    """A request to learn who wrote an anonymous post, decided by a second staff member. It never holds the name."""

    __tablename__ = "identity_releases"
    __table_args__ = (CheckConstraint(f"state IN {RELEASE_STATES}", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    #: Why; told to the writer when the name is released.
    reason: Mapped[str] = mapped_column(String(1000))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]


class AuditEntry(Base):
    """What the secretariat did. Triggers refuse any change; each entry carries the hash of the one before."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject_kind_subject_id", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: Who did it; NULL for a command. No foreign key: the entry outlives the account.
    actor_id: Mapped[int | None]
    #: post.hidden, topic.moved, account.suspended …
    action: Mapped[str] = mapped_column(String(40))
    #: post, topic, user, board, setting …, and its id; 0 where there is none.
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    #: Further values as JSON: never the text of a post, never an anonymous writer.
    details: Mapped[str] = mapped_column(Text, default="{}")
    #: SHA-256 over the reason and its salt; empty where there is no reason.
    reason_digest: Mapped[str] = mapped_column(String(64), default="")
    #: SHA-256 over this entry and the previous hash.
    hash: Mapped[str] = mapped_column(String(64))


class AuditReason(Base):
    """The reason that the person concerned was shown.

    It stands beside its entry and not in it, because people write residents' names into reasons: 「完全に消す」 must
    reach them without touching the chain. A reason changed in any other way no longer fits its entry's digest.
    """

    __tablename__ = "audit_reasons"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(1000))
    #: Keeps a short reason from being guessed from its digest; emptied together with what was erased.
    salt: Mapped[str] = mapped_column(String(32))
    #: The entry of the erasure that changed this text; that entry names this one.
    erased_by: Mapped[int | None]
