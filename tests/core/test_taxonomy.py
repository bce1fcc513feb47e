"""The option lists and the municipalities."""

import re
from collections import Counter
from importlib.resources import files

import pytest
import yaml

from sccafe.core import taxonomy

RAW = yaml.safe_load((files("sccafe") / "data" / "taxonomies.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", list(RAW))
def test_every_entry_of_a_list_has_a_key_of_its_own_and_a_text_in_both_languages(name: str) -> None:
    assert [key for key, count in Counter(row["key"] for row in RAW[name]).items() if count > 1] == []
    for option in taxonomy.options(name):
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,19}", option.key), option
        assert option.label("ja") == option.ja != ""
        assert option.label("en") == option.en != ""
        assert taxonomy.has(name, option.key)


def test_a_retired_or_empty_key_has_no_label() -> None:
    assert taxonomy.label("affiliation", "", "ja") == ""
    assert taxonomy.label("affiliation", "gone", "ja") == ""
    assert not taxonomy.has("affiliation", "gone")
    assert taxonomy.label("affiliation", "shakyo", "ja") == "社会福祉協議会"


def test_an_unknown_list_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        taxonomy.options("colours")


def test_all_municipalities_are_there_with_their_prefecture() -> None:
    rows = taxonomy.municipalities()
    assert len(rows) == 1741
    assert len(taxonomy.prefectures()) == 47
    for row in rows.values():
        assert re.fullmatch(r"\d{6}", row.code)
        assert row.code.startswith(row.prefecture_code)
        assert taxonomy.prefectures()[row.prefecture_code] == row.prefecture
        assert re.fullmatch(r"[ぁ-ゖー]+", row.kana), row


def test_every_code_carries_its_check_digit() -> None:
    """地方公共団体コード: the sixth digit follows from the five before it."""
    for code in taxonomy.municipalities():
        total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
        assert int(code[5]) == (11 - total % 11) % 10, code


@pytest.mark.parametrize(
    ("prefecture", "municipality", "text"),
    [
        ("13", "132012", "東京都八王子市"),
        ("13", "", "東京都"),
        ("", "", ""),
        ("99", "999999", ""),
        ("01", "x", "北海道"),
    ],
)
def test_a_place_is_named_as_far_as_it_is_known(prefecture: str, municipality: str, text: str) -> None:
    assert taxonomy.place(prefecture, municipality) == text


def test_the_municipalities_of_a_prefecture() -> None:
    assert len(taxonomy.municipalities_of("13")) == 62
    assert taxonomy.municipalities_of("48") == ()
