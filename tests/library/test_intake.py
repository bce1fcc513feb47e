"""Bundles that are taken in: once, again, changed; and out and in again without a loss."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sccafe.cli import sccafe
from sccafe.core import files as core_files
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.core.uploads import take
from sccafe.library import bundles, importing, intake, queries, removing, service
from sccafe.library.models import File, Item, Version, VersionFile
from sccafe.library.shelf import shelf
from sccafe.notifications.models import Notice
from tests import factories, files
from tests.library.bundling import LINE, case, everything, put, spreadsheet, zipped

PICTURE, PDF = files.image(), files.pdf()


@pytest.fixture(autouse=True)
def people(app: Flask) -> Iterator[None]:
    factories.person("なかむら", "secretariat")
    factories.person("みどり")
    yield


def taken_in(path: Path, dry: bool = False) -> intake.Outcome:
    with bundles.opened(path) as bundle:
        return (intake.look if dry else intake.take_in)(factories.viewer_of("なかむら"), bundle)


def counts(outcome: intake.Outcome) -> tuple[int, int, int]:
    assert outcome.faults == []
    return len(outcome.new), len(outcome.changed), outcome.unchanged


def item_of(ref: str) -> Any:
    found = db.session.execute(
        select(Item.id, Item.title, Item.audience, Item.owner_id, Item.checked_on, Item.due_on, Version.number)
        .join(Version, Version.id == func.coalesce(Item.published_id, Item.open_id))
        .where(Item.ref == ref)
    ).one()
    end_reading()
    return found


def number_of(model: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model)) or 0
    end_reading()
    return found


def test_what_was_taken_in_stands_on_the_shelf_and_nobody_is_told(app: Flask, tmp_path: Path) -> None:
    path = put(
        tmp_path / "b",
        {
            "shop-1.yaml": case(
                owner="みどり",
                audience="members",
                checked_on="2026-04-01",
                files=[{"name": "図/a.pdf", "description": "図"}],
            ),
            "図/a.pdf": PDF,
        },
    )
    told = number_of(Notice), number_of(OutboxMail)
    assert counts(taken_in(path)) == (1, 0, 0)
    found = item_of("shop-1")
    me = factories.viewer_of("みどり")
    assert (found.audience, found.owner_id) == ("members", me.user_id)
    assert (found.checked_on.isoformat(), found.due_on.isoformat()) == ("2026-04-01", "2027-04-01")
    assert shelf().find(me, {"theme": ["shopping"], "prefecture": ["11"]}, "new", 0, 10).ids == [found.id]
    assert factories.items_saying("みどり", "集会所") == [found.id]
    shown = queries.item(me, found.id)
    assert shown is not None
    assert [(row.name, row.description) for row in queries.files_of(shown.published_id)] == [("a.pdf", "図")]
    end_reading()
    assert (number_of(Notice), number_of(OutboxMail)) == told


def test_a_dry_run_says_the_same_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    taken_in(put(tmp_path / "first", {"old.yaml": case(title="前の題"), "same.yaml": case(title="同じ題")}))
    parts: dict[str, bytes | str] = {
        "old.yaml": case(title="後の題"),
        "same.yaml": case(title="同じ題"),
        "new.yaml": case(title="新しい題", files=["a.pdf"]),
        "a.pdf": PDF,
    }
    path = zipped(tmp_path / "b.zip", parts)
    before = everything()
    assert counts(taken_in(path, dry=True)) == (1, 1, 1)
    assert everything() == before
    assert counts(taken_in(path)) == (1, 1, 1)


def test_the_same_bundle_again_makes_nothing_twice(app: Flask, tmp_path: Path) -> None:
    parts: dict[str, bytes | str] = {
        "a.yaml": case(files=["a.pdf", "b.png"], owner="みどり", checked_on="2026-01-31"),
        "b.yaml": case(title="動画", kind="video", video="https://www.example.jp/movie"),
        "a.pdf": PDF,
        "b.png": PICTURE,
    }
    path = put(tmp_path / "b", parts)
    assert counts(taken_in(path)) == (2, 0, 0)
    before = everything()
    assert counts(taken_in(path)) == (0, 0, 2)
    assert everything() == before


def test_what_changed_becomes_a_new_version_that_keeps_its_files(app: Flask, tmp_path: Path) -> None:
    taken_in(put(tmp_path / "first", {"a.yaml": case(files=["a.pdf", "b.txt"]), "a.pdf": PDF, "b.txt": "古い文"}))
    parts: dict[str, bytes | str] = {
        "a.yaml": case(body="書き直した文", files=["c.txt", {"name": "x/a.pdf", "description": "同じ図"}]),
        "x/a.pdf": PDF,
        "c.txt": "新しい文",
    }
    assert counts(taken_in(put(tmp_path / "next", parts))) == (0, 1, 0)
    found = item_of("a")
    assert found.number == 2
    shown = queries.item(factories.viewer_of("みどり"), found.id)
    assert shown is not None
    assert shown.sheet["body"] == "書き直した文"
    rows = [(row.name, row.description) for row in queries.files_of(shown.published_id)]
    assert rows == [("c.txt", ""), ("a.pdf", "同じ図")]
    end_reading()
    assert (number_of(File), number_of(VersionFile), number_of(Item)) == (3, 4, 1)


def test_owner_audience_and_day_change_without_a_new_version(app: Flask, tmp_path: Path) -> None:
    taken_in(put(tmp_path / "first", {"a.yaml": case(checked_on="2026-01-01")}))
    parts: dict[str, bytes | str] = {"a.yaml": case(checked_on="2026-02-01", audience="staff", owner="みどり")}
    assert counts(taken_in(put(tmp_path / "next", parts))) == (0, 1, 0)
    found = item_of("a")
    assert (found.number, found.audience, found.checked_on.isoformat()) == (1, "staff", "2026-02-01")
    assert shelf().find(factories.viewer_of("みどり"), {}, "new", 0, 10).ids == []
    # An older day than the one on which its owner has looked at it since says nothing new.
    parts = {"a.yaml": case(checked_on="2025-12-01", audience="staff", owner="みどり")}
    assert counts(taken_in(put(tmp_path / "older", parts))) == (0, 0, 1)


def test_what_somebody_is_working_on_is_not_overwritten(app: Flask, tmp_path: Path) -> None:
    taken_in(put(tmp_path / "first", {"a.yaml": case()}))
    service.begin(factories.viewer_of("なかむら"), item_of("a").id)
    path = put(tmp_path / "next", {"a.yaml": case(body="ほかの文")})
    before = everything()
    assert [fault.why for fault in taken_in(path).faults] == ["being_changed"]
    assert everything() == before


def test_an_owner_who_is_not_here_is_noted_and_whoever_imports_takes_their_place(app: Flask, tmp_path: Path) -> None:
    outcome = taken_in(put(tmp_path / "b", {"a.yaml": case(owner="いない人")}))
    assert counts(outcome) == (1, 0, 0)
    assert [(note.file, note.key, note.said) for note in outcome.notes] == [("a.yaml", "owner", "いない人")]
    assert item_of("a").owner_id == factories.viewer_of("なかむら").user_id


def test_drafts_and_archived_items_stay_what_they_are(app: Flask, tmp_path: Path) -> None:
    parts: dict[str, bytes | str] = {
        "draft.yaml": case(state="draft", title="書きかけ", sources=None, municipality=None),
        "old.yaml": case(state="archived", title="下げたもの"),
    }
    path = put(tmp_path / "b", parts)
    assert counts(taken_in(path)) == (2, 0, 0)
    assert shelf().find(factories.viewer_of("なかむら"), {}, "new", 0, 10).ids == []
    assert counts(taken_in(path)) == (0, 0, 2)
    parts = {"draft.yaml": case(title="書きかけ"), "old.yaml": case(title="下げたもの")}
    assert counts(taken_in(put(tmp_path / "shown", parts))) == (0, 2, 0)
    assert len(shelf().find(factories.viewer_of("みどり"), {}, "new", 0, 10).ids) == 2
    assert counts(taken_in(put(tmp_path / "again", parts))) == (0, 0, 2)


def test_a_write_that_fails_leaves_nothing_in_the_store(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "b", {"a.yaml": case(files=["a.pdf"]), "b.yaml": case(title="二つ目"), "a.pdf": PDF})
    before = everything()
    write, count = intake._write, []

    def failing(*arguments: Any) -> None:
        if count:
            raise OSError("the disk is full")
        count.append(1)
        write(*arguments)

    monkeypatch.setattr(intake, "_write", failing)
    with pytest.raises(OSError, match="full"):
        taken_in(path)
    assert everything() == before


# --- out and in again --------------------------------------------------------------------------------------

ODD = (
    "  字下げ\n\n- 「かぎ」: 'x' \"y\" #z\n| a | b |\n"
    "\u3000全角\u2028行\U0001f600\ufeff\uf8f0&amp; *強調* \\ %\n---\nnull"
)
SHEET: dict[str, Any] = {
    "kind": "case",
    "collection": "secretariat",
    "summary": "yes",
    "municipality": "113468",
    "population": "p10_50k",
    "ageing_rate": "34.5",
    "layer": "layer1",
    "carried_by": "on",
    "partners": ["shakyo", "neighbours"],
    "target": "2016",
    "began": ODD,
    "events": [
        {"on": "2016", "what": "12"},
        {"on": "2016-04", "what": "始めた: 四か所"},
        {"on": "2017-01-31", "what": "~"},
    ],
    "body": ODD,
    "money": "0",
    "results": [{"what": "担い手", "value": "120.5", "unit": "人", "year": "2019", "page": "資料編 12"}],
    "failed": "…" * 500,
    "lessons": "a\tb\n\n\n```\n  code\n```",
    "themes": ["shopping", "kyogitai"],
    "functions": ["develop"],
    "stage": "discover",
    "sources": [
        {
            "author": "架空町",
            "title": "[記録]",
            "year": "2023",
            "address": "https://www.example.jp/a?b=1#c",
            "page": "23-27",
        },
        {"title": "!二つ目", "licence": "出典を示して要約"},
    ],
}


def made(title: str, published: bool, *uploads: tuple[str, bytes, str], **more: Any) -> int:
    changes = service.FileChanges(
        added=[take(io.BytesIO(content), name, 10**7) for name, content, _description in uploads],
        added_descriptions=[description for _name, _content, description in uploads],
    )
    said = service.prepare(SHEET | {"title": title} | more)
    item = service.hand_in(factories.viewer_of("みどり"), said, changes, submit=False)
    if published:
        assert item.open_id is not None
        service.publish(factories.viewer_of("なかむら"), item.open_id, "members")
    return item.id


def said_by_all() -> dict[str, Any]:
    """Of every item what it says, and of every file its name, description and bytes."""
    found: dict[str, Any] = {}
    version_id = func.coalesce(Item.published_id, Item.open_id)
    rows = db.session.execute(
        select(Item, Version).join(Version, Version.id == version_id).execution_options(populate_existing=True)
    ).all()
    for item, version in rows:
        named = [(row.name, row.description, _bytes(row.id, row.kind)) for row in queries.files_of(version.id)]
        facts = (item.shown_to, item.audience, item.owner_id, item.checked_on, item.tags, item.ref, version.state)
        found[item.title] = (facts, version.sheet, version.html, named)
    end_reading()
    return found


def _bytes(file_id: int, kind: str) -> bytes:
    stored = db.session.scalar(select(File.stored).where(File.id == file_id))
    with core_files.store().open(stored or "") as file:
        return b"a picture is made anew" if kind == "image" else file.read()


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_what_went_out_comes_in_again_as_it_was(app: Flask, tmp_path: Path, name: str) -> None:
    text = "\ufeff文\r\n".encode()
    made("一件目", True, ("図.pdf", PDF, "図: 「全体」"), ("写真.png", PICTURE, "写真"), ("図.pdf", PDF + b"\n", ""))
    made("二件目 # : |", True, ("a.txt", text, ""))
    made("書きかけ", False, sources=None)
    archived = made("下げたもの", True)
    service.archive(factories.viewer_of("なかむら"), archived, "古くなりました。")
    runner = app.test_cli_runner()
    path = tmp_path / name
    assert runner.invoke(sccafe, ["library", "export", str(path), "--all"]).exit_code == 0
    before = said_by_all()
    assert len(before) == 4
    # Here everything is as it is there already.
    assert counts(taken_in(path)) == (0, 0, 4)
    with writing() as session:
        removing.remove_items(session, list(session.scalars(select(Item.id))))
    assert list(core_files.store().names()) == []
    result = runner.invoke(sccafe, ["library", "import", str(path)])
    assert "Taken in: 4 new, 0 changed, 0 unchanged." in result.output
    assert said_by_all() == before


def test_only_what_is_on_the_shelf_goes_out_unless_all_is_wanted(app: Flask, tmp_path: Path) -> None:
    made("一件目", True)
    made("書きかけ", False)
    assert "1 items." in app.test_cli_runner().invoke(sccafe, ["library", "export", str(tmp_path / "b")]).output
    with bundles.opened(tmp_path / "b") as bundle:
        assert [given.sheet["title"] for given in importing.read(bundle).items] == ["一件目"]


def test_an_export_overwrites_nothing(app: Flask, tmp_path: Path) -> None:
    put(tmp_path / "b", {"a.txt": "x"})
    result = app.test_cli_runner().invoke(sccafe, ["library", "export", str(tmp_path / "b")])
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["a.txt"]


# --- the command -------------------------------------------------------------------------------------------


def test_the_command_names_each_fault_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    path = put(tmp_path / "b", {"index.csv": spreadsheet(LINE, LINE).encode("cp932")})
    before = everything()
    result = app.test_cli_runner().invoke(sccafe, ["library", "import", str(path)])
    assert result.exit_code == 1
    assert "index.csv の3行目  整理名：同じものがもう一件あります（index.csv:2）" in result.output
    assert "2 faults; nothing was changed." in result.output
    assert everything() == before


def test_the_command_can_only_look(app: Flask, tmp_path: Path) -> None:
    path = put(tmp_path / "b", {"index.csv": spreadsheet(LINE)})
    before = everything()
    result = app.test_cli_runner().invoke(sccafe, ["library", "import", str(path), "--dry-run", "--as", "なかむら"])
    assert "Would be taken in: 1 new, 0 changed, 0 unchanged." in result.output
    assert everything() == before


def test_only_the_secretariat_imports(app: Flask, tmp_path: Path) -> None:
    path = put(tmp_path / "b", {"index.csv": spreadsheet(LINE)})
    before = everything()
    result = app.test_cli_runner().invoke(sccafe, ["library", "import", str(path), "--as", "みどり"])
    assert result.exit_code == 1
    assert "no active member of the secretariat" in result.output
    assert everything() == before
