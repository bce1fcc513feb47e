"""しおり in a browser: put in from the menu of a post, found in the list, taken out and put back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sccafe.boards import measures
from sccafe.boards.models import Board
from sccafe.bookmarks import service
from sccafe.core.database import db, end_reading
from tests import factories
from tests.browser.conftest import Person, Site

pytestmark = pytest.mark.browser


def test_somebody_marks_a_post_finds_it_and_takes_the_mark_out(somebody: Callable[[], Person], site: Site) -> None:
    factories.person("あおい")
    factories.person("なかむら", "secretariat")
    factories.person("もみじ", email="momiji@example.jp")
    exchange = db.session.query(Board.id).filter(Board.slug == "exchange").scalar()
    end_reading()
    topic = factories.topic("あおい", exchange, "サロンに男性が来てくれません", "声をかけても一回で終わります。")
    gone = factories.topic("あおい", exchange, "なくなる話題")
    reader = factories.viewer_of("もみじ")
    service.save(reader, factories.post_id(gone, 1), "これは見えなくなる", None)
    measures.change_topic(factories.viewer_of("なかむら"), gone, "hidden", "理由")
    other = factories.topic("なかむら", exchange, "来年度の研修の日程について", "日程の案を三つ用意しました。")
    service.save(reader, factories.post_id(other, 1), "", None)

    person = somebody()
    page = person.page
    person.go(f"/sign-in?next=/topics/{topic}")
    page.fill("[name=email]", "momiji@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/topics/*")

    page.locator("#post-1 summary").click()
    person.look("menu")
    page.locator("#post-1").get_by_text("しおり", exact=True).click()
    page.wait_for_url("**/bookmark")
    person.look("bookmark")
    page.fill("[name=note]", "協議体で男性の居場所の話をするとき")
    page.fill("[name=remind_on]", (service.today() + timedelta(days=14)).isoformat())
    page.click("main form button.btn")
    page.wait_for_url("**/topics/**")
    assert "の朝に知らせます" in page.inner_text(".flash")
    person.look("marked")

    page.get_by_role("link", name="しおりを見る").click()
    page.wait_for_url("**/bookmarks")
    person.look("bookmarks")
    cards = page.locator(".cards > li")
    assert [cards.nth(n).inner_text().splitlines()[0] for n in range(3)] == [
        "サロンに男性が来てくれません",
        "来年度の研修の日程について",
        "この書き込みは、いまは読めません。",
    ]
    cards.nth(2).get_by_role("button", name="外す").click()
    page.get_by_role("button", name="元に戻す").wait_for()
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="元に戻す").click()
    expect(cards).to_have_count(3)
    for left in (2, 1, 0):
        cards.first.get_by_role("button", name="外す").click()
        expect(cards).to_have_count(left)
    person.look("bookmarks-empty")
