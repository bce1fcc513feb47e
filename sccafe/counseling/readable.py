"""Who may open which requests, as the database can say it: for lists, notices and mails. The rule is policy's table."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.core.audience import STAFF_ROLES
from sccafe.core.database import db
from sccafe.counseling import policy
from sccafe.counseling.models import Assignment, Request

#: The capacities of experts -> how their assignment says so.
_ASSIGNED = {
    "asked": (False, "asked"),
    "expert": (False, "accepted"),
    "invited": (True, "asked"),
    "second": (True, "accepted"),
}


def _in_states_of(capacity: str) -> ColumnElement[bool]:
    return Request.state.in_([state for state in policy.STATES if capacity in policy.READERS[state]])


def open_to(person: Any, inside: bool = False) -> ColumnElement[bool]:
    """Whether somebody may open a request, or with `inside` read its notes, for statements in which Request stands.

    `person` is a column or value with the id of an active account; who has opened a request by its code is not asked.
    """
    user, assignment = aliased(User), aliased(Assignment)
    of_desk = select(user.id).where(
        user.id == person, user.state == "active", user.counseling_desk, user.role.in_(sorted(STAFF_ROLES))
    )
    by_state = [
        and_(assignment.is_second.is_(is_second), assignment.state == state, _in_states_of(capacity))
        for capacity, (is_second, state) in _ASSIGNED.items()
        if not inside or capacity in policy.INSIDERS
    ]
    of_experts = (
        select(assignment.id)
        .join(user, user.id == assignment.expert_id)
        .where(
            assignment.request_id == Request.id, assignment.expert_id == person, user.state == "active", or_(*by_state)
        )
    )
    # Whoever asks is nothing else in their own request.
    others = Request.asker_id.is_distinct_from(person)
    may = [and_(others, _in_states_of("desk"), of_desk.exists()), and_(others, of_experts.exists())]
    return or_(*may) if inside else or_(and_(_in_states_of("asker"), Request.asker_id == person), *may)


def who_may_open(request_id: int, people: Collection[int], inside: bool = False) -> set[int]:
    """Those of these people who may open the request at this moment, or with `inside` read its notes."""
    if not people:
        return set()
    return set(
        db.session.scalars(
            select(User.id)
            .join(Request, Request.id == request_id)
            .where(User.id.in_(set(people)), User.state == "active", open_to(User.id, inside))
        )
    )


def may_open(user_id: int, request_id: int) -> bool:
    """Whether this person may open the request at this moment."""
    return bool(who_may_open(request_id, [user_id]))


class Assigned(NamedTuple):
    """The experts of a request: all who are asked or have said yes, the one of them who is to answer, and the one who
    was asked last and has not said yes."""

    everyone: frozenset[int]
    main: frozenset[int]
    asked: frozenset[int]


def assigned(request_id: int) -> Assigned:
    """Its experts at this moment."""
    rows = db.session.execute(
        select(Assignment.expert_id, Assignment.is_second, Assignment.state)
        .where(Assignment.request_id == request_id, Assignment.state != "over")
        .order_by(Assignment.id)
    ).all()
    asked = [row.expert_id for row in rows if row.state == "asked"]
    main = [row.expert_id for row in rows if not row.is_second]
    return Assigned(frozenset(row.expert_id for row in rows), frozenset(main), frozenset(asked[-1:]))
