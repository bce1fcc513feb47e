"""Whatever goes wrong: a page in the site's own look that says what to do, and nothing half-written."""

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.boards.models import Post
from sccafe.core.database import db, end_reading
from tests import factories

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def topic(app: Flask) -> int:
    factories.person("みどり")
    return factories.topic("みどり", factories.board())


def looks_like_the_site(response: object, status: int, words: str) -> None:
    text = response.get_data(as_text=True)  # type: ignore[attr-defined]
    assert response.status_code == status  # type: ignore[attr-defined]
    assert 'class="mark"' in text
    assert words in text
    assert "Traceback" not in text


def posts() -> int:
    count = db.session.scalar(select(func.count()).select_from(Post))
    end_reading()
    return count or 0


@pytest.mark.parametrize(
    "address", ["/nowhere", "/topics/999999", "/posts/999999", "/boards/none", "/topics/0x1", "/members/だれ"]
)
def test_an_unknown_address_offers_to_sign_in_in_the_same_words(client: FlaskClient, topic: int, address: str) -> None:
    looks_like_the_site(client.get(address), 404, "ページが見つかりません")
    assert "サインインして戻る" in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    [f"/{place}/a%00" for place in ("boards", "members", "rooms", "feeds", "counseling/requests", "counseling/desk")],
)
def test_nothing_has_a_zero_byte_in_its_address(as_person: Browser, topic: int, address: str) -> None:
    client = as_person("みどり")
    looks_like_the_site(client.get(address), 404, "ページが見つかりません")
    assert client.post(address, data=factories.form(client, "/about")).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        *("/library?q=%00", "/library?theme=%00&year=%00&kind=%00&prefecture=%00", "/search?q=%00", "/search?q=a%00b"),
        *("/questions?theme=%00&state=%00&after=%00", "/talk?after=%00", "/sign-up/municipalities?prefecture=%00"),
        *("/counseling/desk?category=%00&state=%00", "/counseling/new?from=%00", "/admin/people?q=%00&board=%00"),
        *("/admin/experts/new?handle=%00", "/admin/record?kind=%00&before=%00", "/handouts?items=%00"),
    ],
)
def test_a_zero_byte_in_what_is_asked_for_breaks_no_page(app: Flask, as_person: Browser, address: str) -> None:
    factories.person("かんり", "admin", counseling_desk=True)
    assert as_person("かんり").get(address).status_code in (200, 404)


def test_a_wrong_method_says_that_the_address_is_a_forms(client: FlaskClient, topic: int) -> None:
    response = client.get("/preview")
    looks_like_the_site(response, 405, "フォーム")
    assert "POST" in response.headers["Allow"]


def test_a_body_that_is_too_large_is_refused(app: Flask, as_person: Browser, topic: int) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    client = as_person("みどり")
    token = factories.form(client, f"/topics/{topic}")
    response = client.post(f"/topics/{topic}/reply", data=token | {"body": "あ" * 20_000})
    looks_like_the_site(response, 413, "大きすぎます")
    assert posts() == 1


@pytest.mark.parametrize("body", [b"body=%FF%FE%80", b"body=\xff\xfe", b"%FF=1"])
def test_broken_encoding_is_refused_and_stores_nothing(as_person: Browser, topic: int, body: bytes) -> None:
    client = as_person("みどり")
    token = factories.form(client, f"/topics/{topic}")["csrf_token"]
    response = client.post(
        f"/topics/{topic}/reply",
        data=f"csrf_token={token}&".encode() + body,
        content_type="application/x-www-form-urlencoded",
    )
    looks_like_the_site(response, 400, "読み取れませんでした")
    assert posts() == 1


@pytest.mark.sqlite
def test_a_locked_database_gives_the_text_back(app: Flask, as_person: Browser, topic: int) -> None:
    file = app.config["SETTINGS"].database_file
    client = as_person("みどり")
    token = factories.form(client, f"/topics/{topic}")
    with db.engine.connect() as the_only_one_in_the_pool:
        the_only_one_in_the_pool.exec_driver_sql("PRAGMA busy_timeout=50")
        the_only_one_in_the_pool.commit()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        response = client.post(
            f"/topics/{topic}/reply", data=token | {"body": "待っているあいだに書いた長い返信です。"}
        )
    finally:
        other.execute("ROLLBACK")
        other.close()
    looks_like_the_site(response, 503, "待っているあいだに書いた長い返信です。")
    assert response.headers["Retry-After"] == "60"
    assert posts() == 1
    assert client.post(f"/topics/{topic}/reply", data=token | {"body": "もう一度"}).status_code == 303


@pytest.mark.sqlite
def test_a_missing_database_gives_a_page_that_needs_none(app: Flask, as_person: Browser, topic: int) -> None:
    file = app.config["SETTINGS"].database_file
    client = as_person("みどり")
    db.session.remove()
    db.engine.dispose()
    file.rename(file.with_suffix(".away"))
    try:
        looks_like_the_site(client.get("/"), 503, "データベース")
        looks_like_the_site(client.get(f"/topics/{topic}"), 503, "データベース")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    finally:
        db.engine.dispose()
        file.with_suffix(".away").rename(file)
    assert client.get("/").status_code == 200


def test_an_unforeseen_error_says_so_and_writes_nothing(
    app: Flask, as_person: Browser, topic: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person("みどり")
    token = factories.form(client, f"/topics/{topic}")
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sccafe.boards.service.published", broken)
    looks_like_the_site(client.post(f"/topics/{topic}/reply", data=token | {"body": "途中で止まる"}), 500, "不具合")
    assert posts() == 1


def test_every_page_carries_the_security_headers(client: FlaskClient, topic: int) -> None:
    for address in ("/", f"/topics/{topic}", "/nowhere", "/static/none.css"):
        policy = client.get(address).headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
