"""The way of an item to the shelf: the table of steps, versions, and two people saving at once."""

from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core.database import db, end_reading
from sccafe.library import policy, queries, service, sheet
from sccafe.library.errors import Clash, Incomplete, MayNot, NotThere
from sccafe.library.models import Item, Version
from sccafe.library.shelf import shelf
from tests import factories

WHO = {"みどり": "own", "はるか": "another member", "みせばん": "company", "なかむら": "staff"}
STEPS = {
    "submit": service.submit,
    "take_back": service.take_back,
    "take": service.take,
    "send_back": lambda who, version_id: service.send_back(who, version_id, "出典の年を足してください。"),
    "publish": service.publish,
}


@pytest.fixture
def people(app: Flask) -> Iterator[None]:
    for handle, role in (
        ("みどり", "member"),
        ("はるか", "member"),
        ("みせばん", "industry"),
        ("なかむら", "secretariat"),
    ):
        factories.person(handle, role)
    yield


def version_of(item_id: int) -> Version:
    """The open version of an item."""
    found = db.session.scalars(select(Version).join(Item, Item.open_id == Version.id).where(Item.id == item_id)).one()
    end_reading()
    return found


def whole(**said: object) -> service.Said:
    values = {"kind": "case", "title": "移動販売", "body": "月に二度。", "municipality": "132012"}
    return service.prepare(values | {"sources": [{"title": "地域の報告"}]} | said)


def brought_to(state: str) -> int:
    """An open version in this state, handed in by みどり; its id."""
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    item = service.hand_in(me, whole(), submit=state != "draft")
    assert item.open_id is not None
    if state == "review":
        service.take(staff, item.open_id)
    if state == "returned":
        service.send_back(staff, item.open_id, "もう少し")
    return item.open_id


@pytest.mark.parametrize(("state", "step", "handle"), list(product(policy.SAVED_BY, policy.STEPS, WHO)))
def test_every_step_is_taken_by_those_in_the_table_and_by_nobody_else(
    people: None, state: str, step: str, handle: str
) -> None:
    version_id, who = brought_to(state), factories.viewer_of(handle)
    allowed = state in policy.STEPS[step].before and WHO[handle] in policy.STEPS[step].who
    if allowed:
        STEPS[step](who, version_id)
    else:
        with pytest.raises((MayNot, NotThere)):
            STEPS[step](who, version_id)
    after = db.session.scalar(select(Version.state).where(Version.id == version_id))
    end_reading()
    assert after == (policy.STEPS[step].after if allowed else state)


@pytest.mark.parametrize(("state", "handle"), list(product(policy.SAVED_BY, WHO)))
def test_words_are_saved_by_those_in_the_table_and_by_nobody_else(people: None, state: str, handle: str) -> None:
    version_id, who = brought_to(state), factories.viewer_of(handle)
    if WHO[handle] in policy.SAVED_BY[state]:
        assert service.save(who, version_id, whole(title="新しい題"), 1).sheet["title"] == "新しい題"
    else:
        with pytest.raises((MayNot, NotThere)):
            service.save(who, version_id, whole(title="新しい題"), 1)


def test_what_is_missing_keeps_it_from_the_shelf(people: None) -> None:
    item = service.hand_in(factories.viewer_of("みどり"), service.prepare({"title": "題だけ", "body": "文"}))
    assert item.open_id is not None
    with pytest.raises(Incomplete) as incomplete:
        service.publish(factories.viewer_of("なかむら"), item.open_id)
    assert incomplete.value.parts == ["municipality", "sources"]
    assert version_of(item.id).state == "submitted"


def test_a_new_version_leaves_the_old_one_on_the_shelf_until_it_is_published(people: None) -> None:
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    item_id = factories.item("みどり", "なかむら")
    version = service.begin(me, item_id)
    assert service.begin(me, item_id).id == version.id, "there is one open version at most"
    service.save(me, version.id, whole(title="書き直した題"), version.saved)
    service.submit(me, version.id)
    shown = queries.item(factories.viewer_of("はるか"), item_id)
    assert shown is not None
    assert (shown.title, shown.number) == ("移動販売が続く仕組み", 1)
    end_reading()
    service.publish(staff, version.id)
    shown = queries.item(factories.viewer_of("はるか"), item_id)
    assert shown is not None
    assert (shown.title, shown.number, shown.open_id) == ("書き直した題", 2, None)
    states = [row.state for row in queries.versions(me, item_id)]
    end_reading()
    assert states == ["published", "replaced"]


def test_an_older_version_comes_back_as_a_new_one(people: None) -> None:
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    item_id = factories.item("みどり", "なかむら", title="はじめの題")
    first = db.session.scalar(select(Item.published_id).where(Item.id == item_id))
    end_reading()
    second = service.begin(me, item_id)
    service.save(me, second.id, whole(title="次の題"), 1)
    service.publish(staff, second.id)
    third = service.begin(me, item_id, from_id=first)
    assert (third.number, third.sheet["title"], third.state) == (3, "はじめの題", "draft")


def test_whoever_saves_second_is_told_and_nothing_is_lost(people: None) -> None:
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    version_id = brought_to("draft")
    service.save(staff, version_id, whole(title="事務局の題"), 1)
    with pytest.raises(Clash) as clash:
        service.save(me, version_id, whole(title="わたしの題"), 1)
    assert (clash.value.sheet["title"], clash.value.saved, clash.value.editor_id) == ("事務局の題", 2, staff.user_id)
    assert service.save(me, version_id, whole(title="わたしの題"), clash.value.saved).sheet["title"] == "わたしの題"


def test_archiving_takes_it_off_the_shelf_and_out_of_the_search_and_back(people: None) -> None:
    staff, reader = factories.viewer_of("なかむら"), factories.viewer_of("はるか")
    item_id = factories.item("みどり", "なかむら", body="居場所の話")
    assert shelf().find(reader, {}, "new", 0, 10).ids == [item_id]
    assert factories.items_saying("はるか", "居場所") == [item_id]
    end_reading()
    service.archive(staff, item_id, "古くなりました。")
    assert shelf().find(staff, {}, "new", 0, 10).ids == []
    assert queries.item(reader, item_id) is None
    assert factories.items_saying("なかむら", "居場所") == []
    end_reading()
    service.put_back(staff, item_id)
    assert shelf().find(reader, {}, "new", 0, 10).ids == [item_id]
    assert factories.items_saying("はるか", "居場所") == [item_id]
    end_reading()


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-11-26", 12, "2027-11-26"), ("2028-02-29", 12, "2029-02-28")],
)
def test_a_day_is_checked_again_so_many_months_later(day: str, months: int, after: str) -> None:
    from datetime import date

    assert service.months_later(date.fromisoformat(day), months).isoformat() == after


@pytest.mark.parametrize(
    ("line", "on", "what"),
    [
        ("2016年4月 話し合いを始めた", "2016-04", "話し合いを始めた"),
        ("令和元年 ねじを締めた", "2019", "ねじを締めた"),
        ("2016-04-01 開所", "2016-04-01", "開所"),
        ("平成28年４月１日に開始", "2016-04-01", "開始"),
        ("2016 4つの地区で", "2016", "4つの地区で"),
        ("令和2年5月 はじめた", "2020-05", "はじめた"),
        ("2016年4月には、にぎわいが戻った", "2016-04", "にぎわいが戻った"),
        ("2016-04 にぎわいの場", "2016-04", "にぎわいの場"),
    ],
)
def test_a_line_of_the_course_of_events(line: str, on: str, what: str) -> None:
    assert sheet.events_from(line) == [{"on": on, "what": what}]
    assert sheet.events_from(sheet.events_text([{"on": on, "what": what}])) == [{"on": on, "what": what}]


@pytest.mark.parametrize("line", ["いつかわからない", "20161 年", "2016-13 年", "2016年"])
def test_a_line_without_a_day_is_named(line: str) -> None:
    with pytest.raises(sheet.Wrong) as wrong:
        sheet.events_from(f"2015年 はじめ\n\n{line}")
    assert wrong.value.at == 3
