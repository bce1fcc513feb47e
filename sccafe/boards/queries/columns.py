"""What the queries of boards share: which topics stand in lists, the parts of their rows, the reader's mark."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, null, or_, select
from sqlalchemy.sql.selectable import ScalarSelect

from sccafe.accounts.models import User
from sccafe.boards.models import Post, Topic, TopicRead, TopicTheme
from sccafe.core.audience import ROLES, audiences_of

PER_PAGE = 25

#: A topic that its writer deleted stands in no list, not even the secretariat's.
LISTED = Topic.visibility != "deleted"
#: The post that opens its topic; a held one has no number yet.
OPENS = or_(Post.number == 1, and_(Post.number.is_(None), Post.parent_id.is_(None)))


def themes() -> ScalarSelect[Any]:
    """The keys of a topic's themes, comma between; NULL without any."""
    return (
        select(func.aggregate_strings(TopicTheme.theme, ","))
        .where(TopicTheme.topic_id == Topic.id)
        .correlate(Topic)
        .scalar_subquery()
    )


def with_mark(statement: Select[Any], signed_in: bool) -> Select[Any]:
    """Add the reader's mark as the last column; visitors have none."""
    if not signed_in:
        return statement.add_columns(null().label("last_read_number"))
    return statement.add_columns(TopicRead.last_read_number).outerjoin(
        TopicRead, and_(TopicRead.topic_id == Topic.id, TopicRead.user_id == bindparam("reader_id"))
    )


def person_may_read_topic() -> ColumnElement[bool]:
    """The wall between users and topics joined in one statement: for writes that concern many people at once."""
    return or_(*(and_(User.role == role, Topic.audience.in_(sorted(audiences_of(role)))) for role in ROLES))
