"""Somebody attaches files to a reply, with scripts and without."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories, files
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def chosen(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_reply_with_a_photograph_and_a_pdf_shows_both(somebody: Callable[[], Person]) -> None:
    factories.person("みどり")
    factories.person("はるか", email="haruka@example.jp")
    topic = factories.topic("みどり", factories.board("with-files"))
    person = somebody()
    page = person.page
    person.go(f"/sign-in?next=/topics/{topic}")
    page.fill("[name=email]", "haruka@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(f"**/topics/{topic}")

    # A file that cannot be taken: the text stays, and the form says what to do.
    page.fill("#reply [name=body]", "様子の写真と、案内です。")
    page.get_by_text("ファイルを付ける").click()
    person.look("files-open")
    page.set_input_files("[name=files]", [chosen("絵.svg", files.SVG)])
    page.click("form.reply button.btn")
    page.wait_for_selector("form.reply .wrong")
    assert page.input_value("[name=body]") == "様子の写真と、案内です。"
    assert "「絵.svg」：この種類のファイルは付けられません" in page.inner_text("form.reply")
    person.look("files-refused")

    both = [chosen("サロンの様子.jpg", files.photograph((900, 600))), chosen("案内.pdf", files.pdf())]
    page.set_input_files("[name=files]", both)
    if person.scripts:
        # A look at the text sends the text alone.
        with page.expect_request("**/preview") as asked:
            page.click("form.reply [name=do]")
        assert len(asked.value.post_data_buffer or b"") < 2000
        page.wait_for_selector(".preview")
    with page.expect_response("**/files/1/thumbnail") as picture:
        page.click("form.reply button.btn")
        page.wait_for_selector("#post-2 .files img")
    assert picture.value.status == 200
    assert "案内.pdf PDF、1KB" in page.inner_text("#post-2 .files")
    person.look("files-shown")
    with page.expect_download() as download:
        page.get_by_role("link", name="案内.pdf").click()
    assert download.value.suggested_filename == "案内.pdf"
    href = page.locator("#post-2 .files a").first.get_attribute("href")
    whole = page.request.get(f"{person.site.address}{href}")
    assert whole.headers["content-type"] == "image/jpeg"
    part = page.request.get(f"{person.site.address}{href}", headers={"Range": "bytes=0-2"})
    assert (part.status, part.body()) == (206, b"\xff\xd8\xff")
