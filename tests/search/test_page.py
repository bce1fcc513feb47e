"""The search page: what is found, how many of each, what leads on; for everybody what they may read and no more."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from sccafe.boards import service
from sccafe.core.database import db, end_reading
from sccafe.search import language, matching, queries, shown
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """The ids of two questions' topics, a board for members alone, and an item of the library."""
    factories.person("みどり", prefecture="13", about="買い物の付き添いをしています。")
    factories.person("なかむら", "secretariat")
    factories.person("みせばん", "industry")
    questions = factories.board("questions", "questions")
    members = factories.board("members-lounge", audience="members")
    shopping = factories.topic("みどり", questions, "買い物支援のはじめかた", "週に一度、車を出せますか。")
    factories.answer("なかむら", shopping, "買い物の日を決めて、二人で回りました。")
    secret = factories.topic("みどり", members, "会員だけの買い物", "うちわの話です。")
    item = factories.item(
        "みどり", "なかむら", title="移動販売の手引き", summary="買い物に困る人へ。", themes=["shopping"]
    )
    end_reading()
    return {"shopping": shopping, "secret": secret, "item": item}


def text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def found(page: str) -> list[str]:
    """The titles that were found, in their order."""
    titles = re.findall(r'<h2><a href="[^"]+">(.*?)</a>', page)
    return [unescape(re.sub("<[^>]+>", "", title)) for title in titles]


def tabs(page: str) -> dict[str, str]:
    """How many are found where."""
    listed = page[page.index("search-tabs") :].partition("</ul>")[0]
    return dict(re.findall(r">([^<>]+)<span class=\"n\">([^<]+)", listed))


def marked(page: str) -> set[str]:
    return set(re.findall("<mark>(.*?)</mark>", page))


def test_what_is_found_is_shown_newest_first_with_the_words_marked(town: dict[str, int], client: FlaskClient) -> None:
    page = text(client, "/search?q=買い物")
    assert found(page) == ["移動販売の手引き", "買い物支援のはじめかた", "買い物支援のはじめかた"]
    assert "買い物" in marked(page)
    assert "返信1" in page
    assert f'href="/topics/{town["shopping"]}"' in page
    assert 'value="買い物"' in page
    assert "noindex" in client.get("/search?q=買い物").headers["X-Robots-Tag"]


def test_counts_say_how_many_there_are_where_and_a_place_narrows(town: dict[str, int], client: FlaskClient) -> None:
    counts = tabs(text(client, "/search?q=買い物"))
    assert (counts["すべて"], counts["ひろば・会議室"], counts["資料室"]) == ("3件", "2件", "1件")
    narrowed = text(client, "/search?q=買い物&in=library")
    assert found(narrowed) == ["移動販売の手引き"]
    assert tabs(narrowed) == counts


def test_members_find_what_is_theirs_and_visitors_are_not_told_of_it(
    town: dict[str, int], client: FlaskClient, as_person: Browser
) -> None:
    assert "会員だけの買い物" in found(text(as_person("みどり"), "/search?q=買い物"))
    for address in ("/search?q=会員だけの買い物", "/search?q=買い物", "/search?board=members-lounge"):
        page = text(client, address)
        assert "会員だけの買い物" not in found(page)
        assert "members-lounge" not in page.replace("board=members-lounge", "").replace('value="members-lounge"', "")
    # What somebody says of themselves is for those who are signed in; the handle is everybody's.
    assert "みどり" in found(text(as_person("みせばん"), "/search?q=付き添い"))
    assert found(text(client, "/search?q=付き添い")) == []
    assert "みどり" in found(text(client, "/search?q=みどり&in=people"))


def test_facets_narrow_by_board_theme_and_year(town: dict[str, int], client: FlaskClient) -> None:
    page = text(client, "/search?q=買い物")
    links = re.findall(r'<li><a href="([^"]+)"><span>([^<]+)</span><span class="n">(\d+)件', page)
    of = {name: (unescape(href), int(number)) for href, name, number in links}
    assert of["買物支援"][1] == 1
    assert found(text(client, of["買物支援"][0])) == ["移動販売の手引き"]
    board = next(name for name, (href, _number) in of.items() if "board=questions" in href)
    assert of[board][1] == 2
    narrowed = text(client, of[board][0])
    assert found(narrowed) == ["買い物支援のはじめかた"] * 2
    assert "を外す" in narrowed
    year = next(name for name in of if name.endswith("年"))
    assert of[year][1] == len(found(text(client, of[year][0])))


def test_best_first_puts_titles_above_texts(town: dict[str, int], client: FlaskClient) -> None:
    assert found(text(client, "/search?q=買い物&sort=best"))[0] == "買い物支援のはじめかた"
    assert 'name="sort" value="best"' in text(client, "/search?q=買い物&sort=best")


def test_best_first_puts_an_accepted_answer_above_a_newer_one(town: dict[str, int], client: FlaskClient) -> None:
    right = factories.answer("なかむら", town["shopping"], "回覧板で知らせました、毎月。")
    factories.answer("なかむら", town["shopping"], "回覧板で知らせました、毎週。")
    service.accept_answer(factories.viewer_of("みどり"), right)
    page = text(client, "/search?q=回覧板&sort=best")
    assert [part in page for part in ("毎月", "毎週")] == [True, True]
    assert page.index("毎月") < page.index("毎週")
    newest = text(client, "/search?q=回覧板")
    assert newest.index("毎週") < newest.index("毎月")


def test_pages_hold_twenty_and_lead_on(town: dict[str, int], client: FlaskClient) -> None:
    for number in range(24):
        factories.answer("みどり", town["shopping"], f"買い物の話、その{number}。")
    first, second = (text(client, f"/search?q=買い物&page={page}") for page in (1, 2))
    assert (len(found(first)), len(found(second))) == (20, 7)
    assert "page=2" in first
    assert len(found(text(client, "/search?q=買い物&sort=best&page=2"))) == 7
    # Beyond the last page stands the last one.
    assert found(text(client, "/search?q=買い物&page=99")) == found(second)


def test_very_much_is_counted_up_to_a_limit_and_its_facets_come_afterwards(
    town: dict[str, int], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (matching, queries, shown):
        monkeypatch.setattr(module, "CAP", 2)
    page = text(client, "/search?q=買い物")
    assert tabs(page)["すべて"] == "1,000件以上"
    assert list(tabs(page)) == ["すべて"]
    assert len(found(page)) == 3
    assert "買物支援</span>" not in page
    assert "しぼりこみを見る" in page
    whole = text(client, "/search?q=買い物&facets=1")
    assert "買物支援</span>" in whole
    assert tabs(whole)["資料室"] == "1件"
    assert tabs(whole)["すべて"] == "1,000件以上"
    part = client.get("/search/facets?q=買い物", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "買物支援</span>" in part
    assert tabs(part) == tabs(whole)
    assert 'id="search-tabs" hx-swap-oob="true"' in part
    here = text(client, "/search?q=買い物&in=library")
    assert "1件</b>" in here
    assert len(found(here)) == 1
    assert "<html" not in part
    assert client.get("/search/facets?q=買い物").location.endswith("facets=1")


def test_each_place_is_counted_up_to_the_limit_wherever_the_newest_stand(
    town: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        factories.person(f"買い物{number}")
        factories.answer("みどり", town["shopping"], f"{number}回目の買い物です。")
        factories.item("みどり", "なかむら", title=f"買い物の手引き{number}")
    factories.answer("みどり", town["shopping"], "また買い物です。")
    end_reading()
    who, asked = factories.viewer_of("みどり"), language.parse("買い物")
    true = queries.counts(who, asked)
    assert true["boards"] == 7
    assert true["library"] == 4
    assert true["people"] == 4
    for cap in range(1, 20):
        for module in (matching, queries):
            monkeypatch.setattr(module, "CAP", cap)
        assert queries.counts(who, asked) == {group: min(cap, count) for group, count in true.items()}, cap


def test_nothing_found_offers_what_is_found_and_a_question(
    town: dict[str, int], client: FlaskClient, as_person: Browser
) -> None:
    page = text(client, "/search?q=買い物 ぺんぎん")
    assert "見つかりませんでした" in page
    assert f'href="/search?q={quote("買い物")}"' in page
    assert f'href="/search?q={quote("ぺんぎん")}"' not in page
    ask = unescape(re.search(r'href="(/boards/questions/new\?[^"]+)"', page)[1])  # type: ignore[index]
    assert 'value="買い物 ぺんぎん"' in text(as_person("みどり"), ask)
    assert client.get(ask).location.startswith("/sign-in?next=")
    # Companies read; they do not ask here.
    assert "/boards/questions/new" not in text(as_person("みせばん"), "/search?q=ぺんぎん")
    # A filter that leaves nothing can be left out.
    assert "条件をはずして" in text(client, "/search?q=手引き&theme=disaster")


def test_suggestions_are_titles_themes_and_names_that_the_reader_may_see(
    town: dict[str, int], client: FlaskClient, as_person: Browser
) -> None:
    def offered(who: FlaskClient, typed: str) -> list[str]:
        return re.findall(r"</span><span>([^<]+)</span></li>", text(who, f"/search/suggest?q={typed}"))

    assert offered(client, "買物") == ["買物支援", "買い物支援のはじめかた"]
    assert offered(client, "なかむ") == ["なかむら"]
    assert offered(client, "手引") == ["移動販売の手引き"]
    assert offered(client, "週に") == []
    assert offered(client, "い") == offered(client, "") == []
    assert "会員だけの買い物" in offered(as_person("みどり"), "会員だけ")
    assert offered(client, "会員だけ") == []


def test_what_is_hidden_shows_nowhere_at_once(town: dict[str, int], client: FlaskClient) -> None:
    post = factories.post_id(town["shopping"], 2)
    end_reading()
    service.delete_post(factories.viewer_of("なかむら"), post)
    assert tabs(text(client, "/search?q=買い物"))["ひろば・会議室"] == "1件"


@pytest.mark.parametrize(
    "arguments",
    ["", "q=", "q=%20", "q=%00", "q=a%00b", "q=%FF%FE", "q=%22", "q=-", "q=OR",
     "q=%22%22+-+OR+in:", "q=in:nowhere", "q=by:", "q=の&page=0", "q=の&page=-3",
     "q=の&page=99999", "q=の&page=x", "q=の&sort=odd", "q=の&in=odd", "q=の&board=odd",
     "theme=odd", "pref=99", "since=odd", "until=2026-13-99", "by=%00", "in=library",
     "q=の&in=library&in=qa&q=と", "since=9999&until=0001", "q=%F0%9F%98%80", "board=%00",
     "q=" + "の" * 10_000, "q=" + "あ+" * 1000],
    ids=lambda arguments: arguments[:30],
)  # fmt: skip
def test_whatever_is_asked_is_answered(town: dict[str, int], client: FlaskClient, arguments: str) -> None:
    for path in ("/search", "/search/suggest"):
        assert client.get(f"{path}?{arguments}").status_code == 200
    assert client.get(f"/search/facets?{arguments}", headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("handle", ["", "みどり"])
@pytest.mark.parametrize(
    "query", ["q=買い物", "q=買い物&sort=best", "q=の&in=boards&board=questions", "q=買い物 ないことば"]
)
def test_a_page_costs_at_most_eight_statements_and_ten_where_it_finds_very_much(
    town: dict[str, int],
    app: Flask,
    as_person: Browser,
    handle: str,
    query: str,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = as_person(handle) if handle else app.test_client()
    client.get(f"/search?{query}")
    with statements:
        assert client.get(f"/search?{query}").status_code == 200
    assert len(statements) <= 8, statements
    for module in (matching, queries, shown):
        monkeypatch.setattr(module, "CAP", 2)
    with statements:
        assert client.get(f"/search?{query}").status_code == 200
    assert len(statements) <= 10, statements


@pytest.mark.sqlite
def test_rows_that_a_statement_names_are_reached_by_their_numbers(town: dict[str, int], client: FlaskClient) -> None:
    """Among a million posts an index of states would hold nearly all of them, and be walked for twenty."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for number in range(12):
            factories.answer("みどり", town["shopping"], f"{number}回目の買い物です。")
        assert "回目の" in client.get("/search?q=買い物").text
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    end_reading()
    of_posts = [each for each in asked if each[0].startswith("SELECT posts.id") and "posts.id IN" in each[0]]
    assert len(of_posts) > 12, "those of each reply, and that of the page"
    with db.engine.connect() as connection:
        for statement, parameters in of_posts:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert any("posts USING INTEGER PRIMARY KEY" in row[-1] for row in plan), plan


def test_suggestions_cost_two_statements(town: dict[str, int], client: FlaskClient, statements: Statements) -> None:
    client.get("/search/suggest?q=買い物")
    with statements:
        client.get("/search/suggest?q=買い物")
    assert len(statements) <= 2, statements
