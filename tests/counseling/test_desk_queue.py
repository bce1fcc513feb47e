"""The queue of the desk and an expert's own list: what they show, in which order, and what a search leaves behind."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.core import clock
from sccafe.core.database import db, end_reading
from sccafe.counseling import desk_queries, reading, searching, service
from sccafe.counseling.models import Look
from sccafe.counseling.sealing import Matter
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND, SUBJECT

Browser = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def people(desk: None) -> Iterator[None]:
    yield


def looks() -> list[tuple[str, str]]:
    found = [(row.what, row.capacity) for row in db.session.execute(select(Look.what, Look.capacity))]
    end_reading()
    return found


def refs(page: str, *known: str) -> list[str]:
    """These refs in the order in which the page names them."""
    return sorted((ref for ref in known if ref in page), key=page.index)


def found(browser: FlaskClient, words: str) -> str:
    return browser.post("/counseling/desk", data=factories.form(browser, "/counseling/desk", q=words)).text


def test_the_queue_shows_where_each_request_stands_and_no_word_of_it(as_person: Browser) -> None:
    made = {state: making.request(state, matter=Matter(subject=SUBJECT)) for state in ("new", "expert", "closed")}
    page = as_person(DESK).get("/counseling/desk")
    assert page.headers["Cache-Control"] == "no-store"
    assert refs(page.text, *made.values()) == [made["new"], made["expert"]]
    assert "職場・働き方・気持ち" in page.text
    assert "はるかさん（担当しています）" in page.text
    assert BODY not in page.text
    assert SUBJECT not in page.text
    assert looks() == []


def test_what_is_due_first_stands_first_and_late_ones_say_so(as_person: Browser) -> None:
    now = clock.now()
    with clock.pretending(now - timedelta(days=30)):
        old = making.request("routing")
        waiting = making.request("asker")
    new = making.request("new")
    desk = as_person(DESK)
    page = desk.get("/counseling/desk").text
    assert refs(page, old, new, waiting) == [old, new, waiting]
    assert "答えが遅れています" in page
    assert "お返事を待つあいだ、期限は止まっています" in page
    assert refs(desk.get("/counseling/desk?late=1").text, old, new, waiting) == [old]


def test_the_queue_is_narrowed_by_state_and_category(as_person: Browser) -> None:
    law, work, done = making.request(category="law"), making.request("routing"), making.request("answered")
    desk = as_person(DESK)
    assert refs(desk.get("/counseling/desk?category=law").text, law, work, done) == [law]
    assert refs(desk.get("/counseling/desk?state=routing").text, law, work, done) == [work]
    assert refs(desk.get("/counseling/desk?state=answered").text, law, work, done) == [done]
    assert len(refs(desk.get("/counseling/desk?state=all").text, law, work, done)) == 3
    assert len(refs(desk.get("/counseling/desk?state=nothing&category=nothing&late=2").text, law, work, done)) == 2
    assert "ここに並ぶ相談はありません" in desk.get("/counseling/desk?state=withdrawn").text


def test_a_long_queue_has_pages_and_a_bounded_number_of_statements(
    as_person: Browser, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_queries, "ON_A_PAGE", 2)
    monkeypatch.setattr("sccafe.counseling.desk_views.ON_A_PAGE", 2)
    made = [making.request("expert") for _ in range(5)]
    desk = as_person(DESK)
    assert refs(desk.get("/counseling/desk").text, *made) == made[:2]
    with statements:  # type: ignore[attr-defined]
        page = desk.get("/counseling/desk?page=3")
    assert refs(page.text, *made) == made[4:]
    assert "?page=2" in page.text
    assert len(statements) <= 6
    assert refs(desk.get("/counseling/desk?page=99").text, *made) == made[4:]


def test_an_expert_finds_their_own_requests_in_groups(as_person: Browser) -> None:
    mine, waiting, answered = (making.request(state) for state in ("expert", "asker", "answered"))
    asked, others = making.request("routing"), making.request("new")
    service.assign(making.actor(DESK), asked, making.user_id(EXPERT))
    page = as_person(EXPERT).get("/counseling/desk").text
    assert refs(page, asked, mine, waiting, answered, others) == [asked, mine, waiting, answered]
    assert "引き受けるかどうかのお返事は" in page
    titles = ("お願いされている相談", "受け持っている相談", "相談した方のお返事を待つ相談", "答えた相談")
    assert [page.index(title) for title in titles] == sorted(page.index(title) for title in titles)
    assert "相談をさがす" not in page
    assert "お願いしている相談はありません" in as_person(SECOND).get("/counseling/desk").text
    assert looks() == []


def test_a_search_finds_by_words_in_any_width_and_records_it_for_each_request_found(as_person: Browser) -> None:
    hit = making.request(body="ＡＢＣ社協の会議で、報告だけ飛ばされます。")
    by_subject = making.request(matter=Matter(subject="abc社協のこと"))
    making.request(body="買い物のことです。")
    page = found(as_person(DESK), "abc 社協")
    assert refs(page, hit, by_subject) == [by_subject, hit]
    assert "飛ばされます" not in page
    assert looks() == [("search", "desk")] * 2
    rows = reading.looks(making.actor(ASKER), hit)
    assert [(row.handle, row.what) for row in rows] == [(DESK, "search")]


def test_a_search_records_its_looks_in_the_order_in_which_others_lock_requests(desk: None) -> None:
    for _ in range(3):
        making.request()
    assert [hit.id for hit in searching.find(making.actor(DESK), BODY[:5])] == [3, 2, 1]
    assert db.session.scalars(select(Look.request_id).order_by(Look.id)).all() == [1, 2, 3]
    end_reading()


def test_a_search_by_number_finds_that_request_and_one_letter_finds_nothing(as_person: Browser) -> None:
    ref = making.request()
    desk = as_person(DESK)
    assert ref in found(desk, f" {ref.lower()} ")
    assert "2文字以上で" in found(desk, "会")
    assert "見つかりませんでした" in found(desk, "どこにもないことば")
    assert looks() == [("search", "desk")]


def test_a_search_opens_the_newest_requests_alone(as_person: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = making.request(), making.request()
    monkeypatch.setattr(searching, "MOST_OPENED", 1)
    assert refs(found(as_person(DESK), "報告だけ"), older, newer) == [newer]


def test_nobody_but_the_desk_searches(as_person: Browser) -> None:
    making.request("expert")
    for handle in (EXPERT, OTHER):
        browser = as_person(handle)
        data = factories.form(browser, "/settings", q="報告だけ")
        assert browser.post("/counseling/desk", data=data).status_code == 404
    assert looks() == []


def test_the_entrance_can_say_what_waits_for_whom(statements: list[str]) -> None:
    for state in ("new", "routing", "expert"):
        making.request(state)
    asked = making.request("routing")
    service.assign(making.actor(DESK), asked, making.user_id(SECOND))
    mine = making.request("expert")
    service.hand_in(making.actor(EXPERT), mine, "案です。", 0)
    at_desk = desk_queries.waiting(making.actor(DESK))
    assert at_desk == desk_queries.Waiting(True, False, new=1, routing=1, to_look_at=1)
    assert desk_queries.waiting(making.actor(EXPERT)) == desk_queries.Waiting(False, True, mine=2)
    assert desk_queries.waiting(making.actor(SECOND)) == desk_queries.Waiting(False, True, asked=1)
    end_reading()
    member = making.actor(OTHER)
    with statements:  # type: ignore[attr-defined]
        assert desk_queries.waiting(member) is None
    assert len(statements) == 1
    with statements:  # type: ignore[attr-defined]
        assert desk_queries.waiting(making.actor()) is None
    assert statements == []
    end_reading()
