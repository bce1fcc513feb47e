"""The page that everybody sees before they ask."""

import io
from collections.abc import Callable
from datetime import date

import time_machine
from flask.testing import FlaskClient

from sccafe.core import files, site_settings
from sccafe.core.database import writing
from sccafe.counseling.models import CategoryRule, DaysOff
from sccafe.counseling.settings import URGENT
from tests import factories
from tests.conftest import Statements
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND, SUBJECT
from tests.files import image

Browser = Callable[[str], FlaskClient]


def text(client: FlaskClient, address: str = "/counseling") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_visitor_reads_who_answers_how_long_it_takes_who_will_see_it_and_when_not_to_wait(
    desk: None, client: FlaskClient
) -> None:
    answer = client.get("/counseling")
    shown = answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers and "X-Robots-Tag" not in answer.headers
    assert EXPERT in shown and "職場・働き方・気持ち" in shown and "ご一緒に考えます。" in shown
    assert "はじめのご連絡は2営業日以内、答えは7営業日以内" in shown
    assert "読めるのは、相談窓口の担当と、お答えする専門家だけです" in shown
    assert "110番" in shown and "119番" in shown
    assert 'href="/counseling/new"' in shown and 'href="/counseling/receipt"' in shown
    assert "/counseling/desk" not in shown


def test_the_promise_is_the_longest_that_the_rules_make(desk: None, client: FlaskClient) -> None:
    with writing() as session:
        session.add(CategoryRule(category="law", first_days=3, answer_days=15))
    assert "はじめのご連絡は3営業日以内、答えは15営業日以内" in text(client)


def test_the_desks_own_words_on_urgency_stand_in_the_place_of_ours(desk: None, client: FlaskClient) -> None:
    with writing():
        site_settings.put(URGENT, "**夜間**は市の当直へ。<script>x</script>")
    for address in ("/counseling", "/counseling/new"):
        shown = text(client, address)
        assert "<strong>夜間</strong>は市の当直へ。" in shown
        assert "110番" not in shown and "<script>x" not in shown


def test_an_expert_who_is_away_is_shown_last_and_says_from_when_they_are_back(desk: None, client: FlaskClient) -> None:
    with time_machine.travel("2026-06-03T03:00:00+00:00", tick=False):
        with writing() as session:
            session.add(DaysOff(expert_id=making.user_id(EXPERT), first=date(2026, 6, 1), last=date(2026, 6, 5)))
        shown = text(client)
        assert "2026年6月6日（土）からお答えします。" in shown
        assert shown.index(SECOND) < shown.index(EXPERT)
    with time_machine.travel("2026-06-06T03:00:00+00:00", tick=False):
        assert "お休み中" not in text(client)


def test_answers_that_were_published_are_listed_for_those_who_may_read_them(
    desk: None, client: FlaskClient, as_person: Browser
) -> None:
    more = {"kind": "qa", "collection": "counseling"}
    factories.item(DESK, DESK, title="報告書に何を書くか", **more)
    factories.item(DESK, DESK, shown_to="members", title="会員だけの答え", **more)
    factories.item(DESK, DESK, kind="qa", title="よその質問")
    shown = text(client)
    assert "報告書に何を書くか" in shown
    assert "会員だけの答え" not in shown and "よその質問" not in shown
    assert "会員だけの答え" in text(as_person(ASKER))


def test_ones_own_requests_are_listed_without_a_word_of_them(
    desk: None, as_person: Browser, statements: Statements
) -> None:
    ref = making.request("asker")
    client = as_person(ASKER)
    text(client)  # the typical times are kept for some minutes
    with statements:
        shown = text(client)
    assert len(statements) <= 8
    assert f"/counseling/requests/{ref}" in shown and "あなたのお返事待ち" in shown
    assert SUBJECT not in shown and BODY not in shown
    assert ref not in text(as_person(OTHER))


def test_desk_and_experts_are_shown_the_way_to_their_pages(desk: None, as_person: Browser) -> None:
    for handle in (DESK, EXPERT):
        assert 'href="/counseling/desk"' in text(as_person(handle))
    assert 'href="/counseling/desk"' not in text(as_person(ASKER))


def test_many_requests_are_shown_on_several_pages(desk: None, as_person: Browser) -> None:
    refs = [making.request(body=f"{number}番目の相談です。") for number in range(11)]
    client = as_person(ASKER)
    first, second = text(client), text(client, "/counseling?page=2")
    assert refs[0] not in first and refs[10] in first
    assert refs[0] in second and refs[10] not in second


# --- pictures of experts ------------------------------------------------------------------------------------


def save_expert(client: FlaskClient, user_id: int, **more: object) -> int:
    fields = factories.form(
        client, f"/admin/experts/{user_id}", fields=["law"], capacity="3", active="y", sentence="どうぞ。", **more
    )
    return client.post(f"/admin/experts/{user_id}", data=fields, content_type="multipart/form-data").status_code


def test_an_experts_picture_is_small_and_shown_to_everybody_while_they_answer(
    desk: None, client: FlaskClient, as_person: Browser
) -> None:
    user_id = making.user_id(EXPERT)
    address = f"/counseling/experts/{user_id}/picture"
    staff = as_person(DESK)
    assert client.get(address).status_code == 404
    assert save_expert(staff, user_id, picture=(io.BytesIO(image()), "わたし.png"), employer="八王子市社協") == 303
    assert address in text(client)
    answer = client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "image/webp"
    assert len(list(files.store().names())) == 1
    assert "八王子市社協" in text(staff, f"/admin/experts/{user_id}")
    # Saved again without a file it stays; taken away it is gone, also from the store.
    assert save_expert(staff, user_id) == 303
    assert client.get(address).status_code == 200
    assert save_expert(staff, user_id, remove_picture="y") == 303
    assert client.get(address).status_code == 404
    assert address not in text(client)
    assert list(files.store().names()) == []


def test_what_is_no_picture_is_refused_with_what_may_be_sent(desk: None, as_person: Browser) -> None:
    user_id = making.user_id(EXPERT)
    client = as_person(DESK)
    assert save_expert(client, user_id, picture=(io.BytesIO("めも".encode()), "めも.txt")) == 422


def test_the_picture_of_somebody_who_answers_no_more_is_not_there(
    desk: None, client: FlaskClient, as_person: Browser
) -> None:
    user_id = making.user_id(EXPERT)
    staff = as_person(DESK)
    save_expert(staff, user_id, picture=(io.BytesIO(image()), "わたし.png"))
    fields = factories.form(staff, f"/admin/experts/{user_id}", fields=["law"], capacity="3")
    assert staff.post(f"/admin/experts/{user_id}", data=fields).status_code == 303
    assert client.get(f"/counseling/experts/{user_id}/picture").status_code == 404
    assert EXPERT not in text(client)
