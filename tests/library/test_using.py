"""「使った」 and talking about an item: in one press, by those who may, once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.boards import measures
from sccafe.boards import service as boards
from sccafe.boards.models import Board, Post, Topic
from sccafe.core import site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.library import service, using
from sccafe.library.shelf import shelf
from sccafe.library.using import TALK_BOARD
from tests import factories
from tests.library.shelf_town import case, people, stored

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]


def page(client: FlaskClient, item_id: int) -> str:
    return client.get(f"/library/{item_id}").get_data(as_text=True)


def press(client: FlaskClient, item_id: int, **headers: str) -> str:
    fields = factories.form(client, f"/library/{item_id}")
    answer = client.post(f"/library/{item_id}/use", data=fields, headers=headers, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_one_press_says_that_it_was_used_and_the_next_takes_it_back(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    said = press(client, case)
    assert "1人が使いました" in said
    assert 'aria-pressed="true"' in said
    press(as_person("みせばん"), case)
    assert stored(case).use_count == 2
    assert 'aria-pressed="false"' in press(client, case)
    assert stored(case).use_count == 1


def test_htmx_is_given_the_button_alone(case: int, as_person: Browser) -> None:
    part = press(as_person("はるか"), case, **{"HX-Request": "true"})
    assert "<main" not in part
    assert 'id="use"' in part
    assert 'aria-pressed="true"' in part


def test_what_was_used_most_moves_to_the_front_of_the_list(case: int, as_person: Browser) -> None:
    newer = factories.item("みどり", "なかむら", title="あとから来たもの")
    me = factories.viewer_of("はるか")
    assert shelf().find(me, {}, "used", 0, 10).ids == [newer, case]
    end_reading()
    before = stored(case).revision
    press(as_person("はるか"), case)
    assert shelf().find(me, {}, "used", 0, 10).ids == [case, newer]
    end_reading()
    assert stored(case).revision > before


def test_whoever_is_signed_out_sees_the_count_and_no_button(case: int, client: FlaskClient, as_person: Browser) -> None:
    press(as_person("はるか"), case)
    html = page(client, case)
    assert "1人が使いました" in html
    assert f'action="/library/{case}/use"' not in html


def test_what_cannot_be_read_is_not_used(people: Flask, as_person: Browser) -> None:
    other, members_own = factories.item("みどり", "なかむら"), factories.item("みどり", "なかむら", "members")
    client = as_person("みせばん")
    fields = factories.form(client, f"/library/{other}")
    for item_id in (members_own, factories.item("みどり"), 999999):
        assert client.post(f"/library/{item_id}/use", data=fields).status_code == 404
    assert stored(members_own).use_count == 0


# --- talking -----------------------------------------------------------------------------------------------


def talk(client: FlaskClient, item_id: int, body: str = "どう集めましたか。", **more: str) -> str:
    """Send the form of the item's page; where the browser is led."""
    fields = factories.form(client, f"/library/{item_id}", body=body, **more)
    answer = client.post(f"/library/{item_id}/talk", data=fields)
    assert answer.status_code == 303
    return answer.headers["Location"]


def topics() -> int:
    found = db.session.scalar(select(func.count(Topic.id)))
    end_reading()
    return found or 0


def test_one_field_and_one_press_begin_a_topic_that_leads_back(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    assert "「SC交流ひろば」に話題ができます。" in page(client, case)
    place = talk(client, case)
    html = client.get(place, follow_redirects=True).get_data(as_text=True)
    assert "<h1>「移動販売が続く仕組み」について</h1>" in html
    assert "どう集めましたか。" in html
    assert f'href="http://127.0.0.1:8000/library/{case}"' in html


def test_the_page_then_leads_to_the_topic_and_says_what_is_new_there(
    case: int, client: FlaskClient, as_person: Browser
) -> None:
    talk(as_person("はるか"), case)
    topic_id = stored(case).topic_id
    assert topic_id is not None
    factories.answer("みどり", topic_id)
    html = page(client, case)
    assert f'href="/topics/{topic_id}"' in html
    assert "返信1件" in html
    assert f'action="/library/{case}/talk"' not in html


def test_a_long_title_is_cut_to_the_length_of_a_topics(people: Flask, as_person: Browser) -> None:
    long = factories.item("みどり", "なかむら", title="長" * 100)
    talk(as_person("はるか"), long)
    title = db.session.scalar(select(Topic.title).where(Topic.id == stored(long).topic_id)) or ""
    end_reading()
    assert len(title) == boards.TITLE_LENGTH
    assert title.endswith("…」について")


def test_an_empty_word_shows_the_page_again_and_starts_nothing(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    fields = factories.form(client, f"/library/{case}", body=" ")
    answer = client.post(f"/library/{case}/talk", data=fields)
    assert answer.status_code == 422
    assert "本文が空です。" in answer.get_data(as_text=True)
    assert topics() == 0


def test_the_same_form_sent_twice_makes_one_topic_with_one_post(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    fields = factories.form(client, f"/library/{case}", body="どう集めましたか。", once="k1")
    places = [client.post(f"/library/{case}/talk", data=fields).headers["Location"] for _ in range(2)]
    assert places[0] == places[1]
    assert topics() == 1
    assert db.session.scalar(select(func.count(Post.id))) == 1


def test_of_two_who_begin_at_once_the_second_ones_words_become_a_reply(case: int, as_person: Browser) -> None:
    first, second = as_person("はるか"), as_person("さくら")
    fields = factories.form(second, f"/library/{case}", body="わたしも聞きたいです。")
    talk(first, case)
    place = second.post(f"/library/{case}/talk", data=fields).headers["Location"]
    assert topics() == 1
    html = second.get(place, follow_redirects=True).get_data(as_text=True)
    assert "どう集めましたか。" in html
    assert "わたしも聞きたいです。" in html


def test_however_many_begin_at_once_there_is_one_topic_and_no_word_is_lost(case: int, people: Flask) -> None:
    handles = ["はるか", "さくら", "みどり", "なかむら"]
    viewers = [factories.viewer_of(handle) for handle in handles]
    together = Barrier(len(viewers))

    def begin(who: Viewer) -> int:
        with people.app_context():
            words = boards.prepare(f"{who.handle}です。")
            together.wait()
            return using.talk(who, case, "題名", words, "").topic_id

    with ThreadPoolExecutor(len(viewers)) as pool:
        places = set(pool.map(begin, viewers))
    assert places == {stored(case).topic_id}
    assert topics() == 1
    said = set(db.session.scalars(select(Post.source)))
    end_reading()
    assert said == {f"{handle}です。" for handle in handles}


def test_however_many_press_at_once_all_are_counted(case: int, people: Flask) -> None:
    viewers = [factories.viewer_of(handle) for handle in ("はるか", "さくら", "みせばん", "なかむら")]
    together = Barrier(len(viewers))

    def press_once(who: Viewer) -> bool:
        with people.app_context():
            together.wait()
            return using.use(who, case)[0]

    with ThreadPoolExecutor(len(viewers)) as pool:
        assert all(pool.map(press_once, viewers))
    assert stored(case).use_count == len(viewers)


def test_of_a_hidden_topic_the_page_says_nothing_and_a_deleted_one_makes_room(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    talk(client, case)
    topic_id = stored(case).topic_id or 0
    measures.change_topic(factories.viewer_of("なかむら"), topic_id, "hidden", "理由")
    for handle in ("はるか", "みどり"):
        html = page(as_person(handle), case)
        assert 'id="talk"' not in html
        assert "/topics/" not in html
    assert f"/topics/{topic_id}" in page(as_person("なかむら"), case)
    measures.change_topic(factories.viewer_of("なかむら"), topic_id, "restored", "理由")
    boards.delete_post(factories.viewer_of("はるか"), factories.post_id(topic_id, 1))
    talk(client, case, "もう一度聞きます。")
    assert stored(case).topic_id not in (None, topic_id)


@pytest.mark.parametrize(
    ("item_audience", "board_audience", "offered"),
    [
        ("public", "public", True),
        ("public", "members", True),
        ("members", "members", True),
        ("members", "public", False),
        ("members", "network", False),
        ("network", "members", False),
        ("experts", "public", False),
    ],
)
def test_it_is_offered_where_everybody_who_reads_the_board_may_read_the_item(
    people: Flask, as_person: Browser, item_audience: str, board_audience: str, offered: bool
) -> None:
    factories.board("about", audience=board_audience)
    with writing():
        site_settings.put(TALK_BOARD, "about")
    item_id = factories.item("みどり", "なかむら", item_audience)
    client = as_person("なかむら")
    assert (f'action="/library/{item_id}/talk"' in page(client, item_id)) == offered
    other = factories.item("みどり", "なかむら")
    fields = factories.form(client, f"/library/{other}", body="ひとこと")
    assert client.post(f"/library/{item_id}/talk", data=fields).status_code == (303 if offered else 403)


def test_companies_and_visitors_begin_nothing(case: int, client: FlaskClient, as_person: Browser) -> None:
    company = as_person("みせばん")
    assert 'id="talk"' not in page(company, case)
    fields = factories.form(company, f"/library/{case}", body="ひとこと")
    assert company.post(f"/library/{case}/talk", data=fields).status_code == 403
    assert "サインインして話す" in page(client, case)
    assert topics() == 0


def test_without_such_a_board_nothing_is_offered(case: int, as_person: Browser) -> None:
    with writing() as session:
        session.query(Board).filter(Board.slug == "exchange").update({"archived": True})
    assert 'id="talk"' not in page(as_person("はるか"), case)


def test_what_was_taken_off_the_shelf_meanwhile_is_neither_used_nor_talked_about(case: int) -> None:
    who: Viewer = factories.viewer_of("はるか")
    service.archive(factories.viewer_of("なかむら"), case, "理由")
    for act in (
        lambda: using.use(who, case),
        lambda: using.talk(who, case, "題", boards.prepare("文"), ""),
    ):
        with pytest.raises(using.NotThere):
            act()


def test_a_topic_in_english_hands_is_still_called_in_japanese(case: int, as_person: Browser) -> None:
    client = as_person("はるか")
    client.post("/language", data={"locale": "en"})
    assert re.search(r'<html lang="en"', page(client, case))
    talk(client, case)
    title = db.session.scalar(select(Topic.title).where(Topic.id == stored(case).topic_id))
    end_reading()
    assert title == "「移動販売が続く仕組み」について"
