"""Whatever people do, and in whatever order, what is found is what is there; also where the machine stops in between.

SCCAFE_TEST_OPERATIONS says how many acts there are: a few hundred here, ten thousand where there is time.
"""

import os
import subprocess
import sys

import pytest
from flask import Flask

from sccafe.core import checks, jobs
from sccafe.core.database import db, end_reading
from sccafe.settings import Settings
from tests import server
from tests.search.operating import People, town

ACTS = int(os.environ.get("SCCAFE_TEST_OPERATIONS", "300"))
#: Looked at so often in between: what goes wrong early is not to be hidden by what comes later.
LOOKS = 3


def everything_is_as_it_should_be() -> None:
    assert {name: lines for name, lines in checks.run().items() if lines} == {}
    end_reading()


def test_after_whatever_people_did_check_finds_no_difference(app: Flask) -> None:
    town()
    people = People(2026)
    for _ in range(LOOKS):
        for _ in range(ACTS // LOOKS):
            people.act()
        everything_is_as_it_should_be()
    for _ in range(ACTS):  # what chance has left out until now
        if not people.undone():
            break
        people.act()
    assert not people.undone()
    jobs.run_due(app)
    assert jobs.failed() == []
    everything_is_as_it_should_be()


@pytest.mark.parametrize("acts", [7, 40])
def test_check_finds_no_difference_after_the_machine_has_stopped_in_the_middle(
    app: Flask, settings: Settings, acts: int
) -> None:
    town()
    db.session.remove()
    working = subprocess.Popen(
        [sys.executable, "-m", "tests.search.operating", str(acts)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=server.ROOT,
        env=server.environ_of(settings),
    )
    assert working.stdout is not None
    for _ in range(acts):
        assert working.stdout.readline().strip().isdecimal(), "it works until it is stopped"
    working.kill()  # it is at the next act by now
    working.wait()
    working.stdout.close()
    everything_is_as_it_should_be()
    people = People(acts)
    for _ in range(5):
        people.act()
    everything_is_as_it_should_be()
