"""Feeds: what a visitor may read, in a form that every reader of feeds understands, and nothing else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.boards import measures, service
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.models import Board, Post, Topic
from sccafe.boards.queries.feeds import MOST
from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITE = "http://127.0.0.1:8000"


def feed(client: FlaskClient, name: str = "exchange") -> ET.Element:
    response = client.get(f"/feeds/{name}.atom")
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    return ET.fromstring(response.get_data())


def texts(of: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in of.findall(path, ATOM)]


def titles(client: FlaskClient, name: str = "exchange") -> list[str]:
    return texts(feed(client, name), "a:entry/a:title")


def change(model: Any, number: int, **values: Any) -> None:
    with writing() as session:
        session.execute(update(model).where(model.id == number).values(**values))


def test_a_board_is_followed_with_its_opening_posts_and_newest_replies(
    town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"], "謝礼 <b>& 金額", "**どう**決めましたか。")
    for number in range(5):
        factories.answer("はるか", topic, f"答え{number}")
    found = feed(client)
    assert found.find("a:id", ATOM).text == f"{SITE}/feeds/exchange.atom"  # type: ignore[union-attr]
    links = {link.get("rel"): link.get("href") for link in found.findall("a:link", ATOM)}
    assert links == {"self": f"{SITE}/feeds/exchange.atom", "alternate": f"{SITE}/boards/exchange"}
    [entry] = found.findall("a:entry", ATOM)
    assert texts(entry, "a:id") == [f"{SITE}/topics/{topic}"]
    assert texts(entry, "a:title") == ["謝礼 <b>& 金額"]
    assert texts(entry, "a:author/a:name") == ["みどり"]
    link = entry.find("a:link[@rel='alternate']", ATOM)
    assert link is not None
    assert link.get("href") == f"{SITE}/topics/{topic}"
    content = entry.find("a:content", ATOM)
    assert content is not None
    assert content.get("type") == "html"
    assert "<strong>どう</strong>決めましたか。" in (content.text or "")
    assert re.findall(r"答え\d", content.text or "") == ["答え2", "答え3", "答え4"]
    assert "はるかさんの返信" in (content.text or "")
    for moment in (*texts(found, ".//a:updated"), *texts(found, ".//a:published")):
        assert datetime.fromisoformat(moment).tzinfo is not None


def test_every_entry_has_what_atom_asks_for_and_a_number_of_its_own(town: dict[str, int], client: FlaskClient) -> None:
    for number in range(MOST + 5):
        with clock.pretending(clock.now() - timedelta(hours=100 - number)):
            factories.topic("みどり", town["exchange"], f"話題{number}")
    found = feed(client)
    entries = found.findall("a:entry", ATOM)
    assert len(entries) == MOST
    assert texts(found, "a:entry/a:title")[0] == f"話題{MOST + 4}"
    assert len(set(texts(found, "a:entry/a:id"))) == MOST
    for entry in entries:
        for name in ("id", "title", "updated", "author/a:name", "content"):
            assert texts(entry, f"a:{name}") != [], name
    assert max(texts(found, "a:entry/a:updated")) == texts(found, "a:updated")[0]


def test_questions_without_an_answer_have_a_feed_of_their_own(town: dict[str, int], client: FlaskClient) -> None:
    factories.topic("みどり", town["exchange"], "ひろばの話題")
    answered = factories.topic("みどり", town["questions"], "答えのある質問")
    factories.topic("みどり", town["questions"], "待っている質問")
    factories.answer("はるか", answered)
    assert titles(client, "unanswered") == ["待っている質問"]
    assert titles(client, "questions") == ["答えのある質問", "待っている質問"]


def test_an_empty_feed_is_a_whole_one(town: dict[str, int], client: FlaskClient) -> None:
    for name in ("exchange", "unanswered"):
        found = feed(client, name)
        assert titles(client, name) == []
        assert datetime.fromisoformat(texts(found, "a:updated")[0]) <= clock.now()
        assert texts(found, "a:author/a:name") == ["SCカフェ"]


def test_what_cannot_stand_in_xml_does_not_break_it(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    change(Topic, topic, title="前\x0b\x1f\ufffe]]>&後")
    change(Post, factories.post_id(topic, 1), html="<p>あ\x08い]]&gt;</p>", alias="匿\x0c名")
    found = feed(client)
    assert texts(found, "a:entry/a:title") == ["前]]>&後"]
    assert texts(found, "a:entry/a:content") == ["<p>あい]]&gt;</p>"]
    assert texts(found, "a:entry/a:author/a:name") == ["匿名"]


def test_a_name_in_the_text_is_escaped_like_any_other(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    change(Post, factories.answer("はるか", topic), alias="<script>x</script>")
    [content] = texts(feed(client), "a:entry/a:content")
    assert "<script>" not in content
    assert "&lt;script&gt;" in content


# --- the wall --------------------------------------------------------------------------------------------


def test_a_board_that_is_not_public_has_no_feed_for_anybody(
    town: dict[str, int], client: FlaskClient, as_person: Browser
) -> None:
    factories.topic("みどり", town["members-lounge"], "会員の話題")
    for browser in (client, as_person("みどり"), as_person("なかむら")):
        assert browser.get("/feeds/members-lounge.atom").status_code == 404
        assert browser.get("/feeds/nowhere.atom").status_code == 404
    assert 'rel="alternate"' not in as_person("みどり").get("/boards/members-lounge").get_data(as_text=True)
    question = factories.board("members-questions", "questions", "members")
    factories.topic("みどり", question, "会員の質問")
    assert titles(as_person("みどり"), "unanswered") == []


def test_the_board_page_announces_it(town: dict[str, int], client: FlaskClient) -> None:
    shown = client.get("/boards/exchange").get_data(as_text=True)
    assert '<link rel="alternate" type="application/atom+xml" title="exchange" href="/feeds/exchange.atom">' in shown
    assert "新しい話題を購読する（Atom）" in shown
    assert "/feeds/unanswered.atom" in client.get("/boards/questions").get_data(as_text=True)


def _narrow(board_id: int) -> None:
    board = db.session.execute(select(Board).where(Board.id == board_id)).scalar_one()
    values = {name: getattr(board, name) for name in BoardValues.__dataclass_fields__}
    db.session.remove()
    save_board(factories.viewer_of("なかむら"), board_id, BoardValues(**values | {"audience": "members"}))


def test_what_may_not_be_read_any_more_disappears_at_once(town: dict[str, int], client: FlaskClient) -> None:
    staff = factories.viewer_of("なかむら")
    topics = {name: factories.topic("みどり", town["exchange"], name) for name in ("隠す", "消す", "移す", "残る")}
    answer = factories.answer("はるか", topics["残る"], "隠す答え")
    gone = factories.answer("さくら", topics["残る"], "消す答え")
    etag = client.get("/feeds/exchange.atom").headers["ETag"]
    measures.change_topic(staff, topics["隠す"], "hidden", "理由")
    service.delete_post(factories.viewer_of("みどり"), factories.post_id(topics["消す"], 1))
    measures.move_topic(staff, topics["移す"], town["members-lounge"], "理由")
    measures.hide_post(staff, answer, "理由")
    service.delete_post(factories.viewer_of("さくら"), gone)
    again = client.get("/feeds/exchange.atom", headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert titles(client) == ["残る"]
    assert "隠す答え" not in again.get_data(as_text=True)
    assert "消す答え" not in again.get_data(as_text=True)
    _narrow(town["exchange"])
    assert client.get("/feeds/exchange.atom", headers={"If-None-Match": etag}).status_code == 404


def test_a_held_topic_is_not_there_before_it_is_let_through(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"], "待っている話題")
    change(Topic, topic, visibility="held", audience="staff")
    assert titles(client) == []


def test_where_the_opening_post_was_taken_away_neither_it_nor_its_writer_is_named(
    town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"], "残った話題", "隠された最初の文")
    factories.answer("はるか", topic, "残った答え")
    measures.hide_post(factories.viewer_of("なかむら"), factories.post_id(topic, 1), "理由")
    shown = client.get("/feeds/exchange.atom").get_data(as_text=True)
    assert "残った答え" in shown
    assert "隠された最初の文" not in shown
    assert "みどり" not in shown


# --- for programs that come often --------------------------------------------------------------------


def test_an_unchanged_feed_is_not_sent_again(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    first = client.get("/feeds/exchange.atom")
    by_tag = client.get("/feeds/exchange.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (by_tag.status_code, by_tag.get_data()) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first.headers
    factories.answer("はるか", topic)
    changed = client.get("/feeds/exchange.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_by_time_alone_it_is_unchanged_for_a_quarter_of_an_hour_at_most(
    town: dict[str, int], client: FlaskClient
) -> None:
    with clock.pretending(datetime(2026, 4, 1, 3, 2, tzinfo=UTC)):
        factories.topic("みどり", town["exchange"])
    for minute, status in ((20, 304), (29, 304), (31, 200)):
        with clock.pretending(datetime(2026, 4, 1, 3, 16, tzinfo=UTC)):
            since = client.get("/feeds/exchange.atom").headers["Last-Modified"]
        with clock.pretending(datetime(2026, 4, 1, 3, minute, tzinfo=UTC)):
            answer = client.get("/feeds/exchange.atom", headers={"If-Modified-Since": since})
        assert answer.status_code == status, minute


def test_a_feed_costs_two_statements_and_is_the_same_for_everybody(
    town: dict[str, int], app: Flask, as_person: Browser, statements: Statements
) -> None:
    for number in range(5):
        factories.answer("はるか", factories.topic("みどり", town["questions"], f"質問{number}"))
        factories.topic("みどり", town["questions"], f"待つ質問{number}")
    visitor = app.test_client()
    for name, cost in (("questions", 2), ("unanswered", 1)):
        visitor.get(f"/feeds/{name}.atom")
        with statements:
            seen = visitor.get(f"/feeds/{name}.atom")
        assert len(statements) <= cost
        english = as_person("なかむら")
        english.post("/language", data={"locale": "en"})
        assert english.get(f"/feeds/{name}.atom").get_data() == seen.get_data()
    end_reading()
