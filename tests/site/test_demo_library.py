"""The library of a first start: whole, told in words of its own, used by fictional people, and gone without a trace."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from sccafe import beside
from sccafe.core import checks, clock, files
from sccafe.core.audience import AUDIENCES
from sccafe.core.database import Base, db, end_reading
from sccafe.core.mail import OutboxMail
from sccafe.library import importing, sheet
from sccafe.library.bundles import opened
from sccafe.library.models import File, Item, Version
from sccafe.site import demo
from sccafe.site.demo_library import KEYS, BrokenDemo
from sccafe.site.setup import make_standard_boards
from tests import factories
from tests.library.bundling import case

SHELVES = beside("demo") / "library"
whole = pytest.mark.skipif(not SHELVES.is_dir(), reason="a checkout without the demo's library")


def small(tmp_path: Path, **parts: str) -> Path:
    """A demo of the same people with one item on its shelf."""
    folder = tmp_path / "demo"
    (folder / "topics").mkdir(parents=True)
    (folder / "library").mkdir()
    shutil.copy(beside("demo") / "people.yaml", folder / "people.yaml")
    for name, text in ({"shop-1": one()} | parts).items():
        (folder / "library" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "library" / "a.txt").write_text("見本の文", encoding="utf-8")
    return folder


def one(**more: object) -> str:
    demo_keys = {"owner": "みどり", "checked": "-400", "published": "-120", "files": ["a.txt"]}
    return case(**(demo_keys | more))


def load(folder: Path) -> None:
    make_standard_boards()
    demo.Loader(folder).load()


def days_ago(days: int) -> object:
    return clock.now().astimezone(clock.TOKYO).date() - timedelta(days=days)


def test_an_item_is_handed_in_by_its_owner_published_and_long_unchecked(app: Flask, tmp_path: Path) -> None:
    load(small(tmp_path))
    row = db.session.execute(select(Item)).scalars().one()
    version = db.session.execute(select(Version)).scalars().one()
    end_reading()
    assert row.ref == "shop-1"
    assert row.owner_id == row.author_id == factories.viewer_of("みどり").user_id
    assert row.published_at is not None
    assert row.published_at.astimezone(clock.TOKYO).date() == days_ago(120)
    assert (row.checked_on, version.state, row.audience) == (days_ago(400), "published", "public")
    assert row.due_on is not None
    assert row.due_on < clock.now().date()
    assert version.reviewer_id != row.author_id


def test_a_fault_in_the_demo_is_named(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(BrokenDemo, match="shop-2.yaml の1行目  出典：書いてください"):
        load(small(tmp_path, **{"shop-2": one(title="ほかの題", sources=None)}))


def test_a_report_before_its_item_was_there_is_a_fault(app: Flask, tmp_path: Path) -> None:
    report = {"by": "はるか", "at": "-130 10:15", "outcome": "well", "text": "うまくいきました。"}
    with pytest.raises(BrokenDemo, match="not on the shelf"):
        load(small(tmp_path, **{"shop-1": one(reports=[report])}))


def test_removing_the_demo_takes_its_items_and_files_and_leaves_those_of_people(app: Flask, tmp_path: Path) -> None:
    load(small(tmp_path))
    factories.person("ほんとうの人", "secretariat")
    mine = factories.item("ほんとうの人", "ほんとうの人")
    assert len(list(files.store().names())) == 1
    demo.remove(beside("demo"))
    left = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name.startswith("library_")
    }
    assert db.session.scalars(select(Item.id)).all() == [mine]
    end_reading()
    assert list(files.store().names()) == []
    assert {name: count for name, count in left.items() if count} == {
        "library_items": 1,
        "library_versions": 1,
        "library_likenesses": 1,
    }
    assert not any(checks.run().values())


# --- what the demo holds -----------------------------------------------------------------------------------


@whole
def test_the_files_of_the_demo_are_without_a_fault(app: Flask) -> None:
    with opened(SHELVES) as bundle:
        found = importing.read(bundle, also=KEYS)
    assert [f"{fault.file}:{fault.line} {fault.key} {fault.why} {fault.said}" for fault in found.faults] == []


@whole
def test_a_visitor_finds_a_library(loaded: Flask) -> None:
    rows = db.session.execute(
        select(Item.kind, Item.audience, Item.due_on, Item.owner_id, Version.sheet).join(
            Version, Version.id == Item.published_id
        )
    ).all()
    mails, texts = (db.session.scalar(select(func.count()).select_from(model)) for model in (OutboxMail, File))
    end_reading()
    assert len([row for row in rows if row.audience == "public"]) >= 25
    assert {row.kind for row in rows} == {"case", "material", "video", "tool", "qa"}
    assert all(row.audience in AUDIENCES for row in rows)
    # What came out of counseling names nobody: the secretariat looks after it.
    assert {row.sheet["collection"] for row in rows if row.owner_id is None} == {"counseling"}
    assert len([row for row in rows if row.due_on < clock.now().astimezone(clock.TOKYO).date()]) == 3
    for row in rows:
        # What a member tells of their own town stands on no page.
        if row.kind == "case" and row.sheet["collection"] != "member":
            assert any(source.get("page") for source in row.sheet["sources"]), row.sheet["title"]
    assert mails == 0
    assert texts is not None
    assert not any(checks.run().values())


@whole
def test_no_two_items_share_a_sentence(loaded: Flask) -> None:
    seen: dict[str, str] = {}
    keys = [part.key for part in sheet.PARTS if part.form in ("line", "text")]
    for said in db.session.scalars(select(Version.sheet)):
        words = "\n".join(str(said.get(key, "")) for key in keys)
        for sentence in {part.strip(" 　-*#>|・「」") for part in re.split(r"[。！？\n]", words)}:
            if len(sentence) >= 8:
                assert sentence not in seen, f"{sentence}: {seen.get(sentence)} / {said['title']}"
                seen[sentence] = said["title"]
    end_reading()


@whole
def test_everything_in_the_demo_is_found_by_its_words(loaded: Flask) -> None:
    assert factories.items_saying("みどり", "買い物")
