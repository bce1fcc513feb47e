"""A worker as a process of its own, with jobs for the tests: `jobs_worker.py FOLDER LEASE_SECONDS`.

`test.note` writes one line into FOLDER/done. `test.wait` tells that it has begun, waits for FOLDER/go, and notes.
"""

import os
import select
import sys
from datetime import timedelta
from pathlib import Path

from sccafe import create_app
from sccafe.core import jobs

FOLDER = Path(sys.argv[1])


def note(number: int) -> None:
    # One write of one line: processes that append at once do not mix theirs.
    with (FOLDER / "done").open("ab", buffering=0) as file:
        file.write(f"{number} {os.getpid()}\n".encode())


@jobs.job("test.note")
def note_at_once(number: int) -> None:
    note(number)


@jobs.job("test.wait")
def note_later(number: int) -> None:
    (FOLDER / f"begun-{os.getpid()}").touch()
    while not (FOLDER / "go").exists():
        select.select([], [], [], 0.02)
    note(number)


if __name__ == "__main__":
    jobs.LEASE = timedelta(seconds=float(sys.argv[2]))
    jobs.POLL_SECONDS = 0.05
    jobs.Worker(create_app()).run()
