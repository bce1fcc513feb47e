"""Checks of the database as a whole, of the jobs and of the mails."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import or_, select, text

from sccafe.core import clock
from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.core.jobs import Job
from sccafe.core.mail import OutboxMail

#: A job that has been due for so long finds nobody who does it.
LATE = timedelta(minutes=15)
#: A job that has been begun so often ends its worker each time.
TOO_OFTEN = 20


@check("database: integrity")
def integrity() -> Iterator[str]:
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL has checksums and constraints of its own
    for (line,) in db.session.execute(text("PRAGMA integrity_check(20)")):
        if line != "ok":
            yield line
    for table, row, other, _key in db.session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table}: row {row} refers to a row of {other} that is not there"


@check("database: schema")
def schema() -> Iterator[str]:
    from sccafe.core import migrations  # large, and the server loads every check

    if (found := migrations.revision()) != migrations.newest():
        yield f"the schema is {found or 'missing'}, this version works with {migrations.newest()}: run `sccafe migrate`"


@check("jobs: stuck")
def stuck_jobs() -> Iterator[str]:
    now = clock.now()
    rows = db.session.execute(
        select(Job.id, Job.name, Job.state, Job.due_at, Job.leased_until, Job.attempts, Job.last_error)
        .where(
            or_(
                Job.state == "failed",
                (Job.state == "waiting") & (Job.due_at < now - LATE),
            )
        )
        .order_by(Job.id)
    )
    for row in rows:
        error = f" ({row.last_error})" if row.last_error else ""
        if row.state == "failed":
            yield f"job {row.id} ({row.name}) has failed {row.attempts} times and is not tried again{error}"
        elif row.attempts > TOO_OFTEN:
            yield f"job {row.id} ({row.name}) has been begun {row.attempts} times and never ended{error}"
        elif row.leased_until is None:
            yield f"job {row.id} ({row.name}) is due since {row.due_at:%Y-%m-%d %H:%M} UTC; is a worker running?{error}"
        elif row.leased_until < now - LATE:
            yield f"job {row.id} ({row.name}) was left at {row.leased_until:%Y-%m-%d %H:%M} UTC; is a worker running?"


@check("mail: waiting without a job")
def lost_mails() -> Iterator[str]:
    """Each waiting mail has a job that sends it; without one it would wait for ever."""
    jobs = db.session.scalars(select(Job.payload).where(Job.name == "mail.send", Job.state != "done"))
    known = set(jobs)
    waiting = db.session.scalars(select(OutboxMail.id).where(OutboxMail.state == "waiting").order_by(OutboxMail.id))
    for mail_id in waiting:
        if f'{{"mail_id": {mail_id}}}' not in known:
            yield f"mail {mail_id} is waiting, and no job will send it"
