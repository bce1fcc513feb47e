"""Jobs: rows due at a time, done at least once, by one worker at a time, whatever happens to the workers."""

import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select as select_rows

from sccafe.cli import sccafe
from sccafe.core import clock, jobs
from sccafe.core.database import InsideTransaction, db, end_reading, is_writing, writing
from sccafe.core.jobs import Job
from sccafe.settings import Settings
from tests.core import jobs_worker
from tests.server import ROOT, Forked, environ_of, forked

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
PATIENCE = 30


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"waited {PATIENCE} seconds"
        select.select([], [], [], 0.02)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a function do the jobs of a name for this test, on a schedule where one is given."""

    def add(name: str, handler: Callable[..., None], schedule: Any = None) -> None:
        monkeypatch.setitem(jobs._handlers, name, handler)
        if schedule:
            monkeypatch.setitem(jobs._scheduled, name, schedule)

    return add


def enqueue(name: str, **arguments: Any) -> None:
    with writing():
        jobs.enqueue(name, **arguments)


def row(name: str) -> Job:
    """The job of this name as it stands in the database now."""
    end_reading()
    db.session.expire_all()
    found = db.session.execute(select_rows(Job).where(Job.name == name).order_by(Job.id.desc())).scalars().first()
    assert found is not None
    end_reading()
    return found


def test_a_job_is_done_once_with_its_arguments(app: Flask, register: Callable[..., None]) -> None:
    done: list[int] = []
    register("test.note", lambda number: done.append(number))
    enqueue("test.note", number=7)
    jobs.run_due(app)
    jobs.run_due(app)
    assert done == [7]
    assert row("test.note").state == "done"


def test_a_job_stands_or_falls_with_the_write_that_made_it(app: Flask, register: Callable[..., None]) -> None:
    done: list[int] = []
    register("test.note", lambda number: done.append(number))
    with pytest.raises(ZeroDivisionError), writing():
        jobs.enqueue("test.note", number=1)
        raise ZeroDivisionError
    jobs.run_due(app)
    assert done == []


def test_a_job_runs_outside_any_transaction_and_may_write(app: Flask, register: Callable[..., None]) -> None:
    seen: list[bool] = []

    def handler() -> None:
        seen.append(is_writing())
        with writing():
            jobs.enqueue("test.second")

    register("test.first", handler)
    register("test.second", lambda: seen.append(True))
    enqueue("test.first")
    jobs.run_due(app)
    assert seen == [False, True]


def test_a_job_is_not_done_before_its_time(app: Flask, register: Callable[..., None]) -> None:
    done: list[datetime] = []
    register("test.later", lambda: done.append(clock.now()))
    with clock.pretending(NOW):
        enqueue("test.later", due_at=NOW + timedelta(hours=1))
        jobs.run_due(app)
        assert done == []
    with clock.pretending(NOW + timedelta(hours=1)):
        jobs.run_due(app)
    assert done == [NOW + timedelta(hours=1)]


def test_a_job_that_fails_is_tried_again_after_growing_pauses_and_then_kept_as_failed(
    app: Flask, register: Callable[..., None]
) -> None:
    tries: list[datetime] = []

    def fail() -> None:
        tries.append(clock.now())
        raise ConnectionRefusedError("its text may quote somebody and is not kept")

    register("test.fails", fail)
    at = NOW
    with clock.pretending(at):
        enqueue("test.fails")
    for pause in jobs.PAUSES:
        with clock.pretending(at):
            jobs.run_due(app)
        with clock.pretending(at + pause - timedelta(seconds=1)):
            jobs.run_due(app)
        at += pause
    assert row("test.fails").state == "waiting"
    with clock.pretending(at):
        jobs.run_due(app)
    gaps = [after - before for before, after in zip(tries, tries[1:], strict=False)]
    assert gaps == list(jobs.PAUSES) == sorted(jobs.PAUSES)
    left = row("test.fails")
    assert (left.state, left.last_error) == ("failed", "ConnectionRefusedError")


def test_failed_jobs_can_be_tried_again_or_taken_away(app: Flask, register: Callable[..., None]) -> None:
    done: list[int] = []
    register("test.note", lambda number: done.append(number))
    with writing() as session:
        session.add(
            Job(name="test.note", payload='{"number": 5}', due_at=NOW, created_at=NOW, state="failed", attempts=8)
        )
    runner = app.test_cli_runner()
    assert "test.note" in runner.invoke(sccafe, ["jobs"]).output
    jobs.run_due(app)
    assert done == []
    assert "1 failed jobs. Tried again" in runner.invoke(sccafe, ["jobs", "--again"]).output
    jobs.run_due(app)
    assert done == [5]
    with writing() as session:
        session.add(Job(name="test.note", due_at=NOW, created_at=NOW, state="failed"))
    assert "1 failed jobs. Taken away." in runner.invoke(sccafe, ["jobs", "--forget"]).output
    assert runner.invoke(sccafe, ["jobs"]).output == "0 failed jobs.\n"


def test_what_a_failing_job_had_read_or_begun_is_undone(app: Flask, register: Callable[..., None]) -> None:
    def fail() -> None:
        with writing():
            jobs.enqueue("test.never")
            raise ValueError

    def fail_in_a_read() -> None:
        db.session.execute(select_rows(Job.id)).all()
        with writing():
            pass

    register("test.fails", fail)
    register("test.reads", fail_in_a_read)
    enqueue("test.fails")
    enqueue("test.reads")
    jobs.run_due(app)
    assert db.session.execute(select_rows(Job.id).where(Job.name == "test.never")).first() is None
    assert row("test.reads").last_error == InsideTransaction.__name__


def test_with_the_server_down_across_the_due_times_a_scheduled_job_runs_once_late(
    app: Flask, register: Callable[..., None]
) -> None:
    done: list[datetime] = []
    register("test.daily", lambda: done.append(clock.now()), jobs.daily_at(3, 15))
    with clock.pretending(NOW):
        jobs.plan()
        jobs.plan()
    assert row("test.daily").due_at == datetime(2026, 11, 21, 18, 15, tzinfo=UTC)  # 3:15 in Japan
    back = NOW + timedelta(days=3, hours=5)
    with clock.pretending(back):
        jobs.plan()
        jobs.run_due(app)
        jobs.run_due(app)
    assert done == [back]
    assert row("test.daily").due_at == datetime(2026, 11, 24, 18, 15, tzinfo=UTC)


def test_a_scheduled_job_stands_once_per_due_time(app: Flask) -> None:
    for _ in range(2):
        enqueue("test.unique", unique_key="test.unique@2026-11-21")
    assert len(db.session.execute(select_rows(Job.id).where(Job.name == "test.unique")).all()) == 1


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (datetime(2026, 11, 21, 18, 14, 59, tzinfo=UTC), datetime(2026, 11, 21, 18, 15, tzinfo=UTC)),
        (datetime(2026, 11, 21, 18, 15, tzinfo=UTC), datetime(2026, 11, 22, 18, 15, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 18, 15, tzinfo=UTC)),
    ],
)
def test_daily_means_every_day_at_that_time_in_japan(after: datetime, due: datetime) -> None:
    assert jobs.daily_at(3, 15)(after) == due


# --- real processes -------------------------------------------------------------------------------

Start = Callable[..., Forked]


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Start a worker with a lease of so many seconds; all are gone at the end."""
    running: list[Forked] = []

    def begin(lease: float = 5.0) -> Forked:
        running.append(forked(jobs_worker.work, settings.data, lease, environ=environ_of(settings)))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def lines(settings: Settings) -> list[str]:
    path = settings.data / "done"
    return path.read_text().splitlines() if path.exists() else []


def numbers(settings: Settings) -> Counter[str]:
    return Counter(line.split()[0] for line in lines(settings))


@contextmanager
def begun(settings: Settings, process: Forked) -> Iterator[None]:
    """The block runs while this worker is in the middle of its `test.wait`."""
    wait_until((settings.data / f"begun-{process.pid}").exists)
    yield
    (settings.data / "go").touch()


def test_jobs_that_fell_due_while_no_worker_ran_are_each_done_once(
    app: Flask, settings: Settings, start: Start
) -> None:
    with writing():
        for number in range(20):
            jobs.enqueue("test.note", due_at=clock.now() - timedelta(hours=number), number=number)
    start()
    wait_until(lambda: len(lines(settings)) == 20)
    assert set(numbers(settings).values()) == {1}


def test_two_workers_never_do_the_same_job(app: Flask, settings: Settings, start: Start) -> None:
    with writing():
        for number in range(60):
            jobs.enqueue("test.note", number=number)
    workers = {start().pid, start().pid, start().pid}
    wait_until(lambda: len(lines(settings)) >= 60)
    assert set(numbers(settings).values()) == {1}
    assert {int(line.split()[1]) for line in lines(settings)} <= workers
    wait_until(lambda: row("test.note").state == "done")
    end_reading()
    assert db.session.scalars(select_rows(Job.attempts).where(Job.name == "test.note").distinct()).all() == [1]


def test_a_worker_that_is_killed_in_the_middle_leaves_its_job_to_the_next(
    app: Flask, settings: Settings, start: Start
) -> None:
    enqueue("test.wait", number=1)
    first = start(lease=1.0)
    wait_until((settings.data / f"begun-{first.pid}").exists)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = start(lease=1.0)
    with begun(settings, second):
        assert lines(settings) == []
    wait_until(lambda: lines(settings) == [f"1 {second.pid}"])
    wait_until(lambda: row("test.wait").state == "done")
    assert row("test.wait").attempts == 2


def test_a_job_longer_than_its_lease_stays_with_its_worker(app: Flask, settings: Settings, start: Start) -> None:
    enqueue("test.wait", number=1)
    first = start(lease=0.6)
    wait_until((settings.data / f"begun-{first.pid}").exists)
    second = start(lease=0.6)
    enqueue("test.note", number=2)
    with begun(settings, first):
        wait_until(lambda: f"2 {second.pid}" in lines(settings))  # the second one looks for work
        leases = {row("test.wait").leased_until}

        def renewed() -> bool:
            leases.add(row("test.wait").leased_until)
            return len(leases) > 4

        wait_until(renewed)
    wait_until(lambda: row("test.wait").state == "done")
    assert row("test.wait").attempts == 1
    assert sorted(lines(settings)) == [f"1 {first.pid}", f"2 {second.pid}"]


def test_the_command_ends_after_the_present_job_when_it_is_told_to(app: Flask, settings: Settings) -> None:
    command = [sys.executable, "-m", "sccafe", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environ_of(settings), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Doing jobs.\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == "Ending.\n"
    assert row("jobs.clean_up").state == "waiting"  # it had planned what is scheduled
