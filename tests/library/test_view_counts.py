"""How often items are read: counted without a write of their own, and written together."""

import urllib.request
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from sccafe.core import ending
from sccafe.library import view_counts
from sccafe.settings import Settings
from tests.conftest import Statements
from tests.library.shelf_town import case, people, stored
from tests.server import running

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]


def test_readings_are_written_together_and_change_no_list(
    case: int, client: FlaskClient, statements: Statements
) -> None:
    revision = stored(case).revision
    with statements:
        for _ in range(view_counts.MOST - 1):
            client.get(f"/library/{case}")
    assert not [each for each in statements if not each.startswith("SELECT")]
    assert stored(case).view_count == 0
    client.get(f"/library/{case}")
    assert stored(case).view_count == view_counts.MOST
    assert f"{view_counts.MOST}回読まれました" in client.get(f"/library/{case}").get_data(as_text=True)
    assert stored(case).revision == revision


def test_the_first_one_does_not_wait_longer_than_a_minute(
    case: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(view_counts.time, "monotonic", lambda: now)
    client.get(f"/library/{case}")
    now += view_counts.SECONDS
    client.get(f"/library/{case}")
    assert stored(case).view_count == 2


def test_the_secretariat_and_its_own_people_are_not_counted(case: int, as_person: Browser) -> None:
    for handle in ("なかむら", "みどり"):
        as_person(handle).get(f"/library/{case}")
    as_person("はるか").head(f"/library/{case}")
    assert view_counts.counts().take() == {}
    as_person("はるか").get(f"/library/{case}")
    assert view_counts.counts().take() == {case: 1}


def test_a_process_that_ends_writes_what_it_has_counted(case: int, people: Flask, client: FlaskClient) -> None:
    client.get(f"/library/{case}")
    ending.end(people)
    assert stored(case).view_count == 1


def test_a_server_that_is_ended_writes_what_its_workers_have_counted(case: int, settings: Settings) -> None:
    with running(settings) as server:
        for _ in range(6):
            with urllib.request.urlopen(f"{server.address}/library/{case}", timeout=10) as answer:
                assert answer.status == 200
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert stored(case).view_count == 6


def test_a_database_that_is_away_loses_nothing_and_breaks_no_page(
    case: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(view_counts, "MOST", 1)
    with monkeypatch.context() as broken:
        broken.setattr(view_counts, "writing", away)
        assert client.get(f"/library/{case}").status_code == 200
    client.get(f"/library/{case}")
    assert stored(case).view_count == 2
