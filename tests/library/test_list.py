"""The list of the library: facets that follow the choice, words, order, pages, and towns like one's own."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from sccafe.core.database import writing
from sccafe.library.models import Item
from sccafe.library.related import related
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def people(app: Flask) -> None:
    factories.person("みどり", prefecture="13", population="p100_300k")
    factories.person("はるか")
    factories.person("みせばん", "industry")
    factories.person("なかむら", "secretariat")


def put(title: str, shown_to: str = "public", **said: object) -> int:
    return factories.item("みどり", "なかむら", shown_to, title=title, **said)


def text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def titles(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/library/\d+">([^<]+)</a>', page)


def count_of(page: str, facet: str, value: str) -> int | None:
    """What the page says a value would leave; None where it is not offered."""
    found = re.search(rf'id="pick-{facet}-{value}"[^>]*><span>[^<]*</span> <span class="n">(\d+)', page)
    return int(found[1]) if found else None


def ticked(page: str) -> set[str]:
    return set(re.findall(r'id="pick-([^"]+)" checked', page))


def test_counts_follow_the_choice_and_values_of_one_facet_stand_beside_each_other(
    people: None, client: FlaskClient
) -> None:
    put("買物の事例", themes=["shopping"], stage="solve")
    put("移動の事例", themes=["mobility"], stage="base")
    put("買物の資料", kind="material", themes=["shopping"], municipality="")
    whole = text(client, "/library")
    assert (count_of(whole, "kind", "case"), count_of(whole, "theme", "shopping")) == (2, 2)
    page = text(client, "/library?kind=case&theme=shopping")
    assert titles(page) == ["買物の事例"]
    assert ticked(page) == {"kind-case", "theme-shopping"}
    # Ticking 「移動」 as well would add one; among materials there would be one.
    assert (count_of(page, "theme", "mobility"), count_of(page, "kind", "material")) == (1, 1)
    assert count_of(page, "stage", "base") is None, "what would leave nothing is not offered"
    both = text(client, "/library?kind=case&theme=shopping&theme=mobility")
    assert set(titles(both)) == {"買物の事例", "移動の事例"}


def test_a_chosen_value_that_leaves_nothing_can_be_taken_back(people: None, client: FlaskClient) -> None:
    put("買物の事例", themes=["shopping"])
    page = text(client, "/library?theme=shopping&kind=video")
    assert "この条件に合うものは、まだありません" in page
    assert count_of(page, "kind", "video") == 0
    assert 'href="/library?theme=shopping"' in page, "without the video"
    assert 'href="/library?kind=video"' in page


def test_what_nobody_knows_is_left_aside(people: None, client: FlaskClient) -> None:
    put("買物の事例", themes=["shopping"])
    for address in ("?kind=nonsense", "?theme=%00&year=20x3&year=99999", "?sort=worst", "?page=-1", "?prefecture=99"):
        assert titles(text(client, f"/library{address}")) == ["買物の事例"]


def test_words_have_to_be_found_all_whatever_their_width_and_case(people: None, client: FlaskClient) -> None:
    put("ＩＣＴで見守る", body="スマートフォンの教室から始めました。")
    put("見守り協定", body="新聞店と結びました。")
    assert titles(text(client, "/library?q=見守　ict")) == ["ＩＣＴで見守る"]
    assert set(titles(text(client, "/library?q=見守"))) == {"ＩＣＴで見守る", "見守り協定"}
    assert titles(text(client, "/library?q=100%25_")) == []
    page = text(client, "/library?q=見守&theme=shopping")
    assert "「見守」" in page
    assert titles(page) == []


@pytest.mark.parametrize(
    "query", ["%00", "a" * 5000, "+".join("あいうえおかきくけこさしすせそ"), "%F0%9F%98%80", "''\"--"]
)
def test_any_words_are_answered(people: None, client: FlaskClient, query: str) -> None:
    put("買物の事例")
    text(client, f"/library?q={query}")


def test_the_order_is_chosen(people: None, client: FlaskClient) -> None:
    first, _second, third = put("一番目"), put("二番目"), put("三番目")
    with writing() as session:
        session.execute(update(Item).where(Item.id == first).values(use_count=3, revision=101))
        session.execute(update(Item).where(Item.id == third).values(checked_on=None, revision=102))
    assert titles(text(client, "/library")) == ["三番目", "二番目", "一番目"]
    assert titles(text(client, "/library?sort=used"))[0] == "一番目"
    assert titles(text(client, "/library?sort=checked"))[-1] == "三番目"


def test_pages_are_reached_by_links_and_none_beyond_the_hundredth(people: None, client: FlaskClient) -> None:
    for number in range(21):
        put(f"事例{number}", themes=["shopping", "meals"])
    page = text(client, "/library?theme=shopping&theme=meals")
    assert 'href="/library?theme=shopping&amp;theme=meals&amp;page=2"' in page
    assert titles(text(client, "/library?theme=shopping&theme=meals&page=2")) == ["事例0"]
    assert client.get("/library?page=101&kind=case").headers["Location"].endswith("/library?kind=case&page=100")
    assert client.get("/library?page=7").headers["Location"].endswith("/library?page=2")


def test_htmx_gets_the_list_and_the_facets_alone(people: None, client: FlaskClient) -> None:
    put("買物の事例", themes=["shopping"])
    part = client.get("/library?kind=case&q=", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert titles(part) == ["買物の事例"]
    assert "<main" not in part
    assert 'data-address="/library?kind=case"' in part
    assert 'id="facets" hx-swap-oob' in part
    assert count_of(part, "theme", "shopping") == 1


def test_a_row_says_when_it_should_have_been_looked_at_again(people: None, client: FlaskClient) -> None:
    item = put("古い事例", population="p50_100k", collection="secretariat", summary="ひとことで")
    page = text(client, "/library")
    assert "確認の時期を過ぎています" not in page
    for said in ("東京都八王子市", "人口5万～10万人", "に確認", "事務局紹介事例", "ひとことで"):
        assert said in page
    with writing() as session:
        session.execute(
            update(Item).where(Item.id == item).values(due_on=date(2020, 4, 1), use_count=27, report_count=6)
        )
    page = text(client, "/library")
    for said in ("確認の時期を過ぎています", "使った 27人", "試してみた 6件<"):
        assert said in page
    with writing() as session:
        session.execute(update(Item).where(Item.id == item).values(report_well_count=4))
    assert "試してみた 6件（うち うまくいった 4）" in text(client, "/library")


def test_an_empty_library_asks_for_the_first_case(client: FlaskClient) -> None:
    page = text(client, "/library")
    assert "まだ何も並んでいません" in page
    assert 'id="choose"' not in page


def test_cases_of_towns_like_ones_own_come_with_a_reason(people: None, as_person: Browser, client: FlaskClient) -> None:
    both = put("両方同じ", population="p100_300k")
    put("大きさが同じ", population="p100_300k", municipality="271004")
    put("都道府県が同じ", population="lt10k")
    put("どちらも違う", population="lt10k", municipality="271004")
    put("資料", kind="material", prefecture="13", municipality="")
    put("事務局だけ", "staff", population="p100_300k")
    page = text(as_person("みどり"), "/library/similar-towns")
    assert titles(page) == ["両方同じ", "都道府県が同じ", "大きさが同じ"]
    for said in (
        "同じ都道府県、同じ大きさのまち",
        "同じ大きさのまち</span>",
        "同じ都道府県</span>",
        "東京都、人口10万～30万人",
    ):
        assert said in page
    beside = text(as_person("みどり"), "/library")
    assert beside.index(f'<a href="/library/{both}">両方同じ</a> <span') < beside.index('class="cards items"')
    assert "似たまち" not in text(as_person("みどり"), "/library?kind=case")
    assert "似たまち" not in text(client, "/library")
    unknown = text(as_person("はるか"), "/library")
    assert 'href="/settings">設定に書く' in unknown
    assert 'href="/settings"' in text(as_person("はるか"), "/library/similar-towns")
    assert client.get("/library/similar-towns").status_code == 303


def test_related_items_have_most_in_common_and_can_be_read(people: None) -> None:
    item = put("もと", themes=["shopping", "mobility"], stage="solve", municipality="131016")
    two = put("二つのテーマ", themes=["shopping", "mobility"], municipality="271004")
    one = put("一つのテーマ", themes=["shopping"], municipality="271004")
    near = put("同じ都道府県", themes=["meals"], municipality="132012")
    put("何も同じでない", themes=["meals"], municipality="271004")
    staff = put("事務局だけ", "staff", themes=["shopping", "mobility"])
    tags = "kind:case theme:shopping theme:mobility stage:solve prefecture:13 year:2023"
    found = [row.id for row in related(factories.viewer_of("はるか"), item, tags)]
    assert found == [two, one, near]
    assert related(factories.viewer_of("なかむら"), item, tags, 1)[0].id == staff


def test_items_are_offered_while_a_question_is_typed(people: None, as_person: Browser) -> None:
    factories.board("questions", "questions")
    case = put("買い物に困っていない人も呼ぶ", themes=["shopping"])
    material = put("移送の手引き", kind="material", municipality="")
    hidden = put("買い物の内部資料", "experts", themes=["shopping"])
    client = as_person("はるか")
    fields = factories.form(client, "/lounge", title="買い物の足がありません", body="移送のことも知りたいです。")
    told = client.post("/boards/questions/similar", data=fields).get_data(as_text=True)
    assert f"/library/{case}" in told
    assert f"/library/{material}" in told
    assert f"/library/{hidden}" not in told
    assert "事例</span>" in told
    assert "資料</span>" in told


ADDRESSES = ["", "?q=買物 人", "?kind=case&theme=shopping&sort=used&q=集会所", "/similar-towns"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("handle", ["", "みどり", "なかむら"])
def test_the_list_costs_at_most_eight_statements(
    people: None, app: Flask, as_person: Browser, address: str, handle: str, statements: Statements
) -> None:
    if address == "/similar-towns" and not handle:
        return
    for number in range(22):
        put(f"買物の事例{number}", themes=["shopping"], population="p100_300k")
    client = as_person(handle) if handle else app.test_client()
    client.get("/about")
    with statements:  # the shelf of this process is filled within this very request
        text(client, f"/library{address}")
    assert len(statements) <= 8, statements
    with statements:
        text(client, f"/library{address}")
    assert len(statements) <= 6, statements


def test_a_visitor_is_told_nothing_of_what_is_for_others(people: None, client: FlaskClient, as_person: Browser) -> None:
    put("みんなの事例", themes=["shopping"])
    put("会員の事例", "members", themes=["disaster"])
    page = text(client, "/library")
    assert count_of(page, "theme", "disaster") is None
    assert "会員の事例" not in page
    assert count_of(text(as_person("はるか"), "/library"), "theme", "disaster") == 1
    assert titles(text(client, "/library?theme=disaster")) == []
    assert titles(text(client, "/library?q=会員")) == []


def test_home_names_what_is_new_on_the_shelf(
    people: None, as_person: Browser, client: FlaskClient, statements: Statements
) -> None:
    assert "資料室の新しいもの" not in text(client, "/")
    for number in range(4):
        put(f"事例{number}")
    put("会員の事例", "members")
    for browser, newest in (
        (client, ["事例3", "事例2", "事例1"]),
        (as_person("はるか"), ["会員の事例", "事例3", "事例2"]),
    ):
        with statements:
            page = text(browser, "/")
        assert re.findall(r'<a href="/library/\d+">([^<]+)', page) == newest
        # Notices ask the wall of items too: what is counted is the one that reads the shelf.
        assert len([sql for sql in statements if sql.startswith("SELECT library_items")]) == 1


def test_the_list_is_there_in_english(people: None, client: FlaskClient) -> None:
    put("買物の事例", themes=["shopping"], population="p100_300k")
    put("買物の資料", themes=["shopping"], kind="material")
    client.post("/language", data={"locale": "en"})
    page = text(client, "/library?theme=shopping")
    for said in ("Newest first", "Checked", "Narrow down"):
        assert said in page
    assert "新しい順" not in page
