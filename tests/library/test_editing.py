"""The sheet as a form: what is saved, what is refused and why, and two people who save at once."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.core.database import db, end_reading
from sccafe.library import queries, service
from sccafe.library.models import File, Item, Version
from sccafe.library.sheet import SOURCE_KEYS
from tests import factories, files
from tests.factories import PASSWORD
from tests.library.pages import fields_in, fields_of, press, said_in, state_of, words_of

pytestmark = pytest.mark.usefixtures("staffed")
As = Callable[[str], FlaskClient]

WHOLE: dict[str, Any] = {
    "kind": "case",
    "title": "移動販売が続く仕組み",
    "collection": "member",
    "summary": "近所の人も使う場になりました。",
    "municipality": "132012",
    "population": "200k-",
    "ageing_rate": "27.5",
    "layer": "layer2",
    "carried_by": "第2層SCと自治会の有志6人",
    "partners": ["shakyo", "npo"],
    "target": "坂の上の団地の人",
    "began": "店が閉まりました。",
    "events": [{"on": "2016-04", "what": "話し合いを始めた"}, {"on": "2017", "what": "週に一度になった"}],
    "body": "月に二度、\n\n集会所に来ます。",
    "money": "会費は年に500円。",
    "results": [{"what": "使う人", "value": "120", "unit": "人", "year": 2019, "page": "12ページ"}],
    "failed": "雨の日は来ません。",
    "lessons": "小さく始める。",
    "themes": ["shopping", "meals"],
    "functions": ["develop"],
    "stage": "solve",
    "sources": [
        {
            "author": "八王子市",
            "title": "報告書",
            "year": 2020,
            "address": "https://www.example.jp/a",
            "licence": "引用",
        },
        {"title": "会員の投稿"},
    ],
}


def test_the_whole_sheet_comes_back_as_it_was_when_nothing_is_changed(as_person: As) -> None:
    from sccafe.core import taxonomy

    whole = WHOLE | {"population": taxonomy.options("population_band")[0].key, "prefecture": "13"}
    item_id = factories.item("みどり", "なかむら", **whole)
    before = said_in(item_id)
    me = as_person("みどり")
    sent = me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id))
    assert (sent.status_code, said_in(item_id)) == (303, before)
    assert state_of(item_id) == "draft"


def test_opening_the_page_of_a_published_item_creates_nothing(as_person: As) -> None:
    item_id = factories.item("みどり", "なかむら")
    assert as_person("みどり").get(f"/library/{item_id}/edit").status_code == 200
    assert state_of(item_id) is None


def test_readers_see_the_published_version_until_the_new_one_is_published(as_person: As) -> None:
    item_id = factories.item("みどり", "なかむら")
    me, reader = as_person("みどり"), factories.viewer_of("はるか")
    me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, title="新しい題"))
    shown = queries.item(reader, item_id)
    end_reading()
    assert shown is not None
    assert shown.title == "移動販売が続く仕組み"
    assert said_in(item_id)["title"] == "新しい題"


def test_lines_become_events_and_figures_and_options_are_kept(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    typed = {
        "events": "令和2年5月 はじめた\n\n2016-04-01 思いついた",
        "results": "2019年 登録している担い手 1,200人（12ページ）",
        "themes": ["shopping", "ict"],
        "prefecture": "13",
        "municipality": "八王子市",
    }
    assert me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, **typed)).status_code == 303
    said = said_in(item_id)
    assert said["events"] == [{"on": "2016-04-01", "what": "思いついた"}, {"on": "2020-05", "what": "はじめた"}]
    assert said["results"] == [
        {"what": "登録している担い手", "value": "1200", "unit": "人", "year": 2019, "page": "12ページ"}
    ]
    assert (said["themes"], said["municipality"]) == (["shopping", "ict"], "132012")


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"events": "2016年 はじめ\nいつかわからない"}, "events", "2行目：「いつかわからない」を読めません"),
        ({"events": "2016年13月 はじめ\nない日"}, "events", "1行目：「2016-13」は日付として読めません"),
        ({"results": "使う人は多い\n2019年 使う人 120人\nだめ"}, "results", "3行目：「だめ」を読めません"),
        ({"title": ""}, "title", "書いてください"),
        ({"summary": "あ" * 161}, "summary", "いま161文字"),
        ({"ageing_rate": "たくさん"}, "ageing_rate", "数として読めません"),
        ({"municipality": "ないまち"}, "municipality", "見つかりません"),
        ({"stage": "どこか"}, "stage", "一覧にありません"),
        ({"themes": ["shopping", "ないテーマ"]}, "themes", "一覧にありません"),
        ({"body": "[" * 201}, "body", "半角の「[」は200個まで"),
        ({"source_title": ["報告", ""], "source_address": ["", "だめ"]}, "sources", "2つ目の出典：出典の題名"),
        ({"source_title": ["報告"], "source_year": ["むかし"]}, "sources", "1つ目の出典：「むかし」は年として"),
        ({"kind": "video", "failed": "雨の日"}, "kind", "うまくいかなかったこと"),
    ],
)
def test_a_wrong_line_is_named_and_all_that_was_typed_is_there_again(
    as_person: As, typed: dict[str, Any], field: str, why: str
) -> None:
    item_id = _draft()
    me = as_person("みどり")
    sent = fields_of(me, item_id, money="年に500円", **typed)
    for name in SOURCE_KEYS:
        sent[f"source_{name}"] = (typed.get(f"source_{name}", []) + ["", ""])[:2]
    page = me.post(f"/library/{item_id}/edit", data=sent)
    assert page.status_code == 422
    assert why in words_of(page)
    assert f'href="#{field}"' in page.get_data(as_text=True)
    again = fields_in(page.get_data(as_text=True))
    for name, value in typed.items():
        if name not in ("stage", "themes"):
            assert again[name][: len(value) if isinstance(value, list) else 1] == (
                value if isinstance(value, list) else [value]
            )
    assert again["money"] == ["年に500円"]
    assert said_in(item_id)["title"] == "移動販売が続く仕組み"


def test_every_wrong_line_is_named_at_once(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    page = me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, events="だめ\n2016 よい\nこれも", title=""))
    words = words_of(page)
    assert all(said in words for said in ("1行目：「だめ」", "3行目：「これも」", "書いてください"))


def test_another_set_of_fields_for_a_source_comes_without_saving_or_losing_anything(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    empty = len(fields_of(me, item_id)["source_title"])
    sent = fields_of(me, item_id, do="more", events="まだ途中", source_title=["報告"])
    page = me.post(f"/library/{item_id}/edit", data=sent)
    again = fields_in(page.get_data(as_text=True))
    assert page.status_code == 200
    assert again["source_title"] == ["報告", *[""] * (empty + 1)]
    assert again["events"] == ["まだ途中"]
    assert "sources" not in said_in(item_id)


def test_a_program_that_sends_some_fields_leaves_the_others_as_they_stand(as_person: As) -> None:
    item_id = factories.item("みどり", "なかむら", themes=["meals"], money="年に500円")
    me = as_person("みどり")
    fields = fields_of(me, item_id)
    sent = {name: fields[name] for name in ("csrf_token", "version", "seen")} | {"title": "題だけ"}
    assert me.post(f"/library/{item_id}/edit", data=sent).status_code == 303
    said = said_in(item_id)
    assert (said["title"], said["themes"], said["money"]) == ("題だけ", ["meals"], "年に500円")
    assert said["sources"]


def test_a_file_is_added_described_and_taken_away(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    added = fields_of(me, item_id, files=(io.BytesIO(files.image()), "広場.png"))
    assert me.post(f"/library/{item_id}/edit", data=added).status_code == 303
    page = words_of(me.get(f"/library/{item_id}/edit"))
    assert "広場.png" in page
    assert "何が写っているかの説明がありません" in page
    described = fields_of(me, item_id, file_description_1="集会所の前の広場")
    me.post(f"/library/{item_id}/edit", data=described)
    page = words_of(me.get(f"/library/{item_id}/edit"))
    assert "説明がありません" not in page
    me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, remove="1"))
    assert "広場.png" not in words_of(me.get(f"/library/{item_id}/edit"))


def test_a_file_that_cannot_be_taken_is_named_and_the_rest_is_kept(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    sent = fields_of(me, item_id, title="新しい題", files=(io.BytesIO(b"MZ\x90\x00"), "program.exe"))
    page = me.post(f"/library/{item_id}/edit", data=sent)
    assert page.status_code == 422
    assert "program.exe" in words_of(page)
    assert fields_in(page.get_data(as_text=True))["title"] == ["新しい題"]
    assert said_in(item_id)["title"] == "移動販売が続く仕組み"


# --- two who save at once -----------------------------------------------------------------------------------


def test_whoever_saves_second_is_shown_both_texts_and_saving_again_keeps_theirs(as_person: As) -> None:
    item_id = _draft()
    me, staff = as_person("みどり"), as_person("なかむら")
    mine = fields_of(me, item_id, body="わたしの文。月に二度です。", money="同じお金")
    theirs = fields_of(staff, item_id, body="事務局の文。月に二度です。", money="同じお金", failed="雨の日は来ません。")
    assert staff.post(f"/library/{item_id}/edit", data=theirs).status_code == 303

    page = me.post(f"/library/{item_id}/edit", data=mine)
    assert page.status_code == 409
    text, words = page.get_data(as_text=True), words_of(page)
    assert "なかむらさんが、先に保存していました" in words
    assert re.findall(r'class="part part-differs" id="part-(\w+)"', text) == ["body", "failed"]
    assert "雨の日は来ません。" in words
    assert "<del>事務局</del>の文" in text
    again = fields_in(text)
    assert again["body"] == ["わたしの文。月に二度です。"]
    assert said_in(item_id)["body"] == "事務局の文。月に二度です。"

    assert me.post(f"/library/{item_id}/edit", data=again).status_code == 303
    assert said_in(item_id)["body"] == "わたしの文。月に二度です。"


def test_of_two_who_begin_on_a_published_item_the_second_is_told(as_person: As) -> None:
    item_id = factories.item("みどり", "なかむら")
    me, staff = as_person("みどり"), as_person("まえだ")
    mine, theirs = fields_of(me, item_id, title="わたしの題"), fields_of(staff, item_id, title="事務局の題")
    assert staff.post(f"/library/{item_id}/edit", data=theirs).status_code == 303
    page = me.post(f"/library/{item_id}/edit", data=mine)
    assert page.status_code == 409
    assert "<del>事務局</del>の題" in page.get_data(as_text=True)
    assert me.post(f"/library/{item_id}/edit", data=fields_in(page.get_data(as_text=True))).status_code == 303
    assert said_in(item_id)["title"] == "わたしの題"
    assert _count(Version, item_id) == 2


def test_what_was_published_meanwhile_is_shown_too(as_person: As) -> None:
    item_id = _draft(municipality="132012", sources=[{"title": "報告"}])
    me = as_person("みどり")
    mine = fields_of(me, item_id, title="わたしの題")
    opened = _open(item_id)
    staff = factories.viewer_of("なかむら")
    changed = service.prepare(said_in(item_id) | {"title": "事務局の題"})
    service.save(staff, opened, changed, 1)
    service.publish(staff, opened)
    page = me.post(f"/library/{item_id}/edit", data=mine)
    assert page.status_code == 409
    assert "<del>事務局</del>の題" in page.get_data(as_text=True)
    assert me.post(f"/library/{item_id}/edit", data=fields_in(page.get_data(as_text=True))).status_code == 303
    assert said_in(item_id)["title"] == "わたしの題"
    shown = queries.item(factories.viewer_of("はるか"), item_id)
    end_reading()
    assert shown is not None
    assert shown.title == "事務局の題"


def test_a_form_that_does_not_say_what_it_was_based_on_overwrites_nothing(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    sent = fields_of(me, item_id, title="わたしの題")
    del sent["seen"]
    assert me.post(f"/library/{item_id}/edit", data=sent).status_code == 409
    assert said_in(item_id)["title"] == "移動販売が続く仕組み"


@pytest.mark.parametrize("do", ["", "submit"])
@pytest.mark.parametrize("publisher", ["", "なかむら"])
def test_pressing_twice_saves_once_and_adds_a_file_once(as_person: As, do: str, publisher: str) -> None:
    item_id = factories.item("みどり", publisher) if publisher else _draft()
    me = as_person("みどり")
    sent = fields_of(me, item_id, title="新しい題", do=do)
    for _ in range(2):
        file = (io.BytesIO(files.image()), "広場.png")
        assert me.post(f"/library/{item_id}/edit", data=sent | {"files": file}).status_code == 303
    assert (said_in(item_id)["title"], state_of(item_id)) == ("新しい題", "submitted" if do else "draft")
    assert _count(File, item_id) == 1


def test_what_is_with_the_secretariat_is_shown_and_typed_words_stay(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    typed = fields_of(me, item_id, body="書き足した文")
    press(me, f"/library/{item_id}/submit")
    page = me.post(f"/library/{item_id}/edit", data=typed)
    assert page.status_code == 403
    assert "先に取り戻してください" in words_of(page)
    assert fields_in(page.get_data(as_text=True))["body"] == ["書き足した文"]


def test_saving_and_sending_in_one_press(as_person: As) -> None:
    item_id = _draft()
    me = as_person("みどり")
    me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, title="できた題", do="submit"))
    assert (state_of(item_id), said_in(item_id)["title"]) == ("submitted", "できた題")


def test_the_typed_sheet_outlives_the_session(app: Flask, client: FlaskClient, as_person: As) -> None:
    item_id = _draft()
    token = factories.form(client, "/sign-in")["csrf_token"]
    typed = fields_of(as_person("みどり"), item_id, body="書き足した文。" * 300, money="年に500円")
    typed |= {"themes": ["shopping", "ict"], "source_title": ["報告", "広報"], "csrf_token": token}
    typed |= {f"source_{name}": ["", ""] for name in SOURCE_KEYS if name != "title"}
    asked = client.post(f"/library/{item_id}/edit", data=typed)
    assert asked.status_code == 401
    carried = {"csrf_token": token, "carry": factories.hidden(asked, "carry")}
    again = client.post("/sign-in", data=carried | {"email": factories.email_of("みどり"), "password": PASSWORD})
    page = again.get_data(as_text=True)
    form = page[page.index('<form class="box" id="again"') :]
    sent = fields_in(form.replace('class="box" id="again"', 'id="sheet"'))
    assert client.post(f"/library/{item_id}/edit", data=sent).status_code == 303
    said = said_in(item_id)
    assert (said["body"], said["money"], said["themes"]) == ("書き足した文。" * 300, "年に500円", ["shopping", "ict"])
    assert [source["title"] for source in said["sources"]] == ["報告", "広報"]


# --- comments beside the parts, and hints -------------------------------------------------------------------


def test_comments_stand_beside_their_parts_and_are_done_with_the_sheet(as_person: As) -> None:
    item_id = factories.item("みどり")
    me, staff = as_person("みどり"), as_person("なかむら")
    desk = f"/library/desk/{item_id}"
    press(staff, f"/library/{item_id}/comment", desk, part="money", text="だれが払っていますか。")
    press(staff, f"/library/{item_id}/send-back", desk, note="お金のことを教えてください。")
    page = me.get(f"/library/{item_id}/edit").get_data(as_text=True)
    beside = page[page.index('id="part-money"') : page.index('id="part-results"')]
    assert "だれが払っていますか。" in beside
    assert "お金のことを教えてください。" in page
    me.post(f"/library/{item_id}/edit", data=fields_of(me, item_id, money="会費です。", done="1"))
    assert "だれが払っていますか。" not in words_of(me.get(f"/library/{item_id}/edit"))
    assert "だれが払っていますか。" in words_of(staff.get(desk))


def test_hints_are_shown_to_who_hands_in_and_keep_nobody_from_saving(as_person: As) -> None:
    item_id = _draft(body="田中さん（090-1234-5678）が始めました。")
    words = words_of(as_person("みどり").get(f"/library/{item_id}/edit"))
    for said in (
        "「田中さん」は人の名前のようです",
        "「090-1234-5678」は電話番号のようです",
        "出典",
        "まだ書かれていません",
    ):
        assert said in words


def test_another_item_is_named_only_to_those_who_may_read_it(as_person: As) -> None:
    hidden = factories.item("はるか", title="移動販売が 続く仕組み！")
    item_id = _draft()
    mine = words_of(as_person("みどり").get(f"/library/{item_id}/edit"))
    assert "同じ題名" not in mine
    press(as_person("みどり"), f"/library/{item_id}/submit")
    page = as_person("なかむら").get(f"/library/desk/{item_id}")
    assert "同じ題名の資料があります" in words_of(page)
    assert f'href="/library/desk/{hidden}"' in page.get_data(as_text=True)


def test_a_source_at_the_same_address_is_recognised(as_person: As) -> None:
    factories.item(
        "はるか", "なかむら", title="前の話", sources=[{"title": "報告", "address": "http://www.example.jp/a/"}]
    )
    item_id = _draft(sources=[{"title": "別の名前", "address": "https://example.jp/a#top"}])
    assert "同じアドレスの出典を使った資料があります：「前の話」" in words_of(
        as_person("みどり").get(f"/library/{item_id}/edit")
    )


def _draft(**said: Any) -> int:
    values = {"kind": "case", "title": "移動販売が続く仕組み", "body": "月に二度です。"} | said
    return service.hand_in(factories.viewer_of("みどり"), service.prepare(values), submit=False).id


def _open(item_id: int) -> int:
    found = db.session.scalar(select(Item.open_id).where(Item.id == item_id))
    end_reading()
    assert found is not None
    return found


def _count(model: type[Version] | type[File], item_id: int) -> int:
    found = db.session.scalar(select(func.count()).select_from(model).where(model.item_id == item_id))
    end_reading()
    return int(found or 0)
