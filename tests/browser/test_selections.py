"""The secretariat puts a selection together; a reader looks into its files and takes it along."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories, files
from tests.browser.conftest import Person
from tests.library.test_handouts import FULL
from tests.library.with_files import files_of, item_with

pytestmark = pytest.mark.browser


def test_a_selection_is_made_read_and_taken_along(somebody: Callable[[], Person]) -> None:
    factories.person("みどり")
    factories.person("なかむら", "secretariat", email="staff@example.jp")
    first = item_with((files.pdf_of(3), "手引き.pdf"), **FULL)
    second = item_with(title="雪かきの当番表", summary="班ごとの当番を、一枚の紙にまとめるひな形")
    keeper = somebody()
    page = keeper.page
    keeper.go("/sign-in?next=/library/selections")
    page.fill("[name=email]", "staff@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/library/selections")
    keeper.look("selections-none")
    page.get_by_role("link", name="特集を作る").first.click()

    page.fill("[name=title]", "冬の前に読む")
    page.fill("[name=body]", "雪の季節の前に、読んでおきたい事例です。")
    page.fill("[name=items]", f"{second} まずはここから\n{first}\n999999 これはない")
    page.select_option("[name=audience]", "public")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_selector("#problems")
    assert "3行目：番号999999の資料はありません。" in page.inner_text("#problems")
    keeper.look("selection-refused")
    page.fill("[name=items]", f"{second} まずはここから\n{first}")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**/library/selections/1")
    keeper.look("selection-made")

    reader = somebody()
    reader.go("/library/selections")
    reader.look("selections")
    reader.page.get_by_role("link", name="冬の前に読む").click()
    expect(reader.page.locator("ol.picked > li")).to_have_count(2)
    reader.look("selection")
    href = reader.page.get_by_role("link", name="まとめてPDFにする").get_attribute("href")
    assert href == f"/library/handout.pdf?items={second},{first}"

    reader.go(f"/library/handout?items={second},{first}")
    reader.look("handout")
    reader.go(f"/library/handout?items={first}")
    reader.look("handout-of-one")

    (booklet,) = files_of(first)
    with reader.page.expect_response(f"**/library/files/{booklet.id}/pages/1.webp") as picture:
        reader.go(f"/library/files/{booklet.id}/preview")
    assert picture.value.status == 200
    reader.look("file-preview")
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="PDFを受け取る").click()
    assert download.value.suggested_filename == "手引き.pdf"
