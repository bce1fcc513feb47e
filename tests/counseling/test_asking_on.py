"""The conversation as its asker sees it: in every state, by account and by code."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sccafe.core import clock
from sccafe.counseling import reading, service
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER
from tests.factories import form
from tests.files import image

Browser = Callable[[str], FlaskClient]


def at(ref: str, more: str = "") -> str:
    return f"/counseling/requests/{ref}{more}"


def post(client: FlaskClient, ref: str, more: str = "", **fields: Any) -> TestResponse:
    return client.post(at(ref, more), data=form(client, at(ref), **fields))


def text(client: FlaskClient, ref: str, more: str = "") -> str:
    answer = client.get(at(ref, more))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True)


def by_code(app: Flask, ref: str, code: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code=code)).location == at(ref)
    return client


@pytest.mark.parametrize(
    ("state", "told", "button"),
    [
        ("new", "相談窓口が読んで、お答えする専門家をさがします。", "書き足して送る"),
        ("routing", "相談窓口が読みました。", "書き足して送る"),
        ("expert", "専門家が答えを考えています。", "書き足して送る"),
        ("asker", "おたずねしたいことがあります。", "返事を送る"),
        ("passed_on", "都道府県の窓口に確かめています。", "書き足して送る"),
        ("answered", "答えが届いています。", "聞き返す・続きを書く"),
        ("closed", "この相談は終わりました。", "聞き返す・続きを書く"),
        ("withdrawn", "この相談は取り下げました。", ""),
    ],
)
def test_each_state_says_what_happens_next_and_offers_what_can_be_done(
    desk: None, as_person: Browser, state: str, told: str, button: str
) -> None:
    ref = making.request(state)
    shown = text(as_person(ASKER), ref)
    assert told in shown and BODY in shown
    assert (button in shown) if button else ('name="body"' not in shown)
    assert ("もう大丈夫です" in shown) == (state == "answered")
    assert ("答えは役に立ちましたか" in shown) == (state in ("answered", "closed"))
    assert ("相談を取り下げる" in shown) == (state not in ("closed", "withdrawn"))
    assert "この端末で閉じる" not in shown


def test_the_days_that_were_promised_are_named_while_they_are_owed(desk: None, as_person: Browser) -> None:
    with time_machine.travel("2026-04-27T03:00:00+00:00", tick=False):
        ref = making.request("new")
        shown = text(as_person(ASKER), ref)
        assert "2026年4月30日（木）まで" in shown and "2026年5月12日（火）まで" in shown
    with time_machine.travel("2026-05-20T03:00:00+00:00", tick=False):
        assert "お約束の日を過ぎています" in text(as_person(ASKER), ref)


def test_it_says_who_spoke_in_plain_words(desk: None, as_person: Browser) -> None:
    ref = making.request("asker")
    service.write(making.actor(ASKER), ref, "春からです。")
    service.answer(making.actor(EXPERT), ref, "<script>x</script>議題に入れてもらいましょう。", 0)
    shown = text(as_person(ASKER), ref)
    assert f"担当の専門家（{EXPERT}）" in shown and ">あなた<" in shown
    assert "議題に入れてもらいましょう。" in shown and "<script>x" not in shown


def test_the_asker_replies_asks_on_and_adds_with_one_field(desk: None, as_person: Browser) -> None:
    ref = making.request("asker")
    client = as_person(ASKER)
    for _twice in range(2):
        assert post(client, ref, body="春からです。").status_code == 303
    service.answer(making.actor(EXPERT), ref, "議題に入れてもらいましょう。", 0)
    post(client, ref, body="だれに頼めばよいですか。")
    kinds = [said.kind for said in reading.open_request(making.actor(ASKER), ref).messages]
    assert kinds == ["question", "ask_back", "reply", "answer", "question"]
    assert making.state_of(ref) == "expert"


def test_an_empty_message_is_shown_again_and_a_withdrawn_request_takes_none(desk: None, as_person: Browser) -> None:
    ref = making.request()
    client = as_person(ASKER)
    answer = post(client, ref, body="  ")
    assert answer.status_code == 422 and "まだ何も書かれていません" in answer.get_data(as_text=True)
    fields = form(client, at(ref), body="まだあります。")
    assert client.post(at(ref, "/withdraw"), data=form(client, at(ref, "/withdraw"), reason="解決しました")).location
    assert making.state_of(ref) == "withdrawn"
    late = client.post(at(ref), data=fields)
    assert late.status_code == 403 and "まだあります。" not in late.get_data(as_text=True)


def test_a_message_that_is_being_written_is_a_draft_until_it_is_sent(desk: None, as_person: Browser) -> None:
    ref = making.request("asker")
    client = as_person(ASKER)
    fields = form(client, at(ref), place=ref, body="春から")
    assert client.post("/counseling/drafts", data=fields).json == {"kept": True}
    assert "春から" in text(as_person(ASKER), ref)
    assert client.post(at(ref), data=fields).status_code == 303
    assert client.post("/counseling/drafts", data=fields).json == {"kept": False}
    assert text(client, ref).count("春から") == 1


def test_files_of_the_conversation_come_back_as_they_were_sent(app: Flask, desk: None, as_person: Browser) -> None:
    ref = making.request("asker")
    client = as_person(ASKER)
    fields = form(client, at(ref), body="付けます。") | {"files": (io.BytesIO("議事録".encode()), "議事録.txt")}
    client.post(at(ref), data=fields, content_type="multipart/form-data")
    fields = form(client, at(ref), body="写真です。") | {"files": (io.BytesIO(image()), "会場.png")}
    client.post(at(ref), data=fields, content_type="multipart/form-data")
    seen = reading.open_request(making.actor(ASKER), ref)
    note, picture = (said.files[0] for said in seen.messages[-2:])
    assert at(ref, f"/files/{note.id}") in text(client, ref)
    answer = client.get(at(ref, f"/files/{note.id}"))
    assert answer.data == "議事録".encode() and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(at(ref, f"/files/{picture.id}")).headers["Content-Disposition"].startswith("inline")
    for browser in (as_person(OTHER), as_person(DESK), app.test_client()):
        assert browser.get(at(ref, f"/files/{note.id}")).status_code == 404
    other = making.request(body="ほかの相談です。")
    assert client.get(at(other, f"/files/{note.id}")).status_code == 404


def test_it_is_ended_and_rated_and_rated_anew(desk: None, as_person: Browser) -> None:
    ref = making.request("answered")
    client = as_person(ASKER)
    assert post(client, ref, "/rate", helped="").status_code == 422
    assert post(client, ref, "/rate", helped="partly", line="一歩進めました").status_code == 303
    assert post(client, ref, "/close").status_code == 303
    assert making.state_of(ref) == "closed"
    post(client, ref, "/rate", helped="helped", line="話せました")
    seen = reading.open_request(making.actor(DESK), ref)
    assert (seen.helped, seen.rating_line) == ("helped", "話せました")
    assert "話せました" in text(client, ref)
    assert post(client, ref, "/close").status_code == 403


def test_the_asker_sees_who_looked_and_in_which_capacity(desk: None, as_person: Browser) -> None:
    ref = making.request("expert")
    reading.open_request(making.actor(DESK), ref)
    reading.open_request(making.actor(EXPERT), ref)
    client = as_person(ASKER)
    text(client, ref)
    shown = text(client, ref, "/looks")
    assert f"相談窓口（{DESK}）" in shown and f"担当の専門家（{EXPERT}）" in shown
    assert "相談した方" in shown and f"（{ASKER}）" not in shown and BODY not in shown


PAGES = ("", "/withdraw", "/looks", "/files/1")
STEPS = ("", "/withdraw", "/close", "/rate")


def test_for_everybody_else_it_is_not_there_and_no_look_is_recorded(app: Flask, desk: None, as_person: Browser) -> None:
    ref = making.request("answered")
    nothing = app.test_client().get(at("NOSUCHREF2")).get_data(as_text=True)
    for client in (app.test_client(), as_person(OTHER), as_person(DESK), as_person(EXPERT)):
        for page in PAGES:
            assert client.get(at(ref, page)).status_code == 404
        for step in STEPS:
            fields = form(client, "/counseling/new", body="x", helped="helped")
            assert client.post(at(ref, step), data=fields).status_code == 404
    stranger = app.test_client().get(at(ref)).get_data(as_text=True)
    assert stranger.replace(ref, "") == nothing.replace("NOSUCHREF2", "")
    assert list(reading.looks(making.actor(DESK), ref)) == []
    assert making.state_of(ref) == "answered"


# --- by code --------------------------------------------------------------------------------------------------


def test_the_code_opens_all_of_it_for_an_hour_after_the_last_look(app: Flask, desk: None) -> None:
    sent = service.send(making.actor(), making.asked())
    making.bring(sent.ref, "answered", making.actor("", sent.ref))
    now = clock.now()
    client = by_code(app, sent.ref, sent.code)
    for minutes in (50, 100):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            shown = text(client, sent.ref)
    assert "この端末で閉じる" in shown and "下書きを保存する" not in shown
    with time_machine.travel(now + timedelta(minutes=161), tick=False):
        assert client.get(at(sent.ref)).status_code == 404
    client = by_code(app, sent.ref, sent.code)
    assert post(client, sent.ref, "/rate", helped="helped").status_code == 303
    assert post(client, sent.ref, body="だれに頼めばよいですか。").status_code == 303
    assert making.state_of(sent.ref) == "expert"


def test_a_request_is_closed_in_a_shared_browser_and_another_stays_open(app: Flask, desk: None) -> None:
    first, second = (service.send(making.actor(), making.asked(body=f"{n}つめ")) for n in range(2))
    client = by_code(app, first.ref, first.code)
    client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code=second.code))
    assert post(client, first.ref, "/leave").location == "/counseling"
    assert client.get(at(first.ref)).status_code == 404
    assert client.get(at(second.ref)).status_code == 200


def test_wrong_unknown_and_malformed_codes_get_the_same_answer(app: Flask, desk: None, client: FlaskClient) -> None:
    sent = service.send(making.actor(), making.asked())
    answers = set()
    for code in ("ABCD-EFGH-JKMN-PQRS", "2222-2222-2222-2222", "だめな番号", sent.code[:-1], sent.code[1:] + "A"):
        answer = client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code=code))
        page = answer.get_data(as_text=True)
        assert "この受付番号では開けませんでした" in page
        token = form(client, "/counseling/receipt")["csrf_token"]
        answers.add((answer.status_code, page.replace(code, "").replace(token, "")))
    assert len({status for status, _page in answers}) == 1
    assert client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code="")).status_code == 422


def test_whoever_must_wait_is_told_how_long_and_types_nothing_again(
    desk: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sccafe.counseling import opening

    seen: list[tuple[str, str]] = []

    def try_code(written: str, address: str, ticket: str = "") -> opening.Tried:
        seen.append((written, ticket))
        return opening.Tried("", 8, "a-ticket") if not ticket else opening.Tried()

    monkeypatch.setattr(opening, "try_code", try_code)
    answer = client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code="ABCD-EFGH-JKMN-PQRS"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert "8秒たったら" in page and 'value="ABCD-EFGH-JKMN-PQRS"' in page and 'value="a-ticket"' in page
    fields = form(client, "/counseling/receipt", code="ABCD-EFGH-JKMN-PQRS", ticket="a-ticket")
    assert client.post("/counseling/receipt", data=fields).status_code == 422
    assert seen == [("ABCD-EFGH-JKMN-PQRS", ""), ("ABCD-EFGH-JKMN-PQRS", "a-ticket")]
