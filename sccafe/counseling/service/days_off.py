"""An expert's days off: whatever changes them renews the deadlines of the expert's open requests with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import ExpertProfile
from sccafe.core import clock
from sccafe.core.database import db, end_reading, locked, writing
from sccafe.counseling import dues
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.models import Assignment, DaysOff, Request
from sccafe.counseling.service.stepping import Actor

#: How far ahead, in days; and how many spans somebody may have before them.
FURTHEST, MOST = 366, 50


class WrongDays(ValueError):
    """These days cannot be taken off: `why` is past, far, order or many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Deadline:
    """An open request's last day for an answer, and what it would be without days off (None: the clock stands)."""

    ref: str
    due_on: date | None
    without_off: date | None


def check(first: date, last: date, today: date) -> None:
    """Raises WrongDays for days that cannot be taken off."""
    if first < today:
        raise WrongDays("past")
    if last < first:
        raise WrongDays("order")
    if last > today + timedelta(days=FURTHEST):
        raise WrongDays("far")


def add(actor: Actor, first: date, last: date) -> int:
    """Take these days off (both included); gives how many deadlines moved.

    The same days a second time change nothing. Raises WrongDays, and NotThere for who is no expert.
    """
    today = clock.today()
    check(first, last, today)
    with writing() as session:
        expert_id = _expert(session, actor)
        spans = _spans(session, expert_id, today)
        if any((row.first, row.last) == (first, last) for row in spans):
            return 0
        if len(spans) >= MOST:
            raise WrongDays("many")
        session.add(DaysOff(expert_id=expert_id, first=first, last=last))
        session.flush()
        return _renew(session, expert_id)


def remove(actor: Actor, span_id: int) -> int:
    """Give days off back; gives how many deadlines moved.

    Of days off that have begun, those that are over stay: nobody answered on them. Raises NotThere where there are none
    of this expert's, and MayNot where they are all over.
    """
    today = clock.today()
    with writing() as session:
        expert_id = _expert(session, actor)
        mine = select(DaysOff).where(DaysOff.id == span_id, DaysOff.expert_id == expert_id)
        span = session.scalars(locked(mine, DaysOff).execution_options(populate_existing=True)).one_or_none()
        if span is None:
            raise NotThere
        if span.last < today:
            raise MayNot("days_over")
        if span.first >= today:
            session.delete(span)
        else:
            span.last = today - timedelta(days=1)
        session.flush()
        return _renew(session, expert_id)


def must_be_expert(actor: Actor) -> None:
    """Raises NotThere for who is no expert."""
    try:
        _expert(db.session(), actor)
    finally:
        end_reading()


def spans(actor: Actor) -> Sequence[Row[Any]]:
    """The expert's days off that are not over (id, first, last). Raises NotThere for who is no expert."""
    session = db.session()
    try:
        return _spans(session, _expert(session, actor), clock.today())
    finally:
        end_reading()


def deadlines(actor: Actor) -> list[Deadline]:
    """The deadlines of the expert's open requests, the nearest first. Raises NotThere for who is no expert."""
    session = db.session()
    try:
        requests = session.scalars(_open_requests(_expert(session, actor))).all()
        found = dues.dues(session, requests)
    finally:
        end_reading()
    lines = [Deadline(one.ref, found[one.id].on, found[one.id].on_without_off) for one in requests]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.ref))


def _expert(session: Session, actor: Actor) -> int:
    user_id = actor.viewer.user_id
    found = session.scalar(select(ExpertProfile.user_id).where(ExpertProfile.user_id == user_id))
    if found is None:
        raise NotThere
    return found


def _spans(session: Session, expert_id: int, today: date) -> Sequence[Row[Any]]:
    return session.execute(
        select(DaysOff.id, DaysOff.first, DaysOff.last)
        .where(DaysOff.expert_id == expert_id, DaysOff.last >= today)
        .order_by(DaysOff.first, DaysOff.id)
        .limit(MOST)
    ).all()


def _open_requests(expert_id: int) -> Select[tuple[Request]]:
    """What the expert is to answer."""
    mine = select(Assignment.request_id).where(
        Assignment.expert_id == expert_id, Assignment.state != "over", Assignment.is_second.is_(False)
    )
    return (
        select(Request)
        .where(Request.id.in_(mine), Request.state.not_in(dues.DONE_STATES))
        .order_by(Request.id)
        .execution_options(populate_existing=True)
    )


def _renew(session: Session, expert_id: int) -> int:
    requests = session.scalars(locked(_open_requests(expert_id), Request)).all()
    before = {request.id: request.due_on for request in requests}
    dues.renew(session, requests)
    return sum(1 for request in requests if request.due_on != before[request.id])
