"""特集: what the secretariat puts together, and what each reader finds in it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sccafe.core.database import db, end_reading
from sccafe.library import selections, service
from sccafe.library.models import Selection
from tests import factories
from tests.library.with_files import item_with, people

Browser = Callable[[str], FlaskClient]
NEW = "/library/selections/new"


@pytest.fixture
def readers(app: Flask) -> None:
    people()


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    given = {"title": "冬の見守り", "body": "", "audience": "public"} | fields
    page = client.get(address)
    if "seen" not in given and address != NEW:
        given["seen"] = factories.hidden(page, "seen")
    return client.post(address, data=factories.form(client, address, **given))


def made(client: FlaskClient, items: str, **fields: str) -> str:
    """The address of a selection of these lines."""
    answer = send(client, NEW, items=items, **fields)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def count() -> int:
    found = db.session.scalar(select(func.count()).select_from(Selection))
    end_reading()
    return found or 0


def test_the_secretariat_puts_items_together_in_its_own_order_with_a_word_on_each(
    readers: None, as_person: Browser, client: FlaskClient
) -> None:
    first, second = item_with(title="はじめの題"), item_with(title="つぎの題")
    address = made(
        as_person("なかむら"),
        f"/library/{second}　まずはここから\n\n{first}",
        body="**雪**の前に。",
        title="冬の見守り",
    )
    page = client.get(address).text
    assert page.index("つぎの題") < page.index("まずはここから") < page.index("はじめの題")
    assert "<strong>雪</strong>" in page
    assert f'href="/library/handout.pdf?items={second},{first}"' in page
    listed = client.get("/library/selections").text
    assert "冬の見守り" in listed
    assert "資料 2件" in listed


def test_items_that_a_reader_may_not_read_are_left_out_and_not_counted(
    readers: None, as_person: Browser, client: FlaskClient
) -> None:
    public, members = item_with(title="みんなの題"), item_with(title="会員の題", shown_to="members")
    waiting, old = item_with(title="まだの題", publish=False), item_with(title="もうない題")
    service.archive(factories.viewer_of("なかむら"), old, "古い")
    address = made(as_person("なかむら"), "\n".join(f"{each} ことば{each}" for each in (public, members, waiting, old)))
    for browser, shown, words in (
        (client, [public], "資料 1件"),
        (as_person("はるか"), [public, members], "資料 2件"),
        (as_person("なかむら"), [public, members], "資料 2件"),
    ):
        page = browser.get(address).text
        for each in (public, members, waiting, old):
            assert (f"ことば{each}" in page) == (each in shown)
        assert f'items={",".join(map(str, shown))}"' in page
        assert words in browser.get("/library/selections").text


def test_one_that_is_being_put_together_is_seen_by_the_secretariat_alone(
    readers: None, as_person: Browser, client: FlaskClient
) -> None:
    address = made(as_person("なかむら"), str(item_with()), audience="staff")
    assert "まとめている途中" in as_person("なかむら").get(address).text
    for browser in (client, as_person("はるか")):
        assert browser.get(address).status_code == 404
        assert "冬の見守り" not in browser.get("/library/selections").text
        assert browser.get(NEW).status_code == 404
        assert browser.get(address + "/edit").status_code == 404


def test_it_is_put_into_another_order_and_published(readers: None, as_person: Browser, client: FlaskClient) -> None:
    first, second = item_with(title="はじめの題"), item_with(title="つぎの題")
    staff = as_person("なかむら")
    address = made(staff, f"{first} いち\n{second}", audience="staff")
    form = staff.get(address + "/edit").text
    assert f"{first} いち\n{second}" in form
    assert send(staff, address + "/edit", items=f"{second}\n{first}", title="春の見守り").status_code == 303
    page = client.get(address).text
    assert "春の見守り" in page
    assert page.index("つぎの題") < page.index("はじめの題")


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("{item}\n999 これ", "2行目：番号999の資料はありません。"),
        ("{item}\n\nだれかの資料", "3行目：「だれかの資料」を読めません。"),
        ("{item}\n/library/{item} また", "は、もう上に書いてあります。"),
        ("{item} " + "あ" * 201, "1行目：ひとことは200文字までです。"),
        ("", "入れる資料を、1行にひとつ書いてください。"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_what_was_typed_stays(
    readers: None, as_person: Browser, lines: str, wrong: str
) -> None:
    typed = lines.format(item=item_with())
    answer = send(as_person("なかむら"), NEW, items=typed, body="書いた文")
    assert answer.status_code == 422
    assert wrong in answer.text
    assert typed in answer.text
    assert "書いた文" in answer.text
    assert count() == 0


def test_more_than_it_can_hold_is_refused() -> None:
    with pytest.raises(selections.Wrong) as wrong:
        selections.lines("\n".join(map(str, range(1, selections.MOST_ITEMS + 2))))
    assert (wrong.value.why, wrong.value.at) == ("many", selections.MOST_ITEMS + 1)


@pytest.mark.parametrize(
    ("line", "item_id", "note"),
    [
        ("12", 12, ""),
        ("12 ひとこと", 12, "ひとこと"),
        ("１２　ひとこと", 12, "ひとこと"),
        ("/library/12", 12, ""),
        ("https://cafe.example.jp/library/12?from=list#top 読みやすい 一件", 12, "読みやすい 一件"),
    ],
)
def test_a_line_names_an_item_by_its_number_or_its_address(line: str, item_id: int, note: str) -> None:
    assert selections.lines(line) == [selections.Chosen(item_id, note, 1)]


def test_the_same_form_sent_twice_makes_one(readers: None, as_person: Browser) -> None:
    staff, item_id = as_person("なかむら"), item_with()
    fields = factories.form(staff, NEW, title="冬", body="", items=str(item_id), audience="public", once="the same key")
    first, second = staff.post(NEW, data=fields), staff.post(NEW, data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert count() == 1


def test_whoever_saves_second_is_told_and_loses_nothing(readers: None, as_person: Browser, client: FlaskClient) -> None:
    staff, item_id = as_person("なかむら"), item_with()
    address = made(staff, str(item_id))
    assert send(staff, address + "/edit", items=str(item_id), title="先の題", seen="").status_code == 303
    late = send(staff, address + "/edit", items=str(item_id), title="後の題", seen="")
    assert late.status_code == 422
    assert "ほかの人が先に保存しました" in late.text
    assert "後の題" in late.text
    assert "先の題" in client.get(address).text
    seen = factories.hidden(late, "seen")
    assert send(staff, address + "/edit", items=str(item_id), title="後の題", seen=seen).status_code == 303
    assert "後の題" in client.get(address).text


def test_many_items_come_as_several_hand_outs(readers: None, as_person: Browser) -> None:
    ids = [item_with(title=f"題{number}") for number in range(22)]
    page = as_person("なかむら").get(made(as_person("なかむら"), "\n".join(map(str, ids)))).text
    assert f'items={",".join(map(str, ids[:20]))}"' in page
    assert f'items={ids[20]},{ids[21]}"' in page


def test_an_empty_list_says_what_it_is_for(readers: None, as_person: Browser, client: FlaskClient) -> None:
    assert "まだ特集がありません" in client.get("/library/selections").text
    assert f'href="{NEW}"' in as_person("なかむら").get("/library/selections").text
