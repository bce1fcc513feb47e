"""Sending a request: as a visitor, as a member, from a question of the boards, with a draft on the way."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from sccafe.boards import service as boards
from sccafe.boards.service import Naming
from sccafe.core.database import db, end_reading
from sccafe.counseling import reading, receipts
from sccafe.counseling.models import OwnDraft, Request
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SUBJECT
from tests.factories import form, hidden

Browser = Callable[[str], FlaskClient]
NEW = "/counseling/new"


def send(client: FlaskClient, **fields: Any) -> TestResponse:
    page = client.get(NEW)
    shown = {"csrf_token": hidden(page, "csrf_token"), "once": hidden(page, "once"), "account": hidden(page, "account")}
    return client.post(
        NEW, data=shown | {"category": "workplace", "body": BODY} | fields, content_type="multipart/form-data"
    )


def code_on(answer: TestResponse) -> str:
    found = re.search(r'class="receipt-code"[^>]*>(.*?)</p>', answer.get_data(as_text=True), re.S)
    assert found
    return re.sub(r"<[^>]+>", "", found[1])


def requests() -> int:
    count = db.session.scalar(select(func.count()).select_from(Request))
    end_reading()
    return count or 0


def the_request() -> Any:
    row = db.session.execute(select(*Request.__table__.columns)).one()
    end_reading()
    return row


# --- without an account ------------------------------------------------------------------------------------


def test_a_visitor_sends_the_two_fields_needed_and_is_shown_a_code_that_opens_the_request(
    app: Flask, desk: None, client: FlaskClient
) -> None:
    answer = send(client)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    code = code_on(answer)
    assert receipts.typed(code)
    row = the_request()
    assert row.naming == "anonymous" and row.asker_id is None and not row.publish_consent
    # In any browser, however it is typed.
    other = app.test_client()
    address = f"/counseling/requests/{row.ref}"
    assert other.get(address).status_code == 404
    opened = other.post(
        "/counseling/receipt", data=form(other, "/counseling/receipt", code=code.lower().replace("-", " "))
    )
    assert opened.status_code == 303 and opened.location == address
    assert BODY in other.get(address).get_data(as_text=True)
    # The code stands in no page after that.
    assert code not in client.get(address).get_data(as_text=True)


def test_the_same_form_sent_twice_makes_one_request_and_shows_the_same_code(desk: None, client: FlaskClient) -> None:
    fields = form(client, NEW, once="samekey", category="workplace", body=BODY)
    first, second = client.post(NEW, data=fields), client.post(NEW, data=fields)
    assert code_on(first) == code_on(second)
    assert requests() == 1


def test_everything_that_was_filled_in_reaches_the_desk_and_the_name_the_expert(
    desk: None, client: FlaskClient
) -> None:
    send(
        client,
        subject=SUBJECT,
        worries=["evaluation", "employer"],
        naming="nickname",
        name="はなこ",
        email="hanako@example.jp",
        publish_consent="y",
        prefecture="13",
        municipality="八王子",
        employer="八王子市社協",
        files=(io.BytesIO("議事録".encode()), "議事録.txt"),
    )
    ref = the_request().ref
    seen = reading.open_request(making.actor(DESK), ref)
    assert seen.matter.subject == SUBJECT and seen.matter.worries == ("evaluation", "employer")
    assert seen.person.name == "はなこ" and seen.person.email == "hanako@example.jp"
    assert seen.person.municipality == "132012" and seen.person.employer == "八王子市社協"
    assert seen.publish_consent and [file.name for file in seen.messages[0].files] == ["議事録.txt"]
    making.bring(ref, "expert", making.actor("", ref))
    assert reading.open_request(making.actor(EXPERT), ref).person.name == "はなこ"


def test_a_worry_that_is_sent_many_times_is_kept_once(desk: None, client: FlaskClient) -> None:
    assert send(client, worries=["evaluation"] * 900 + ["employer"] * 2).status_code == 200
    assert reading.open_request(making.actor(DESK), the_request().ref).matter.worries == ("evaluation", "employer")


@pytest.mark.parametrize("place", ["\0", "ABCDEFGH\0X", "../new", ""])
def test_a_draft_for_what_cannot_be_a_request_is_found_nowhere(place: str, desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    assert client.post("/counseling/drafts", data=form(client, NEW, place=place, body=BODY)).status_code == 404


def test_a_name_typed_before_anonymous_was_chosen_is_not_given_on(desk: None, client: FlaskClient) -> None:
    send(client, naming="anonymous", name="はなこ")
    assert reading.open_request(making.actor(DESK), the_request().ref).person.name == ""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"body": " "}, "まだ何も書かれていません"),
        ({"category": ""}, "どれか一つを選んでください"),
        ({"naming": "named"}, "伝えるお名前か呼び名を書くか"),
        ({"email": "hanako"}, "メールアドレスの形が正しくありません"),
        ({"municipality": "ない市"}, "市区町村に見つかりません"),
        ({"worries": ["nothing"]}, "一覧にあるものから選んでください"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    desk: None, client: FlaskClient, wrong: dict[str, Any], told: str
) -> None:
    answer = send(client, **({"subject": SUBJECT, "employer": "さくら会"} | wrong))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422 and requests() == 0
    assert told in shown and SUBJECT in shown and "さくら会" in shown
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_field_of_the_form_is_kept_by_the_browser(desk: None, client: FlaskClient, as_person: Browser) -> None:
    for browser in (client, as_person(ASKER)):
        shown = browser.get(NEW).get_data(as_text=True)
        assert "data-keep " not in shown and "data-draft=" not in shown
        assert 'autocomplete="off" novalidate' in shown


def test_a_form_that_came_too_late_is_shown_again_and_kept_by_nobody(desk: None, client: FlaskClient) -> None:
    answer = client.post(NEW, data={"category": "law", "body": BODY})
    assert answer.status_code == 400 and BODY in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


# --- with an account ----------------------------------------------------------------------------------------


def test_a_member_comes_to_the_request_itself_and_needs_no_code(desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    assert 'name="email"' not in client.get(NEW).get_data(as_text=True)
    answer = send(client, subject=SUBJECT)
    row = the_request()
    assert answer.status_code == 303 and answer.location == f"/counseling/requests/{row.ref}"
    assert row.receipt_hash is None and row.naming == "anonymous"
    shown = client.get(answer.location).get_data(as_text=True)
    assert SUBJECT in shown and BODY in shown and "相談窓口が読んで" in shown


def test_a_form_whose_sign_in_ran_out_is_not_sent_as_a_visitors(app: Flask, desk: None, client: FlaskClient) -> None:
    answer = send(client, account="1")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422 and requests() == 0
    assert "サインインが切れていました" in shown and BODY in shown
    again = client.post(NEW, data=form(client, NEW, category="law", body=BODY, account=""))
    assert again.status_code == 200 and requests() == 1


def test_the_town_of_the_profile_is_filled_in(desk: None, as_person: Browser) -> None:
    factories.person("まちこ", prefecture="13", municipality="132012")
    assert 'value="八王子市"' in as_person("まちこ").get(NEW).get_data(as_text=True)


# --- drafts ---------------------------------------------------------------------------------------------------


def drafts() -> int:
    count = db.session.scalar(select(func.count()).select_from(OwnDraft))
    end_reading()
    return count or 0


def test_what_a_member_types_is_kept_by_the_server_and_put_back(desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    fields = form(
        client, NEW, place="new", category="law", body="書きかけです", worries=["policy"], publish_consent="y"
    )
    assert client.post("/counseling/drafts", data=fields).json == {"kept": True}
    again = as_person(ASKER).get(NEW).get_data(as_text=True)
    assert "前に書きかけた文を戻しました" in again and "書きかけです" in again
    assert re.search(r'value="law"[^>]* checked', again) and re.search(r'value="policy"[^>]* checked', again)
    assert "書きかけです" not in as_person(OTHER).get(NEW).get_data(as_text=True)
    assert "書きかけです" not in str(db.session.execute(text(f"SELECT fields FROM {OwnDraft.__tablename__}")).all())
    end_reading()
    assert client.post("/counseling/drafts", data=fields | {"do": "discard"}).status_code == 303
    assert drafts() == 0


def test_the_button_keeps_a_draft_without_javascript(desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    assert send(client, do="draft", body="あとで書きます").location == NEW
    assert "あとで書きます" in client.get(NEW).get_data(as_text=True)
    assert requests() == 0


def test_a_draft_goes_with_its_sending_and_does_not_come_back_late(desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    fields = form(client, NEW, once="onekey", place="new", category="law", body="書きかけです\r\n")
    client.post("/counseling/drafts", data=fields)
    assert client.post(NEW, data=fields).status_code == 303
    assert drafts() == 0
    assert client.post("/counseling/drafts", data=fields).json == {"kept": False}
    assert drafts() == 0


def test_a_form_in_which_nothing_was_typed_is_no_draft(desk: None, as_person: Browser) -> None:
    client = as_person(ASKER)
    fields = form(client, NEW, place="new", naming="nickname", name=ASKER, body="")
    assert client.post("/counseling/drafts", data=fields).json == {"kept": False}


def test_a_visitor_has_no_draft_and_a_stranger_none_of_a_request(
    desk: None, client: FlaskClient, as_person: Browser
) -> None:
    fields = form(client, NEW, place="new", body="書きかけです")
    assert client.post("/counseling/drafts", data=fields).status_code == 401
    ref = making.request()
    for handle in (OTHER, DESK):
        browser = as_person(handle)
        fields = form(browser, NEW, place=ref, body="書きかけです")
        assert browser.post("/counseling/drafts", data=fields).status_code == 404
    assert drafts() == 0


# --- from a question of the boards ------------------------------------------------------------------------------


def question(handle: str, anonymous: bool = False) -> int:
    board = factories.board("questions", "questions", anonymous_allowed=True)
    said = boards.prepare("会議で**話せません**。")
    viewer = factories.viewer_of(handle)
    return boards.start_topic(viewer, board, "会議のこと", said, naming=Naming(anonymous)).topic_id


@pytest.mark.parametrize("anonymous", [False, True])
def test_ones_own_question_is_carried_over_and_nobody_elses(
    app: Flask, desk: None, as_person: Browser, anonymous: bool
) -> None:
    topic = question(ASKER, anonymous)
    client = as_person(ASKER)
    link = f"/counseling/new?from={topic}"
    assert link in client.get(f"/topics/{topic}").get_data(as_text=True)
    carried = client.get(link).get_data(as_text=True)
    assert 'value="会議のこと"' in carried and "会議で**話せません**。" in carried
    for browser in (as_person(OTHER), as_person(DESK), app.test_client()):
        assert link not in browser.get(f"/topics/{topic}").get_data(as_text=True)
        answer = browser.get(link)
        assert answer.status_code == 200 and "会議のこと" not in answer.get_data(as_text=True)


def test_a_question_is_put_below_what_a_draft_holds(desk: None, as_person: Browser) -> None:
    topic = question(ASKER)
    client = as_person(ASKER)
    client.post("/counseling/drafts", data=form(client, NEW, place="new", category="law", body="前から悩んでいます。"))
    for _again in range(2):
        shown = client.get(f"{NEW}?from={topic}").get_data(as_text=True)
        assert "前から悩んでいます。\n\n会議で**話せません**。" in shown


@pytest.mark.parametrize("written", ["", "x", "0", "99999999999", "-1", "１"])
def test_anything_else_to_be_carried_over_is_ignored(desk: None, as_person: Browser, written: str) -> None:
    assert as_person(ASKER).get(NEW, query_string={"from": written}).status_code == 200


def test_a_topic_that_is_no_question_has_no_way_to_the_counsel(desk: None, as_person: Browser) -> None:
    topic = factories.topic(ASKER, factories.board())
    client = as_person(ASKER)
    assert "/counseling/new?from" not in client.get(f"/topics/{topic}").get_data(as_text=True)
    assert "有償ボランティアの金額" not in client.get(f"{NEW}?from={topic}").get_data(as_text=True)
