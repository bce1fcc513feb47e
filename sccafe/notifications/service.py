"""Every write of notices, and the count of unread ones that stands with each person."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, not_, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from sccafe.accounts.models import User
from sccafe.accounts.sessions import viewer_of
from sccafe.boards.models import Post, Topic, TopicRead
from sccafe.boards.queries.columns import person_may_read_topic
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock
from sccafe.core.audience import Viewer, audiences_of, readable
from sccafe.core.database import db, insert_once, writing
from sccafe.core.mail import queue_rendered
from sccafe.counseling.models import Request
from sccafe.counseling.readable import open_to
from sccafe.library.models import Item
from sccafe.moderation.models import Report
from sccafe.notifications import policy
from sccafe.notifications.models import Notice, NoticePreference, Subscription

#: The renderer of mails about notices (mails.py).
RENDERER = "notice"
MUTED = "muted"

_UNSYNCHRONISED = {"synchronize_session": False}


def _change_counts(session: Session, changes: Mapping[int, int]) -> None:
    # In one order for all writers, so that on PostgreSQL no two wait for each other.
    for user_id in sorted(user_id for user_id, change in changes.items() if change):
        session.execute(
            update(User)
            .where(User.id == user_id)
            .values(unread_notices=User.unread_notices + changes[user_id])
            .execution_options(**_UNSYNCHRONISED)
        )


# --- to tell, inside the transaction of what happened -----------------------------------------------


@cache
def _wanted(mutable: bool) -> Select[Any]:
    """What somebody wants of a kind of notice about a topic that they may read; built once, as every reply asks it."""
    return (
        select(NoticePreference.on_site, NoticePreference.by_mail)
        .select_from(User)
        .join(Topic, Topic.id == bindparam("topic_id"))
        .outerjoin(
            NoticePreference,
            and_(NoticePreference.user_id == User.id, NoticePreference.kind == bindparam("kind")),
        )
        .outerjoin(Subscription, and_(Subscription.user_id == User.id, Subscription.topic_id == Topic.id))
        .where(
            User.id == bindparam("user_id"),
            User.state == "active",
            person_may_read_topic(),
            func.coalesce(Subscription.level, "") != MUTED if mutable else true(),
        )
    )


def tell_of_topic(kind: str, user_id: int, topic_id: int, post_id: int, *, by_mail: bool = True) -> bool:
    """Tell somebody of a post, if they are active, may read its topic now and want to know; says whether they are told.

    For the kinds of policy.OF_TOPICS; muting a topic silences those of its conversation.
    """
    session = db.session()
    wanted = (
        session.connection()
        .execute(_wanted(kind in policy.OF_CONVERSATION), {"user_id": user_id, "topic_id": topic_id, "kind": kind})
        .first()
    )
    if wanted is None:
        return False
    on_site, mailed = (True, True) if wanted.on_site is None else (wanted.on_site, wanted.by_mail)
    return _tell(kind, user_id, on_site, mailed and by_mail, topic_id=topic_id, post_id=post_id)


def tell_of_item(kind: str, user_id: int, item_id: int) -> bool:
    """Tell somebody of an item of the library, if they are active, may be told of it now and want to know.

    For the kinds of policy.OF_ITEMS. What they were told of it in the same words before is told anew, not twice.
    """
    viewer = viewer_of(user_id)
    if viewer is None:
        return False
    may = or_(readable(Item.audience, viewer), Item.author_id == user_id, Item.owner_id == user_id)
    row = db.session.execute(
        select(NoticePreference.on_site, NoticePreference.by_mail)
        .select_from(Item)
        .outerjoin(NoticePreference, and_(NoticePreference.user_id == user_id, NoticePreference.kind == kind))
        .where(Item.id == item_id, may)
    ).first()
    if row is None or (kind in policy.OF_DESK and not policy.may_see_reports(viewer)):
        return False
    withdraw(Notice.user_id == user_id, Notice.kind == kind, Notice.item_id == item_id, Notice.read_at.is_(None))
    on_site, mailed = (True, True) if row.on_site is None else (row.on_site, row.by_mail)
    return _tell(kind, user_id, on_site, mailed and kind not in policy.WITHOUT_MAIL, item_id=item_id)


def tell_of_report(user_id: int, report_id: int) -> bool:
    """Tell a staff member that a report is theirs to look after; once, where several people report the same post."""
    other = aliased(Report)
    told = (
        select(Notice.id)
        .join(Report, Report.id == Notice.report_id)
        .join(other, other.post_id == Report.post_id)
        .where(other.id == report_id, Notice.user_id == user_id, Report.state == "open", Notice.read_at.is_(None))
    )
    if db.session.scalar(told.limit(1)) is not None:
        return False
    wanted = db.session.execute(
        select(NoticePreference.on_site, NoticePreference.by_mail).where(
            NoticePreference.user_id == user_id, NoticePreference.kind == "report"
        )
    ).first()
    return _tell("report", user_id, *(wanted or (True, True)), report_id=report_id)


def tell_of_measure(
    user_id: int,
    measure: str,
    reason: str,
    *,
    topic_id: int | None = None,
    post_id: int | None = None,
    item_id: int | None = None,
    by_mail: bool = True,
) -> None:
    """Tell the person concerned what the secretariat did and why; this cannot be switched off."""
    about = {"topic_id": topic_id, "post_id": post_id, "item_id": item_id}
    _tell("measure", user_id, True, by_mail, measure=measure, reason=reason, **about)


def tell_of_approval(user_id: int) -> None:
    """Say on the site that the account was let in; accounts mails it."""
    _tell("approved", user_id, True, False)


def tell_of_request(request_id: int, told: Mapping[int, str], done: Collection[str] = ()) -> None:
    """Tell each of these people (id -> step) that a request took it, on the site and by mail, whatever they want.

    What is `done` by the step, what somebody may not open any more and what they are told a second time is taken back.
    """
    session = db.session()
    by_step: dict[str, list[int]] = defaultdict(list)
    for user_id, step in told.items():
        by_step[step].append(user_id)
    again = [
        and_(Notice.measure == step, Notice.user_id.in_(people), Notice.read_at.is_(None))
        for step, people in by_step.items()
    ]
    outdated = or_(Notice.measure.in_(sorted(done)), *again, unreadable_of_requests())
    changes = _taken_back(session, Notice.request_id == request_id, outdated)
    notices = [
        Notice(
            user_id=user_id,
            kind=policy.OF_REQUESTS,
            request_id=request_id,
            measure=told[user_id],
            on_site=True,
            created_at=clock.now(),
        )
        for user_id in sorted(told)
    ]
    session.add_all(notices)
    session.flush()
    changes.update(list(told))
    _change_counts(session, changes)
    for notice in notices:
        queue_rendered(RENDERER, notice.id)


def _tell(kind: str, user_id: int, on_site: bool, by_mail: bool, **columns: Any) -> bool:
    if not on_site and not by_mail:
        return False
    session = db.session()
    notice = Notice(user_id=user_id, kind=kind, on_site=on_site, created_at=clock.now(), **columns)
    session.add(notice)
    session.flush()
    if on_site:
        _change_counts(session, {user_id: 1})
    if by_mail:
        queue_rendered(RENDERER, notice.id)
    return True


def knows_already(kind: str, user_id: int, post_id: int) -> bool:
    """Whether this notice stands already, or its person has read the post meanwhile."""
    told = select(Notice.id).where(Notice.user_id == user_id, Notice.post_id == post_id, Notice.kind == kind)
    read = (
        select(TopicRead.topic_id)
        .join(Post, Post.topic_id == TopicRead.topic_id)
        .where(TopicRead.user_id == user_id, Post.id == post_id, Post.number <= TopicRead.last_read_number)
    )
    return bool(db.session.scalar(select(or_(told.exists(), read.exists()))))


# --- to take back what may no longer be read --------------------------------------------------------


def withdraw(*which: ColumnElement[bool]) -> None:
    """Remove notices, inside `writing`; a mail still waiting for one of them is not sent."""
    session = db.session()
    _change_counts(session, _taken_back(session, *which))


def _taken_back(session: Session, *which: ColumnElement[bool]) -> Counter[int]:
    """Remove notices, and give how the counts of their people have to change."""
    rows = session.execute(
        delete(Notice)
        .where(*which)
        .returning(Notice.user_id, Notice.on_site, Notice.read_at)
        .execution_options(**_UNSYNCHRONISED)
    ).all()
    changes: Counter[int] = Counter()
    changes.subtract(row.user_id for row in rows if row.on_site and row.read_at is None)
    return changes


def withdraw_of_post(post_id: int) -> None:
    """Remove what was told of a post that is there no longer."""
    withdraw(Notice.post_id == post_id, Notice.kind.in_(policy.OF_TOPICS))


def withdraw_unreadable(*which: ColumnElement[bool]) -> None:
    """Remove notices of topics that their people may no longer read; `which` narrows Notice, Topic or User."""
    gone = (
        select(Notice.id)
        .join(Topic, Topic.id == Notice.topic_id)
        .join(User, User.id == Notice.user_id)
        .where(*which, Notice.kind.in_(policy.OF_TOPICS), not_(person_may_read_topic()))
    )
    withdraw(Notice.id.in_(gone))


def unreadable_of_requests() -> ColumnElement[bool]:
    """Which notices tell of a request that their person may not open any more; empty of those that say just that."""
    may = select(Request.id).where(Request.id == Notice.request_id, open_to(Notice.user_id)).exists()
    return and_(Notice.kind == policy.OF_REQUESTS, Notice.measure != policy.OVER, not_(may))


def withdraw_unreadable_of_item(item_id: int) -> None:
    """Remove what was told of an item to people who may no longer read it, and neither handed it in nor own it."""
    row = db.session.execute(select(Item.audience, Item.author_id, Item.owner_id).where(Item.id == item_id)).one()
    told = db.session.execute(
        select(User.id, User.role).where(User.id.in_(select(Notice.user_id).where(Notice.item_id == item_id)))
    ).all()
    own = (row.author_id, row.owner_id)
    gone = [who.id for who in told if row.audience not in audiences_of(who.role) and who.id not in own]
    if gone:
        withdraw(Notice.item_id == item_id, Notice.kind.in_(policy.OF_ITEMS), Notice.user_id.in_(gone))


# --- to mark as seen --------------------------------------------------------------------------------


def _mark_seen(user_id: int, *which: ColumnElement[bool]) -> int:
    session = db.session()
    seen = session.execute(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.on_site, Notice.read_at.is_(None), *which)
        .values(read_at=clock.now())
        .returning(Notice.id)
        .execution_options(**_UNSYNCHRONISED)
    ).all()
    if seen:
        _change_counts(session, {user_id: -len(seen)})
    return len(seen)


def mark_read_posts(user_id: int, topic_id: int, last_number: int) -> None:
    """Whoever has read a topic so far knows of its posts, inside `writing`."""
    read = select(Post.id).where(Post.id == Notice.post_id, Post.number <= last_number).exists()
    _mark_seen(user_id, Notice.topic_id == topic_id, Notice.kind.in_(policy.OF_TOPICS), read)


def mark_request_seen(user_id: int, request_id: int) -> None:
    """Whoever has opened a request knows of its steps, inside `writing`."""
    _mark_seen(user_id, Notice.request_id == request_id)


def mark_report_done(report_id: int) -> None:
    """A closed report waits for nobody any more, inside `writing`."""
    session = db.session()
    people = session.scalars(
        select(Notice.user_id).where(Notice.report_id == report_id, Notice.read_at.is_(None)).distinct()
    ).all()
    for user_id in sorted(people):
        _mark_seen(user_id, Notice.report_id == report_id)


def mark_all_seen(viewer: Viewer) -> None:
    """The person has opened their list."""
    if viewer.user_id is None:
        return
    with writing():
        _mark_seen(viewer.user_id)


def mark_seen(viewer: Viewer, notice_id: int) -> None:
    """The person has followed one notice."""
    if viewer.user_id is None:
        return
    with writing():
        _mark_seen(viewer.user_id, Notice.id == notice_id)


# --- what people want to be told --------------------------------------------------------------------


def set_preferences(viewer: Viewer, wanted: Mapping[str, tuple[bool, bool]]) -> None:
    """Switch kinds on and off: kind -> (on the site, by mail). Raises MayNot for a kind that cannot be switched."""
    if viewer.user_id is None or not set(wanted) <= set(policy.switchable(viewer)):
        raise MayNot("role")
    with writing() as session:
        for kind, (on_site, by_mail) in wanted.items():
            session.merge(NoticePreference(user_id=viewer.user_id, kind=kind, on_site=on_site, by_mail=by_mail))


def set_muted(viewer: Viewer, topic_id: int, muted: bool) -> None:
    """Tell this person nothing of a topic's conversation any more, or tell them again. Raises NotThere, MayNot."""
    if viewer.user_id is None:
        raise MayNot("sign_in")
    with writing() as session:
        found = session.scalar(select(Topic.id).where(Topic.id == topic_id, readable(Topic.audience, viewer)))
        if found is None:
            raise NotThere
        _set_muted(session, viewer.user_id, topic_id, muted)


def set_muted_by_mail(user_id: int, topic_id: int, muted: bool) -> None:
    """The same with the signed address of a mail, also for who may no longer read the topic; raises NotThere."""
    with writing() as session:
        person = session.scalar(select(User.id).where(User.id == user_id))
        topic = session.scalar(select(Topic.id).where(Topic.id == topic_id))
        if person is None or topic is None:
            raise NotThere
        _set_muted(session, user_id, topic_id, muted)


def mute_from_the_start(user_id: int, topic_id: int) -> None:
    """Begin a topic without telling its opener of every reply, inside `writing`."""
    _set_muted(db.session(), user_id, topic_id, True)


def _set_muted(session: Session, user_id: int, topic_id: int, muted: bool) -> None:
    if muted:
        insert_once(session, Subscription, {"user_id": user_id, "topic_id": topic_id, "level": MUTED})
    else:
        session.execute(
            delete(Subscription).where(
                Subscription.user_id == user_id, Subscription.topic_id == topic_id, Subscription.level == MUTED
            )
        )
