"""Asking for counsel, with nothing left in the browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person, with_scripts
from tests.counseling import making

pytestmark = pytest.mark.browser
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


def write(person: Person, text: str) -> None:
    person.page.get_by_label("職場・働き方・気持ち").check()
    person.page.locator("#body").fill(text)


def test_a_visitor_asks_closes_it_on_a_shared_computer_and_comes_back_by_the_code(
    somebody: Callable[[], Person], site: object
) -> None:
    making.people()
    visitor = somebody()
    page = visitor.page
    visitor.go("/counseling")
    visitor.look("counsel-entrance")
    page.get_by_role("link", name="相談する").first.click()
    write(visitor, "会議のたびに、わたしの報告だけ飛ばされます。")
    visitor.look("counsel-new")
    page.get_by_role("button", name="相談を送る").click()
    visitor.look("counsel-sent")
    code = re.sub(r"\s", "", page.locator(".receipt-code").text_content() or "")
    page.get_by_role("link", name="書きとめたので").click()
    expect(page.get_by_text("わたしの報告だけ")).to_be_visible()
    visitor.look("counsel-request")
    page.get_by_role("button", name="閉じる", exact=True).click()
    page.get_by_role("link", name="受付番号で続きを読む").click()
    visitor.look("counsel-receipt")
    page.get_by_label("受付番号").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="開く").click()
    page.locator("#body").fill("春からです。")
    page.get_by_role("button", name="書き足して送る").click()
    expect(page.locator(".counsel-said").get_by_text("春からです。")).to_be_visible()
    if visitor.scripts:
        assert "報告" not in page.evaluate(STORED)


@with_scripts
def test_what_a_member_types_is_kept_by_the_server_alone_until_it_is_sent(
    somebody: Callable[[], Person], site: object
) -> None:
    making.people()
    factories.person("もみじ", email="momiji@example.jp")
    member = somebody()
    page = member.page
    member.go("/sign-in?next=/counseling/new")
    page.fill("[name=email]", "momiji@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/counseling/new")
    write(member, "書きかけの悩みです。")
    expect(page.get_by_text("下書きを保存しました。")).to_be_visible()
    assert "悩み" not in page.evaluate(STORED)
    page.reload()
    expect(page.locator("#body")).to_have_value("書きかけの悩みです。")
    expect(page.get_by_label("職場・働き方・気持ち")).to_be_checked()
    member.look("counsel-draft")
    page.get_by_role("button", name="相談を送る").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_url("**/counseling/requests/*")
    member.go("/counseling/new")
    expect(page.locator("#body")).to_have_value("")
