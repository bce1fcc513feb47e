"""Home, the pages the secretariat edits, places still to be built, and what programs ask for."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories

Browser = Callable[[str], FlaskClient]


def text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("name", ["industry", "rooms"])
def test_a_place_still_to_be_built_says_calmly_what_will_be_there(client: FlaskClient, name: str) -> None:
    shown = text(client, f"/{name}")
    assert "準備中" in shown
    assert "いま" in shown
    assert "&lt;module" not in shown


def test_the_secretariat_edits_a_page_in_each_language(app: Flask, as_person: Browser) -> None:
    factories.person("なかむら", "secretariat")
    factories.person("みどり")
    client = as_person("なかむら")
    fields = factories.form(client, "/admin/pages/contact/ja", body="**電話**はこちらです。<script>x</script>")
    assert client.post("/admin/pages/contact/ja", data=fields).status_code == 303
    shown = text(app.test_client(), "/contact")
    assert "<strong>電話</strong>はこちらです。" in shown
    assert "<script>x" not in shown
    assert as_person("みどり").get("/admin/pages/contact/ja").status_code == 404
    assert app.test_client().get("/admin/pages/contact/ja").status_code == 404


def test_a_boards_audience_changes_with_all_its_topics(app: Flask, as_person: Browser) -> None:
    factories.person("なかむら", "secretariat")
    board = factories.board()
    topic = factories.topic("なかむら", board, "会員だけになる話題")
    visitor, client = app.test_client(), as_person("なかむら")
    assert visitor.get(f"/topics/{topic}").status_code == 200
    fields = factories.form(
        client,
        f"/admin/boards/{board}",
        title="ひろば",
        slug="exchange",
        kind="exchange",
        audience="members",
        position="1",
    )
    assert client.post(f"/admin/boards/{board}", data=fields).status_code == 303
    assert visitor.get(f"/topics/{topic}").status_code == 404
    assert visitor.get("/boards/exchange").status_code == 404
    assert "会員だけになる話題" not in text(visitor, "/")
    assert "会員だけになる話題" in text(client, "/lounge")


def test_a_board_that_cannot_be_saved_says_why(app: Flask, as_person: Browser) -> None:
    factories.person("なかむら", "secretariat")
    factories.board("taken")
    client = as_person("なかむら")
    fields = factories.form(
        client, "/admin/boards/new", title="新しい板", slug="taken", kind="exchange", audience="public"
    )
    response = client.post("/admin/boards/new", data=fields | {"position": "3"})
    assert response.status_code == 422
    assert "ほかの板が使っています" in response.get_data(as_text=True)
    assert "新しい板" in response.get_data(as_text=True)
    wrong = client.post("/admin/boards/new", data=fields | {"slug": "大文字 A", "position": "x"})
    assert wrong.status_code == 422


def test_settings_are_kept_and_take_effect(app: Flask, as_person: Browser) -> None:
    factories.person("なかむら", "secretariat")
    factories.person("あたらしい", has_posted=False)
    board = factories.board()
    client = as_person("なかむら")
    fields = factories.form(client, "/admin/settings", registration_mode="invitation", hold_first_post="y")
    assert client.post("/admin/settings", data=fields).status_code == 303
    newcomer = as_person("あたらしい")
    start = factories.form(newcomer, "/boards/exchange/new", body="はじめての書き込み")
    assert newcomer.post("/boards/exchange/new", data=start).status_code == 303
    assert "はじめての書き込み" not in text(app.test_client(), "/boards/exchange")
    assert board


def test_what_programs_ask_for(client: FlaskClient, app: Flask) -> None:
    factories.person("みどり")
    public = factories.topic("みどり", factories.board())
    secret = factories.topic("みどり", factories.board("members-lounge", audience="members"))
    assert text(client, "/healthz") == "ok\n"
    assert text(client, "/readyz") == "ok\n"
    sitemap = text(client, "/sitemap.xml")
    assert f"/topics/{public}<" in sitemap
    assert f"/topics/{secret}<" not in sitemap
    assert "Sitemap: " in text(client, "/robots.txt")


def test_the_language_is_chosen_with_one_press(client: FlaskClient) -> None:
    assert '<html lang="ja">' in text(client, "/about")
    assert client.post("/language", data={"locale": "en"}).status_code == 303
    assert '<html lang="en">' in text(client, "/about")
    assert "A coordinator finds" in text(client, "/about")


def test_a_visitors_page_sets_no_cookie(client: FlaskClient) -> None:
    topic_page = client.get("/lounge")
    assert "Set-Cookie" not in topic_page.headers
