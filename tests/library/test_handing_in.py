"""Handing in: a title and a text, sent once however often the button is pressed."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.core.database import db, end_reading
from sccafe.library.models import File, Item
from tests import factories, files
from tests.factories import PASSWORD
from tests.library.pages import press, said_in, state_of, words_of

pytestmark = pytest.mark.usefixtures("staffed")
As = Callable[[str], FlaskClient]
WORDS = {"title": "移動販売が続く仕組み", "body": "月に二度、集会所に来ます。"}


def count_of(model: type[Any]) -> int:
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return int(found or 0)


def test_a_title_and_a_text_are_enough_and_the_secretariat_is_asked(as_person: As) -> None:
    me = as_person("みどり")
    sent = me.post("/library/new", data=factories.form(me, "/library/new", **WORDS))
    assert (sent.status_code, sent.headers["Location"]) == (303, "/library/1/edit")
    assert state_of(1) == "submitted"
    page = me.get("/library/1/edit")
    assert "事務局に送りました" in words_of(page)
    assert "月に二度、集会所に来ます。" in words_of(page)


def test_the_page_says_who_will_read_it(as_person: As) -> None:
    assert "あなたと事務局だけが読めます" in words_of(as_person("みどり").get("/library/new"))


def test_all_fields_go_into_the_sheet_and_a_file_with_them(as_person: As) -> None:
    me = as_person("みどり")
    more = {"kind": "tool", "source": "会員の投稿", "prefecture": "13", "municipality": "はちおうじし"}
    data = factories.form(me, "/library/new", **WORDS, **more, files=(io.BytesIO(files.image()), "広場.png"))
    assert me.post("/library/new", data=data).status_code == 303
    said = said_in(1)
    assert (said["kind"], said["sources"], said["municipality"]) == ("tool", [{"title": "会員の投稿"}], "132012")
    assert count_of(File) == 1


def test_a_draft_stays_with_its_writer(as_person: As) -> None:
    me = as_person("みどり")
    me.post("/library/new", data=factories.form(me, "/library/new", **WORDS, do="draft"))
    assert state_of(1) == "draft"
    assert "移動販売" not in words_of(as_person("なかむら").get("/library/desk"))
    assert as_person("はるか").get("/library/1/edit").status_code == 404


def test_sending_twice_makes_one_and_other_words_are_another(as_person: As) -> None:
    me = as_person("みどり")
    once = factories.hidden(me.get("/library/new"), "once")
    data = factories.form(me, "/library/new", **WORDS, once=once)
    first, second = (me.post("/library/new", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == "/library/1/edit"
    assert count_of(Item) == 1
    me.post("/library/new", data=data | {"body": "ほかの話です。"})
    assert count_of(Item) == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": ""}, "題名が空です"),
        ({"body": "  \n"}, "内容が空です"),
        ({"title": "あ" * 101}, "100文字まで"),
        ({"municipality": "ないまち市"}, "見つかりません"),
        ({"body": "[" * 201}, "半角の「[」は200個まで"),
        ({"kind": "qa"}, "一覧にあるもの"),
    ],
)
def test_a_wrong_form_is_shown_again_with_all_that_was_typed(as_person: As, wrong: dict[str, str], why: str) -> None:
    me = as_person("みどり")
    typed = WORDS | {"source": "町の広報", "prefecture": "13"} | wrong
    page = me.post("/library/new", data=factories.form(me, "/library/new", **typed))
    assert page.status_code == 422
    assert why in words_of(page)
    text = page.get_data(as_text=True)
    assert "町の広報" in text
    assert all(value.strip() in text for name, value in typed.items() if name in ("title", "body"))
    assert count_of(Item) == 0


def test_a_company_is_told_who_can_hand_in_and_a_visitor_is_asked_to_sign_in(
    as_person: As, client: FlaskClient
) -> None:
    refused = as_person("みせばん").get("/library/new")
    assert refused.status_code == 403
    assert "会員と専門家、事務局です" in words_of(refused)
    assert client.get("/library/new").headers["Location"].startswith("/sign-in?next=")


def test_what_was_typed_outlives_the_session(app: Flask, client: FlaskClient) -> None:
    """Nothing is lost where the session has run out meanwhile: it is carried through the sign-in and sent after it."""
    token = factories.form(client, "/sign-in")["csrf_token"]
    typed = WORDS | {"source": "町の広報", "do": "draft", "once": "abc", "csrf_token": token}
    asked = client.post("/library/new", data=typed)
    assert asked.status_code == 401
    carry = factories.hidden(asked, "carry")
    email = factories.email_of("みどり")
    again = client.post("/sign-in", data={"csrf_token": token, "carry": carry, "email": email, "password": PASSWORD})
    page = again.get_data(as_text=True)
    assert all(value in page for name, value in typed.items() if name != "csrf_token")
    found = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert client.post("/library/new", data=typed | {"csrf_token": found[-1]}).status_code == 303
    assert state_of(1) == "draft"


def test_ones_own_list_says_where_each_stands_and_what_comes_next(as_person: As) -> None:
    me, staff = as_person("みどり"), as_person("なかむら")
    waiting = factories.item("みどり", title="待っている話")
    returned = factories.item("みどり", title="戻った話")
    factories.item("みどり", "なかむら", title="出ている話")
    factories.item("はるか", title="ほかの人の話")
    press(staff, f"/library/{returned}/send-back", note="出典をお願いします。")
    words = words_of(me.get("/library/mine"))
    for said in ("待っている話", "確認待ち", "戻った話", "直しをお願いしています", "出ている話", "公開中"):
        assert said in words
    assert "事務局の言葉を読んで、直して送ってください" in words
    assert "ほかの人の話" not in words
    assert f'href="/library/{waiting}/edit"' in me.get("/library/mine").get_data(as_text=True)


def test_an_empty_list_says_what_to_do(as_person: As) -> None:
    assert 'href="/library/new"' in as_person("はるか").get("/library/mine").get_data(as_text=True)
    assert 'href="/library/new"' not in as_person("みせばん").get("/library/mine").get_data(as_text=True)
