"""A bundle in a browser: sent, looked at, corrected, taken in; and everything written out and fetched."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Person, Site
from tests.library.bundling import case, zipped

pytestmark = pytest.mark.browser


def waited_for(person: Person, text: str) -> None:
    """What comes of a bundle appears by itself, and by a link where there are no scripts."""
    for _look in range(40):
        if person.page.get_by_text(text).count():
            break
        if person.scripts:
            person.page.wait_for_timeout(500)
        else:
            person.page.get_by_role("link", name="いまのようすを見る").click()
            person.page.wait_for_timeout(500)
    expect(person.page.get_by_text(text).first).to_be_visible()


def send(page: Page, path: Path) -> None:
    page.set_input_files("[name=bundle]", path)
    page.get_by_role("button", name="送って確かめる").click()
    page.wait_for_url("**/library/desk/imports/*")


def test_the_secretariat_takes_a_bundle_in_and_writes_one_out(
    somebody: Callable[[], Person], site: Site, tmp_path: Path
) -> None:
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    person = somebody()
    page = person.page
    person.go("/sign-in?next=/library/desk/import")
    page.fill("[name=email]", "nakamura@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/library/desk/import")
    person.look("import")

    parts: dict[str, bytes | str] = {f"a{n}.yaml": case(title=f"移動販売の停留所 その{n}") for n in range(1, 4)}
    send(page, zipped(tmp_path / "四月の資料.zip", parts | {"b.yaml": case(kind="話", body=None, subtitle="副題")}))
    waited_for(person, "直すところが")
    person.look("import-faults")
    page.get_by_role("link", name="取り込みのページへ").click()
    page.wait_for_url("**/library/desk/import")
    send(page, zipped(tmp_path / "直した資料.zip", parts))
    waited_for(person, "この内容で取り込む")
    person.look("import-ready")
    page.get_by_role("button", name="この内容で取り込む").click()
    waited_for(person, "取り込みました")
    person.look("import-done")

    person.go("/library/desk/export")
    page.get_by_role("button", name="書き出す").click()
    page.wait_for_url("**/library/desk/exports/*")
    waited_for(person, "3件を書き出しました")
    person.look("export-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="ZIPを保存する").click()
    assert download.value.suggested_filename.endswith(".zip")
    person.go("/library/desk/export")
    person.look("export")
