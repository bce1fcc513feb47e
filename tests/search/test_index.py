"""Whatever stands in a text is found by any part of it, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading
from sccafe.search import entries, folding
from sccafe.search.index import index, postgresql, sample
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word
from tests import factories

PARTS = [
    *(
        "買い物",
        "支",
        "ict活用",
        "ICT",
        "第１層",
        "こーひーさろん",
        "ｺｰﾋｰ",
        "𠮷",
        "𠮷野",
        "😀",
        "隣に。",
        "、",
        "のこと ＩＣＴ",
    ),
]


def wanted(*words: str) -> Wanted:
    return Wanted(tuple((Word((Spelling(folding.fold(word)),)),) for word in words))


def refs(looked_for: Wanted) -> list[int]:
    ids = db.session.scalars(index().found(looked_for, entries.of_reader(VISITOR))).all()
    found = [db.session.get_one(Entry, number).ref for number in ids]
    end_reading()
    return found


def test_a_post_is_found_by_any_part_of_it(app: Flask) -> None:
    factories.person("みどり")
    topic = factories.topic(
        "みどり", factories.board(), "買い物支援のこと", "ＩＣＴ活用で、第1層のコーヒーサロンを𠮷野家の隣に。😀"
    )
    post = factories.post_id(topic, 1)
    end_reading()
    for part in PARTS:
        assert refs(wanted(part)) == [post], part
    assert refs(wanted("買い物", "😀")) == [post]
    assert refs(wanted("買い物", "無い")) == []
    assert keeping_says() == []


def test_a_large_site_finds_the_same_by_few_pairs_of_a_word(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.person("みどり")
    board = factories.board()
    said = [
        f"{town}の{thing}で困っています。{number}人です。"
        for town in ("海辺の町", "山の村")
        for number, thing in enumerate(("買い物支援", "支援買い物", "ごみ出し", "雪かき", "買い物の支援"))
    ]
    topic = factories.topic("みどり", board, "はじめに", "はじめの一件です。")
    for text in said:
        factories.answer("みどり", topic, text)
    end_reading()
    monkeypatch.setattr(sample, "_LARGE", 1)
    monkeypatch.setattr(sample, "_MANY", 10_000)
    monkeypatch.setattr(postgresql, "_LOOKED_INTO", 3)
    monkeypatch.setattr(sample, "_kept", {})
    monkeypatch.setattr(sample, "_ranks", {})
    everything = db.session.execute(select(Entry.ref, Entry.folded).order_by(Entry.id.desc())).all()
    end_reading()
    asked = [
        ("買い物支援",),
        ("支援買い物",),
        ("物支援で困",),
        ("町の", "困っています"),
        ("村の雪かき", "3人です。"),
        ("の買い物の支",),
        ("町の買い物支援で困っています。0人です。",),
        ("村のごみ", "町の雪"),
        ("ございません",),
        ("一件", "はじめの"),
    ]
    for words in asked:
        expected = [ref for ref, folded in everything if all(folding.fold(word) in folded for word in words)]
        assert refs(wanted(*words)) == expected, words
        assert sample.picked(wanted(*words)) is not None


def keeping_says() -> list[str]:
    from sccafe.core import checks

    return [line for lines in checks.run().values() for line in lines]
