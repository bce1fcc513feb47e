"""The real server: its job thread, and how it ends."""

import os
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.core.mail import queue
from sccafe.settings import Settings
from tests.core.test_jobs import wait_until
from tests.server import running


def mails(settings: Settings) -> list[Path]:
    return sorted((settings.data / "mail").glob("*.eml"))


def children(pid: int) -> list[int]:
    return [
        int(found) for task in Path(f"/proc/{pid}/task").iterdir() for found in (task / "children").read_text().split()
    ]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_the_embedded_server_sends_the_mails_and_plans_what_is_scheduled(app: Flask, settings: Settings) -> None:
    with writing():
        queue("midori@example.jp", "件名", "本文")
    with running(settings, SCCAFE_JOB_THREAD="on") as server:
        wait_until(lambda: len(mails(settings)) == 1)

        def planned() -> bool:
            end_reading()
            return {"jobs.clean_up", "mail.clean_up"} <= set(
                db.session.scalars(select(Job.name).where(Job.state == "waiting", Job.due_at > clock.now()))
            )

        wait_until(planned)
        wait_until(lambda: len(children(server.process.pid)) == 2)
        workers = children(server.process.pid)
        server.process.terminate()
        assert server.process.wait(30) == 0
        assert all(gone(pid) for pid in workers)
    assert "Traceback" not in server.log.read_text()
    assert len(mails(settings)) == 1
