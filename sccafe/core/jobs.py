"""Work after the response: rows of one table, written in the transaction of what they belong to.

A job is done at least once: it is taken with a lease that its worker keeps renewing, and taken again where the lease
has run out. A job that fails is tried again after growing pauses.
"""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Index, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core import clock
from sccafe.core.database import Base, after_commit, db, end_reading, insert_once, writing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
#: Pauses after the first, second … failure; after the last one the job stays as failed.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600, 43200))
POLL_SECONDS = 1.0


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Which handler does it.
    name: Mapped[str] = mapped_column(String(60))
    #: The handler's arguments as JSON; ids only, never texts.
    payload: Mapped[str] = mapped_column(Text, default="{}")
    #: Not before this moment.
    due_at: Mapped[datetime]
    #: waiting, done or failed.
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    #: How often it was tried.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Who holds it, and until when.
    lease_token: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    #: A scheduled job stands once per name and due time.
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    #: The kind of the last exception.
    last_error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}
_scheduled: dict[str, Callable[[datetime], datetime]] = {}
_wake = threading.Event()


def job(name: str) -> Callable[[Handler], Handler]:
    """Let the decorated function do the jobs of this name; it is called outside any transaction."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def scheduled(name: str, next_due: Callable[[datetime], datetime]) -> Callable[[Handler], Handler]:
    """Like `job`, done again and again: `next_due` gives the first due time after a moment."""
    _scheduled[name] = next_due
    return job(name)


def daily_at(hour: int, minute: int = 0) -> Callable[[datetime], datetime]:
    """A schedule: every day at this time in Japan."""

    def next_due(after: datetime) -> datetime:
        at = after.astimezone(clock.TOKYO).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return at if at > after else at + timedelta(days=1)

    return next_due


def enqueue(name: str, due_at: datetime | None = None, unique_key: str | None = None, **arguments: Any) -> None:
    """Write a job into the present transaction; a second one with the same unique key is not written."""
    values = {
        "name": name,
        "payload": json.dumps(arguments),
        "due_at": due_at or clock.now(),
        "unique_key": unique_key,
        "state": "waiting",
        "attempts": 0,
        "last_error": "",
        "created_at": clock.now(),
    }
    insert_once(db.session(), Job, values)
    after_commit(_wake.set)


def plan() -> None:
    """See to it that the next run of everything scheduled stands in the table."""
    now = clock.now()
    waiting = set(db.session.scalars(select(Job.name).where(Job.state == "waiting", Job.name.in_(list(_scheduled)))))
    end_reading()
    missing = [name for name in _scheduled if name not in waiting]
    if missing:
        with writing():
            for name in missing:
                due_at = _scheduled[name](now)
                enqueue(name, due_at=due_at, unique_key=f"{name}@{due_at.isoformat()}")


def _take() -> tuple[int, str, str, str, int] | None:
    """Lease the job that has waited longest: (id, name, payload, lease token, attempts), or None."""
    now = clock.now()
    ready = (
        select(Job.id, Job.name, Job.payload, Job.attempts)
        .where(Job.state == "waiting", Job.due_at <= now, or_(Job.leased_until.is_(None), Job.leased_until < now))
        .order_by(Job.due_at, Job.id)
        .limit(1)
    )
    idle = db.session.execute(ready).first() is None
    end_reading()
    if idle:
        return None
    with writing() as session:
        row = session.execute(ready.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        token = secrets.token_hex(16)
        session.execute(
            update(Job)
            .where(Job.id == row.id)
            .values(lease_token=token, leased_until=now + LEASE, attempts=row.attempts + 1)
        )
        return row.id, row.name, row.payload, token, row.attempts + 1


def _finish(job_id: int, token: str, **values: Any) -> None:
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.lease_token == token)
            .values(lease_token=None, leased_until=None, **values)
        )


@contextmanager
def _kept(app: Flask, job_id: int, token: str) -> Iterator[None]:
    """Renew the lease while the block runs, so that a slow job is never done by two."""
    ended = threading.Event()

    def renew() -> None:
        with app.app_context():
            while not ended.wait(LEASE.total_seconds() / 3):
                try:
                    with writing() as session:
                        session.execute(
                            update(Job)
                            .where(Job.id == job_id, Job.lease_token == token)
                            .values(leased_until=clock.now() + LEASE)
                        )
                except Exception as error:  # two more tries before the lease runs out
                    log.warning("job %s: its lease could not be renewed: %s", job_id, type(error).__name__)

    keeper = threading.Thread(target=renew, name="lease-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def run_one(app: Flask) -> bool:
    """Do the job that has waited longest, if there is one; says whether there was."""
    with app.app_context():
        taken = _take()
        if taken is None:
            return False
        job_id, name, payload, token, attempts = taken
        try:
            with _kept(app, job_id, token):
                _handlers[name](**json.loads(payload))
                db.session.rollback()
        except Exception as error:
            db.session.rollback()
            # The kind of the error alone: a message could quote a text that is nobody's business here.
            kind = type(error).__name__
            log.warning("job %s (%s) failed the %d. time: %s", job_id, name, attempts, kind, exc_info=app.debug)
            if attempts > len(PAUSES):
                _finish(job_id, token, state="failed", last_error=kind, finished_at=clock.now())
            else:
                _finish(job_id, token, last_error=kind, due_at=clock.now() + PAUSES[attempts - 1])
        else:
            _finish(job_id, token, state="done", last_error="", finished_at=clock.now())
        if name in _scheduled:
            plan()
        return True


def run_due(app: Flask) -> int:
    """Do everything that is due, as commands and tests want it; gives the number done."""
    count = 0
    while run_one(app):
        count += 1
    return count


def failed() -> list[tuple[int, str, str]]:
    """The jobs that were given up, as (id, name, kind of the last error)."""
    rows = db.session.execute(select(Job.id, Job.name, Job.last_error).where(Job.state == "failed").order_by(Job.id))
    found = [(row.id, row.name, row.last_error) for row in rows]
    end_reading()
    return found


def try_again(job_ids: list[int]) -> None:
    """Let these failed jobs begin anew, now."""
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id.in_(job_ids), Job.state == "failed")
            .values(state="waiting", attempts=0, due_at=clock.now(), finished_at=None)
        )
        after_commit(_wake.set)


def forget(job_ids: list[int]) -> None:
    """Take these failed jobs away: they will never be done."""
    with writing() as session:
        session.execute(delete(Job).where(Job.id.in_(job_ids), Job.state == "failed"))


class Worker:
    """A thread that does jobs until it is stopped. Start it after the server has forked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the present job end, then return."""
        self._stopping.set()
        _wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def run(self) -> None:
        planned = False
        while not self._stopping.is_set():
            try:
                if not planned:
                    with self._app.app_context():
                        plan()
                    planned = True
                _wake.clear()
                while not self._stopping.is_set() and run_one(self._app):
                    pass
            except Exception as error:  # the database may be away for a while; the thread must outlive that
                log.warning("jobs wait: %s", type(error).__name__)
            _wake.wait(POLL_SECONDS)


@scheduled("jobs.clean_up", daily_at(3, 40))
def clean_up() -> None:
    """Forget jobs done more than 30 days ago; failed ones stay until somebody has looked."""
    with writing() as session:
        session.execute(delete(Job).where(Job.state == "done", Job.finished_at < clock.now() - timedelta(days=30)))
