"""An item in a browser: read to its sources, used in one press, told of, talked about, cited and printed."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from sccafe.library import reporting
from tests import factories
from tests.browser.conftest import Person, Site
from tests.library.shelf_town import WHOLE

pytestmark = pytest.mark.browser


@pytest.fixture
def case(app: Flask, site: Site) -> int:
    factories.person("あおい", coordinator_layer="layer2")
    factories.person("なかむら", "secretariat")
    factories.person("もみじ", email="momiji@example.jp")
    found = factories.item("あおい", "なかむら", **WHOLE)
    for handle, outcome in (("あおい", "well"), ("なかむら", "not")):
        told = reporting.Told(
            outcome, place="本町の自治会館", since="2026-05", changed=f"{handle}は曜日を変えた", cost="3千円"
        )
        reporting.tell(factories.viewer_of(handle), found, told)
    return found


def enter(person: Person, onward: str) -> None:
    person.go(f"/sign-in?next={onward}")
    person.page.fill("[name=email]", "momiji@example.jp")
    person.page.fill("[name=password]", factories.PASSWORD)
    person.page.click("main form button:not([type=button])")
    person.page.wait_for_url(f"**{onward}")


def test_somebody_reads_uses_tells_and_talks(somebody: Callable[[], Person], case: int) -> None:
    person = somebody()
    page, address = person.page, f"/library/{case}"
    person.go(address)
    person.look("item-visitor")
    assert page.locator("h1").inner_text() == WHOLE["title"]
    enter(person, address)
    person.look("item")

    # One press, and one more takes it back.
    page.get_by_role("button", name="使った").click()
    expect(page.get_by_role("button", name="使った")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#use")).to_contain_text("1人が使いました")
    if person.scripts:
        expect(page.locator("#live")).to_contain_text("「使った」を伝えました。")
        expect(page.locator("#use-button")).to_be_focused()
    person.look("item-used")

    page.get_by_role("link", name="試してみたことを書く").click()
    page.wait_for_url("**/report")
    person.look("report")
    page.locator("main form button.btn").click()
    page.locator("#problems").wait_for()
    person.look("report-refused")
    page.get_by_label("一部うまくいった").check()
    page.fill("[name=since]", "2026年6月")
    page.fill("[name=body]", "はじめは三人でした。")
    page.locator("main form button.btn").click()
    page.wait_for_url("**#report-*")
    mine = page.locator("#reports li", has_text="もみじ")
    expect(mine).to_contain_text("2026年6月から")
    expect(page.locator("#reports")).to_contain_text("一部うまくいった 1")
    person.look("item-told")

    page.locator("summary", has_text="引用する").click()
    assert address in page.input_value("#citation")
    person.look("item-cite")

    page.fill("#talk-body", "車はどこで借りましたか。")
    page.locator("#talk button.btn").click()
    page.wait_for_url("**/topics/**")
    expect(page.locator("#post-1")).to_contain_text("車はどこで借りましたか。")
    page.locator("#post-1").get_by_role("link", name=address).click()
    page.wait_for_url(f"**{address}")
    expect(page.locator("#talk")).to_contain_text("返信0件")
    person.look("item-talked")

    mine.get_by_role("link", name="書き直す").click()
    page.locator("summary", has_text="この報告を消す").click()
    person.look("report-delete")
    page.get_by_role("button", name="消す", exact=True).click()
    page.wait_for_url("**#reports")
    expect(page.locator("#reports")).not_to_contain_text("はじめは三人でした。")


def test_on_paper_stand_the_sources_and_the_address_at_the_end(somebody: Callable[[], Person], case: int) -> None:
    person = somebody()
    page = person.page
    person.go(f"/library/{case}")
    page.emulate_media(media="print")
    for hidden in ("header.bar", ".crumbs", "aside.side", "#talk", "footer"):
        expect(page.locator(hidden).first).to_be_hidden()
    reports, sources, printed = (page.locator(each).bounding_box() for each in (".reports", ".sources", ".printed"))
    assert reports and sources and printed
    assert reports["y"] < sources["y"] < printed["y"]
    expect(page.locator(".printed")).to_contain_text(f"/library/{case}")
    if person.shots:
        page.screenshot(path=person.shots / "item-print.png", full_page=True)
