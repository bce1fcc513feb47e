"""Counsel on its whole way: from somebody without an account to the shelf, and where it does not go straight."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from sccafe.boards.models import Board
from sccafe.core.database import db, end_reading
from sccafe.counseling.service.rules import Rule, save
from tests import factories
from tests.browser.conftest import Person, Site
from tests.counseling import making
from tests.counseling.making import ASKER, DESK, EXPERT, SECOND

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("somebody", ["desktop", "phone without scripts"], indirect=True),
]


def signed_in(person: Person, handle: str, address: str) -> Page:
    person.go(f"/sign-in?next={address}")
    person.page.fill("[name=email]", factories.email_of(handle))
    person.page.fill("[name=password]", factories.PASSWORD)
    person.page.click("main form button:not([type=button])")
    person.page.wait_for_url(f"**{address}")
    return person.page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def said(page: Page) -> None:
    """The page says that it has taken what was sent."""
    page.locator(".flash").first.wait_for()


def test_a_visitors_request_comes_back_with_an_answer_and_ends_on_the_shelf(
    somebody: Callable[[], Person], site: Site
) -> None:
    making.people()
    save(making.actor(DESK), {"workplace": Rule(second_look=True)}, {})
    asker = somebody()
    ask = asker.page

    asker.go("/counseling")
    ask.get_by_role("link", name="相談する").first.click()
    ask.get_by_label("職場・働き方・気持ち").check()
    ask.locator("#body").fill("会議のたびに、わたしの報告だけ飛ばされます。")
    ask.get_by_label("名前などを伏せて").check()
    press(ask, "相談を送る")
    code = re.sub(r"\s", "", ask.locator(".receipt-code").text_content() or "")
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){3}[2-9A-HJKMNP-Z]{4}", code)
    ask.get_by_role("link", name="書きとめたので").click()
    ask.wait_for_url("**/counseling/requests/*")
    ref = ask.url.rsplit("/", 1)[-1]
    press(ask, "閉じる")

    desk = signed_in(somebody(), DESK, "/counseling/desk")
    desk.get_by_role("link", name=ref).click()
    desk.get_by_label(re.compile(f"^{EXPERT}さん")).check()
    press(desk, "この専門家にお願いする")
    said(desk)

    expert = signed_in(somebody(), EXPERT, "/counseling/desk")
    expert.get_by_role("link", name=ref).click()
    press(expert, "引き受ける")
    said(expert)
    expert.locator("#step-ask_back summary").click()
    expert.fill("#ask-back-body", "いつごろからですか。")
    press(expert, "おたずねを送る")
    said(expert)

    asker.go("/counseling/receipt")
    ask.get_by_label("受付番号").fill(code)
    press(ask, "開く")
    expect(ask.get_by_text("いつごろからですか。")).to_be_visible()
    ask.locator("#body").fill("春からです。")
    press(ask, "返事を送る")
    expect(ask.locator(".counsel-said").get_by_text("春からです。")).to_be_visible()

    expert.reload()
    expect(expert.get_by_text("春からです。")).to_be_visible()
    assert expert.get_by_role("button", name="相談した方に送る").count() == 0
    expert.fill("#answer-body", "議題に入れてもらうところから始めましょう。")
    press(expert, "確認に出す")
    said(expert)
    desk.reload()
    press(desk, "相談した方に送る")
    said(desk)

    ask.reload()
    expect(ask.get_by_text("議題に入れてもらうところから")).to_be_visible()
    ask.get_by_label("役に立った", exact=True).check()
    press(ask, "感想を送る")
    said(ask)
    ask.get_by_role("link", name="この相談を見た人").click()
    expect(ask.get_by_text(EXPERT).first).to_be_visible()

    desk.get_by_role("link", name="資料室に載せる").click()
    desk.get_by_label("題名").fill("会議で報告の時間がもらえません")
    desk.get_by_label("質問").fill("会議で、活動の報告をする時間がありません。")
    press(desk, "相談した方と専門家にたずねる")
    said(desk)
    expert.goto(f"{site.address}/counseling/desk/{ref}/publication")
    press(expert, "この文に同意する")
    said(expert)
    asker.go(f"/counseling/requests/{ref}")
    ask.locator(f"a[href='/counseling/requests/{ref}/publication']").click()
    expect(ask.get_by_text("活動の報告をする時間がありません")).to_be_visible()
    press(ask, "この文を載せてよい")
    said(ask)
    ask.get_by_role("link", name="資料室で見る").click()
    expect(ask.get_by_role("heading", level=1)).to_have_text("会議で報告の時間がもらえません")
    asker.go("/counseling")
    expect(ask.get_by_role("link", name="会議で報告の時間がもらえません")).to_be_visible()
    assert making.state_of(ref) == "answered"


def test_a_members_question_is_handed_back_passed_on_answered_and_another_withdrawn(
    somebody: Callable[[], Person], site: Site
) -> None:
    making.people()
    questions = db.session.scalar(select(Board.id).where(Board.slug == "questions"))
    end_reading()
    assert questions is not None
    topic = factories.topic(ASKER, questions, "ごみ出しのお礼", "券を渡してよいですか。")
    member = somebody()
    page = signed_in(member, ASKER, f"/topics/{topic}")
    page.get_by_role("link", name="相談窓口へ").click()
    expect(page.locator("#body")).to_have_value(re.compile("券を渡してよいですか"))
    page.get_by_label("職場・働き方・気持ち").check()
    press(page, "相談を送る")
    page.wait_for_url("**/counseling/requests/*")
    ref = page.url.rsplit("/", 1)[-1]

    desk = signed_in(somebody(), DESK, f"/counseling/desk/{ref}")
    desk.get_by_label(re.compile(f"^{SECOND}さん")).check()
    press(desk, "この専門家にお願いする")
    said(desk)
    expert = signed_in(somebody(), SECOND, f"/counseling/desk/{ref}")
    expert.locator("#step-hand_back summary").click()
    expert.fill("#hand-back-reason", "制度のことなので、分かりかねます。")
    press(expert, "相談窓口に戻す")
    said(expert)
    assert making.state_of(ref) == "routing"

    desk.reload()
    desk.locator("#history summary").click()
    expect(desk.get_by_text("制度のことなので、分かりかねます。")).to_be_visible()
    desk.locator("#step-pass_on summary").click()
    desk.select_option("#pass-on-where", "prefecture")
    press(desk, "照会中にする")
    said(desk)
    member.go("/notifications")
    expect(page.get_by_text("都道府県").first).to_be_visible()
    desk.fill("#answer-body", "県の担当課に確かめました。月500円の券なら、届け出はいりません。")
    press(desk, "相談した方に送る")
    said(desk)
    member.go(f"/counseling/requests/{ref}")
    expect(page.get_by_text("県の担当課に確かめました。")).to_be_visible()
    press(page, "もう大丈夫です")
    said(page)
    assert making.state_of(ref) == "closed"

    other = making.request("expert")
    member.go(f"/counseling/requests/{other}")
    page.get_by_role("link", name="相談を取り下げる").click()
    press(page, "取り下げる")
    said(page)
    assert making.state_of(other) == "withdrawn"
