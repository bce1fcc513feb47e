"""What somebody types is there again: on another device, after a lost connection, after an expired session."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sccafe.boards.models import Draft
from sccafe.core.database import db, end_reading
from tests import factories, server
from tests.browser.conftest import Person, with_scripts

pytestmark = pytest.mark.browser


@pytest.fixture
def topic(site: object) -> int:
    """A topic that あおい has begun; もみじ is there to answer it."""
    from sccafe.boards.models import Board

    factories.person("あおい")
    factories.person("もみじ", email="momiji@example.jp")
    exchange = db.session.query(Board.id).filter(Board.slug == "exchange").scalar()
    end_reading()
    return factories.topic("あおい", exchange, "サロンに男性が来てくれません")


def sign_in(person: Person, to: str = "/") -> None:
    person.go(f"/sign-in?next={to}")
    person.page.fill("[name=email]", "momiji@example.jp")
    person.page.fill("[name=password]", factories.PASSWORD)
    person.page.click("main form button:not([type=button])")
    person.page.wait_for_url(re.compile(re.escape(to) + "$"))


def kept_within_seconds(text: str) -> bool:
    """Whether the server comes to keep this text."""
    for _look in range(200):
        found = db.session.query(Draft.body).filter(Draft.discarded_at.is_(None)).all()
        end_reading()
        if any(text in body for (body,) in found):
            return True
        server.select_pause()
    return False


def typed(person: Person, text: str) -> None:
    person.page.locator("#reply [name=body]").press_sequentially(text)
    if not person.scripts:
        person.page.locator("#reply").get_by_text("下書きに残す").click()
        person.page.wait_for_load_state()


def test_a_text_is_gone_on_with_on_another_device_and_is_gone_once_it_is_sent(
    somebody: Callable[[], Person], topic: int
) -> None:
    desk = somebody()
    sign_in(desk, f"/topics/{topic}")
    typed(desk, "うちは役割を先にお願いしました。")
    # Left in the middle of it: the page says good-bye by itself.
    if desk.scripts:
        desk.go("/lounge")
    assert kept_within_seconds("うちは役割を先に")
    desk.page.context.close()

    phone = somebody()
    sign_in(phone, "/drafts")
    phone.look("drafts")
    phone.page.get_by_role("link", name="続きを書く").click()
    phone.page.wait_for_url("**/reply")
    area = phone.page.locator("form.reply [name=body]")
    assert area.input_value() == "うちは役割を先にお願いしました。"
    phone.look("draft-restored")
    area.fill("うちは役割を先にお願いしました。テーブルを運ぶ係です。")
    phone.page.click("form.reply button.btn")
    phone.page.wait_for_selector("text=テーブルを運ぶ係です")
    assert db.session.query(Draft).count() == 0
    end_reading()

    # It comes back nowhere, neither from the server nor from this browser.
    phone.go(f"/topics/{topic}")
    phone.page.wait_for_load_state("networkidle")
    assert phone.page.locator("#reply [name=body]").input_value() == ""
    phone.go("/drafts")
    assert "いま、下書きはありません" in phone.page.inner_text("main")
    phone.look("drafts-empty")


def test_begin_anew_and_think_better_of_it(somebody: Callable[[], Person], topic: int) -> None:
    person = somebody()
    sign_in(person, f"/topics/{topic}")
    typed(person, "やっぱり違うかもしれない文")
    assert kept_within_seconds("やっぱり違うかもしれない文")
    person.go(f"/topics/{topic}")
    person.page.get_by_text("消して書き直す").click()
    area = person.page.locator("#reply [name=body]")
    if person.scripts:
        assert area.input_value() == ""
        person.page.locator("#reply").get_by_text("元に戻す").click()
        assert area.input_value() == "やっぱり違うかもしれない文"
        return
    person.look("draft-again")
    person.page.click("main form button.btn")
    assert person.page.locator("form.reply [name=body]").input_value() == ""
    person.page.get_by_text("元に戻す").click()
    assert "やっぱり違うかもしれない文" in person.page.inner_text("main")


@with_scripts
def test_a_text_outlives_an_expired_session(somebody: Callable[[], Person], topic: int) -> None:
    person = somebody()
    sign_in(person, f"/topics/{topic}")
    person.page.context.clear_cookies()
    with person.page.expect_response("**/drafts/keep") as refused:
        typed(person, "休みのあいだに切れていた")
    assert refused.value.status in (400, 401)
    sign_in(person, f"/topics/{topic}")
    person.page.wait_for_selector("#reply .restored")
    assert person.page.locator("#reply [name=body]").input_value() == "休みのあいだに切れていた"
    assert kept_within_seconds("休みのあいだに切れていた")


@with_scripts
def test_a_text_outlives_a_lost_connection(somebody: Callable[[], Person], topic: int) -> None:
    person = somebody()
    page = person.page
    sign_in(person, f"/topics/{topic}")
    with person.offline():
        typed(person, "電車の中で書いた文")
        # Sent without a connection: the form says so and keeps it.
        page.click("#reply button.btn")
        page.wait_for_selector("#reply .failed")
        assert page.locator("#reply [name=body]").input_value() == "電車の中で書いた文"
    page.goto(person.site.address + f"/topics/{topic}")
    page.wait_for_selector("#reply .restored")
    assert page.locator("#reply [name=body]").input_value() == "電車の中で書いた文"
    assert kept_within_seconds("電車の中で書いた文")


@with_scripts
def test_a_page_made_just_before_the_text_was_kept_shows_it(somebody: Callable[[], Person], topic: int) -> None:
    person = somebody()
    page, address = person.page, f"/topics/{topic}"
    sign_in(person, address)

    # The server answers, and only then takes the text; its answer arrives last.
    made_before = page.context.request.get(person.site.address + address)
    typed(person, "電車の中で書いた文")
    expect(page.locator("#reply .draft-state")).to_have_text("下書きに残しました。")
    page.route("**" + address, lambda route: route.fulfill(response=made_before))
    page.goto(person.site.address + address)
    page.wait_for_selector("#reply .restored:not(.draft-state)")
    assert page.locator("#reply [name=body]").input_value() == "電車の中で書いた文"


@with_scripts
def test_a_whole_form_sent_without_a_connection_is_there_afterwards(somebody: Callable[[], Person], topic: int) -> None:
    person = somebody()
    page = person.page
    sign_in(person, "/boards/exchange/new")
    page.fill("[name=title]", "送れなかった話題")
    page.locator("main [name=body]").press_sequentially("送れなかった本文")
    with person.offline(), page.expect_event("requestfailed", lambda request: request.url.endswith("/new")):
        page.click("main form button.btn", no_wait_after=True)
    person.go("/lounge")
    assert kept_within_seconds("送れなかった本文")
    person.go("/boards/exchange/new")
    page.wait_for_load_state("networkidle")
    assert page.locator("main [name=body]").input_value() == "送れなかった本文"
    assert page.locator("main [name=title]").input_value() == "送れなかった話題"


@with_scripts
def test_the_newer_of_two_texts_is_shown(somebody: Callable[[], Person], topic: int) -> None:
    desk, phone = somebody(), somebody()
    sign_in(desk, f"/topics/{topic}")
    with desk.offline():
        typed(desk, "机の古い文")
        sign_in(phone, f"/topics/{topic}")
        typed(phone, "電話の新しい文")
        assert kept_within_seconds("電話の新しい文")
    desk.go(f"/topics/{topic}")
    desk.page.wait_for_load_state("networkidle")
    assert desk.page.locator("#reply [name=body]").input_value() == "電話の新しい文"
