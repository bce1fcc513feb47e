"""Whatever stands in a text is found by any part of it, on both databases."""

from flask import Flask

from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading
from sccafe.search import entries, folding
from sccafe.search.index import index
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


def keeping_says() -> list[str]:
    from sccafe.core import checks

    return [line for lines in checks.run().values() for line in lines]
