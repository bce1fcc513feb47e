"""The deadlines of requests, computed from their record, their experts and these experts' days off."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sccafe.counseling import deadlines
from sccafe.counseling.deadlines import Span
from sccafe.counseling.models import ANSWER_DAYS, FIRST_DAYS, Assignment, CategoryRule, DaysOff, Request, StepTaken

#: States in which nothing is owed any more.
DONE_STATES = ("answered", "closed", "withdrawn")


@dataclass(frozen=True)
class Due:
    """By when something is owed (days in Japan); None where nothing is, or the clock stands."""

    first_on: date | None = None
    on: date | None = None
    #: What the second would be if no expert had a day off.
    on_without_off: date | None = None


def rules_of(session: Session, categories: Iterable[str]) -> dict[str, CategoryRule]:
    """How the desk treats these categories; the defaults where it has said nothing."""
    wanted = set(categories)
    found = {
        row.category: row for row in session.scalars(select(CategoryRule).where(CategoryRule.category.in_(wanted)))
    }
    return {
        category: found.get(category)
        or CategoryRule(
            category=category, by_itself=False, second_look=False, first_days=FIRST_DAYS, answer_days=ANSWER_DAYS
        )
        for category in wanted
    }


def dues(session: Session, requests: Collection[Request]) -> dict[int, Due]:
    """The deadlines of these requests by their ids: four statements, however many they are."""
    open_ones = [request for request in requests if request.state not in DONE_STATES]
    found = {request.id: Due() for request in requests}
    if not open_ones:
        return found
    rules = rules_of(session, (request.category for request in open_ones))
    standing, off = _standing(session, open_ones), _off(session, open_ones)
    for request in open_ones:
        rule, asked = rules[request.category], deadlines.day_of(request.asked_at)
        clock_stands = standing[request.id]
        found[request.id] = Due(
            deadlines.due_on(asked, rule.first_days) if request.first_response_at is None else None,
            deadlines.due_on(asked, rule.answer_days, clock_stands, off[request.id]),
            deadlines.due_on(asked, rule.answer_days, clock_stands),
        )
    return found


def renew(session: Session, requests: Collection[Request]) -> None:
    """Write the deadlines of these requests anew."""
    found = dues(session, requests)
    for request in requests:
        request.first_due_on, request.due_on = found[request.id].first_on, found[request.id].on
    session.flush()


def _standing(session: Session, requests: Collection[Request]) -> dict[int, list[Span]]:
    """When the clock of each request stood."""
    since = {request.id: request.asked_at for request in requests}
    steps: dict[int, list[tuple[str, str, datetime]]] = defaultdict(list)
    for row in session.execute(
        select(StepTaken.request_id, StepTaken.before, StepTaken.after, StepTaken.at)
        .where(StepTaken.request_id.in_(since), StepTaken.at >= min(since.values()))
        .order_by(StepTaken.id)
    ):
        if row.at >= since[row.request_id]:
            steps[row.request_id].append((row.before, row.after, row.at))
    return {request_id: deadlines.standing(steps[request_id]) for request_id in since}


def _off(session: Session, requests: Collection[Request]) -> dict[int, list[Span]]:
    """The days off of those who were to answer, each while they were."""
    assigned = session.execute(
        select(
            Assignment.request_id, Assignment.expert_id, Assignment.state, Assignment.asked_at, Assignment.answered_at
        )
        .where(Assignment.request_id.in_([request.id for request in requests]), Assignment.is_second.is_(False))
        .order_by(Assignment.id)
    ).all()
    off: dict[int, list[Span]] = defaultdict(list)
    if assigned:
        for row in session.execute(
            select(DaysOff.expert_id, DaysOff.first, DaysOff.last).where(
                DaysOff.expert_id.in_({row.expert_id for row in assigned}),
                DaysOff.last >= min(deadlines.day_of(request.asked_at) for request in requests),
            )
        ):
            off[row.expert_id].append(Span(row.first, row.last))
    found: dict[int, list[Span]] = {request.id: [] for request in requests}
    for one in assigned:
        ended = one.answered_at if one.state == "over" else None
        answering = Span(deadlines.day_of(one.asked_at), deadlines.day_of(ended) if ended else None)
        found[one.request_id] += deadlines.within(off[one.expert_id], answering)
    return found
