"""Questions never stay silent: after some business days without an answer a question is put before those who may know,
and later the secretariat is reminded of it.

One scheduled job does both. A question that is answered meanwhile drops out of every list by its state.
"""

from datetime import datetime, timedelta

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.events import QuestionOverdue
from sccafe.boards.models import Post, QuestionCall, Topic, TopicTheme
from sccafe.boards.queries.columns import person_may_read_topic
from sccafe.core import clock, site_settings
from sccafe.core.calendar import business_days_between, is_business_day
from sccafe.core.database import db, end_reading, insert_once, locked, writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, scheduled

#: After how many business days.
RAISE_AFTER = site_settings.declare("raise_question_after", 3, choices=tuple(range(1, 11)))
REMIND_AFTER = site_settings.declare("remind_of_question_after", 7, choices=tuple(range(2, 31)))
#: Before how many people a question is put, and how far back what they wrote counts.
MOST_CALLED = 20
LOOKED_BACK = timedelta(days=365)


@scheduled("boards.waiting_questions", daily_at(8, 45))
def look_at_waiting_questions() -> None:
    """Raise the questions that have waited for RAISE_AFTER business days, remind of those after REMIND_AFTER."""
    now = clock.now()
    if not is_business_day(now.astimezone(clock.TOKYO).date()):
        return
    raise_after, remind_after = site_settings.get(RAISE_AFTER), site_settings.get(REMIND_AFTER)
    unanswered = (Topic.state == "unanswered", Topic.visibility == "published")
    old = db.session.execute(
        select(Topic.id, Topic.created_at, Topic.raised_at)
        .where(*unanswered, or_(Topic.raised_at.is_(None), Topic.reminded_at.is_(None)))
        .where(Topic.created_at < now - timedelta(days=raise_after))
        .order_by(Topic.id)
    ).all()
    end_reading()
    for row in old:
        waited = business_days_between(row.created_at, now)
        if row.raised_at is None and waited >= raise_after:
            _raise(row.id, now)
        if waited >= remind_after:
            _remind(row.id, now)


def _still_waiting(session: Session, topic_id: int) -> Row[tuple[int, datetime | None, datetime | None]] | None:
    return session.execute(
        locked(
            select(Topic.id, Topic.raised_at, Topic.reminded_at).where(
                Topic.id == topic_id, Topic.state == "unanswered", Topic.visibility == "published"
            ),
            Topic,
        )
    ).first()


def _raise(topic_id: int, now: datetime) -> None:
    """Put one question before experts and the secretariat (their page) and on the home of those who may know."""
    called = _who_may_know(topic_id, now)
    end_reading()
    with writing() as session:
        topic = _still_waiting(session, topic_id)
        if topic is None or topic.raised_at is not None:
            return
        session.execute(update(Topic).where(Topic.id == topic_id).values(raised_at=now))
        for user_id in called:
            insert_once(session, QuestionCall, {"user_id": user_id, "topic_id": topic_id})


def _remind(topic_id: int, now: datetime) -> None:
    with writing() as session:
        topic = _still_waiting(session, topic_id)
        if topic is None or topic.reminded_at is not None:
            return
        session.execute(update(Topic).where(Topic.id == topic_id).values(reminded_at=now))
        post_id = session.scalar(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1))
        if post_id is not None:
            emit(QuestionOverdue(topic_id, post_id))


def _who_may_know(topic_id: int, now: datetime) -> list[int]:
    """Ids of people who wrote under their name on a theme of the question, the busiest first, then of those in a town
    like that of whoever asked: of its prefecture and its population band, then of one of the two. Somebody who asked
    anonymously is not looked at: where they work stays unused."""
    asker = anonymity.whom_to_tell_of_topic(topic_id)
    reader = (User.state == "active", User.role.in_(("member", "expert")), User.id != (asker or 0))
    other, theirs = aliased(TopicTheme), aliased(TopicTheme)
    by_theme = (
        select(User.id)
        .join(Post, Post.author_id == User.id)
        .join(theirs, theirs.topic_id == Post.topic_id)
        .join(other, (other.theme == theirs.theme) & (other.topic_id == topic_id))
        .join(Topic, Topic.id == topic_id)
        .where(*reader, Post.state == "published", Post.created_at > now - LOOKED_BACK, person_may_read_topic())
        .group_by(User.id)
        .order_by(func.count().desc(), User.id)
        .limit(MOST_CALLED)
    )
    found = list(db.session.scalars(by_theme))
    if len(found) < MOST_CALLED:
        named = aliased(User)
        same_prefecture = and_(named.prefecture != "", User.prefecture == named.prefecture)
        same_band = and_(named.population != "", User.population == named.population)
        like = (
            select(User.id)
            .join(Topic, Topic.id == topic_id)
            .join(Post, (Post.topic_id == Topic.id) & (Post.number == 1))
            .join(named, named.id == Post.author_id)
            .where(*reader, or_(same_prefecture, same_band), User.id.not_in(found), person_may_read_topic())
            .order_by(and_(same_prefecture, same_band).desc(), User.has_posted.desc(), User.id.desc())
            .limit(MOST_CALLED - len(found))
        )
        found += db.session.scalars(like)
    return found
