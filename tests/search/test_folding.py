"""Whatever stands in a text, its folded form stands in the folded text; and each place of it is known."""

import unicodedata
from bisect import bisect_right

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sccafe.search.folding import GRAM, Folded, covering, fold, grams, joins, runs, with_places
from tests.search.texts import any_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＩＣＴ活用", "ict活用"),
        ("コーヒー サロン", "こ-ひ- さろん"),
        ("ｺｰﾋｰ", "こ-ひ-"),
        ("ｶﾞｲﾄﾞ", "がいど"),
        ("サーバ－", "さ-ば-"),
        ("第１層〜第②層", "第1層-第2層"),
        ("  一\n　二\t三 ", "一 二 三"),
        ("ソフト\u00adハイフン\u200b", "そふとはいふん"),
        ("葛\U000e0100飾区の☕\ufe0f", "葛飾区の☕"),
        ("\u202eあ\u2066い\u2069", "あい"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("Straße", "strasse"),
        ("㍿", "株式会社"),
        ("ﾞ", "\u3099"),
        ("", ""),
        (" \u3000\n", ""),
    ],
)
def test_what_is_written_differently_and_read_alike_folds_to_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(max_examples=150, deadline=None)
@given(any_text(), st.data())
def test_a_part_of_a_text_folds_to_a_part_of_the_folded_text(text: str, data: st.DataObject) -> None:
    normal = unicodedata.normalize("NFKC", text)
    begin = data.draw(st.integers(0, len(normal)))
    end = data.draw(st.integers(begin, len(normal)))
    assert fold(normal[begin:end]).strip() in fold(text)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [("H\u0331", 0, 1), ("ß\u0301", 0, 1), ("ᾂ\u0301", 0, 1), ("T\u0308x", 0, 1), ("か゛", 0, 2)],
)
def test_lower_case_joins_nothing_that_was_apart(text: str, begin: int, end: int) -> None:
    normal = unicodedata.normalize("NFKC", text)
    assert fold(normal[begin:end]) in fold(text)


@settings(max_examples=150, deadline=None)
@given(any_text())
def test_only_what_is_rare_goes_through_nfkc_and_comes_out_as_if_all_had(text: str) -> None:
    assert fold(text) == fold(unicodedata.normalize("NFKC", text))


@settings(max_examples=150, deadline=None)
@given(any_text())
def test_places_belong_to_exactly_the_folded_text(text: str) -> None:
    folded, places = with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)


@settings(max_examples=150, deadline=None)
@given(any_text())
def test_what_a_character_was_made_of_folds_to_it(text: str) -> None:
    folded, places = with_places(text)
    for at, character in enumerate(folded):
        end = places[bisect_right(places, places[at])]
        assert character.strip() in fold(text[places[at] : end])


@settings(max_examples=150, deadline=None)
@given(any_text(), st.integers(1, 9))
def test_a_text_in_pieces_is_the_same_text(text: str, piece: int) -> None:
    folded = Folded(text, piece)
    _, places = with_places(text)
    assert folded.text == fold(text)
    for at, character in enumerate(folded.text):
        begin, end = folded.span(at, at + 1)
        assert begin == places[at]
        assert begin < end
        assert character.strip() in fold(text[begin:end])


def test_a_span_holds_all_of_the_characters_that_it_has_a_part_of() -> None:
    text = "カ゚㍿と ｶﾞｲﾄﾞ"
    folded = Folded(text)
    begin, end = (at := folded.text.index("式会")), at + 2
    assert text[slice(*folded.span(begin, end))] == "㍿"
    begin, end = (at := folded.text.index("がい")), at + 2
    assert text[slice(*folded.span(begin, end))] == "ｶﾞｲ"


@settings(deadline=None)
@given(any_text())
def test_every_part_is_a_gram_or_begins_one_or_is_covered_by_some(text: str) -> None:
    folded = fold(text)
    made = grams(folded)
    assert all(gram in folded for gram in made)
    for length in range(1, 8):
        for begin in range(len(folded) - length + 1):
            part = folded[begin : begin + length]
            if length < GRAM:
                assert any(gram.startswith(part) for gram in made)
            else:
                covering_it = covering(part)
                assert made.issuperset(covering_it)
                places = {
                    place for gram in covering_it for at in find_all(part, gram) for place in range(at, at + GRAM)
                }
                assert places == set(range(length))


def find_all(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SCの役割", {"sc"}),
        ("SCAはSCではない", {"sca", "sc"}),
        ("ボラさんとボランティア", {"ぼら"}),  # a word of more than five is a word, and no short one
        ("ﾎﾞﾗとＳＣ", {"ぼら", "sc"}),
        ("ぼら", set()),
        ("第1層、2026年", {"1", "2026"}),
        ("コーヒー", {"こ-ひ-"}),
        ("ア", set()),
        ("S\u00adC", {"sc"}),
        ("abcdefghi", set()),
    ],
)
def test_short_words_that_stand_by_themselves_are_known(text: str, found: set[str]) -> None:
    assert runs(text) == found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*"SCaボラぼら1ー-あ 。", "ﾎﾞ"]), max_size=20).map("".join))
def test_a_text_knows_where_its_runs_stand(text: str) -> None:
    folded = Folded(text)
    spans = [(begin, end) for begin in range(len(folded.text)) for end in range(begin + 1, len(folded.text) + 1)]
    assert {folded.text[begin:end] for begin, end in spans if folded.stands_alone(begin, end)} == runs(text)


@settings(deadline=None)
@given(st.characters(exclude_categories=["Cs"]), st.characters(exclude_categories=["Cs"]))
@example("ㄱ", "ㅏ")
@example("\U00016d63", "\U00016d67")
@example("か", "ﾞ")
@example("\u0cc6", "\u0cc2")
def test_what_does_not_join_is_normalised_by_itself(left: str, right: str) -> None:
    together, apart = (
        unicodedata.normalize("NFKC", left + right),
        unicodedata.normalize("NFKC", left) + unicodedata.normalize("NFKC", right),
    )
    assert joins(right) or together == apart
