"""Queries as people type them, and as nobody should."""

import random
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sccafe.core import clock
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading
from sccafe.core.text_rules import NOT_TEXT
from sccafe.search import circles, language
from sccafe.search.filters import period
from sccafe.search.folding import fold
from sccafe.search.index import index
from sccafe.search.language import Asked, Note
from sccafe.search.wanted import Spelling, Word
from tests import factories, timed
from tests.search.texts import ODD, any_text


def as_typed(word: str) -> tuple[Spelling, ...]:
    return (Spelling(fold(word)),)


def parse(query: str, **more: Any) -> Asked:
    return language.parse(query, **{"spelled": as_typed} | more)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database, and so nobody who could have written anything."""
    monkeypatch.setattr(language, "person_by_handle", lambda handle: None)


def in_words(asked: Asked) -> str:
    """As it could be said again: a|b & c, without."""
    groups = " & ".join("|".join(word.text for word in group) for group in asked.wanted.all_of)
    return groups + "".join(f" !{word.text}" for word in asked.wanted.none_of)


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "understood"),
    [
        ("買い物 支援", "買い物 & 支援"),
        ("　買い物　\t支援\n", "買い物 & 支援"),
        ("買い物 買い物", "買い物"),
        ("支", "支"),
        ("SC養成 第1層 ICT活用", "sc養成 & 第1層 & ict活用"),
        ("ｺｰﾋｰｻﾛﾝ", "こ-ひ-さろん"),
        ("😀 𠮷野", "😀 & 𠮷野"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("2,026 3.5", "2,026 & 3.5"),
        # Phrases, in all quotation marks but those of Japanese.
        ('"買い物 の 支援"', "買い物 の 支援"),
        ("＂買い物　支援＂ “つながる 場”", "買い物 支援 & つながる 場"),
        ('"買い物 支援', "買い物 支援"),
        ('移動"買い物 支援"送迎', "移動 & 買い物 支援 & 送迎"),
        ('買い物" ""', "買い物"),
        ("「買い物 支援」", "「買い物 & 支援」"),
        ('"OR" "in:library" "-"', "or & in:library & -"),
        # Words that must not stand.
        ("買い物 -送迎", "買い物 !送迎"),
        ("買い物　－送迎 −移動", "買い物 !送迎 !移動"),
        ('買い物 -"移動 販売"', "買い物 !移動 販売"),
        ("買い物-送迎 e-mail", "買い物-送迎 & e-mail"),
        ("買い物 --送迎", "買い物 & --送迎"),
        ("買い物 - 送迎 ー 移動 〜", "買い物 & 送迎 & 移動"),
        ("ーション", "-しょん"),
        # OR.
        ("買い物 OR 送迎", "買い物|送迎"),
        ("買い物　ＯＲ　送迎 移動", "買い物|送迎 & 移動"),
        ("支援 買い物 OR 送迎 OR 移動", "支援 & 買い物|送迎|移動"),
        ('買い物 OR "移動 販売"', "買い物|移動 販売"),
        ("(買い物 OR 送迎) （移動 OR 通院）", "買い物|送迎 & 移動|通院"),
        ("(株)まちづくり OR 会社", "(株)まちづくり|会社"),
        ("(買い物 支援)", "(買い物 & 支援)"),
        ("買い物 or 送迎", "買い物 & or & 送迎"),
        ("買い物 OR", "買い物"),
        ("OR 買い物", "買い物"),
        ("買い物 OR -送迎 移動", "買い物 & 移動 !送迎"),
        ("買い物 OR OR 送迎", "買い物|送迎"),
        ("買い物 AND 送迎", "買い物 & 送迎"),
        # What is nothing else is looked for.
        ("OR", "or"),
        ("-", "-"),
        ("- -", "- -"),
        ('"', '"'),
        ("in:", "in:"),
        ("in:料理", "料理"),
        ('in:"移動 販売"', "移動 販売"),
        ("in: 料理", "料理"),
        ("http://", "http://"),
        ("https://example.jp/a?b=c#d", "https://example.jp/a?b=c#d"),
        ("時間：10:30", "時間:10:30"),
        ("買い物 -in:library", "買い物 !in:library"),
        ("()[]{}*?+\\^$|'%_;--", "()[]{}*?+\\^$|'%_;--"),
        ("\ud83d\x00買い物\x1f", "買い物"),
        ("", ""),
        ("　", ""),
        ("\ufe0f", ""),
    ],
)
def test_queries_are_understood_as_they_are_meant(query: str, understood: str, nobody: None) -> None:
    asked = parse(query)
    assert in_words(asked) == understood
    assert (asked.notes, asked.impossible, asked.wanted.marks) == ((), False, ())


def test_a_word_is_looked_for_in_all_its_spellings_and_a_phrase_in_its_own() -> None:
    def both(word: str) -> tuple[Spelling, ...]:
        return (Spelling(fold(word)), Spelling("買物"))

    asked = parse('買い物 OR "買い物" -送迎', spelled=both)
    assert asked.wanted.all_of == ((Word((Spelling("買い物"), Spelling("買物"))), Word((Spelling("買い物"),))),)
    assert asked.wanted.none_of == (Word((Spelling("送迎"), Spelling("買物"))),)
    assert asked.words == asked.wanted.all_of[0]


def test_words_are_looked_for_in_the_spellings_that_the_site_knows(app: Flask) -> None:
    asked = language.parse("買い物")
    assert [spelling.text for spelling in asked.words[0].spellings][0] == "買い物"
    assert Spelling("買物") in asked.words[0].spellings
    assert timed.seconds(lambda: language.parse("買い物 支援 " * 1_000), 0.05) < 0.05
    end_reading()


def test_only_words_to_leave_out_find_nothing_and_it_is_said() -> None:
    asked = parse("-買い物")
    assert (asked.impossible, asked.notes, asked.words) == (True, (Note.only_without,), ())
    assert parse("-買い物 in:library").notes == ()
    assert not parse("-買い物", place="library").impossible


# --- filters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "name", "values"),
    [
        ("in:library", "in", ("library",)),
        ("IN:Library", "in", ("library",)),
        ("ｉｎ：資料室", "in", ("library",)),
        ("in: 資料室", "in", ("library",)),
        ("in:ひろば", "in", ("boards",)),
        ("in:教えて！", "in", ("boards",)),
        ('in:"Q&A"', "in", ("qa",)),
        ("in:人", "in", ("people",)),
        ("in:産業界へ", "in", ("industry",)),
        ("in:library in:qa", "in", ("library", "qa")),
        ("in:library OR in:qa", "in", ("library", "qa")),
        ("theme:ict", "theme", ("ict",)),
        ("theme:ＩＣＴ・デジタル", "theme", ("ict",)),
        ("theme:通いの場・居場所・サロン", "theme", ("gathering",)),
        ('theme:"getting about"', "theme", ("mobility",)),
        ("theme:サロン", "theme", ("gathering",)),
        ("theme:買い物", "theme", ("shopping",)),
        ("theme:認知症 theme:防災", "theme", ("dementia", "disaster")),
        ("pref:13", "pref", ("13",)),
        ("pref:1", "pref", ("01",)),
        ("pref:東京都", "pref", ("13",)),
        ("pref:東京", "pref", ("13",)),
        ("pref:京都", "pref", ("26",)),
        ("pref:北海道", "pref", ("01",)),
        ("since:2026-01", "since", ("2026-01",)),
        ("since:２０２６年１月", "since", ("2026-01",)),
        ("until:令和8年度", "until", ("2027-03",)),
        ("since:2025 since:2026", "since", ("2026",)),
        ("until:2025 until:2026", "until", ("2025",)),
    ],
)
def test_filters_are_understood_as_people_write_them(query: str, name: str, values: tuple[str, ...]) -> None:
    asked = parse(f"{query} 買い物")
    assert asked.filters == {name: values}
    assert in_words(asked) == "買い物"
    assert (asked.notes, asked.impossible) == ((), False)
    if name in ("in", "theme", "pref"):
        assert asked.wanted.marks == (tuple(f"{name}:{value}" for value in values),)


@pytest.mark.parametrize(
    ("query", "note", "impossible"),
    [
        ("by:だれでもない", Note.unknown_person, True),
        ("theme:ない", Note.unknown_theme, True),
        ("pref:火星", Note.unknown_prefecture, True),
        ("pref:48", Note.unknown_prefecture, True),
        ("since:banana", Note.unreadable_date, False),
        ("until:2026-02-30", Note.unreadable_date, False),
    ],
)
def test_what_a_filter_names_and_nobody_knows_is_said(query: str, note: Note, impossible: bool, nobody: None) -> None:
    for asked in (parse(f"買い物 {query}"), parse("買い物", more=dict([query.split(":")]))):
        assert (asked.notes, asked.impossible, asked.filters) == ((note,), impossible, {})
        assert in_words(asked) == "買い物"


def test_a_person_is_found_by_their_handle(app: Flask) -> None:
    number = factories.person("みどり")
    factories.person("ひまさん")
    factories.person("休んだ人", state="suspended")
    for query in ("by:みどり", "by:@みどり", "by: みどり", "by:みどりさん", 'by:"みどり"', "ＢＹ：みどり"):
        asked = parse(query)
        assert (asked.filters, asked.wanted.marks) == ({"by": ("みどり",)}, ((f"by:{number}",),)), query
    assert parse("by:ひまさん").filters == {"by": ("ひまさん",)}
    assert parse("by:休んだ人").notes == (Note.unknown_person,)
    assert in_words(parse("by: だれか")) == "だれか"


def test_what_is_typed_and_what_is_chosen_must_both_hold() -> None:
    asked = parse(
        "theme:ict since:2025", more={"theme": "disaster", "pref": "13", "since": "2026", "until": "", "x": "y"}
    )
    assert asked.wanted.marks == (("theme:ict",), ("theme:disaster",), ("pref:13",))
    assert asked.filters == {"theme": ("ict", "disaster"), "pref": ("13",), "since": ("2026",)}
    assert parse("theme:ict", more={"theme": "ict"}).wanted.marks == (("theme:ict",),)


def test_a_place_that_is_chosen_stands_for_those_that_are_typed() -> None:
    asked = parse("買い物 in:qa", place="library")
    assert (asked.wanted.marks, asked.filters) == ((("in:library",),), {"in": ("library",)})
    assert parse("買い物 in:qa", place="nowhere").filters == {"in": ("qa",)}


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=clock.TOKYO)


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        *((text, day(2026), day(2027)) for text in ("2026", "２０２６", "2026年", "令和8年", "R8", "r8", "令和８")),
        *(
            (text, day(2026), day(2026, 2))
            for text in ("2026-01", "2026-1", "2026/1", "2026.01", "2026年1月", "202601")
        ),
        *((text, day(2026), day(2026, 2)) for text in ("R8.1", "令和8年1月", "2026ー01", "2026年 1月")),
        *((text, day(2026, 1, 15), day(2026, 1, 16)) for text in ("2026-01-15", "2026/1/15", "20260115", "R8.1.15")),
        ("令和8年1月15日", day(2026, 1, 15), day(2026, 1, 16)),
        ("2026-12", day(2026, 12), day(2027)),
        ("2024-02-29", day(2024, 2, 29), day(2024, 3, 1)),
        ("令和元年", day(2019), day(2020)),
        ("平成30年4月", day(2018, 4), day(2018, 5)),
        ("昭和64", day(1989), day(1990)),
        ("令和8年度", day(2026, 4), day(2027, 4)),
        ("2026年度", day(2026, 4), day(2027, 4)),
    ],
)
def test_days_are_read_as_people_write_them(said: str, begin: datetime, end: datetime) -> None:
    found = period(said)
    assert found is not None
    assert (found.begin, found.end) == (begin, end)
    assert period(found.first) is not None and period(found.first).begin == begin
    assert period(found.last) is not None and period(found.last).end == end
    asked = parse(f"since:{said.replace(' ', '')} until:{said.replace(' ', '')}")
    assert (asked.wanted.since, asked.wanted.until) == (begin, end)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "banana",
        "26",
        "1899",
        "9999",
        "2026-13",
        "2026-02-29",
        "2026-0",
        "元",
        "2026-1-1-1",
        "年",
        "-",
        "R",
        "2026年1月度",
    ],
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert period(said) is None


# --- beyond measure ----------------------------------------------------------------------------------------


def test_a_long_query_is_cut_at_a_blank_and_it_is_said() -> None:
    asked = parse("買い物 " * 100 + "送迎" * 100)
    assert asked.notes == (Note.cut,)
    assert len(asked.typed) <= 300
    assert in_words(asked) == "買い物"
    assert in_words(parse(f"買い物 {'あ' * 200} {'い' * 50} by:{'う' * 50}")) == f"買い物 & {'あ' * 60} & {'い' * 50}"
    assert parse("買い物").typed == "買い物"


def test_a_long_word_is_looked_for_by_its_beginning() -> None:
    asked = parse("あ" * 61)
    assert (in_words(asked), asked.notes) == ("あ" * 60, (Note.cut,))
    assert parse("あ" * 60).notes == ()
    assert in_words(parse("あ" * 59 + "か\u3099" + "い")) == "あ" * 59
    assert len(in_words(parse("\ufdfa" * 60))) <= 60
    assert in_words(parse(f'"{"あ" * 61}"')) == "あ" * 60


def test_of_many_words_the_first_twelve_are_looked_for() -> None:
    asked = parse(" ".join(map(str, range(100, 150))))
    assert in_words(asked) == " & ".join(map(str, range(100, 112)))
    assert asked.notes == (Note.cut,)
    assert parse(" ".join(map(str, range(100, 112)))).notes == ()


def test_many_filters_are_cut(nobody: None) -> None:
    looked_up: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "person_by_handle", looked_up.append)
        asked = parse(" ".join(f"by:{number}" for number in range(50)))
    assert len(looked_up) == 8
    assert asked.notes == (Note.cut, Note.unknown_person)


def test_many_spellings_are_shared_out_to_all_words() -> None:
    def many(word: str) -> tuple[Spelling, ...]:
        return tuple(Spelling(f"{word}{number}") for number in range(20))

    one = parse("a", spelled=many)
    assert (len(one.words[0].spellings), one.notes) == (16, (Note.cut,))
    twelve = parse("a b c d e f g h i j k l", spelled=many)
    assert [len(word.spellings) for word in twelve.words] == [5] * 12


LANGUAGE = [
    *(
        '"',
        "-",
        "－",
        " ",
        "　",
        "OR",
        "ＯＲ",
        "AND",
        "in:",
        "by:",
        "theme:",
        "pref:",
        "since:",
        "until：",
        "(",
        ")",
        "：",
        "“",
    ),
    *("library", "ict", "東京", "2026", "R8", "買い物", "-", "\n", "😀", "\x00", "\ud800", "ー"),
]


def queries() -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(LANGUAGE), any_text(8)), max_size=60).map("".join)


def test_whatever_is_understood_the_index_can_be_asked(app: Flask) -> None:
    factories.person("みどり")
    factories.topic(
        "みどり", factories.board(), "買い物支援のこと", "ＩＣＴ活用で、第1層のコーヒーサロンを𠮷野家の隣に。😀"
    )
    chance = random.Random(6)
    pieces = [*LANGUAGE, *ODD, *"ab'\"\\*:&|!()<>^~.%_"]
    for _ in range(150):
        asked = parse("".join(chance.choices(pieces, k=chance.randint(1, 12))), place=chance.choice(["", "boards"]))
        if not asked.wanted.is_empty:
            db.session.scalars(index().found(asked.wanted, circles.of_reader(VISITOR))).all()
    end_reading()


@settings(max_examples=200, deadline=None)
@given(
    queries(),
    st.sampled_from(["", "library", "?"]),
    st.dictionaries(st.sampled_from(["by", "theme", "pref", "since", "until"]), any_text(8)),
)
def test_no_query_raises(query: str, place: str, more: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "person_by_handle", lambda handle: None)
        asked = parse(query, place=place, more=more)
    everything = [*asked.words, *asked.wanted.none_of]
    assert len(asked.typed) <= 300
    assert len(set(everything)) <= 12
    assert all(spelling.text and len(spelling.text) <= 60 for word in everything for spelling in word.spellings)
    assert all(asked.wanted.all_of)
    assert not any(
        character in spelling.text for word in everything for spelling in word.spellings for character in "\x00\ud800"
    )


@settings(max_examples=150, deadline=None)
@given(any_text(20))
def test_what_nobody_can_take_for_a_sign_is_looked_for_whole(text: str) -> None:
    assume(not set(text) & set('"＂“”-－−‐﹣'))
    words = [fold(word) for word in NOT_TEXT.sub(" ", text).split()]
    assume(all(word.strip("-") for word in words))
    assert in_words(parse(text)) == " & ".join(dict.fromkeys(filter(None, words)))


@pytest.mark.parametrize(
    "query",
    [
        "あ" * 10_000,
        "買い物 " * 1_000,
        '"-' * 5_000,
        "OR " * 3_333,
        "か\u3099" * 5_000,
        "\u3099" * 10_000,
        "\ufdfa" * 10_000,
        "(" * 10_000,
        "since:" * 1_666,
    ],
    ids=lambda query: query[:6],
)
def test_a_query_beyond_measure_is_soon_understood(query: str) -> None:
    assert timed.seconds(lambda: parse(query), 0.05) < 0.05
    assert Note.cut in parse(query).notes
