"""People around an item of the library, and an item with every part of its sheet filled in."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sccafe.core.database import db, end_reading, writing
from sccafe.library.models import Item
from tests import factories

ROLES = {"みどり": "member", "はるか": "member", "さくら": "expert", "みせばん": "industry", "なかむら": "secretariat"}

#: A case that says something in every part.
WHOLE: dict[str, Any] = {
    "title": "移動販売が続く仕組み",
    "summary": "困っていない人も呼ぶと、続きます。",
    "collection": "secretariat",
    "municipality": "132012",
    "population": "p100_300k",
    "ageing_rate": "27.5",
    "layer": "layer2",
    "carried_by": "自治会の有志6人",
    "partners": ["neighbours", "company"],
    "target": "店が遠い人",
    "began": "店が閉まりました。",
    "events": [
        {"on": "2016-04", "what": "話し合いを始めた"},
        {"on": "2015", "what": "店が閉まった"},
        {"on": "2016-06-01", "what": "車が来た"},
    ],
    "body": "月に**二度**、集会所に来ます。",
    "money": "出費はありません。",
    "results": [{"what": "利用者", "value": "12000", "unit": "人", "year": 2019, "page": "12"}],
    "failed": "雨の日は人が来ませんでした。",
    "lessons": "まず聞き取りから。",
    "themes": ["shopping", "gathering"],
    "functions": ["match"],
    "stage": "solve",
    "sources": [
        {
            "author": "まちの会",
            "title": "報告書",
            "year": 2020,
            "address": "https://example.jp/report",
            "licence": "許可を得て要約",
            "page": "10-12",
        },
        {"title": "聞き取り"},
    ],
}


@pytest.fixture
def people(app: Flask) -> Flask:
    """みどり hands in and owns, なかむら publishes, and the others read."""
    for handle, role in ROLES.items():
        factories.person(handle, role)
    factories.board("exchange", title="SC交流ひろば")
    return app


@pytest.fixture
def case(people: Flask) -> int:
    """A whole case on the shelf; its id."""
    return factories.item("みどり", "なかむら", **WHOLE)


def stored(item_id: int) -> Item:
    """The item as it stands in the database."""
    db.session.expire_all()
    found = db.session.scalars(select(Item).where(Item.id == item_id)).one()
    end_reading()
    return found


def change(item_id: int, **values: Any) -> None:
    """Let the item's row be otherwise, without what a write would do beside it."""
    with writing() as session:
        session.execute(update(Item).where(Item.id == item_id).values(**values))
