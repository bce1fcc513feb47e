"""`sccafe reindex` makes of any entries what the writes themselves would have made, and others may write meanwhile."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from sccafe.cli import sccafe
from sccafe.core import checks, clock
from sccafe.core.database import db, end_reading, writing
from sccafe.core.site_settings import SettingRow
from sccafe.search import folding, keeping, reindexing
from sccafe.search.circles import CIRCLES
from sccafe.search.index import index
from sccafe.search.models import Entry
from tests import factories


class BrokenOff(Exception):
    pass


def quiet(done: int, total: int) -> None:
    pass


def everything() -> list[tuple[object, ...]]:
    """What the entries say, whatever their places."""
    columns = (
        Entry.kind,
        Entry.ref,
        Entry.part,
        Entry.audience,
        Entry.title,
        Entry.folded,
        Entry.marks,
        Entry.segmenter,
    )
    found = [tuple(row) for row in db.session.execute(select(*columns).order_by(Entry.kind, Entry.ref, Entry.part))]
    end_reading()
    return found


def what_is_wrong() -> list[str]:
    return [line for name, lines in checks.run().items() if name.startswith("search") for line in lines]


def without_entries() -> None:
    with writing() as session:
        session.execute(delete(Entry))


def rows_in_settings() -> int:
    found = db.session.scalar(select(func.count()).select_from(SettingRow).where(SettingRow.key.startswith("search.")))
    end_reading()
    return found or 0


@pytest.fixture
def town(app: Flask) -> int:
    """Seven posts, six people and an item; the id of the topic."""
    for handle in ("みどり", "さくら", "はるか", "かえで"):
        factories.person(handle)
    factories.person("事務局", role="secretariat")
    topic = factories.topic("みどり", factories.board(), "買い物支援のこと", "移動販売車が来てくれることになりました。")
    for number in range(6):
        factories.answer("さくら", topic, f"{number}回目の集まりの報告です。")
    factories.item("みどり", "事務局", title="移動販売の手引き")
    assert what_is_wrong() == []
    return topic


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keeping, "BATCH", 4)
    monkeypatch.setattr(reindexing, "_SMALLEST", 1)
    yield


def test_a_site_without_entries_gets_those_that_its_writes_would_have_made(town: int) -> None:
    before = everything()
    without_entries()
    assert what_is_wrong() != []
    heard: list[tuple[int, int]] = []
    assert reindexing.reindex(False, lambda done, total: heard.append((done, total))) == len(before)
    assert everything() == before
    assert what_is_wrong() == []
    assert heard[-1][0] == heard[-1][1]
    assert heard == sorted(heard)
    assert reindexing.reindex(False, quiet) == 0


def test_what_is_wrong_of_older_make_or_of_things_that_are_gone_is_put_right(town: int) -> None:
    before = everything()
    posts = [row[1] for row in before if row[0] == "post"]
    with writing() as session:
        post = Entry.kind == "post"
        session.execute(update(Entry).where(post, Entry.ref == posts[0]).values(marks="in:library"))
        session.execute(update(Entry).where(post, Entry.ref == posts[1]).values(segmenter=folding.VERSION - 1))
        session.execute(update(Entry).where(post, Entry.ref == posts[2]).values(folded="別の文"))
        session.execute(update(Entry).where(post, Entry.ref == posts[3]).values(at=clock.now() - timedelta(days=9)))
        session.execute(update(Entry).where(post, Entry.ref == posts[4]).values(ref=999_999))
        session.execute(update(Entry).where(post, Entry.ref == posts[5]).values(part=2))
        session.execute(update(Entry).where(post, Entry.ref == posts[6]).values(id=Entry.id + 2, marks=Entry.marks))
    assert what_is_wrong() != []
    assert reindexing.reindex(False, quiet) > 0
    assert everything() == before
    assert what_is_wrong() == []


def test_a_run_that_was_broken_off_goes_on_from_there(town: int, small_batches: None) -> None:
    before = everything()
    without_entries()

    def after_six(done: int, total: int) -> None:
        if done >= 6:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        reindexing.reindex(False, after_six)
    there = len(everything())
    assert 0 < there < len(before)
    heard: list[int] = []
    assert reindexing.reindex(False, lambda done, total: heard.append(done)) == len(before) - there
    assert heard[0] > 6
    assert everything() == before
    assert what_is_wrong() == []
    assert rows_in_settings() == 0


def test_others_write_in_between(town: int, small_batches: None) -> None:
    without_entries()
    wrote = iter(("ひとつ", "ふたつ", "みっつ"))

    def others(done: int, total: int) -> None:
        if said := next(wrote, ""):
            end_reading()
            factories.answer("はるか", town, f"{said}書きました。")

    reindexing.reindex(False, others)
    assert next(wrote, "none left") == "none left"
    assert [row[5] for row in everything() if "書きました" in str(row[5])] == [
        f"{said}書きました。" for said in ("ひとつ", "ふたつ", "みっつ")
    ]
    assert what_is_wrong() == []


def test_the_index_is_made_anew_from_the_entries_even_where_it_was_broken_off(
    town: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    if db.engine.dialect.name == "sqlite":
        from sccafe.search.index import sqlite

        monkeypatch.setattr(sqlite, "_ROWS", 3)
        with writing() as session:
            session.execute(sqlite._EMPTY)
        assert what_is_wrong() != []

        def at_once(done: int, total: int) -> None:
            # What is written now has its place in the index already, or gets it later: never twice.
            end_reading()
            factories.answer("かえで", town, "途中で書きました。")
            raise BrokenOff

        with pytest.raises(BrokenOff):
            reindexing.reindex(True, at_once)
        assert "made anew" in what_is_wrong()[0]
        factories.answer("かえで", town, "あとで書きました。")
        with writing() as session:  # an old entry that is not in yet, and one that is
            keeping.forget(session, "person", [1])
            keeping.forget(session, "post", [before[0][1], before[-1][1]])
        reindexing.reindex(False, quiet)
    reindexing.reindex(True, quiet)
    assert what_is_wrong() == []
    assert rows_in_settings() == 0
    assert {row[5] for row in before} <= {row[5] for row in everything()}


def test_many_things_of_one_moment_have_a_place_each(app: Flask) -> None:
    then = clock.now() - timedelta(days=3)
    for number in range(40):
        factories.person(f"ひと{number}", created_at=then)
    first = everything()
    without_entries()
    reindexing.reindex(False, quiet)
    assert everything() == first
    ids = db.session.scalars(select(Entry.id).order_by(Entry.id)).all()
    assert len(ids) == 80
    # 40 in each of two circles: four in a second, and hardly any second is left out.
    assert ids[-1] - ids[0] < (40 // 4 + 2) * 4 * CIRCLES


def test_the_command_tells_what_it_wrote_and_set_up_takes_up_an_older_site_once(
    app: Flask, town: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_entries()
    assert reindexing.is_new_here()
    said = app.test_cli_runner().invoke(sccafe, ["reindex"])
    assert said.exit_code == 0
    assert f"{len(everything())} entries written." in said.output
    assert not reindexing.is_new_here()
    assert "0 entries written." in app.test_cli_runner().invoke(sccafe, ["reindex", "--anew"]).output
    assert not index().is_half_made()
