"""試してみた: told by those who tried, one of each, counted, and taken off the page for a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sccafe.core import events
from sccafe.library.events import ReportWritten
from tests import factories
from tests.library.shelf_town import case, people, stored

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]


def page(client: FlaskClient, item_id: int) -> str:
    return client.get(f"/library/{item_id}").get_data(as_text=True)


def tell(client: FlaskClient, item_id: int, **fields: Any) -> TestResponse:
    address = f"/library/{item_id}/report"
    return client.post(address, data=factories.form(client, address, **fields))


def told(client: FlaskClient, item_id: int, **fields: Any) -> int:
    """The id of the report that was taken."""
    answer = tell(client, item_id, **fields)
    assert answer.status_code == 303
    return int(answer.headers["Location"].rpartition("#report-")[2])


def counts(item_id: int) -> tuple[int, int]:
    item = stored(item_id)
    return item.report_count, item.report_well_count


def test_a_report_stands_on_the_page_with_all_that_it_says(case: int, client: FlaskClient, as_person: Browser) -> None:
    told(
        as_person("はるか"),
        case,
        outcome="partly",
        place="本町の自治会館",
        since="2026年5月",
        changed="曜日を変えた",
        body="**男性**が来ました。",
        cost="3千円",
    )
    html = page(client, case)
    for said in ("一部うまくいった", "はるか", "本町の自治会館", "2026年5月から", "曜日を変えた", "3千円"):
        assert said in html
    assert "<strong>男性</strong>が来ました。" in html
    assert counts(case) == (1, 0)


def test_one_choice_is_enough(case: int, as_person: Browser) -> None:
    told(as_person("はるか"), case, outcome="well")
    assert counts(case) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "どれか一つを選んでください。"),
        ({"outcome": "great"}, "どれか一つを選んでください。"),
        ({"outcome": "well", "since": "去年"}, "年と月を書いてください。"),
        ({"outcome": "well", "since": "2026年"}, "年と月を書いてください。"),
        ({"outcome": "well", "place": "あ" * 81}, "80文字まで"),
        ({"outcome": "well", "body": "あ" * 20001}, "20,000"),
    ],
)
def test_what_does_not_fit_is_shown_again_with_all_that_was_typed(
    case: int, as_person: Browser, fields: dict[str, str], said: str
) -> None:
    answer = tell(as_person("はるか"), case, **({"cost": "3千円だけ"} | fields))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in html
    assert "3千円だけ" in html
    assert counts(case) == (0, 0)


@pytest.mark.parametrize("since", ["2026-05", "2026年5月", "令和8年5月", "2026/5", "2026年５月10日"])
def test_a_month_is_read_as_people_write_it(case: int, client: FlaskClient, as_person: Browser, since: str) -> None:
    told(as_person("はるか"), case, outcome="well", since=since)
    assert "2026年5月から" in page(client, case)


def test_the_same_form_changes_it_later(case: int, as_person: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    client, heard = as_person("はるか"), list[ReportWritten]()
    monkeypatch.setitem(events._handlers, ReportWritten, [heard.append])
    first = told(client, case, outcome="not", body="雨でした。", since="2026-05")
    form = client.get(f"/library/{case}/report").get_data(as_text=True)
    assert "雨でした。" in form
    assert 'value="2026年5月"' in form
    assert told(client, case, outcome="well", body="晴れました。") == first
    html = page(client, case)
    assert "晴れました。" in html
    assert "雨でした。" not in html
    assert "書き直しあり" in html
    assert counts(case) == (1, 1)
    assert [event.report_id for event in heard] == [first]


def test_all_of_them_are_summed_up(case: int, client: FlaskClient, as_person: Browser) -> None:
    told(as_person("はるか"), case, outcome="well", changed="曜日を変えた")
    told(as_person("さくら"), case, outcome="well", changed="場所を\n変えた")
    told(as_person("なかむら"), case, outcome="not")
    html = page(client, case)
    assert "うまくいった 2" in html
    assert "うまくいかなかった 1" in html
    assert ">場所を 変えた</a>" in html
    assert counts(case) == (3, 2)


def test_ones_own_is_deleted_and_nobody_elses(case: int, as_person: Browser) -> None:
    writer, other = as_person("はるか"), as_person("さくら")
    told(writer, case, outcome="well")
    fields = factories.form(other, f"/library/{case}")
    assert other.post(f"/library/{case}/report/delete", data=fields).status_code == 404
    fields = factories.form(writer, f"/library/{case}/report")
    assert writer.post(f"/library/{case}/report/delete", data=fields).status_code == 303
    assert counts(case) == (0, 0)
    assert writer.post(f"/library/{case}/report/delete", data=fields).status_code == 404


def test_a_hidden_one_is_seen_by_its_writer_with_the_reason_and_by_the_secretariat(
    case: int, client: FlaskClient, as_person: Browser
) -> None:
    writer, staff = as_person("はるか"), as_person("なかむら")
    number = told(writer, case, outcome="well", body="住民の名前")
    address = f"/library/reports/{number}/hide"
    assert staff.post(address, data=factories.form(staff, address, reason=" ")).status_code == 422
    answer = staff.post(address, data=factories.form(staff, address, reason="お名前が入っています。"))
    assert answer.status_code == 303
    assert counts(case) == (0, 0)
    for reader in (client, as_person("さくら")):
        assert "住民の名前" not in page(reader, case)
        assert "お名前が入っています。" not in page(reader, case)
    for reader in (writer, staff):
        assert "住民の名前" in page(reader, case)
        assert "お名前が入っています。" in page(reader, case)
    # What is written anew does not bring it back; the secretariat does.
    told(writer, case, outcome="well", body="直しました。")
    assert "直しました。" not in page(client, case)
    staff.post(address, data=factories.form(staff, address, do="show"))
    assert "直しました。" in page(client, case)
    assert counts(case) == (1, 1)


def test_only_the_secretariat_has_a_page_to_hide_them(case: int, as_person: Browser) -> None:
    number = told(as_person("はるか"), case, outcome="well")
    for handle in ("はるか", "みどり", "みせばん"):
        client = as_person(handle)
        assert client.get(f"/library/reports/{number}/hide").status_code == 404
        fields = factories.form(client, f"/library/{case}", reason="理由")
        assert client.post(f"/library/reports/{number}/hide", data=fields).status_code == 404


def test_companies_are_told_why_they_write_none_and_visitors_sign_in(
    case: int, people: Flask, client: FlaskClient, as_person: Browser
) -> None:
    refused = as_person("みせばん").get(f"/library/{case}/report")
    assert refused.status_code == 403
    assert "会員と専門家、事務局が書けます。" in refused.get_data(as_text=True)
    assert client.get(f"/library/{case}/report").headers["Location"].startswith("/sign-in?next=")
    unread = factories.item("みどり", "なかむら", "experts")
    assert as_person("はるか").get(f"/library/{unread}/report").status_code == 404


def test_without_javascript_a_text_is_previewed_by_the_same_form(case: int, as_person: Browser) -> None:
    answer = tell(as_person("はるか"), case, outcome="well", body="**ここ**まで", do="preview")
    assert answer.status_code == 200
    assert "<strong>ここ</strong>まで" in answer.get_data(as_text=True)
    assert counts(case) == (0, 0)
