"""What is wrong in a bundle is named by file, line and part, and nothing is changed by it."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from sccafe.library import bundles, fault_words, importing, intake
from sccafe.library.bundle_text import decoded, tree
from sccafe.library.exporting import as_yaml
from sccafe.library.faults import Unusable
from tests import factories, files
from tests.library.bundling import LINE, SHEET_COLUMNS, case, everything, linked, put, spreadsheet, zipped

Make = Callable[[Path], Path]
BOMB = "\n".join(["a: &a [x, x]", *(f"{name}: &{name} [*{before}, *{before}]" for before, name in ("ab", "bc"))])
BROKEN_PDF = b"%PDF-1.7\nnothing"


@pytest.fixture
def keeper(app: Flask) -> Iterator[None]:
    factories.person("なかむら", "secretariat")
    yield


def folder(**parts: str | bytes) -> Make:
    """A folder with one file for each item."""
    return lambda path: put(path / "bundle", {f"{name}.yaml": content for name, content in parts.items()})


def of_files(parts: dict[str, str | bytes]) -> Make:
    return lambda path: put(path / "bundle", parts)


def of_zip(parts: dict[str, str | bytes]) -> Make:
    return lambda path: zipped(path / "bundle.zip", parts)


def cut_off(path: Path) -> Path:
    whole = zipped(path / "bundle.zip", {"a.yaml": case(files=[{"name": "a.txt"}]), "a.txt": "文" * 5000})
    whole.write_bytes(whole.read_bytes()[:-200])
    return whole


def damaged(path: Path) -> Path:
    """Sound at its end, where the list of names stands; broken inside."""
    whole = path / "bundle.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.yaml", case(files=[{"name": "a.txt"}]))
        archive.writestr("a.txt", "ここがこわれる" * 100)
    content = whole.read_bytes()
    at = content.index("ここがこわれる".encode() * 2)
    whole.write_bytes(content[:at] + b"X" + content[at + 1 :])
    return whole


def in_csv(*lines: tuple[str, ...], columns: tuple[str, ...] = SHEET_COLUMNS) -> Make:
    return of_files({"index.csv": spreadsheet(*lines, columns=columns)})


def changed(at: int, value: str) -> tuple[str, ...]:
    return tuple(value if number == at else cell for number, cell in enumerate(LINE))


#: What is wrong: the bundle, and each fault as (file, line, key, why).
TABLE: dict[str, tuple[Make, list[tuple[str, int, str, str]]]] = {
    "a file that is not there": (
        folder(a=case(files=[{"name": "files/no.pdf"}])),
        [("a.yaml", 14, "files", "no_file")],
    ),
    "EUC-JP": (of_files({"index.csv": spreadsheet(LINE).encode("euc_jp")}), [("index.csv", 2, "", "encoding")]),
    "UTF-16": (of_files({"index.csv": spreadsheet(LINE).encode("utf-16")}), [("index.csv", 0, "", "encoding")]),
    "bytes that are no text": (of_files({"a.yaml": b"title: \x00\x01"}), [("a.yaml", 1, "", "encoding")]),
    "the same ref twice": (
        in_csv(LINE, changed(2, "ほかの題")),
        [("index.csv", 3, "ref", "twice")],
    ),
    "the same title twice": (
        folder(a=case(), b=case(title="移動販売の停留所を、 住民が三か月で決めた")),
        [("b.yaml", 2, "title", "twice")],
    ),
    "the title of an item that is here": (
        folder(a=case(title="もうある題")),
        [("a.yaml", 2, "title", "title_exists")],
    ),
    "an oversized file": (
        of_files({"a.yaml": case(files=[{"name": "a.txt"}]), "a.txt": "a" * (10 * 1024**2 + 1)}),
        [("a.yaml", 14, "files", "file")],
    ),
    "a file that is none of ours": (
        of_files({"a.yaml": case(files=[{"name": "a.pdf"}]), "a.pdf": BROKEN_PDF}),
        [("a.yaml", 14, "files", "file")],
    ),
    "the same file twice": (
        of_files({"a.yaml": case(files=["a.txt", "b.txt"]), "a.txt": "同じ文", "b.txt": "同じ文"}),
        [("a.yaml", 15, "files", "file_twice")],
    ),
    "an unknown key": (folder(a=case(subtitle="副題")), [("a.yaml", 13, "subtitle", "unknown")]),
    "an unknown key of a source": (
        folder(a=case(sources=[{"title": "記録", "editor": "だれか"}])),
        [("a.yaml", 9, "sources", "unknown")],
    ),
    "an unknown column": (
        in_csv((*LINE, "x"), columns=(*SHEET_COLUMNS, "副題")),
        [("index.csv", 1, "", "column")],
    ),
    "a column twice": (
        in_csv((*LINE, "x"), columns=(*SHEET_COLUMNS, "題名")),
        [("index.csv", 1, "", "column_twice")],
    ),
    "more cells than columns": (in_csv((*LINE, "余り")), [("index.csv", 2, "", "cells")]),
    "a quotation mark that is not closed": (
        of_files({"index.csv": spreadsheet(LINE) + '"shop-2,case'}),
        [("index.csv", 3, "", "csv")],
    ),
    "a ZIP that is cut off": (cut_off, [("bundle.zip", 0, "", "zip")]),
    "a ZIP that is damaged": (damaged, [("a.yaml", 14, "files", "file_unreadable")]),
    "no ZIP": (of_files({"bundle.zip": "ZIPではない"}), [("bundle", 0, "", "no_index")]),
    "a name above the bundle": (of_zip({"a.yaml": case(), "../b.txt": "x"}), [("../b.txt", 0, "", "path")]),
    "an absolute name": (of_zip({"a.yaml": case(), "/etc/b.txt": "x"}), [("/etc/b.txt", 0, "", "path")]),
    "a name of Windows": (of_zip({"a.yaml": case(), "C:\\b.txt": "x"}), [("C:\\b.txt", 0, "", "path")]),
    "a link in a ZIP": (lambda path: linked(path / "bundle.zip"), [("a.txt", 0, "", "link")]),
    "two indexes": (of_files({"index.csv": spreadsheet(LINE), "index.yaml": "[]"}), [("bundle", 0, "", "indexes")]),
    "no index": (of_files({"readme.txt": "はじめに"}), [("bundle", 0, "", "no_index")]),
    "an empty index": (of_files({"index.yaml": "[]"}), [("bundle", 0, "", "empty")]),
    "a YAML tag": (folder(a="title: !!python/object/apply:os.system [ls]"), [("a.yaml", 1, "", "tag")]),
    "YAML that grows": (folder(a=BOMB), [("a.yaml", 1, "", "alias")]),
    "YAML that is deep": (folder(a="a: " + "[" * 5000), [("a.yaml", 1, "", "deep")]),
    "YAML that is broken": (folder(a="kind: case\ntitle: 'x\nbody: y\n"), [("a.yaml", 4, "", "yaml")]),
    "a key twice": (folder(a="kind: case\ntitle: x\ntitle: y\n"), [("a.yaml", 3, "", "key_twice")]),
    "a list instead of an item": (folder(a="- x"), [("a.yaml", 1, "", "no_mapping")]),
    "values inside values": (
        folder(a=case(target=["だれ", ["か"]])),
        [("a.yaml", 13, "target", "form")],
    ),
    "a ward": (
        folder(a=case(prefecture="東京都", municipality="八王子区")),
        [("a.yaml", 4, "municipality", "municipality")],
    ),
    "a town of another prefecture": (
        folder(a=case(prefecture="東京都")),
        [("a.yaml", 4, "municipality", "municipality")],
    ),
    "a town that many have": (
        folder(a=case(prefecture=None, municipality="美里町")),
        [("a.yaml", 3, "municipality", "several_towns")],
    ),
    "a prefecture that is none": (folder(a=case(prefecture="関東")), [("a.yaml", 3, "prefecture", "prefecture")]),
    "what is needed and missing": (
        folder(a=case(body=None, sources=None)),
        [("a.yaml", 1, "body", "missing"), ("a.yaml", 1, "sources", "missing")],
    ),
    "a theme that is none": (folder(a=case(themes=["shopping", "遊び"])), [("a.yaml", 6, "themes", "option")]),
    "a part that its kind has not": (
        folder(a=case(kind="tool", money="無料です")),
        [("a.yaml", 13, "money", "not_of_kind")],
    ),
    "a day of the future": (folder(a=case(checked_on="2999-01-01")), [("a.yaml", 13, "checked_on", "checked_on")]),
    "an audience that is none": (folder(a=case(audience="みんな")), [("a.yaml", 13, "audience", "audience")]),
    "an event without a day": (
        in_csv((*LINE, "2016年 始めた\nいつか 続けた"), columns=(*SHEET_COLUMNS, "経過")),
        [("index.csv", 2, "events", "event")],
    ),
    "an event without a day, in YAML": (
        folder(a=case(events=[{"on": "2016-04", "what": "始めた"}, {"on": "いつか", "what": "続けた"}])),
        [("a.yaml", 16, "events", "day")],
    ),
    "a text that would render slowly": (
        folder(a=case(body="[" * 500)),
        [("a.yaml", 5, "body", "text_too_many_brackets")],
    ),
    "a ref that is no file's name": (in_csv(changed(0, "a/b")), [("index.csv", 2, "ref", "ref")]),
    "two faults in two files": (
        folder(a=case(kind="話"), b=case(title=None)),
        [("a.yaml", 1, "kind", "option"), ("b.yaml", 1, "title", "missing")],
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_a_broken_bundle_is_named_by_line_and_changes_nothing(keeper: None, tmp_path: Path, what: str) -> None:
    factories.item("なかむら", "なかむら", title="もうある題")
    make, expected = TABLE[what]
    path = make(tmp_path)
    before = everything()
    try:
        with bundles.opened(path) as bundle:
            faults = intake.take_in(factories.viewer_of("なかむら"), bundle).faults
    except Unusable as unusable:
        faults = unusable.faults
    assert [(fault.file, fault.line, fault.key, fault.why) for fault in faults] == expected
    with fault_words.in_japanese():
        assert all(len(fault_words.line(fault)) > 10 for fault in faults)
    assert everything() == before


def test_one_fault_keeps_all_the_others_back(keeper: None, tmp_path: Path) -> None:
    parts = {f"a{number}.yaml": case(title=f"題{number}", files=["a.txt"]) for number in range(5)}
    path = put(tmp_path / "bundle", parts | {"a.txt": "文", "b.yaml": case(kind="話", title="ほかの題")})
    before = everything()
    with bundles.opened(path) as bundle:
        outcome = intake.take_in(factories.viewer_of("なかむら"), bundle)
    assert [fault.file for fault in outcome.faults] == ["b.yaml"]
    assert everything() == before


def test_a_bundle_that_would_fill_the_disk_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_MB", 1)
    path = zipped(tmp_path / "bundle.zip", {"a.yaml": case(), "a.txt": "0" * 2 * 1024**2})
    assert path.stat().st_size < 20_000
    with pytest.raises(Unusable) as unusable, bundles.opened(path):
        pass
    assert [fault.why for fault in unusable.value.faults] == ["size"]


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "bundle", {"a.yaml": case(files=["a.txt"])})
    (path / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(Unusable) as unusable, bundles.opened(path):
        pass
    assert [(fault.file, fault.why) for fault in unusable.value.faults] == [("a.txt", "link")]


def test_more_items_than_one_bundle_can_hold_are_refused(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_ITEMS", 2)
    lines = [("r" + str(number), *LINE[1:2], f"題{number}", *LINE[3:]) for number in range(3)]
    path = put(tmp_path / "bundle", {"index.csv": spreadsheet(*lines)})
    with bundles.opened(path) as bundle:
        assert [fault.why for fault in importing.read(bundle).faults] == ["many_items"]


# --- what is read ------------------------------------------------------------------------------------------

JAPANESE = (
    "整理名",
    "種類",
    "題名",
    "都道府県",
    "市区町村",
    "していること",
    "テーマ",
    "経過",
    "結果の数字",
    "出典の題名",
    "出典の年",
)
IN_JAPANESE = (
    "買い物-1",
    "事例",
    "髙橋さんの店が、週に一度やって来る",
    "埼玉県",
    "川島町",
    "集会所に来ます。\n雨の日も来ます。",
    "買い物・移動販売；移動・外出支援",
    "2016年4月 話し合いを始めた\n令和2年 店が増えた",
    "2019年 担い手 120人（12ページ）",
    "架空町の記録",
    "令和5年",
)


def labels(*keys: str) -> str:
    from sccafe.core import taxonomy

    return "；".join(taxonomy.label("theme", key, "ja") for key in keys)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("columns", ["keys", "words"])
def test_a_spreadsheet_is_read_as_offices_save_it(
    app: Flask, tmp_path: Path, encoding: str, end: str, columns: str
) -> None:
    line = (*IN_JAPANESE[:6], labels("shopping", "meals"), *IN_JAPANESE[7:])
    keys = ("ref", "kind", "title", "prefecture", "municipality", "body", "themes", "events", "results")
    heads = JAPANESE if columns == "words" else (*keys, "source_title", "source_year")
    # What spreadsheets leave behind the last line.
    text = spreadsheet(line, ("",) * len(line), columns=heads, end=end)
    path = put(tmp_path / "bundle", {"index.csv": text.encode(encoding)})
    with bundles.opened(path) as bundle:
        found = importing.read(bundle)
    assert found.faults == []
    assert found.items[0].ref == "買い物-1"
    assert found.items[0].sheet == {
        "title": "髙橋さんの店が、週に一度やって来る",
        "kind": "case",
        "prefecture": "11",
        "municipality": "113468",
        "events": [{"on": "2016-04", "what": "話し合いを始めた"}, {"on": "2020", "what": "店が増えた"}],
        "body": "集会所に来ます。\n雨の日も来ます。",
        "results": [{"what": "担い手", "value": "120", "unit": "人", "year": 2019, "page": "12ページ"}],
        "themes": ["shopping", "meals"],
        "sources": [{"title": "架空町の記録", "year": 2023}],
    }


@pytest.mark.parametrize("on", ["on", '"on"'])
@pytest.mark.parametrize("day", ["2016-04-01", '"2016-04-01"'])
@pytest.mark.parametrize("form", ["index.yaml", "one file", "a ZIP of a folder"])
def test_yaml_is_read_as_it_is_meant(app: Flask, tmp_path: Path, on: str, day: str, form: str) -> None:
    text = case(ref="shop-1") + f"events:\n  - {{{on}: {day}, what: 始めた}}\nageing_rate: 34.5\nmoney: ~\n"
    if form == "index.yaml":
        lines = text.splitlines()
        path = put(tmp_path / "b", {"index.yaml": "- " + "\n  ".join(lines)})
    elif form == "one file":
        path = put(tmp_path / "b", {"other.yaml": "\ufeff" + text, ".DS_Store": "x"})
    else:
        path = zipped(tmp_path / "b.zip", {"束/shop-1.yaml": text, "__MACOSX/束/._shop-1.yaml": "x"})
    with bundles.opened(path) as bundle:
        found = importing.read(bundle)
    assert found.faults == []
    assert found.items[0].ref == "shop-1"
    assert found.items[0].sheet["events"] == [{"on": "2016-04-01", "what": "始めた"}]
    assert found.items[0].sheet["ageing_rate"] == "34.5"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_names_of_files_are_found_however_they_were_packed(app: Flask, tmp_path: Path, encoding: str) -> None:
    name = "申込書の見本.txt"
    content = files.packed({"a.yaml": case(files=[{"name": name, "description": "見本"}]), "@" * 10 + ".txt": "文"})
    # Neither Windows nor macOS says in which encoding it wrote the name.
    raw = name.encode(encoding)
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.yaml", case(files=[{"name": name, "description": "見本"}]))
        archive.writestr("@" * (len(raw) - 4) + ".txt", "文")
    content = path.read_bytes().replace(b"@" * (len(raw) - 4) + b".txt", raw)
    path.write_bytes(content)
    with bundles.opened(path) as bundle:
        found = importing.read(bundle)
    assert found.faults == []
    assert [(named.name, named.description) for named in found.items[0].files] == [(name, "見本")]


_CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "\n \t:#-|>\"'\\[]{}&*!%@`~\u0085\u2028\ufeff　"
)
_TEXTS = st.text(_CHARACTERS, min_size=1)


@given(
    st.dictionaries(
        st.sampled_from(["on", "title", "null", "body"]),
        _TEXTS | st.lists(_TEXTS, min_size=1) | st.lists(st.fixed_dictionaries({"on": _TEXTS}), min_size=1),
        min_size=1,
    )
)
def test_whatever_is_written_is_read_again_as_it_was(values: dict[str, object]) -> None:
    assert tree(decoded(as_yaml(values).encode(), "x"), "x") == values
