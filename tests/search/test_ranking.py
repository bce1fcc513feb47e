"""Best first, one thing at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from sccafe.search.folding import fold
from sccafe.search.ranking import RankedRow, best
from sccafe.search.wanted import Spelling, Word
from tests import timed

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def row(number: int, title: str = "", text: str = "", trusted: bool = False, years: float = 1.0) -> RankedRow:
    return RankedRow(number, title, fold(f"{title}\n{text}"), trusted, NOW - timedelta(days=365 * years))


def words(*texts: str) -> list[Word]:
    return [Word((Spelling(fold(text)),)) for text in texts]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        # A word in the title is better than anything in a text.
        (row(1, "買い物支援", years=12), row(2, "支援", "買い物のこと", trusted=True, years=0)),
        (row(1, "移動と買い物", years=3), row(2, "買い物支援", years=0)),
        # A whole word is better than a part of one, whoever trusts it.
        (row(1, text="買い物の話", years=12), row(2, text="買い物袋の話", trusted=True, years=0)),
        # What is trusted is better than what is newer.
        (row(1, text="買い物の話", trusted=True, years=12), row(2, text="買い物の話", years=0)),
        (row(1, text="買い物の話", years=0.1), row(2, text="買い物の話", years=2)),
        (row(1, text="買い物の話", years=9), row(2, text="買い物の話", years=12)),
    ],
)
def test_one_is_better_than_the_other_in_either_order(better: RankedRow, worse: RankedRow) -> None:
    assert best([better, worse], words("買い物"), NOW) == [1, 2]
    assert best([worse, better], words("買い物"), NOW) == [1, 2]


@pytest.mark.parametrize(
    ("word", "whole", "part"),
    [
        ("SC", "SCの役割", "SCAの役割"),
        ("1", "第1層", "第11層"),
        ("サロン", "町のサロンに行く", "サロンズとサロンパスの会"),
        ("サロン", "サロン。", "ひだまりサロン"),
        ("市", "この市は", "都市は"),
        ("支え合い", "支え合いの場", "大支え合い会"),
        ("買物", "(買物)", "買物客"),
        ("𠮷野", "𠮷野の町", "𠮷野家"),
        ("こども", "子供とこどもに", "こどもたちとこどもたちに"),
    ],
)
def test_a_word_is_whole_where_it_does_not_go_on(word: str, whole: str, part: str) -> None:
    rows = [row(1, text=f"この話は、{part}。"), row(2, text=f"この話は、{whole}。")]
    assert best(rows, words(word), NOW) == [2, 1]


@pytest.mark.parametrize("sign", ["😀", "…", "C++", "https://example.jp/?a=1", "\u0301", "-", "[", "\\"])
def test_signs_are_looked_for_as_they_are(sign: str) -> None:
    assert best([row(1, text="なにもない"), row(2, text=f"これは {sign} だ")], words(sign), NOW) == [2, 1]


def test_each_word_counts_as_much_as_the_others() -> None:
    rows = [row(1, "買い物", "送迎の話"), row(2, "買い物と送迎"), row(3, "話", "買い物と送迎")]
    assert best(rows, words("買い物", "送迎"), NOW) == [2, 1, 3]


def test_any_spelling_counts() -> None:
    word = Word((Spelling("買い物"), Spelling("買物")))
    assert best([row(1, text="買い物の話"), row(2, "買物の話")], [word], NOW) == [2, 1]


def test_equals_stay_in_their_order() -> None:
    rows = [row(number, text="買い物の話") for number in (5, 3, 9, 1)]
    assert best(rows, words("買い物"), NOW) == [5, 3, 9, 1]
    assert best(rows, [], NOW) == [5, 3, 9, 1]
    assert best([], words("買い物"), NOW) == []


def test_what_is_written_a_little_after_now_is_new() -> None:
    rows = [row(1, text="買い物の話", years=0), row(2, text="買い物の話", years=-0.01)]
    assert best(rows, words("買い物"), NOW) == [1, 2]


def test_five_thousand_rows_are_soon_in_order() -> None:
    text = "この町では、買い物支援と子どもの居場所のことを、毎月の集まりで話しています。" * 8
    rows = [row(number, "移動販売のこと" * (number % 3 == 0), text, years=number / 500) for number in range(5_000)]
    looked_for = [
        Word((Spelling("買い物"), Spelling("買物"), Spelling("買いもの"))),
        Word((Spelling("子供"), Spelling("子ども"), Spelling("こども"))),
    ]
    assert timed.seconds(lambda: best(rows, looked_for, NOW), 0.15) < 0.15
