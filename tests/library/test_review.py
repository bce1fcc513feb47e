"""What the automatic checks notice of a sheet, and what they leave alone."""

from typing import Any

import pytest

from sccafe.library.review import Alike, FileSeen, Finding, findings

WHOLE: dict[str, Any] = {
    "kind": "case",
    "title": "移動販売が続く仕組み",
    "municipality": "132012",
    "body": "月に二度、集会所に来ます。詳しくは https://www.example.jp/shop です。",
    "sources": [{"title": "地域の報告", "year": 2023, "licence": "引用", "address": "https://example.jp/a"}],
}


def noticed(**said: Any) -> list[tuple[str, str, str]]:
    return [(found.part, found.why, found.said) for found in findings(WHOLE | said)]


def test_a_whole_sheet_gives_nothing_to_notice() -> None:
    assert findings(WHOLE) == []


def test_what_is_missing_is_named_in_the_order_of_the_sheet() -> None:
    assert [(found.part, found.why) for found in findings({"kind": "case", "title": "題"})] == [
        ("municipality", "missing"),
        ("body", "missing"),
        ("sources", "missing"),
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"title": "報告"}, "source_thin"),
        ({"title": "報告", "licence": "許可を得た"}, "source_year"),
        ({"title": "報告", "year": 2020}, "source_licence"),
    ],
)
def test_a_thin_source_is_named_with_what_it_lacks(source: dict[str, Any], why: str) -> None:
    assert noticed(sources=[source]) == [("sources", why, "報告")]


@pytest.mark.parametrize(
    "link",
    [
        "http:/www.example.jp",
        "https//www.example.jp/a",
        "ttps://example.jp",
        "htttps://example.jp",
        "https:///example.jp",
        "https://example",
        "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ",
        "https：//example.jp",
        "www.example.jp",
    ],
)
def test_a_malformed_link_is_named(link: str) -> None:
    assert noticed(body=f"詳しくは{link} を見てください。") == [("body", "link", link)]


def test_a_link_of_markdown_that_leads_nowhere_is_named() -> None:
    assert noticed(money="[会計](kaikei.pdf)") == [("money", "link", "kaikei.pdf")]


@pytest.mark.parametrize(
    "text",
    ["https://example.jp/です。", "（http://a.example.jp）", "[名前](https://example.jp/x)", "httpという語", "1/2の人"],
)
def test_a_sound_link_is_left_alone(text: str) -> None:
    assert noticed(body=text) == []


@pytest.mark.parametrize(
    ("part", "value", "why", "said"),
    [
        ("body", "連絡先は090-1234-5678", "telephone", "090-1234-5678"),
        ("began", "田中さんの一言から", "name", "田中さん"),
        ("failed", "taro@example.jp", "email", "taro@example.jp"),
        ("carried_by", "佐藤様ほか", "name", "佐藤様"),
        ("began", "桜が丘2丁目の家から", "address", "桜が丘2丁目"),
        ("lessons", "元気な92歳の女性がいた", "age", "92歳"),
        ("events", [{"on": "2016", "what": "山本さんが始めた"}], "name", "山本さん"),
    ],
)
def test_what_points_to_somebody_in_a_case_is_named_with_its_part(part: str, value: Any, why: str, said: str) -> None:
    assert noticed(**{part: value}) == [(part, why, said)]


def test_what_is_no_case_may_hold_numbers_and_names() -> None:
    assert noticed(kind="material", body="問い合わせ 03-1234-5678（田中さん）") == []


def test_files_without_a_description_and_large_ones_are_named() -> None:
    files = [
        FileSeen("広場.jpg", "image", 1000, ""),
        FileSeen("地図.jpg", "image", 1000, "集会所までの地図"),
        FileSeen("冊子.pdf", "pdf", 11 * 1024**2, ""),
    ]
    assert [(found.part, found.why, found.said) for found in findings(WHOLE, files)] == [
        ("files", "no_description", "広場.jpg"),
        ("files", "large", "冊子.pdf"),
    ]


def test_what_is_there_already_is_named_with_its_number() -> None:
    alike = [
        Alike("title", "移動販売が続く仕組み", 7, "移動販売が 続く仕組み"),
        Alike("sources", "https://example.jp/a", 8, "別"),
    ]
    assert findings(WHOLE, (), alike) == [
        Finding("title", "same_title", "移動販売が 続く仕組み", 0, 7),
        Finding("sources", "same_source", "別", 0, 8),
    ]
