"""Whatever stands in a text is found by any part of it, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.boards.models import Post
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.search import circles, folding, keeping
from sccafe.search.index import index, postgresql
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


def refs(looked_for: Wanted, most: int | None = None) -> list[int]:
    ids = db.session.scalars(index().found(looked_for, circles.of_reader(VISITOR), most)).all()
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


@pytest.fixture
def said(app: Flask) -> list[tuple[int, str]]:
    """Posts that say much the same in other words: their numbers and folded texts, the newest first."""
    factories.person("みどり")
    topic = factories.topic("みどり", factories.board(), "はじめに", "はじめの一件です。")
    for town in ("海辺の町", "山の村"):
        for number, thing in enumerate(("買い物支援", "支援買い物", "ごみ出し", "雪かき", "買い物の支援")):
            factories.answer("みどり", topic, f"{town}の{thing}で困っています。{number}人です。")
    end_reading()
    rows = db.session.execute(select(Entry.ref, Entry.folded).where(Entry.kind == "post").order_by(Entry.id)).all()
    end_reading()
    return [(row.ref, row.folded) for row in rows]


ASKED = [
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


@pytest.mark.parametrize("words", ASKED)
def test_the_grams_of_a_word_must_stand_together(said: list[tuple[int, str]], words: tuple[str, ...]) -> None:
    expected = [ref for ref, folded in said if all(folding.fold(word) in folded for word in words)]
    assert refs(wanted(*words)) == expected


@pytest.mark.parametrize("days", [0, 3, 40, 400])
def test_a_large_site_is_asked_part_by_part_and_finds_the_same(
    said: list[tuple[int, str]], days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two entries looked into, and four and six asked for before the others, however far they lie apart."""
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    at = {ref: begin - timedelta(days=days * place) for place, (ref, _folded) in enumerate(said)}
    with writing() as session:
        for ref, _folded in said:
            session.get_one(Post, ref).created_at = at[ref]
        session.flush()
        keeping.renew(session, "post", list(at))
    if days == 0:
        said = sorted(said, reverse=True)
    monkeypatch.setattr(postgresql, "_PARTS", {2: (2, 3)})
    monkeypatch.setattr(postgresql, "_kept", {})
    times = [(None, None), (at[said[4][0]], None), (None, at[said[4][0]]), (at[said[8][0]], at[said[2][0]])]
    for words, (since, until) in product(ASKED, times):
        expected = [
            ref
            for ref, folded in said
            if all(folding.fold(word) in folded for word in words)
            and (since is None or at[ref] >= since)
            and (until is None or at[ref] < until)
        ]
        for most in (1, 2, 3, 5, 100):
            found = refs(replace(wanted(*words), since=since, until=until), most)
            assert found == expected[:most], (words, since, until, most)
    if db.engine.dialect.name == "postgresql":
        in_parts = str(index().found(wanted("困"), circles.of_reader(VISITOR), 100)).count("UNION ALL")
        assert in_parts == 3, "the newest, those of two eras, those of two more, and the rest"


def test_a_word_that_must_not_stand_takes_out_only_where_it_stands(said: list[tuple[int, str]]) -> None:
    for word in ("支援", "物支援", "買い物支援", "援買い物支援で", "ございません"):
        without = Wanted(wanted("困って").all_of, (Word((Spelling(folding.fold(word)),)),))
        expected = [ref for ref, folded in said if "困って" in folded and folding.fold(word) not in folded]
        assert refs(without) == expected, word


def test_a_word_in_several_spellings_is_found_in_each(said: list[tuple[int, str]]) -> None:
    spellings = tuple(Spelling(folding.fold(each)) for each in ("雪", "物支援", "ごみ出しで困"))
    expected = [ref for ref, folded in said if any(each.text in folded for each in spellings)]
    assert refs(Wanted(((Word(spellings),),))) == expected
    assert 0 < len(expected) < len(said) - 1


def test_a_text_of_signs_and_controls_breaks_nothing(app: Flask) -> None:
    factories.person("みどり")
    signs = "\"AND\" (OR) NOT* ^near: {a} 'b' \\c | & ! <-> a\x01b \x7f %_ ＂Ｍin：boards＂"
    post = factories.post_id(factories.topic("みどり", factories.board(), "記号のこと", signs), 1)
    end_reading()
    folded = db.session.scalars(select(Entry.folded).where(Entry.kind == "post")).one()
    end_reading()
    for length in (1, 2, 3, 4, 7):
        for begin in range(len(folded) - length + 1):
            part = folded[begin : begin + length]
            assert refs(Wanted(((Word((Spelling(part),)),),))) == [post], part
    assert refs(wanted("ｍin")) == [post]
    assert refs(wanted("board")) == [post]
    assert refs(wanted("by:")) == [], "a mark is no text"


def keeping_says() -> list[str]:
    from sccafe.core import checks

    return [line for lines in checks.run().values() for line in lines]
