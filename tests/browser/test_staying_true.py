"""The owner of an item is asked by mail, and answers with one press from wherever they read it."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.library import asking, checking
from sccafe.library.models import Item
from tests import factories, server
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def link_about(folder: Path, title: str) -> str:
    """The link in the mail that asks about this item, once the job thread has written it."""
    for _look in range(200):
        for file in folder.glob("*.eml"):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            if str(message["Subject"]).endswith(f"「{title}」は、いまも正しいですか"):
                link = re.search(r"https?://\S+(/library/check/[\w-]+)$", message.get_content(), re.M)
                if link:  # else it is still being written
                    return link[1]
        server.select_pause()
    raise AssertionError(f"no mail about {title}")


def test_an_owner_answers_from_the_mail_and_the_desk_sees_it(somebody: Callable[[], Person]) -> None:
    factories.person("みどり", email="midori@example.jp")
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    due = factories.item("みどり", "なかむら", summary="集会所に月二回、店が来る。八つの区で続いています。")
    other = factories.item("みどり", "なかむら", title="見守りの連絡票のひな形")
    checking.set_owner(factories.viewer_of("なかむら"), due, "みどり", "なかむら")
    today = clock.today()
    with writing() as session:
        session.execute(update(Item).values(due_on=today - timedelta(days=3), checked_on=today - timedelta(days=368)))
    asking.ask(due, today)
    asking.ask(other, today)
    person = somebody()
    page = person.page
    for title in ("移動販売が続く仕組み", "見守りの連絡票のひな形"):
        person.go(link_about(person.site.mail, title))
        person.look("library-check")
        if title.startswith("移動"):
            page.get_by_role("button", name="いまも正しい").click()
        else:
            page.get_by_label("どこを直すとよいか").fill("電話の欄が、いまの様式と違います。")
            page.keyboard.press("Enter")
        page.wait_for_selector("text=お答えを受け取りました")
        person.look("library-check-answered")
    found = db.session.execute(select(Item.checked_on, Item.needs_work).order_by(Item.id)).all()
    end_reading()
    assert [tuple(row) for row in found] == [(today, False), (today - timedelta(days=368), True)]

    staff = somebody()
    staff.go("/sign-in?next=/library/desk/checks")
    staff.page.fill("[name=email]", "nakamura@example.jp")
    staff.page.fill("[name=password]", factories.PASSWORD)
    staff.page.click("main form button:not([type=button])")
    staff.page.wait_for_url("**/library/desk/checks")
    staff.look("library-desk-checks")
    assert "電話の欄が、いまの様式と違います。" in staff.page.inner_text("main")
    staff.page.get_by_role("link", name="持ち主を変える").click()
    staff.look("library-owner")
    staff.page.get_by_label("持ち主のハンドル名").fill("だれでもない")
    staff.page.get_by_role("button", name="この人に決める").click()
    staff.page.wait_for_selector("#problems")
    staff.look("library-owner-wrong")
    staff.page.get_by_label("持ち主のハンドル名").fill("なかむら")
    staff.page.get_by_role("button", name="この人に決める").click()
    staff.page.wait_for_selector(".flash")
    assert "持ち主：なかむらさん" in staff.page.inner_text("main")
    staff.go(f"/library/{other}/check")
    staff.look("library-check-signed-in")
    staff.go("/notifications")
    staff.look("library-notices")
    staff.go("/settings/notifications")
    staff.look("library-notices-settings")
    staff.go("/library/check/wrong")
    staff.look("library-check-dead")
