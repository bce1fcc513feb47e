"""The page of an item: what stands on it, for whom, and what it costs."""

import io
import json
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.core.database import end_reading
from sccafe.core.uploads import take
from sccafe.library import citing, queries, service
from tests import factories
from tests.conftest import Statements
from tests.files import image
from tests.library.shelf_town import WHOLE, case, change, people, stored

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]


def text(client: FlaskClient, address: str) -> str:
    """The words of a page, without its tags."""
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def test_a_case_is_read_from_its_facts_to_its_sources(case: int, client: FlaskClient) -> None:
    page = text(client, f"/library/{case}")
    said = [
        "事例",
        "移動販売が続く仕組み",
        "困っていない人も呼ぶと、続きます。",
        "東京都八王子市",
        "10万～30万人",
        "27.5%",
        "第2層SC",
        "自治会の有志6人",
        "民間企業",
        "店が遠い人",
        "店が閉まりました。",
        "2015年 店が閉まった 2016年4月 話し合いを始めた 2016年6月1日 車が来た",
        "二度",
        "出費はありません。",
        "2019年 利用者 12,000人 12ページ",
        "雨の日は人が来ませんでした。",
        "まず聞き取りから。",
        "買物支援",
        "地域の課題解決",
        "まちの会 『報告書』 2020年、10-12ページ https://example.jp/report 利用の条件・許可：許可を得て要約",
        "『聞き取り』",
    ]
    places = [page.index(each, 0) for each in said]
    assert places[5:16] == sorted(places[5:16]), "the parts stand in the order of the sheet"
    html = client.get(f"/library/{case}").get_data(as_text=True)
    for link in (
        "/library?theme=shopping",
        "/library?partner=company",
        "/library?prefecture=13",
        "/library?stage=solve",
    ):
        assert f'href="{link}"' in html
    assert "<strong>二度</strong>" in html
    assert 'class="part hard"' in html


def test_a_video_is_a_link_that_says_where_it_leads_and_no_frame(people: Flask, client: FlaskClient) -> None:
    video = factories.item("みどり", "なかむら", kind="video", video="https://www.example.jp/movie")
    html = client.get(f"/library/{video}").get_data(as_text=True)
    assert 'href="https://www.example.jp/movie"' in html
    assert "www.example.jp（ほかのサイト）へ移ります。" in html
    assert "<iframe" not in html
    assert "内容" in text(client, f"/library/{video}")


def test_its_files_are_listed_with_what_they_show(people: Flask, client: FlaskClient) -> None:
    said = service.prepare(WHOLE | {"kind": "case"})
    changes = service.FileChanges(
        added=[take(io.BytesIO(image()), "車.png", 1024**2), take(io.BytesIO("文".encode()), "手引き.txt", 1024**2)],
        added_descriptions=["集会所の前の車", "聞き取りの用紙"],
    )
    item = service.hand_in(factories.viewer_of("みどり"), said, changes)
    service.publish(factories.viewer_of("なかむら"), item.open_id or 0)
    html = client.get(f"/library/{item.id}").get_data(as_text=True)
    picture, paper = queries.files_of(stored(item.id).published_id or 0)
    end_reading()
    assert f'<a href="/library/files/{picture.id}/{quote("車.png")}"' in html
    assert f'src="/library/files/{picture.id}/thumbnail"' in html
    assert 'alt="集会所の前の車"' in html
    assert f'<a href="/library/files/{paper.id}/{quote("手引き.txt")}">手引き.txt</a>' in html
    assert "聞き取りの用紙" in html


def test_an_item_whose_day_has_passed_says_so_to_readers(case: int, client: FlaskClient) -> None:
    assert "確認の時期を過ぎています" not in text(client, f"/library/{case}")
    change(case, checked_on=date(2025, 8, 3), due_on=date(2026, 8, 3), needs_work=True)
    page = text(client, f"/library/{case}")
    assert "確認の時期を過ぎています" in page
    assert "直しが必要とのことです" in page
    assert "2025年8月に確認、次は2026年8月" in page


@pytest.mark.parametrize(("handle", "links"), [("", ()), ("はるか", ()), ("みどり", ("edit", "versions"))])
def test_only_those_who_work_on_it_are_led_to_their_tools(
    case: int, app: Flask, as_person: Browser, handle: str, links: tuple[str, ...]
) -> None:
    html = (as_person(handle) if handle else app.test_client()).get(f"/library/{case}").get_data(as_text=True)
    assert {name for name in ("edit", "versions") if f'href="/library/{case}/{name}"' in html} == set(links)
    assert f"/library/desk/{case}" not in html


def test_the_secretariat_is_led_to_its_desk(case: int, as_person: Browser) -> None:
    html = as_person("なかむら").get(f"/library/{case}").get_data(as_text=True)
    for address in (f"/library/{case}/edit", f"/library/{case}/versions", f"/library/desk/{case}"):
        assert f'href="{address}"' in html


def test_what_may_not_be_read_is_not_there(people: Flask, client: FlaskClient, as_person: Browser) -> None:
    members_own = factories.item("みどり", "なかむら", "members")
    draft = factories.item("みどり")
    assert client.get(f"/library/{members_own}").status_code == 404
    assert as_person("みせばん").get(f"/library/{members_own}").status_code == 404
    assert as_person("はるか").get(f"/library/{members_own}").status_code == 200
    for address in (f"/library/{draft}", f"/library/{draft}.bib", f"/library/{draft}.json", "/library/999999"):
        assert as_person("はるか").get(address).status_code == 404


def test_an_archived_item_is_gone_for_readers_and_its_people_are_told_why(
    case: int, client: FlaskClient, as_person: Browser
) -> None:
    service.archive(factories.viewer_of("なかむら"), case, "内容が古くなりました。")
    assert client.get(f"/library/{case}").status_code == 404
    assert as_person("はるか").get(f"/library/{case}").status_code == 404
    for handle in ("みどり", "なかむら"):
        page = text(as_person(handle), f"/library/{case}")
        assert "公開をやめました" in page
        assert "内容が古くなりました。" in page
        assert "集会所に来ます" not in page


def test_what_was_handed_in_says_to_its_writer_where_it_is(people: Flask, as_person: Browser) -> None:
    waiting = factories.item("みどり")
    page = text(as_person("みどり"), f"/library/{waiting}")
    assert "確認待ち" in page
    assert "公開されてから" in page


@pytest.mark.parametrize("handle", ["", "はるか", "みどり", "なかむら", "みせばん"])
def test_an_items_page_costs_at_most_eight_statements(
    case: int, app: Flask, as_person: Browser, statements: Statements, handle: str
) -> None:
    factories.item("みどり", "なかむら", **(WHOLE | {"title": "似た事例"}))
    for number, who in enumerate(("はるか", "さくら", "なかむら")):
        as_person(who).post(
            f"/library/{case}/report",
            data=factories.form(as_person(who), f"/library/{case}/report", outcome="well", changed=f"変えた{number}"),
        )
    client = as_person("はるか")
    client.post(f"/library/{case}/talk", data=factories.form(client, f"/library/{case}", body="どうしましたか"))
    reader = as_person(handle) if handle else app.test_client()
    reader.get(f"/library/{case}")
    with statements:
        assert "似た事例" in reader.get(f"/library/{case}").text
    assert len(statements) <= 8, statements
    factories.item("みどり", "なかむら", title="そのあとに来た事例")
    with statements:  # the shelf takes up what has changed
        reader.get(f"/library/{case}")
    assert len(statements) <= 8, statements
    assert not [each for each in statements if not each.startswith("SELECT")]


# --- citing ------------------------------------------------------------------------------------------------


def test_it_can_be_cited_with_its_sources(case: int, client: FlaskClient) -> None:
    html = client.get(f"/library/{case}").get_data(as_text=True)
    day = stored(case).checked_on
    assert day is not None
    when = f"{day.year}年{day.month}月{day.day}日"
    address = f"http://127.0.0.1:8000/library/{case}"
    assert f"みどり「移動販売が続く仕組み」SCカフェ 資料室、{when}（第1版）、{address}" in html
    assert "出典：まちの会、『報告書』、2020年、10-12ページ、https://example.jp/report" in html


def test_its_bibtex_holds_any_title(people: Flask, client: FlaskClient) -> None:
    odd = factories.item("みどり", "なかむら", title=r"50% & 100{円} #1_a \x ~ ^ $")
    response = client.get(f"/library/{odd}.bib")
    assert response.mimetype == "text/x-bibtex"
    assert response.headers["Cache-Control"] == "private, no-cache"
    entry = response.get_data().decode()
    title = (
        r"50\% \& 100\textbraceleft{}円\textbraceright{} \#1\_a \textbackslash{}x "
        r"\textasciitilde{} \textasciicircum{} \$"
    )
    assert f"  title = {{{{{title}}}}}," in entry
    assert "  author = {{みどり}}," in entry
    assert f"  url = {{http://127.0.0.1:8000/library/{odd}}}," in entry
    assert re.search(r"^  month = [a-z]{3},$", entry, re.M)
    assert entry.count("{") == entry.count("}")


@pytest.mark.parametrize("said", ["}{", "a\nb", "{{{", "\\"])
def test_a_field_of_bibtex_is_one_line_with_even_braces(said: str) -> None:
    made = citing.escaped(said)
    assert made.count("{") == made.count("}")
    assert "\n" not in made


def test_its_data_are_the_sheet_and_where_it_is(case: int, client: FlaskClient) -> None:
    response = client.get(f"/library/{case}.json")
    assert response.mimetype == "application/json"
    said = json.loads(response.get_data())
    assert said["id"] == case
    assert said["address"] == f"http://127.0.0.1:8000/library/{case}"
    assert said["version"] == 1
    assert said["published"].endswith("+09:00")
    assert said["events"][0] == {"on": "2015", "what": "店が閉まった"}
    assert said["body"] == WHOLE["body"]
