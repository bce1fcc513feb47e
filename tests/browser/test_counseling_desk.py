"""The counseling desk in a browser: routing, a text block, what cannot be sent by mistake, and the second look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from sccafe.counseling.service import blocks
from sccafe.counseling.service.rules import Rule, save
from tests import factories
from tests.browser.conftest import Person, Site
from tests.counseling import making
from tests.counseling.making import DESK, EXPERT

pytestmark = pytest.mark.browser


def sign_in(person: Person, handle: str, address: str) -> Page:
    page = person.page
    person.go(f"/sign-in?next={address}")
    page.fill("[name=email]", factories.email_of(handle))
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(f"**{address}")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_an_answer_is_drafted_with_a_text_block_and_goes_out_after_a_second_look(
    somebody: Callable[[], Person], site: Site
) -> None:
    making.people()
    making.request("expert", category="law", body="制度のことで迷っています。")
    ref = making.request("new")
    blocks.add(making.actor(DESK), "はじめのあいさつ", "{name}さま、{expert}です。{unknown}")
    save(making.actor(DESK), {"workplace": Rule(second_look=True)}, {})
    keeper, answerer = somebody(), somebody()

    desk = sign_in(keeper, DESK, "/counseling/desk")
    keeper.look("counseling-desk")
    desk.get_by_role("link", name=ref).click()
    desk.wait_for_url(f"**/{ref}")
    desk.get_by_label(f"{EXPERT}さん").check()
    keeper.look("counseling-work-new")
    press(desk, "この専門家にお願いする")
    desk.locator(".flash").wait_for()

    expert = sign_in(answerer, EXPERT, "/counseling/desk")
    answerer.look("counseling-own")
    expert.get_by_role("link", name=ref).click()
    expert.wait_for_url(f"**/{ref}")
    answerer.look("counseling-work-asked")
    press(expert, "引き受ける")
    expert.locator("#answer-body").wait_for()
    expert.fill("#answer-body", "お話をありがとうございます。")
    expert.select_option("#answer-block", label="はじめのあいさつ")
    press(expert, "文の終わりに入れる")
    expert.wait_for_url("**/draft#answer")
    assert f"{EXPERT}です。{{unknown}}" in expert.input_value("#answer-body")
    assert expert.get_by_role("button", name="相談した方に送る").count() == 0
    expert.fill("#note-body", "窓口へ：この書き方でよいでしょうか。")
    if answerer.scripts:
        # Both are kept at the pause; the one that is sent takes nothing of the other along.
        with expert.expect_response("**/keep/answer"):
            expert.fill("#answer-body", "まだ送らない答えの文です。")
    press(expert, "内部の連絡として残す")
    expert.locator(".flash").wait_for()
    assert "この書き方で" in expert.inner_text("#inside")
    if answerer.scripts:
        assert expert.input_value("#answer-body") == "まだ送らない答えの文です。"
        assert expert.input_value("#note-body") == ""
    answerer.look("counseling-work-expert")
    expert.fill("#answer-body", "議題に入れてもらうところから始めましょう。")
    press(expert, "確認に出す")
    expert.locator(".flash").wait_for()

    desk.reload()
    assert f"ほかの方（{EXPERT}さん）もいま開いています" in desk.inner_text("#others")
    keeper.look("counseling-work-desk")
    desk.locator("#step-send_back summary").click()
    press(desk, "直しをお願いする")
    desk.locator("#problems").wait_for()
    keeper.look("counseling-work-wrong")
    press(desk, "相談した方に送る")
    desk.locator(".flash").wait_for()
    assert making.state_of(ref) == "answered"
    for name in ("new", "rules", "blocks", "guidance"):
        keeper.go(f"/counseling/desk/{name}")
        keeper.look(f"counseling-desk-{name}")
    press(desk, "English")
    for address in ("", f"/{ref}", "/rules"):
        keeper.go(f"/counseling/desk{address}")
        keeper.look(f"counseling-english{address.replace('/', '-')}".replace(ref, "work"))
