"""Excerpts show the words that were found, whole and marked, and cut nothing that is seen as one character."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sccafe.search.excerpts import Bit, excerpt, marked
from sccafe.search.folding import fold, runs
from sccafe.search.wanted import Spelling, Word
from tests import timed
from tests.search.texts import any_text


def words(*texts: str) -> list[Word]:
    return [Word((Spelling(fold(text)),)) for text in texts]


def short(text: str) -> list[Word]:
    return [Word((Spelling(fold(text), whole=True),))]


def shown(bits: tuple[Bit, ...]) -> str:
    return "".join(f"[{bit.text}]" if bit.found else bit.text for bit in bits)


def said(bits: tuple[Bit, ...]) -> str:
    return "".join(bit.text for bit in bits)


FAR = "つづきの文です。" * 40


@pytest.mark.parametrize(
    ("title", "looked_for", "expected"),
    [
        ("買い物支援のこと", words("買い物"), "[買い物]支援のこと"),
        ("買い物と買い物", words("買い物", "物と買"), "[買い物と買い物]"),
        ("買い物買い物", words("買い物"), "[買い物][買い物]"),
        ("ＩＣＴ活用", words("ict"), "[ＩＣＴ]活用"),
        ("ｺｰﾋｰｻﾛﾝ", words("コーヒー"), "[ｺｰﾋｰ]ｻﾛﾝ"),
        ("ｶﾞｲﾄﾞ", words("ガイド"), "[ｶﾞｲﾄﾞ]"),
        ("か\u3099いと", words("がい"), "[か\u3099い]と"),
        ("㍿まち", words("式会"), "[㍿]まち"),
        ("家族👩\u200d👧の会", words("👧"), "家族[👩\u200d👧]の会"),
        ("旗🇯🇵🇫🇷だ", words("🇫🇷"), "旗🇯🇵[🇫🇷]だ"),
        ("𠮷野家", words("𠮷"), "[𠮷]野家"),
        ("葛\U000e0100飾区", words("葛飾"), "[葛\U000e0100飾]区"),
        ("のこと　買い物", words("こと 買"), "の[こと　買]い物"),
        ("SCとSCA", short("SC"), "[SC]とSCA"),
        ("ボランティアのボラさん", short("ボラ"), "ボランティアの[ボラ]さん"),
        ("何もない", words("買い物"), "何もない"),
        ("", words("買い物"), ""),
    ],
)
def test_a_title_is_whole_with_its_words_marked(title: str, looked_for: list[Word], expected: str) -> None:
    assert shown(marked(title, looked_for)) == expected


def test_any_of_the_ways_to_write_a_word_is_marked() -> None:
    word = Word((Spelling("買い物"), Spelling("買物"), Spelling("sc", whole=True)))
    assert shown(marked("買物をSCが、SCAは買い物を", [word])) == "[買物]を[SC]が、SCAは[買い物]を"


@pytest.mark.parametrize(
    ("text", "looked_for", "length", "expected"),
    [
        ("短い文に買い物がある。", words("買い物"), 120, "短い文に[買い物]がある。"),
        ("はじめの文。次の買い物の文です。おわり。" + FAR, words("買い物"), 14, "…次の[買い物]の文です。おわり。…"),
        ("あ" * 60 + "、それで買い物に" + "い" * 60, words("買い物"), 30, "…それで[買い物]に" + "い" * 23 + "…"),
        ("一行目\n\n二行目は　買い物", words("買い物"), 120, "一行目 二行目は [買い物]"),
        ("どこにもない。" + FAR, words("買い物"), 10, "どこにもない。つづき…"),
        ("買い物。" + FAR + "送迎もある。", words("買い物", "送迎"), 16, "[買い物]。つづきの…[送迎]もある。"),
        ("", words("買い物"), 120, ""),
        (" \n", words("買い物"), 120, ""),
    ],
)
def test_an_excerpt_shows_the_words_in_their_sentences(
    text: str, looked_for: list[Word], length: int, expected: str
) -> None:
    assert shown(excerpt(text, looked_for, length)) == expected


def test_words_that_stand_far_apart_are_all_shown() -> None:
    text = FAR.join(["犬", "猫", "鳥", "魚", "馬"])
    bits = excerpt(text, words("犬", "猫", "鳥", "魚", "馬"), 60)
    assert [bit.text for bit in bits if bit.found] == ["犬", "猫", "鳥", "魚", "馬"]
    assert len(said(bits)) < 160


def test_words_that_stand_together_somewhere_are_shown_there() -> None:
    text = f"買い物。{FAR}送迎。{FAR}買い物の送迎。{FAR}"
    assert "[買い物]の[送迎]。" in shown(excerpt(text, words("買い物", "送迎"), 40))


def test_a_word_of_which_only_a_part_would_fit_is_shown_whole() -> None:
    long = "地域包括支援センターの生活支援コーディネーター"
    assert f"[{long}]" in shown(excerpt(FAR + long + FAR, words(long), 5))
    assert shown(excerpt(f"犬{long}", words("犬", long), 3)) == f"[犬][{long}]"


def test_what_stands_by_itself_elsewhere_is_shown_and_not_its_like() -> None:
    bits = excerpt("SCA。" + FAR + "SCの仕事。" + FAR, short("SC"), 20)
    assert "[SC]の仕事" in shown(bits)
    assert "SCA" not in said(bits)
    assert not any(bit.found for bit in excerpt("SCA。", short("SC"), 20))


def test_an_excerpt_begins_and_ends_between_words_that_are_marked() -> None:
    for length in range(1, 40):
        bits = excerpt("買い物支援" * 40, words("買い物支援"), length)
        assert {bit.text.strip("…") for bit in bits if not bit.found} <= {""}, length


GRAPHEMES = [
    *(
        "か\u3099",
        "ﾊﾟ",
        "e\u0301\u0323",
        "👩\u200d👩\u200d👧",
        "👍🏽",
        "1\ufe0f\u20e3",
        "🇯🇵",
        "🏴\U000e0067\U000e0062\U000e007f",
    ),
    *("葛\U000e0100", "\u1100\u1161\u11a8", "क\u093f", "支", "い", "a", "。", "𠮷"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(GRAPHEMES), min_size=1, max_size=80), st.integers(1, 20), st.data())
def test_no_excerpt_begins_or_ends_inside_a_character(graphemes: list[str], length: int, data: st.DataObject) -> None:
    text = "".join(graphemes)
    folded = fold(text)
    begin = data.draw(st.integers(0, len(folded) - 1))
    word = folded[begin : begin + data.draw(st.integers(1, 3))]
    edges, at = {0}, 0
    for grapheme in graphemes:
        at += len(grapheme)
        edges.add(at)
    at = 0
    for bit in excerpt(text, [Word((Spelling(word),))], length):
        for piece in filter(None, bit.text.split("…")):
            # The next place from which on it stands between two edges.
            at = next(
                (
                    here
                    for here in sorted(edges)
                    if here >= at and text.startswith(piece, here) and here + len(piece) in edges
                ),
                -1,
            )
            assert at >= 0, (piece, text)
            at += len(piece)


@settings(max_examples=200, deadline=None)
@given(any_text(120), st.data(), st.integers(1, 60))
def test_an_excerpt_contains_the_words_that_stand_in_the_text(text: str, data: st.DataObject, length: int) -> None:
    normal = unicodedata.normalize("NFKC", text)
    looked_for = set()
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(normal)))
        looked_for.add(fold(normal[begin : begin + data.draw(st.integers(1, 12))]))
    looked_for.discard("")
    found = [fold(bit.text) for bit in excerpt(text, words(*looked_for), length) if bit.found]
    for word in looked_for:
        assert any(word in each for each in found), word


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["SC", "ボラ", "ぼら", "ンティア", "a", "。", " ", "の", "\u00ad", "ー"]), max_size=40
    ).map("".join)
)
def test_what_the_index_knows_to_stand_by_itself_is_marked(text: str) -> None:
    for run in runs(text):
        assert any(
            fold(bit.text) == run for bit in excerpt(text, [Word((Spelling(run, whole=True),))], 10) if bit.found
        )


@settings(max_examples=150, deadline=None)
@given(any_text(), any_text(3))
def test_the_bits_of_a_title_are_the_title(title: str, word: str) -> None:
    assert said(marked(title, words(word))) == title


@pytest.mark.parametrize(
    "text", ["\u0301" * 20_000, "か" + "\u0301" * 20_000, "🇯🇵" * 10_000, "👩\u200d" * 10_000, "a" * 20_000]
)
def test_heaps_of_what_belongs_together_are_cut_all_the_same(text: str) -> None:
    bits = excerpt(text, words(text[-2:]))
    assert any(bit.found for bit in bits)
    assert len(said(bits)) < 400


def test_excerpts_of_long_texts_take_a_few_milliseconds() -> None:
    text = "買い物支援のコーヒーサロンで、（２０２６年の）ＩＣＴ活用の話をした。" * 1_200 + "おわり"
    for looked_for in (words("買い物"), words("の"), words("おわり"), words("ない", "の", "おわり"), short("ボラ")):
        assert timed.seconds(lambda looked_for=looked_for: excerpt(text, looked_for), 0.05) < 0.05
