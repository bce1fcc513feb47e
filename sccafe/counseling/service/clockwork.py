"""What time does to requests: each is looked at in a transaction of its own, and nothing is done twice."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, or_, select

from sccafe.core import clock, site_settings
from sccafe.core.calendar import add_business_days, business_days_between
from sccafe.core.database import db, end_reading, insert_once, locked, writing
from sccafe.counseling import dues
from sccafe.counseling.deadlines import day_of
from sccafe.counseling.dues import DONE_STATES
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.models import Assignment, Opening, OwnDraft, Reminder, Request, StepTaken
from sccafe.counseling.service.asking import close
from sccafe.counseling.service.routing import expire, lapse
from sccafe.counseling.service.stepping import tell
from sccafe.counseling.settings import CLOSED_AFTER_DAYS

log = logging.getLogger(__name__)

#: Business days after which an asker is reminded of a question, and days after which it is waited for no longer.
REMIND_OF_REPLY_AFTER, REPLY_DAYS = 5, 30
#: How long what somebody has typed and not sent is kept, and how long an open page counts as one.
OWN_DRAFTS_KEPT, OPENINGS_KEPT = timedelta(days=90), timedelta(days=1)


class Unfinished(RuntimeError):
    """Some requests could not be treated; the others were. Whatever calls may try again."""


def morning() -> None:
    """Everything that a business morning brings, once for each request, also when it runs twice or late.

    Raises Unfinished at its end where something failed.
    """
    failed = 0
    for treat in (
        *(expire_unaccepted, lapse_invitations, renew_deadlines),
        *(remind_of_deadlines, remind_of_replies, close_forgotten),
    ):
        failed += treat()
    if failed:
        raise Unfinished(f"{failed} requests")


def _each(rows: Iterable[Iterable[Any]], act: Callable[..., None], *more: Any) -> int:
    """Act on each of the rows; one that fails does not hold up the others. Gives how many failed."""
    failed = 0
    for row in rows:
        try:
            act(*row, *more)
        except (MayNot, NotThere):
            continue  # somebody was faster
        except Exception as error:  # whatever it is: the others are waiting
            # The kind of the error alone: its message could quote what is nobody's business here.
            log.warning("counseling: %s failed for one request: %s", act.__name__.strip("_"), type(error).__name__)
            failed += 1
    return failed


def _found(statement: Select[Any]) -> Sequence[Row[Any]]:
    rows = db.session.execute(statement).all()
    end_reading()
    return rows


def _start_of(day: date) -> datetime:
    """When a day begins in Japan."""
    return datetime.combine(day, time(), clock.TOKYO)


# --- no yes in time ----------------------------------------------------------------------------------------


def _unaccepted(is_second: bool) -> Select[Any]:
    return (
        select(Request.ref)
        .join(Assignment, Assignment.request_id == Request.id)
        .where(
            *(Assignment.state == "asked", Assignment.is_second.is_(is_second)),
            Assignment.accept_by < clock.today(),
        )
        .distinct()
        .order_by(Request.ref)
    )


def expire_unaccepted() -> int:
    """Requests whose expert has not said yes in time are the desk's again."""
    return _each(_found(_unaccepted(False).where(Request.state.in_(("expert", "asker")))), expire)


def lapse_invitations() -> int:
    """Those asked in beside another who have not said yes in time are asked no longer."""
    return _each(_found(_unaccepted(True)), lapse)


# --- deadlines ---------------------------------------------------------------------------------------------


def renew_deadlines() -> int:
    """Put right what a change of a category's rule or of public holidays, or two people at one moment, left behind."""
    requests = db.session.scalars(
        select(Request).where(Request.state.not_in(DONE_STATES)).execution_options(populate_existing=True)
    ).all()
    found = dues.dues(db.session(), requests)
    rows = [
        (one.id,) for one in requests if (one.first_due_on, one.due_on) != (found[one.id].first_on, found[one.id].on)
    ]
    end_reading()
    return _each(rows, _renew)


def _renew(request_id: int) -> None:
    with writing() as session:
        found = locked(select(Request).where(Request.id == request_id), Request)
        dues.renew(session, session.scalars(found.execution_options(populate_existing=True)).all())


# --- reminders ---------------------------------------------------------------------------------------------


def _not_reminded(kind: str, due_on: Any) -> ColumnElement[bool]:
    return ~exists().where(Reminder.request_id == Request.id, Reminder.kind == kind, Reminder.due_on == due_on)


def _remind(request_id: int, due_on: date, kind: str, *still: ColumnElement[bool]) -> None:
    """Tell once what is due, if it `still` is."""
    with writing() as session:
        request = session.scalars(
            locked(select(Request).where(Request.id == request_id, *still), Request).execution_options(
                populate_existing=True
            )
        ).one_or_none()
        if request is not None and insert_once(
            session, Reminder, {"request_id": request_id, "kind": kind, "due_on": due_on}
        ):
            tell(session, request, kind, None)


def remind_of_deadlines() -> int:
    """Tell of deadlines that end on this or the next business day, and of those that are over."""
    today = clock.today()
    tomorrow = add_business_days(today, 1)
    failed = 0
    for due_on, name in ((Request.first_due_on, "first"), (Request.due_on, "answer")):
        for kind, when in (
            (f"{name}_soon", due_on.between(today, tomorrow)),
            (f"{name}_late", due_on < today),
        ):
            still = (when, Request.state.not_in(DONE_STATES))
            rows = _found(select(Request.id, due_on).where(*still, _not_reminded(kind, due_on)).order_by(Request.id))
            failed += _each(rows, _remind, kind, *still)
    return failed


def remind_of_replies() -> int:
    """Tell askers who have owed a reply for some business days that it is waited for: once for each question."""
    now = clock.now()
    waits = Request.state == "asker"
    rows = _found(
        select(Request.id, Request.state_at)
        .where(waits, Request.state_at <= now - timedelta(days=REMIND_OF_REPLY_AFTER))
        .order_by(Request.id)
    )
    late = [row for row in rows if business_days_between(row.state_at, now) >= REMIND_OF_REPLY_AFTER]
    return _each(late, _remind_of_reply)


def _remind_of_reply(request_id: int, state_at: datetime) -> None:
    _remind(request_id, day_of(state_at), "reply_soon", Request.state == "asker", Request.state_at == state_at)


# --- the end -----------------------------------------------------------------------------------------------


def close_forgotten() -> int:
    """Close what an asker has not replied to for REPLY_DAYS, and what nobody has touched since its answer."""
    today = clock.today()
    unanswered = and_(Request.state == "asker", Request.state_at < _start_of(today - timedelta(days=REPLY_DAYS - 1)))
    untouched = _start_of(today - timedelta(days=site_settings.get(CLOSED_AFTER_DAYS) - 1))
    over = and_(
        Request.state == "answered",
        Request.state_at < untouched,
        ~exists().where(StepTaken.request_id == Request.id, StepTaken.at >= untouched),
    )
    forgotten = or_(unanswered, over)
    return _each(_found(select(Request.ref).where(forgotten).order_by(Request.id)), _close, forgotten)


def _close(ref: str, still: ColumnElement[bool]) -> None:
    with writing() as session:
        if session.execute(locked(select(Request.id).where(Request.ref == ref, still), Request)).first() is not None:
            close(None, ref)


def forget() -> None:
    """Forget old drafts of people, and who had a request open yesterday."""
    now = clock.now()
    with writing() as session:
        session.execute(delete(OwnDraft).where(OwnDraft.saved_at < now - OWN_DRAFTS_KEPT))
        session.execute(delete(Opening).where(Opening.at < now - OPENINGS_KEPT))
