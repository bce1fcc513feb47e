"""Somebody without an account answers a question that came by mail."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from sccafe.boards.models import Board
from sccafe.core.database import db, end_reading
from tests import factories
from tests.browser.conftest import Person
from tests.browser.test_first_conversation import mail_to
from tests.prompts import asking

pytestmark = pytest.mark.browser

GUEST = "hana@example.org"


def board(slug: str) -> int:
    found = db.session.scalar(select(Board.id).where(Board.slug == slug))
    end_reading()
    assert found is not None
    return found


def test_an_answer_by_personal_link_takes_one_field_and_one_press(somebody: Callable[[], Person]) -> None:
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    prompt = asking.ask(board("meeting"))
    asking.send(prompt, GUEST)
    person = somebody()
    link = re.search(r"https?://\S+(/answer/[\w-]+)$", mail_to(person.site.mail, GUEST), re.M)
    assert link
    page = person.page
    person.go(link[1])
    person.look("answer")
    assert asking.figures(prompt) == (1, 0, 0, 0)
    page.fill("main textarea", "バスが減って、通院の足に困っています。")
    page.click("main form button.btn")
    page.wait_for_selector(".flash")
    person.look("answer-sent")
    assert asking.figures(prompt) == (1, 1, 1, 1)
    page.get_by_role("link", name="載っている答えを見る").click()
    page.wait_for_url("**/topics/**")
    assert "バスが減って" in page.inner_text("main")
    assert "匿名A" in page.inner_text("main")

    person.go(link[1])
    page.fill("main textarea", "やはり、事務局だけに伝えます。")
    page.get_by_text("公開しない（事務局だけが読む）").click()
    page.click("main form button.btn")
    page.wait_for_selector(".flash")
    assert asking.figures(prompt) == (1, 1, 1, 0)
    person.go(link[1] + "/stop")
    person.look("answer-stop")
    person.go("/answer/wrong")
    person.look("answer-dead")


def test_touching_the_field_is_told_once_and_opening_the_page_is_not(somebody: Callable[[], Person]) -> None:
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    prompt = asking.ask(board("meeting"))
    asking.send(prompt, GUEST)
    person = somebody()
    link = re.search(r"https?://\S+(/answer/[\w-]+)$", mail_to(person.site.mail, GUEST), re.M)
    assert link
    person.go(link[1])
    assert asking.figures(prompt)[1] == 0
    if person.scripts:
        with person.page.expect_response("**/opened") as told:
            person.page.locator("main textarea").focus()
        assert told.value.status == 204
    else:
        person.page.locator("main textarea").focus()
    assert asking.figures(prompt)[1] == int(person.scripts)


def test_the_secretariat_asks_and_enters_what_came_by_telephone(somebody: Callable[[], Person]) -> None:
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    person = somebody()
    page = person.page
    person.go("/sign-in?next=/prompts")
    page.fill("[name=email]", "nakamura@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/prompts")
    person.look("prompts-empty")
    page.get_by_role("link", name="よびかけを作る").first.click()
    page.wait_for_url("**/prompts/new")
    person.look("prompt-new")
    page.fill("[name=title]", asking.QUESTION)
    page.fill("main [name=body]", "ひとことで教えてください。")
    page.select_option("[name=board]", label="みんなの会議室")
    page.fill("[name=until]", asking.today().isoformat())
    page.click("main form button.btn")
    page.wait_for_url(re.compile(r"/prompts/\d+"))
    page.fill("[name=addresses]", "hana@example.org\n花子")
    page.click("form[action$='/send'] button.btn")
    page.wait_for_selector("#problems")
    person.look("prompt-wrong-address")
    page.fill("[name=addresses]", "hana@example.org")
    page.click("form[action$='/send'] button.btn")
    page.wait_for_selector(".flash")
    person.look("prompt-sent")
    page.get_by_role("link", name="話題を開く").click()
    page.wait_for_url("**/topics/*")
    page.get_by_role("link", name="だれかの代わりに書き込む").click()
    page.wait_for_url("**/for-someone")
    person.look("for-someone")
    page.fill("main [name=body]", "電話でうかがいました。通院の足に困っています。")
    page.fill("[name=name]", "山田")
    page.fill("main [name=email]", "yamada@example.org")
    page.click("main form button.btn")
    page.wait_for_url("**/topics/**")
    assert "事務局が代わりに書き込みました" in page.inner_text("main")
    person.look("entered")
    link = re.search(r"https?://\S+(/written/[\w-]+)$", mail_to(person.site.mail, "yamada@example.org"), re.M)
    assert link
    person.go(link[1])
    person.look("written")
