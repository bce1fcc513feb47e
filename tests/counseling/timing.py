"""Moments in Japan, business mornings, and what is told meanwhile, for tests of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import select

from sccafe.core import clock, events
from sccafe.core.database import db, end_reading
from sccafe.counseling import by_itself, jobs
from sccafe.counseling.events import RequestMoved
from sccafe.counseling.models import Request, StepTaken
from sccafe.counseling.sealing import Seal


def at(month: int, day: int, hour: int = 10, year: int = 2026) -> datetime:
    """A moment in Japan."""
    return datetime(year, month, day, hour, tzinfo=clock.TOKYO)


@contextmanager
def on(month: int, day: int, hour: int = 10, year: int = 2026) -> Iterator[None]:
    """Let it be that moment."""
    with clock.pretending(at(month, day, hour, year)):
        yield


def morning(month: int, day: int, year: int = 2026) -> None:
    """Let the clock do what it does at half past eight on this day."""
    with clock.pretending(datetime(year, month, day, 8, 30, tzinfo=clock.TOKYO)):
        jobs.morning()


def route(ref: str) -> None:
    """Let the rules decide, as after a request was sent."""
    request_id = db.session.scalar(select(Request.id).where(Request.ref == ref))
    end_reading()
    assert request_id is not None
    by_itself.route(request_id)


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told of requests from now on, by its action."""
    told: list[str] = []
    others = events._handlers[RequestMoved]
    monkeypatch.setitem(events._handlers, RequestMoved, [*others, lambda moved: told.append(moved.action)])
    return told


def row(ref: str) -> Request:
    """The request as it stands in the database."""
    found = db.session.scalars(
        select(Request).where(Request.ref == ref).execution_options(populate_existing=True)
    ).one()
    end_reading()
    return found


def reasons(ref: str, action: str) -> list[str]:
    """Why this step was taken, each time that it was."""
    rows = db.session.execute(
        select(StepTaken.reason, Request.data_key)
        .join(Request, Request.id == StepTaken.request_id)
        .where(Request.ref == ref, StepTaken.action == action)
        .order_by(StepTaken.id)
    ).all()
    end_reading()
    return [Seal.of(found.data_key).open(found.reason) for found in rows]
