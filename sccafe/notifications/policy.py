"""Who is told what: the kinds of notices, which of them can be switched off, and the wall for each person."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from sccafe.accounts.models import User
from sccafe.boards.models import Topic
from sccafe.core.audience import ROLES, Viewer, audiences_of
from sccafe.moderation import policy as moderation

#: About what somebody else wrote: a muted topic tells none of these.
OF_CONVERSATION: Final = ("reply", "answer", "accepted")
#: Only for people who may read the topic; `approved` of an account has none.
OF_TOPICS: Final = (*OF_CONVERSATION, "approved")
#: Measures and approvals always reach the person concerned.
SWITCHABLE: Final = (*OF_CONVERSATION, "report")


def may_see_reports(viewer: Viewer) -> bool:
    return moderation.may(viewer, "see_desk")


def switchable(viewer: Viewer) -> tuple[str, ...]:
    """The kinds that this person can switch off, in the order of their page."""
    return SWITCHABLE if may_see_reports(viewer) else OF_CONVERSATION


def person_may_read_topic() -> ColumnElement[bool]:
    """The wall between users and topics joined in one statement: for writes that concern many people at once."""
    return or_(*(and_(User.role == role, Topic.audience.in_(sorted(audiences_of(role)))) for role in ROLES))
