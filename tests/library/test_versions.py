"""All versions of an item: shown, side by side, and brought back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import select

from sccafe.core.database import db, end_reading
from sccafe.library import queries, service
from sccafe.library.comparing import marked
from sccafe.library.models import Item
from tests import factories, timed
from tests.library.pages import fields_of, press, said_in, state_of, words_of

As = Callable[[str], FlaskClient]


@pytest.fixture
def two_versions(staffed: None, as_person: As) -> int:
    """An item whose second version is a draft."""
    item_id = factories.item("みどり", "なかむら", body="月に二度、<集会所>に来ます。\n雨の日は休みです。")
    me = as_person("みどり")
    me.post(
        f"/library/{item_id}/edit",
        data=fields_of(me, item_id, body="月に四度、<集会所>に来ます。\n雨の日は休みです。", money="会費です。"),
    )
    return item_id


def test_versions_are_listed_and_shown_to_its_people_and_the_secretariat(two_versions: int, as_person: As) -> None:
    address = f"/library/{two_versions}/versions"
    for handle in ("みどり", "なかむら"):
        words = words_of(as_person(handle).get(address))
        assert all(said in words for said in ("第2版", "下書き", "第1版", "公開中"))
        assert "月に二度" in words_of(as_person(handle).get(f"{address}/1"))
    assert as_person("はるか").get(address).status_code == 404
    assert as_person("はるか").get(f"{address}/1").status_code == 404
    assert as_person("みどり").get(f"{address}/3").status_code == 404


@pytest.mark.parametrize("address", ["1?with=2", "2?with=1"])
def test_two_stand_side_by_side_with_their_differences_marked(two_versions: int, as_person: As, address: str) -> None:
    page = as_person("みどり").get(f"/library/{two_versions}/versions/{address}").get_data(as_text=True)
    assert "月に<del>二</del>度、&lt;集会所&gt;に来ます。" in page
    assert "月に<ins>四</ins>度、&lt;集会所&gt;に来ます。" in page
    assert "<ins>会費です。</ins>" in page


@pytest.mark.parametrize("other", ["", "abc", "9" * 30])
def test_what_is_no_number_shows_the_version_alone(two_versions: int, as_person: As, other: str) -> None:
    assert as_person("みどり").get(f"/library/{two_versions}/versions/1?with={other}").status_code == 200


def test_an_older_version_is_brought_back_and_the_shelf_stays_as_it_is(two_versions: int, as_person: As) -> None:
    me, staff = as_person("みどり"), factories.viewer_of("なかむら")
    opened = db.session.scalar(select(Item.open_id).where(Item.id == two_versions)) or 0
    end_reading()
    service.publish(staff, opened)
    back = press(me, f"/library/{two_versions}/versions/1/restore", f"/library/{two_versions}/versions/1")
    assert back.headers["Location"] == f"/library/{two_versions}/edit"
    assert said_in(two_versions)["body"].startswith("月に二度")
    assert state_of(two_versions) == "draft"
    shown = queries.item(factories.viewer_of("はるか"), two_versions)
    end_reading()
    assert shown is not None
    assert shown.sheet["body"].startswith("月に四度")


def test_what_is_being_worked_on_gives_way_after_a_warning(two_versions: int, as_person: As) -> None:
    me = as_person("みどり")
    assert "置きかわります" in words_of(me.get(f"/library/{two_versions}/versions/1"))
    press(me, f"/library/{two_versions}/versions/1/restore", f"/library/{two_versions}/versions/1")
    assert said_in(two_versions)["body"].startswith("月に二度")


def test_files_that_differ_are_listed_and_come_back_with_their_version(staffed: None, as_person: As) -> None:
    import io

    from tests import files

    me, staff = as_person("みどり"), factories.viewer_of("なかむら")
    data = factories.form(me, "/library/new", title="題", body="文", files=(io.BytesIO(files.image()), "広場.png"))
    me.post("/library/new", data=data)
    opened = db.session.scalar(select(Item.open_id)) or 0
    end_reading()
    whole = service.prepare(said_in(1) | {"municipality": "132012", "sources": [{"title": "報告"}]})
    service.save(staff, opened, whole, 1)
    service.publish(staff, opened)
    me.post("/library/1/edit", data=fields_of(me, 1, remove="1"))
    assert "<del>広場.png</del>" in me.get("/library/1/versions/2?with=1").get_data(as_text=True)
    press(me, "/library/1/versions/1/restore", "/library/1/versions/1")
    assert "広場.png" in words_of(me.get("/library/1/edit"))


@given(st.text(alphabet="ああいう。\n<&>", max_size=60), st.text(alphabet="ああいう。\n<&>", max_size=60))
def test_without_its_marks_each_side_says_what_stood_there(before: str, after: str) -> None:
    old, new = marked(before, after)
    assert old.replace("<del>", "").replace("</del>", "") == Markup.escape(before)
    assert new.replace("<ins>", "").replace("</ins>", "") == Markup.escape(after)
    assert ("<del>" in old or "<ins>" in new) == (before != after)


@pytest.mark.parametrize(("before", "after"), [("あ。" * 10_000, "い。" * 10_000), ("ab" * 9_000, "ba" * 9_000 + "c")])
def test_long_texts_are_compared_within_a_second(before: str, after: str) -> None:
    assert timed.seconds(lambda: marked(before, after), until=1) < 1
