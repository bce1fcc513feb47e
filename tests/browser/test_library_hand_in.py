"""From hand-in to shelf in a browser: a free text, a return with a comment, two who save at once, versions."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests import factories
from tests.browser.conftest import Person, Site

pytestmark = pytest.mark.browser
BODY = "団地の坂の下の店が閉まりました。\n\n田中さんが言い出して、月に二度、集会所に車が来ます。"


def sign_in(person: Person, email: str, address: str) -> Page:
    page = person.page
    person.go(f"/sign-in?next={address}")
    page.fill("[name=email]", email)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(f"**{address}")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_free_text_becomes_a_sheet_on_the_shelf(somebody: Callable[[], Person], site: Site) -> None:
    factories.person("みどり", email="midori@example.jp")
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    member, keeper = somebody(), somebody()

    mine = sign_in(member, "midori@example.jp", "/library/new")
    press(mine, "事務局に送る")
    mine.locator("#problems").wait_for()
    member.look("new-empty")
    mine.fill("[name=title]", "買い物に困っていない人も呼ぶ移動販売")
    mine.fill("[name=body]", BODY)
    mine.fill("[name=source]", "会員の投稿")
    member.look("new")
    press(mine, "事務局に送る")
    mine.wait_for_url("**/edit")
    assert "田中さん" in mine.inner_text("#noticed")
    member.look("waiting")

    desk = sign_in(keeper, "nakamura@example.jp", "/library/desk")
    keeper.look("desk")
    desk.get_by_role("link", name="買い物に困っていない人も呼ぶ移動販売").click()
    desk.wait_for_url("**/library/desk/1")
    press(desk, "担当になる")
    desk.locator("#part-body summary").click()
    desk.fill("#comment-body", "お名前は「住民のAさん」ではどうでしょう。")
    keeper.look("review-commenting")
    desk.locator("#part-body").get_by_role("button", name="コメントを書く").click()
    desk.locator("#part-body .said").wait_for()
    desk.fill("[name=note]", "まちの名前を教えてください。")
    press(desk, "直しをお願いする")
    desk.locator(".flash").wait_for()
    keeper.look("review-returned")

    mine.goto(site.address + "/library/mine")
    member.look("mine")
    mine.get_by_role("link", name="買い物に困っていない人も呼ぶ移動販売").click()
    mine.wait_for_url("**/edit")
    mine.fill("[name=municipality]", "八王子市")
    mine.fill("[name=body]", BODY.replace("田中さん", "住民のAさん"))
    mine.fill("[name=events]", "いつか始めた")
    mine.locator("#part-body .said input").check()
    press(mine, "保存する")
    mine.locator("#problems").wait_for()
    member.look("edit-wrong-line")
    mine.fill("[name=events]", "2016年4月 話し合いを始めた\n2017年 車が来た")
    press(mine, "出典の欄を増やす")
    mine.locator("#source-title-3").wait_for()
    press(mine, "事務局に送る")
    mine.locator(".flash").wait_for()

    # Both have the sheet open; the secretariat's two people save one after the other.
    other = somebody()
    factories.person("まえだ", "secretariat", email="maeda@example.jp")
    theirs = sign_in(other, "maeda@example.jp", "/library/1/edit")
    desk.goto(site.address + "/library/1/edit")
    keeper.look("edit")
    theirs.fill("[name=summary]", "近所の人も使う場にした")
    press(theirs, "保存する")
    theirs.wait_for_url("**/library/desk/1")
    desk.fill("[name=summary]", "困っていない人も呼んで続いた")
    press(desk, "保存する")
    desk.locator("#clash").wait_for()
    assert "近所の人も使う場にした" in desk.inner_text(".theirs")
    keeper.look("clash")
    press(desk, "保存する")
    desk.wait_for_url("**/library/desk/1")
    press(desk, "公開する")
    desk.locator(".flash").wait_for()
    keeper.look("review-published")

    desk.goto(site.address + "/library/1/edit")
    desk.fill(
        "[name=body]", "団地の坂の下の店が閉まりました。\n\n住民のAさんが言い出して、月に四度、集会所に車が来ます。"
    )
    press(desk, "保存する")
    desk.wait_for_url("**/library/desk/1")
    desk.goto(site.address + "/library/1/versions")
    keeper.look("versions")
    desk.get_by_role("link", name="第1版とくらべる").click()
    desk.locator("ins").first.wait_for()
    keeper.look("compare")
    desk.goto(site.address + "/library/1/versions/1")
    keeper.look("version")
    press(desk, "この版に戻す")
    desk.wait_for_url("**/edit")
    assert "月に二度" in desk.input_value("[name=body]")
    desk.goto(site.address + "/library/desk/off-shelf")
    keeper.look("off-shelf")
