"""The list of the library is asked for words as the search is."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.library import service
from sccafe.library.models import File, Item, Version, VersionFile
from sccafe.search import keeping
from sccafe.search.shelved import items
from tests import factories


@pytest.fixture
def shelf(app: Flask) -> dict[str, int]:
    """Three items on the shelf, by a word for each."""
    factories.person("みどり", prefecture="13")
    factories.person("なかむら", "secretariat")
    factories.topic("みどり", factories.board(), "移動スーパーの話", "買い物に困っています。")
    return {
        "shop": put("public", title="買物の送迎", body="ケアマネと車を出しました。", themes=["shopping"]),
        "place": put("public", title="居場所づくり", body="こどもと食堂を開きました。", themes=["gathering"]),
        "inside": put("staff", title="内部の買物の話", body="まだ見せられません。"),
    }


def put(audience: str, **said: Any) -> int:
    return factories.item("みどり", "なかむら", audience, **said)


def asked(client: FlaskClient, query: str) -> list[str]:
    page = client.get("/library", query_string={"q": query}).get_data(as_text=True)
    return re.findall(r'<h2><a href="/library/\d+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("買い物", ["買物の送迎"]),
        ("介護支援専門員", ["買物の送迎"]),
        ("子ども", ["居場所づくり"]),
        ("カイモノ", ["買物の送迎"]),
        ("宇宙船 OR 食堂", ["居場所づくり"]),
        ("買物 OR 食堂", ["居場所づくり", "買物の送迎"]),
        ('"車を出し"', ["買物の送迎"]),
        ("車を 出し", ["買物の送迎"]),
        ("ました -車", ["居場所づくり"]),
        ("-車", ["居場所づくり"]),
        ("theme:gathering", ["居場所づくり"]),
        ("in:library 買物", ["買物の送迎"]),
        ("in:boards 買物", []),
        ("by:誰でもない人 買物", []),
        ("スーパー", []),
        ("宇宙船", []),
    ],
)
def test_words_spellings_and_signs_are_those_of_the_search(
    shelf: dict[str, int], client: FlaskClient, query: str, found: list[str]
) -> None:
    assert asked(client, query) == found


def test_words_may_stand_apart_in_an_item_and_its_file(shelf: dict[str, int], client: FlaskClient) -> None:
    add_file(shelf["shop"], "名簿.pdf", "停留所の一覧")
    for query in ("停留所", "停留所 ケアマネ", "名簿 送迎", "停留所 theme:shopping", "停留所 by:みどり"):
        assert asked(client, query) == ["買物の送迎"], query
    assert asked(client, "送迎 -停留所") == []


def add_file(item_id: int, name: str, said: str) -> None:
    """Give the published version a file, as if it had been read."""
    with writing() as session:
        version = session.scalar(select(Version.id).where(Version.item_id == item_id))
        file = File(
            item_id=item_id,
            name=name,
            kind="pdf",
            media_type="application/pdf",
            size=1,
            digest="0" * 64,
            stored=f"{item_id}.pdf",
            text=said,
            created_at=clock.now(),
        )
        session.add(file)
        session.flush()
        session.add(VersionFile(version_id=version, file_id=file.id, place=1))
        session.flush()
        keeping.renew(session, "file", [file.id])


def test_a_time_can_be_asked_for(shelf: dict[str, int], client: FlaskClient) -> None:
    with writing() as session:
        item = session.get_one(Item, shelf["shop"])
        assert item.published_at is not None
        item.published_at -= timedelta(days=800)
        session.flush()
        keeping.renew(session, "item", [item.id])
    year = clock.today().year
    assert asked(client, f"since:{year - 1}") == ["居場所づくり"]
    assert asked(client, f"買物 since:{year - 1}") == []
    assert asked(client, f"買物 until:{year - 1}") == ["買物の送迎"]


def test_the_search_knows_items_of_every_audience_and_the_shelf_keeps_the_wall(
    shelf: dict[str, int], app: Flask
) -> None:
    assert items("買物") == {shelf["shop"], shelf["inside"]}
    end_reading()
    assert asked(factories.signed_in(app, "なかむら"), "買物") == ["内部の買物の話", "買物の送迎"]
    page = app.test_client().get("/library?q=買物").get_data(as_text=True)
    assert "内部の買物の話" not in page
    assert "<b>1件</b>" in page


def test_an_item_that_is_gone_is_found_no_more(shelf: dict[str, int], client: FlaskClient) -> None:
    service.archive(factories.viewer_of("なかむら"), shelf["shop"], "古くなりました。")
    assert asked(client, "買物") == []
    db.session.remove()


def test_where_nothing_is_left_the_whole_site_can_be_searched(shelf: dict[str, int], client: FlaskClient) -> None:
    page = client.get("/library?q=スーパー").get_data(as_text=True)
    address = re.search(r'href="(/search\?q=[^"]+)">サイト全体でさがす', page)
    assert address is not None
    assert "移動<mark>スーパー</mark>" in client.get(address[1]).get_data(as_text=True)
