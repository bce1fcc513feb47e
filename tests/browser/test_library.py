"""The whole way of an item through the library: handed in, reviewed, found, used, asked about a year later, changed."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.library import asking
from sccafe.library.models import Item
from tests import factories, files, server
from tests.browser.conftest import Person, Site, in_every_kind
from tests.browser.test_first_conversation import mail_to
from tests.browser.test_library_hand_in import press, sign_in
from tests.browser.test_library_list import tick, unfold

pytestmark = pytest.mark.browser

TITLE = "坂の上の団地に、月二回の移動販売"
BODY = "坂の下の店が閉まり、買い物に困る人が増えました。\n\n**集会所の前**に、月に二度、車が来ます。"
NEWER = "車が来るのは月に四度になりました。"
SHEET = {
    "summary": "困っていない人にも声をかけたら、車が来つづけました。",
    "municipality": "八王子市",
    "carried_by": "自治会の有志6人",
    "events": "2023年4月 店が閉まった\n令和5年9月 話し合いを始めた\n2024-02-01 車が来た",
    "results": "2024年 一回の利用者 31人（4ページ）\n2025年 一回の利用者 45人",
    "failed": "雨の日は人が来ませんでした。屋根のある場所に移すまで、半年かかりました。",
    "lessons": "困っている人だけを集めると、店が続きません。",
    "source_author": "坂の上自治会",
    "source_title": "坂の上だより 第12号",
}
#: What keeps the two figures and three events apart, as the item's page writes them.
SHOWN = ("2023年4月", "2023年9月", "2024年2月1日", "31人", "45人")


def mail_about(folder: Path, address: str, words: str) -> str:
    """The newest mail to an address, once it is the one that says these words."""
    for _look in range(200):
        mail = mail_to(folder, address)
        if words in mail:
            return mail
        server.select_pause()
    raise AssertionError(f"no mail to {address} says {words}: {mail}")


def fill(page: Page, said: dict[str, str]) -> None:
    for name, text in said.items():
        page.locator(f"[name={name}]").first.fill(text)


def fetched(page: Page, address: str) -> Any:
    """What this person's browser is given at an address of a link on the page."""
    answer = page.context.request.get(page.url.split("/library")[0] + address)
    assert answer.status == 200, (address, answer.status)
    return answer


def dark(page: pypdfium2.PdfPage) -> float:
    """How much of a page is dark once it is a picture."""
    picture = page.render(scale=1).to_pil().convert("L")
    return sum(picture.histogram()[:128]) / (picture.width * picture.height)


@pytest.fixture
def people(site: Site) -> None:
    factories.person("はるか", email="haruka@example.jp")
    factories.person("もみじ", email="momiji@example.jp", prefecture="13", population="gt300k")
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    for title, town, themes in (
        ("大阪の朝市", "272183", ["shopping"]),
        ("八王子の集いの場", "132012", ["gathering"]),
        ("調布の買物バス", "132080", ["shopping", "mobility"]),
    ):
        factories.item("なかむら", "なかむら", title=title, municipality=town, themes=themes)


@in_every_kind
def test_a_case_goes_the_whole_way_and_stays_true(
    somebody: Callable[[], Person], people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, keeper, reader = somebody(), somebody(), somebody()
    mine, desk, other = owner.page, keeper.page, reader.page

    # はるか hands in a title, a text and a PDF, and sees that it waits.
    sign_in(owner, "haruka@example.jp", "/library/new")
    owner.look("way-new")
    fill(mine, {"title": TITLE, "body": BODY})
    handed = {"name": "坂の上だより.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}
    mine.set_input_files("[name=files]", [handed])  # type: ignore[list-item]
    press(mine, "事務局に送る")
    mine.wait_for_url("**/edit")
    expect(mine.locator(".flash")).to_contain_text("事務局に送りました")
    expect(mine.locator("main")).to_contain_text("坂の上だより.pdf")
    owner.look("way-waiting")
    address = re.sub(r"^.*(/library/\d+)/edit.*$", r"\1", mine.url)
    item_id = int(address.rpartition("/")[2])

    # なかむら takes it, sorts it into the sheet, and asks for one thing.
    sign_in(keeper, "nakamura@example.jp", "/library/desk")
    keeper.look("way-desk")
    desk.get_by_role("link", name=TITLE).click()
    desk.wait_for_url(f"**/library/desk/{item_id}")
    expect(desk.locator("#noticed")).to_contain_text("出典")
    keeper.look("way-review")
    press(desk, "担当になる")
    expect(desk.locator(".flash")).to_contain_text("担当になりました")
    desk.get_by_role("link", name="シートに整える").click()
    desk.wait_for_url(f"**{address}/edit")
    fill(desk, SHEET | {"source_year": "令和6年"})
    desk.get_by_label("買物支援").check()
    keeper.look("way-edit")
    press(desk, "保存する")
    desk.wait_for_url(f"**/library/desk/{item_id}")
    expect(desk.locator("#noticed")).to_contain_text("坂の上だより 第12号")
    for said in SHOWN:
        expect(desk.locator("main")).to_contain_text(said)
    desk.locator("#part-failed summary").click()
    desk.fill("#comment-failed", "移した場所は、どう見つけましたか。")
    desk.locator("#part-failed").get_by_role("button", name="コメントを書く").click()
    expect(desk.locator("#part-failed .said")).to_contain_text("どう見つけましたか")
    desk.fill("[name=note]", "あと一か所だけ、教えてください。")
    press(desk, "直しをお願いする")
    expect(desk.locator(".flash")).to_contain_text("直しをお願いしました")
    keeper.look("way-returned")

    # はるか is told on the site and by mail, and answers by correcting.
    mail = mail_about(owner.site.mail, "haruka@example.jp", "直しのお願い")
    assert "あと一か所だけ、教えてください。" in mail
    assert f"{owner.site.address}{address}/edit" in mail
    owner.go("/notifications")
    owner.look("way-notices")
    mine.locator("main").get_by_role("link", name=re.compile(TITLE)).first.click()
    mine.wait_for_url(f"**{address}/edit")
    expect(mine.locator("main")).to_contain_text("あと一か所だけ、教えてください。")
    expect(mine.locator("#part-failed .said")).to_contain_text("どう見つけましたか")
    mine.locator("[name=failed]").fill(SHEET["failed"] + "\n\n空いた車庫を、住民が貸してくれました。")
    mine.locator("#part-failed .said input").check()
    owner.look("way-correcting")
    press(mine, "事務局に送る")
    expect(mine.locator(".flash")).to_contain_text("事務局に送りました")

    desk.goto(owner.site.address + f"/library/desk/{item_id}")
    expect(desk.locator("#part-failed .said")).to_contain_text("済み")
    expect(desk.locator("#part-failed")).to_contain_text("空いた車庫を")
    desk.select_option("[name=audience]", "public")
    press(desk, "公開する")
    expect(desk.locator(".flash")).to_contain_text("公開しました")
    keeper.look("way-published")
    mail_about(owner.site.mail, "haruka@example.jp", "が公開されました")

    # もみじ finds it, uses it, tells of it, and takes it along.
    sign_in(reader, "momiji@example.jp", "/library")
    unfold(reader)
    tick(reader, "theme-shopping")
    expect(other.locator(".items > li")).to_have_count(3)
    unfold(reader)
    tick(reader, "prefecture-13")
    expect(other.locator(".items > li")).to_have_count(2)
    reader.look("way-found")
    other.locator(".items").get_by_role("link", name=TITLE).click()
    other.wait_for_url(f"**{address}")
    reader.look("way-item")
    expect(other.locator("#failed")).to_contain_text("空いた車庫を")
    for said in SHOWN:
        expect(other.locator("main")).to_contain_text(said)
    other.get_by_role("button", name="使った").click()
    expect(other.locator("#use")).to_contain_text("1人が使いました")
    other.get_by_role("link", name="試してみたことを書く").click()
    other.wait_for_url("**/report")
    other.get_by_label("一部うまくいった").check()
    fill(other, {"since": "2026年6月", "changed": "車庫ではなく公民館の軒先にした", "body": "はじめは三人でした。"})
    reader.look("way-report")
    press(other, "報告を送る")
    other.wait_for_url("**#report-*")
    expect(other.locator("#reports")).to_contain_text("公民館の軒先")
    expect(other.locator("#files")).to_contain_text("坂の上だより.pdf")
    other.locator("summary", has_text="引用する").click()
    citation = other.input_value("#citation")
    assert TITLE in citation
    assert "坂の上だより 第12号" in citation
    assert address in citation
    reader.look("way-told")
    bib = other.get_by_role("link", name="BibTeX").get_attribute("href") or ""
    assert TITLE in fetched(other, bib).text()
    href = other.get_by_role("link", name="PDFで受け取る").get_attribute("href") or ""
    assert href == f"{address}.pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(fetched(other, href).body()))
    said_on_paper = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    for said in (TITLE, "坂の上だより 第12号", "空いた車庫を"):
        assert "".join(said.split()) in said_on_paper
    assert dark(document[0]) > 0.01
    if reader.shots:
        document[0].render(scale=1.5).to_pil().save(reader.shots / "way-pdf.png")

    # The day comes on which はるか is asked whether it is still right, and answers without signing in.
    today = clock.today()
    with writing() as session:
        long_ago = {"due_on": today, "checked_on": today - timedelta(days=365)}
        session.execute(update(Item).where(Item.id == item_id).values(long_ago))
    monkeypatch.setattr(asking, "is_business_day", lambda day: True)
    asking.ask_owners()
    mail = mail_about(owner.site.mail, "haruka@example.jp", "いまも正しい")
    link = re.search(r"https?://\S+(/library/check/\S+)", mail)
    assert link
    passer_by = somebody()
    passer_by.go(link[1])
    passer_by.look("way-check")
    expect(passer_by.page.locator("main")).to_contain_text(TITLE)
    press(passer_by.page, "いまも正しい")
    passer_by.page.get_by_text("お答えを受け取りました").first.wait_for()
    passer_by.look("way-checked")
    passer_by.go(address)
    expect(passer_by.page.locator(".item-head")).to_contain_text(f"{today.year}年{today.month}月に確認")
    passer_by.look("way-item-of-visitor")

    # はるか changes it; visitors read what is on the shelf until なかむら has seen the new version.
    mine.goto(owner.site.address + address)
    mine.get_by_role("link", name="直す", exact=True).first.click()
    mine.wait_for_url(f"**{address}/edit")
    mine.locator("[name=body]").fill(BODY.split("\n\n")[0] + "\n\n" + NEWER)
    press(mine, "事務局に送る")
    expect(mine.locator(".flash")).to_contain_text("事務局に送りました")
    owner.look("way-waiting-again")
    expect(mine.locator("main")).to_contain_text(NEWER)
    passer_by.page.reload()
    expect(passer_by.page.locator("#body")).to_contain_text("月に二度、車が来ます。")
    expect(passer_by.page.locator("#body")).not_to_contain_text(NEWER)
    desk.goto(owner.site.address + f"/library/desk/{item_id}")
    keeper.look("way-review-again")
    press(desk, "公開する")
    expect(desk.locator(".flash")).to_contain_text("公開しました")
    passer_by.page.reload()
    expect(passer_by.page.locator("#body")).to_contain_text(NEWER)
    expect(passer_by.page.locator("#reports")).to_contain_text("公民館の軒先")

    mine.goto(owner.site.address + address)
    mine.get_by_role("link", name="版の一覧").click()
    mine.wait_for_url("**/versions")
    owner.look("way-versions")
    mine.get_by_role("link", name="第1版とくらべる").click()
    expect(mine.locator("del").filter(has_text="二度")).not_to_have_count(0)
    expect(mine.locator("ins").filter(has_text="四度")).not_to_have_count(0)
    owner.look("way-compare")


def test_of_two_who_save_at_once_the_second_sees_both_texts(somebody: Callable[[], Person], people: None) -> None:
    item_id = factories.item("はるか", "なかむら", title=TITLE, body=BODY, failed=SHEET["failed"])
    first, second = somebody(), somebody()
    mine = sign_in(first, "haruka@example.jp", f"/library/{item_id}/edit")
    theirs = sign_in(second, "nakamura@example.jp", f"/library/{item_id}/edit")
    mine.locator("[name=lessons]").fill("まず聞き取りから。")
    mine.locator("[name=failed]").fill("雨の日は人が来ませんでした。車庫を借りました。")
    press(mine, "保存する")
    expect(mine.locator(".flash")).to_contain_text("保存しました")

    fill(theirs, {"summary": "困っていない人にも声をかけました。", "failed": "冬の夕方は、人が来ませんでした。"})
    press(theirs, "保存する")
    expect(theirs.locator("#clash")).to_contain_text("はるかさんが、先に保存していました")
    expect(theirs.locator("#part-failed .theirs")).to_contain_text("車庫を借りました。")
    expect(theirs.locator("#part-lessons .theirs")).to_contain_text("まず聞き取りから。")
    assert theirs.input_value("[name=failed]") == "冬の夕方は、人が来ませんでした。"
    assert theirs.input_value("[name=summary]") == "困っていない人にも声をかけました。"
    second.look("clash-of-two")
    theirs.locator("[name=failed]").fill("雨の日と冬の夕方は、人が来ませんでした。車庫を借りました。")
    theirs.locator("[name=lessons]").fill("まず聞き取りから。")
    press(theirs, "保存する")
    expect(theirs.locator(".flash")).to_contain_text("保存しました")
    mine.reload()
    said = {name: mine.input_value(f"[name={name}]") for name in ("summary", "failed", "lessons")}
    assert said == {
        "summary": "困っていない人にも声をかけました。",
        "failed": "雨の日と冬の夕方は、人が来ませんでした。車庫を借りました。",
        "lessons": "まず聞き取りから。",
    }
    number = db.session.scalar(select(Item.last_number).where(Item.id == item_id))
    end_reading()
    assert number == 2
