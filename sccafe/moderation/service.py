"""Every write of reports. Measures against posts and topics are in boards/measures.py; handlers.py records them."""

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.models import Post, Topic
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, text_rules
from sccafe.core.audience import STAFF_ROLES, Viewer, readable
from sccafe.core.database import db, insert_once, locked, writing
from sccafe.core.events import emit
from sccafe.moderation import audit, policy
from sccafe.moderation.events import ReportAssigned, ReportClosed, ReportMade
from sccafe.moderation.models import REPORT_REASONS, Report

NOTE_LENGTH = 500


class UnknownReason(ValueError):
    """A report is made for one of REPORT_REASONS."""


class NotStaff(ValueError):
    """Only active staff members look after reports."""


def report_post(viewer: Viewer, post_id: int, reason: str, note: str) -> int:
    """Tell the secretariat of a post and give the report's id; the same again while it is open makes no second one.

    Raises NotThere, MayNot for one's own post, UnknownReason.
    """
    if reason not in REPORT_REASONS:
        raise UnknownReason(reason)
    note = " ".join(text_rules.normalise(note).split())[:NOTE_LENGTH]
    with writing() as session:
        post = session.execute(
            select(Post.id, Post.author_id, Post.state, anonymity.written_by(viewer.user_id).label("mine"))
            .join(Topic, Topic.id == Post.topic_id)
            .where(Post.id == post_id, readable(Topic.audience, viewer))
        ).first()
        if post is None or post.state != "published":
            raise NotThere
        if not policy.may_report(viewer, bool(post.mine), post.state):
            raise MayNot("own" if viewer.signed_in else "sign_in")
        assignee_id = _assignee(session, post_id, post.author_id)
        is_new = insert_once(
            session,
            Report,
            {
                "post_id": post_id,
                "reporter_id": viewer.user_id,
                "reason": reason,
                "note": note,
                "assignee_id": assignee_id,
                "created_at": clock.now(),
            },
        )
        report_id = session.scalars(
            select(Report.id).where(
                Report.post_id == post_id, Report.reporter_id == viewer.user_id, Report.state == "open"
            )
        ).one()
        if is_new:
            emit(ReportMade(report_id, post_id))
            if assignee_id is not None:
                emit(ReportAssigned(report_id, assignee_id, None))
        return report_id


def _assignee(session: Session, post_id: int, author_id: int | None) -> int | None:
    """Whoever looks after this post already, else the staff member with the fewest open reports.

    The secretariat comes before admins, and whoever wrote the post comes last.
    """
    open_reports = (
        select(func.count())
        .select_from(Report)
        .where(Report.assignee_id == User.id, Report.state == "open")
        .correlate(User)
        .scalar_subquery()
    )
    has_this_one = (
        select(func.count())
        .select_from(Report)
        .where(Report.assignee_id == User.id, Report.state == "open", Report.post_id == post_id)
        .correlate(User)
        .scalar_subquery()
    )
    return session.scalar(
        select(User.id)
        .where(User.role.in_(sorted(policy.TABLE["be_assigned"])), User.state == "active")
        .order_by(
            case((User.id == author_id, 1), else_=0),
            case((has_this_one > 0, 0), else_=1),
            case((User.role == "secretariat", 0), else_=1),
            open_reports,
            User.id,
        )
        .limit(1)
    )


def _open_reports_with(session: Session, report_id: int) -> tuple[int, list[int]]:
    """The post of an open report, and all open reports of it: they are looked after together."""
    audit.keep_others_out()
    post_id = session.scalar(
        locked(select(Report.post_id).where(Report.id == report_id, Report.state == "open"), Report)
    )
    if post_id is None:
        raise NotThere
    return post_id, _open_reports_of(session, post_id)


def _open_reports_of(session: Session, post_id: int) -> list[int]:
    return list(
        session.scalars(
            locked(
                select(Report.id).where(Report.post_id == post_id, Report.state == "open").order_by(Report.id), Report
            )
        )
    )


def assign_report(viewer: Viewer, report_id: int, assignee_id: int) -> None:
    """Hand an open report, with all others of the same post, to a staff member. Raises NotThere, MayNot, NotStaff."""
    if not policy.may(viewer, "decide"):
        raise MayNot("role")
    with writing() as session:
        _post_id, reports = _open_reports_with(session, report_id)
        role = session.scalar(select(User.role).where(User.id == assignee_id, User.state == "active"))
        if role not in policy.TABLE["be_assigned"]:
            raise NotStaff(assignee_id)
        for number in reports:
            _assign(session, number, assignee_id, viewer.user_id)


def _assign(session: Session, report_id: int, assignee_id: int, actor_id: int | None) -> None:
    before = session.scalar(select(Report.assignee_id).where(Report.id == report_id))
    if before == assignee_id:
        return
    session.execute(update(Report).where(Report.id == report_id).values(assignee_id=assignee_id))
    audit.record("report.assigned", "report", report_id, actor_id, assignee=assignee_id)
    emit(ReportAssigned(report_id, assignee_id, actor_id))


def close_report(viewer: Viewer, report_id: int, outcome: str, decision: str) -> None:
    """Close an open report, with all others of the same post: `outcome` is upheld or dismissed.

    Raises NotThere, MayNot. Hiding or erasing the post closes its reports by itself.
    """
    if not policy.may(viewer, "decide"):
        raise MayNot("role")
    if outcome not in ("upheld", "dismissed"):
        raise ValueError(outcome)
    with writing() as session:
        post_id, _reports = _open_reports_with(session, report_id)
        close_all(session, post_id, outcome, text_rules.normalise(decision).strip()[:1000], viewer.user_id)


def close_all(session: Session, post_id: int, outcome: str, decision: str, actor_id: int | None) -> None:
    """Close every open report of a post, inside `writing`."""
    for report_id in _open_reports_of(session, post_id):
        session.execute(
            update(Report)
            .where(Report.id == report_id)
            .values(state=outcome, decision=decision, closed_by=actor_id, closed_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        audit.record(f"report.{outcome}", "report", report_id, actor_id, decision, post=post_id)
        emit(ReportClosed(report_id, post_id, outcome, decision, actor_id))


def hand_over_reports(user_id: int) -> None:
    """Give the open reports of somebody who can no longer look after them to others, inside `writing`."""
    session = db.session()
    role, state = session.execute(select(User.role, User.state).where(User.id == user_id)).one()
    if role in STAFF_ROLES and state == "active":
        return
    rows = session.execute(
        select(Report.id, Report.post_id, Post.author_id)
        .join(Post, Post.id == Report.post_id)
        .where(Report.assignee_id == user_id, Report.state == "open")
        .order_by(Report.id)
    ).all()
    for row in rows:
        assignee_id = _assignee(session, row.post_id, row.author_id)
        if assignee_id is not None:
            _assign(session, row.id, assignee_id, None)
        else:
            session.execute(update(Report).where(Report.id == row.id).values(assignee_id=None))
