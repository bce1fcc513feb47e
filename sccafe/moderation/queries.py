"""Every read of reports, held posts and the record. What is not for this viewer is not found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.moderation import policy
from sccafe.moderation.models import AuditEntry, AuditReason, Report

#: The desk shows no more than these at a time; the oldest come first, so that none is forgotten.
REPORTS, HELD = 100, 25
ENTRIES = 50

_author = aliased(User)
_assignee = aliased(User)
_reporter = aliased(User)
_closer = aliased(User)


# --- a post to be reported or measured --------------------------------------------------------------


def _post(viewer: Viewer) -> Select[Any]:
    return (
        select(
            Post.id,
            Post.topic_id,
            Post.number,
            Post.parent_id,
            Post.state,
            Post.state_reason,
            Post.alias,
            Post.guest_name,
            anonymity.written_by(viewer.user_id).label("mine"),
            Post.html,
            Post.created_at,
            Topic.title,
            Topic.visibility,
            Topic.last_number,
            Board.slug,
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
            _author.handle,
            _author.role,
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(_author, _author.id == Post.author_id)
        .where(readable(Topic.audience, viewer))
    )


def post_to_report(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """A published post that this viewer may read."""
    return db.session.execute(_post(viewer).where(Post.id == post_id, Post.state == "published")).first()


def post_at_desk(viewer: Viewer, post_id: int) -> Row[Any] | None:
    """A post in any state, for the secretariat."""
    if not policy.may(viewer, "measure"):
        return None
    return db.session.execute(_post(viewer).where(Post.id == post_id)).first()


def topic_at_desk(viewer: Viewer, topic_id: int) -> Row[Any] | None:
    """A topic with what can be changed of it, for the secretariat."""
    if not policy.may(viewer, "measure"):
        return None
    return db.session.execute(
        select(
            Topic.id,
            Topic.title,
            Topic.board_id,
            Topic.locked,
            Topic.pinned,
            Topic.visibility,
            case((Topic.visibility == "hidden", Topic.hidden_reason), else_=Topic.state_reason).label("state_reason"),
            Board.slug,
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
        )
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.id == topic_id, readable(Topic.audience, viewer))
    ).first()


def titles_of_topics(viewer: Viewer, topic_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Id and title, for the page of an erasure."""
    if not policy.may(viewer, "erase"):
        return ()
    return db.session.execute(
        select(Topic.id, Topic.title)
        .where(Topic.id.in_(topic_ids), readable(Topic.audience, viewer))
        .order_by(Topic.id)
    ).all()


def titles_of_posts(viewer: Viewer, post_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Id, number and topic's title, for the page of an erasure."""
    if not policy.may(viewer, "erase"):
        return ()
    return db.session.execute(
        select(Post.id, Post.number, Topic.title)
        .join(Topic, Topic.id == Post.topic_id)
        .where(Post.id.in_(post_ids), readable(Topic.audience, viewer))
        .order_by(Post.id)
    ).all()


# --- reports ------------------------------------------------------------------------------------------

_REPORTS = (
    select(
        Report.id,
        Report.post_id,
        Report.reason,
        Report.note,
        Report.state,
        Report.decision,
        Report.assignee_id,
        Report.created_at,
        Report.closed_at,
        _assignee.handle.label("assignee"),
        _reporter.handle.label("reporter"),
        _closer.handle.label("closed_by"),
    )
    .join(_reporter, _reporter.id == Report.reporter_id)
    .outerjoin(_assignee, _assignee.id == Report.assignee_id)
    .outerjoin(_closer, _closer.id == Report.closed_by)
)


def counts(viewer: Viewer) -> Row[Any] | None:
    """How many reports are open, how many of them are this viewer's, and how many posts wait for approval."""
    if not policy.may(viewer, "see_desk"):
        return None
    mine = func.coalesce(func.sum(case((Report.assignee_id == viewer.user_id, 1), else_=0)), 0)
    held = select(func.count()).select_from(Post).where(Post.state == "held").scalar_subquery()
    return db.session.execute(
        select(func.count().label("open"), mine.label("mine"), held.label("held"))
        .select_from(Report)
        .where(Report.state == "open")
    ).first()


def open_reports(viewer: Viewer) -> Sequence[Row[Any]]:
    """Open reports with their posts: the viewer's own first, then from the oldest."""
    if not policy.may(viewer, "see_desk"):
        return ()
    return db.session.execute(
        _REPORTS.add_columns(
            Post.html, Post.alias, Post.guest_name, Post.state.label("post_state"), Topic.title, _author.handle
        )
        .join(Post, Post.id == Report.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .outerjoin(_author, _author.id == Post.author_id)
        .where(Report.state == "open", readable(Topic.audience, viewer))
        .order_by(case((Report.assignee_id == viewer.user_id, 0), else_=1), Report.created_at, Report.id)
        .limit(REPORTS)
    ).all()


def report(viewer: Viewer, report_id: int) -> Row[Any] | None:
    if not policy.may(viewer, "see_desk"):
        return None
    return db.session.execute(
        _REPORTS.join(Post, Post.id == Report.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .where(Report.id == report_id, readable(Topic.audience, viewer))
    ).first()


def reports_of_post(viewer: Viewer, post_id: int) -> Sequence[Row[Any]]:
    """All reports of one post, open and closed, from the oldest."""
    if not policy.may(viewer, "see_desk"):
        return ()
    return db.session.execute(_REPORTS.where(Report.post_id == post_id).order_by(Report.id)).all()


def staff() -> Sequence[Row[Any]]:
    """Id and handle of everyone who can look after a report."""
    return db.session.execute(
        select(User.id, User.handle)
        .where(User.role.in_(sorted(policy.TABLE["be_assigned"])), User.state == "active")
        .order_by(User.role.desc(), User.id)
    ).all()


def held_posts(viewer: Viewer) -> Sequence[Row[Any]]:
    """Posts that wait for approval, from the oldest."""
    if not policy.may(viewer, "see_desk"):
        return ()
    return db.session.execute(
        _post(viewer).where(Post.state == "held").order_by(Post.created_at, Post.id).limit(HELD)
    ).all()


# --- the record ---------------------------------------------------------------------------------------


def entries(viewer: Viewer, kind: str, before: int | None) -> Sequence[Row[Any]]:
    """A page of the record, newest first, and one entry more where another page follows."""
    if not policy.may(viewer, "read_record"):
        return ()
    statement = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.action,
            AuditEntry.subject_kind,
            AuditEntry.subject_id,
            AuditEntry.details,
            AuditReason.text.label("reason"),
            User.handle.label("actor"),
        )
        .outerjoin(AuditReason, AuditReason.entry_id == AuditEntry.id)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .order_by(AuditEntry.id.desc())
        .limit(ENTRIES + 1)
    )
    if kind:
        statement = statement.where(AuditEntry.subject_kind == kind)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return db.session.execute(statement).all()
