"""Words that items say: kept by each process, and true after every change."""

from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from sccafe.core.database import db, end_reading, writing
from sccafe.library import said, service
from sccafe.library.models import Item, ItemText
from tests import factories
from tests.conftest import Statements
from tests.library import making

BODIES = [
    "買物に行けない方のために移動販売を呼びました。",
    "居場所の担い手が増えました。",
    "協議体で買物の話をしました。",
]
ASKED: list[list[str]] = [
    ["買物"],
    ["居場所"],
    ["買物", "協議体"],
    ["協議体", "買物"],
    ["１"],
    ["宇宙船"],
    ["%"],
    ["_", "方"],
]


@pytest.fixture
def library(app: Flask) -> Iterator[Random]:
    random = Random(11)
    with writing() as session:
        making.make(session.connection(), random, 300, BODIES)
    yield random
    end_reading()


def by_hand(words: list[str]) -> list[int]:
    texts = db.session.execute(select(ItemText.item_id, ItemText.text)).all()
    return sorted(row.item_id for row in texts if all(service.sheet.normalised(word) in row.text for word in words))


def same(kept: said.Said) -> None:
    there = set(db.session.scalars(select(Item.id)))
    for words in ASKED:
        assert [item for item in kept.ids(words) if item in there] == by_hand(words), words
    end_reading()


def test_answers_are_those_of_a_look_into_every_text(library: Random) -> None:
    kept = said.Said()
    same(kept)
    same(kept)


def test_answers_follow_changes(library: Random) -> None:
    first, second = said.Said(), said.Said()
    same(second)
    for round_of in range(12):
        with writing() as session:
            for _ in range(library.randint(1, 3)):
                item = session.get(Item, library.randint(1, 300))
                if item is None:
                    continue
                if library.random() < 0.3:
                    session.execute(delete(ItemText).where(ItemText.item_id == item.id))
                else:
                    text = library.choice(BODIES)
                    session.execute(update(ItemText).where(ItemText.item_id == item.id).values(text=text))
                service.touch(session, item)
            if round_of % 4 == 3:
                newest = session.scalar(select(Item.id).order_by(Item.revision.desc()).limit(1))
                session.execute(delete(ItemText).where(ItemText.item_id == newest))
                session.execute(delete(Item).where(Item.id == newest))
        same(first)
        if round_of % 3 == 2:
            same(second)


def test_an_older_database_is_noticed(library: Random) -> None:
    kept = said.Said()
    same(kept)
    with writing() as session:
        session.execute(update(Item).where(Item.id > 200).values(revision=1))
        session.execute(update(ItemText).values(text="居場所"))
    same(kept)


def test_an_answer_that_is_kept_costs_no_look_into_the_texts(library: Random, statements: Statements) -> None:
    kept = said.Said()
    kept.ids(["買物"])
    with statements:
        kept.ids(["買物"])
    assert len(statements) == 1
    assert "library_texts" not in statements[0]
    end_reading()


def test_only_so_many_answers_are_kept(library: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "MOST_KEPT", 3)
    kept = said.Said()
    for number in range(10):
        kept.ids([f"語{number}"])
    assert len(kept._kept) == 3
    same(kept)
    assert db.session.scalar(select(func.count()).select_from(ItemText)) != 0
    end_reading()


def test_a_kept_answer_of_the_secretariat_tells_a_visitor_nothing(app: Flask) -> None:
    factories.person("みどり")
    factories.person("なかむら", "secretariat")
    factories.item("みどり", "なかむら", "staff", title="内部の買物の話")
    staff = factories.signed_in(app, "なかむら")
    assert "内部の買物の話" in staff.get("/library?q=買物").get_data(as_text=True)
    page = app.test_client().get("/library?q=買物").get_data(as_text=True)
    assert "内部の買物の話" not in page
    assert "<b>0件</b>" in page
