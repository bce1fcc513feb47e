"""An expert's own page of days off."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.core.database import db, end_reading, writing
from sccafe.counseling.models import DaysOff
from sccafe.counseling.service import days_off
from tests import factories
from tests.counseling import making, timing
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND
from tests.counseling.timing import on

ADDRESS = "/counseling/desk/days-off"
Browser = Callable[[str], FlaskClient]


@pytest.fixture
def expert(desk: None, as_person: Browser) -> FlaskClient:
    return as_person(EXPERT)


def kept(handle: str = EXPERT) -> list[tuple[str, str]]:
    expert_id = making.user_id(handle)
    rows = db.session.execute(select(DaysOff.first, DaysOff.last).where(DaysOff.expert_id == expert_id)).all()
    end_reading()
    return [(row.first.isoformat(), row.last.isoformat()) for row in rows]


def send(client: FlaskClient, **fields: str) -> tuple[int, str]:
    """Fill in the form and go where it leads: the status of the answer, and the page in the end."""
    answer = client.post(ADDRESS, data=factories.form(client, ADDRESS, **fields))
    page = client.get(ADDRESS) if answer.status_code == 303 else answer
    return answer.status_code, page.get_data(as_text=True)


def test_days_off_are_added_and_the_deadlines_that_move_are_shown(expert: FlaskClient) -> None:
    with on(4, 6):
        ref = making.request("expert")
        status, page = send(expert, first="2026-04-09", last="2026-04-10")
        assert status == 303
        assert "2026年4月9日（木）～2026年4月10日（金）" in page
        assert "答えの期限が変わった相談：1件" in page
        assert f'href="/counseling/desk/{ref}"' in page
        assert "答えの期限：2026年4月17日（金）" in page
        assert "お休みがなければ：2026年4月15日（水）" in page
        assert BODY not in page
    assert timing.row(ref).due_on == date(2026, 4, 17)


def test_a_single_day_needs_one_field_and_sending_twice_adds_it_once(expert: FlaskClient) -> None:
    with on(4, 6):
        for _ in range(2):
            status, page = send(expert, first="2026-04-09", last="")
            assert status == 303
            assert "2026年4月9日（木）" in page
    assert kept() == [("2026-04-09", "2026-04-09")]


def test_days_off_are_given_back(expert: FlaskClient) -> None:
    with on(4, 6):
        ref = making.request("expert")
        _status, page = send(expert, first="2026-04-09", last="2026-04-10")
        number = re.findall(r'name="remove" value="(\d+)"', page)
        status, page = send(expert, remove=number[0])
        assert status == 303
        assert "お休みを取り消しました。 答えの期限が変わった相談：1件" in page
        assert "これからのお休みはありません" in page
    assert kept() == []
    assert timing.row(ref).due_on == date(2026, 4, 15)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-04-05", "2026-04-07", "今日より前の日は選べません。"),
        ("2026-04-09", "2026-04-08", "終わりの日が、はじめの日より前です。"),
        ("2026-04-09", "2027-04-08", "1年より先の日は選べません。"),
        ("2028-04-09", "", "1年より先の日は選べません。"),
        ("", "2026-04-09", "はじめの日を入れてください。"),
        ("4月9日", "", "日付の形が正しくありません。"),
        ("0001-01-01", "", "日付の形が正しくありません。"),
        ("2026-04-09", "9999-12-31", "日付の形が正しくありません。"),
    ],
)
def test_days_that_cannot_be_meant_come_back_with_what_was_typed(
    expert: FlaskClient, first: str, last: str, words: str
) -> None:
    with on(4, 6):
        status, page = send(expert, first=first, last=last)
    assert status == 422
    assert words in page
    assert f'value="{first}"' in page
    assert f'value="{last}"' in page
    assert kept() == []


@pytest.mark.parametrize("last", ["2026-04-06", "2027-04-07"])
def test_today_and_a_year_ahead_can_be_taken_off(expert: FlaskClient, last: str) -> None:
    with on(4, 6):
        assert send(expert, first="2026-04-06", last=last)[0] == 303


def test_after_fifty_entries_some_have_to_go_first(expert: FlaskClient) -> None:
    expert_id = making.user_id(EXPERT)
    with on(4, 6):
        with writing() as session:
            for number in range(50):
                session.add(DaysOff(expert_id=expert_id, first=date(2026, 5, 1 + number % 28), last=date(2026, 6, 1)))
        status, page = send(expert, first="2026-04-09", last="")
    assert status == 422
    assert "お休みは50件までです。" in page


@pytest.mark.parametrize("handle", [ASKER, OTHER, DESK])
def test_it_is_there_for_nobody_but_experts(desk: None, as_person: Browser, handle: str) -> None:
    client = as_person(handle)
    token = factories.form(client, "/settings")
    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, data=token | {"first": "2026-04-09"}).status_code == 404
    assert client.post(ADDRESS, data=token | {"remove": "1"}).status_code == 404


def test_visitors_do_not_find_it(desk: None, client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 404


def test_an_expert_changes_their_own_days_alone(expert: FlaskClient) -> None:
    with on(4, 6):
        days_off.add(making.actor(SECOND), date(2026, 4, 9), date(2026, 4, 10))
        (span,) = days_off.spans(making.actor(SECOND))
        for written in (str(span.id), "x", "", "9" * 30, "²"):
            data = factories.form(expert, ADDRESS, remove=written)
            assert expert.post(ADDRESS, data=data).status_code == 404
    assert kept(SECOND) == [("2026-04-09", "2026-04-10")]


def test_days_off_that_are_over_cannot_be_given_back(expert: FlaskClient) -> None:
    with on(4, 6):
        days_off.add(making.actor(EXPERT), date(2026, 4, 6), date(2026, 4, 7))
        (span,) = days_off.spans(making.actor(EXPERT))
    with on(4, 8):
        status, page = send(expert, remove=str(span.id))
    assert status == 403
    assert "もう過ぎたお休みです。" in page


def test_while_the_clock_stands_the_page_says_so(expert: FlaskClient) -> None:
    with on(4, 6):
        making.request("asker")
        page = expert.get(ADDRESS).get_data(as_text=True)
    assert "期限は止まっています" in page


def test_the_page_costs_as_many_statements_for_one_request_as_for_many(
    expert: FlaskClient, statements: list[str]
) -> None:
    made = []
    with on(4, 6):
        for more in (1, 6):
            for _ in range(more):
                making.request("expert")
            days_off.add(making.actor(EXPERT), date(2026, 4, 6 + more), date(2026, 4, 20))
            expert.get(ADDRESS)
            with statements:  # type: ignore[attr-defined]
                expert.get(ADDRESS)
            made.append(len(statements))
    assert made[0] == made[1] <= 13, made
