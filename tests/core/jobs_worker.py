"""A worker as a process of its own, with jobs for the tests.

`test.note` writes one line into the folder's file `done`. `test.wait` tells that it has begun, waits for the file `go`,
and notes.
"""

import os
import select
from datetime import timedelta
from pathlib import Path

from sccafe import create_app
from sccafe.core import jobs


def work(folder: Path, lease: float) -> None:
    """Do jobs until the process ends; `lease` is in seconds."""

    def note(number: int) -> None:
        # One write of one line: processes that append at once do not mix theirs.
        with (folder / "done").open("ab", buffering=0) as file:
            file.write(f"{number} {os.getpid()}\n".encode())

    @jobs.job("test.note")
    def note_at_once(number: int) -> None:
        note(number)

    @jobs.job("test.wait")
    def note_later(number: int) -> None:
        (folder / f"begun-{os.getpid()}").touch()
        while not (folder / "go").exists():
            select.select([], [], [], 0.02)
        note(number)

    jobs.LEASE = timedelta(seconds=lease)
    jobs.POLL_SECONDS = 0.05
    jobs.Worker(create_app()).run()
