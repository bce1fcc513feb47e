"""A meeting's period and poll, as the secretariat sets them.

A period is given in days of Japan's calendar, and kept as the two moments between which people write: the first of the
first day, and the first after the last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from sccafe.boards import policy, polls
from sccafe.boards.events import MeetingChanged
from sccafe.boards.models import Topic
from sccafe.boards.threads import MayNot, NotThere, topic_for_writing
from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.database import writing
from sccafe.core.events import emit


@dataclass(frozen=True)
class Meeting:
    """What makes a topic a meeting; all of it can be left out."""

    opens_on: date | None = None
    closes_on: date | None = None
    poll: polls.PollWanted | None = None


def opening(day: date | None) -> datetime | None:
    """The first moment of a day in Japan."""
    return None if day is None else datetime.combine(day, time(), clock.TOKYO)


def closing(day: date | None) -> datetime | None:
    """The first moment after a day in Japan."""
    return opening(None if day is None else day + timedelta(days=1))


def first_day(opens_at: datetime | None) -> date | None:
    """The day that `opening` was made from."""
    return None if opens_at is None else opens_at.astimezone(clock.TOKYO).date()


def last_day(closes_at: datetime | None) -> date | None:
    """The day that `closing` was made from."""
    return None if closes_at is None else last_moment(closes_at).astimezone(clock.TOKYO).date()


def last_moment(closes_at: datetime) -> datetime:
    """The last moment at which people can write: its day is the one to name."""
    return closes_at - timedelta(microseconds=1)


def set_up(session: Session, topic_id: int, meeting: Meeting) -> None:
    """Give a topic its period and its poll, inside `writing`. Raises PollRefused."""
    session.execute(
        update(Topic)
        .where(Topic.id == topic_id)
        .values(opens_at=opening(meeting.opens_on), closes_at=closing(meeting.closes_on))
    )
    if meeting.poll is not None:
        polls.put(session, topic_id, meeting.poll)


def change(viewer: Viewer, topic_id: int, meeting: Meeting) -> None:
    """Change a meeting's period and poll. Raises NotThere, MayNot, PollRefused."""
    if not policy.may_arrange_meetings(viewer):
        raise MayNot("role")
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        if topic.kind != "meeting":
            raise NotThere
        set_up(session, topic_id, meeting)
        emit(MeetingChanged(topic_id, viewer.user_id))
