"""How little writing costs: counted in a real browser, by what a person has to fill in and press."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import factories
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


@dataclass
class Counted:
    """Fills and presses as somebody does, and counts both."""

    page: Any
    fields: list[str] = field(default_factory=list)
    presses: list[str] = field(default_factory=list)

    def fill(self, selector: str, text: str) -> None:
        self.fields.append(selector)
        self.page.fill(selector, text)

    def press(self, selector: str) -> None:
        self.presses.append(selector)
        self.page.click(selector)

    def is_one_of_each(self) -> bool:
        return len(self.fields) == 1 and len(self.presses) == 1


def enter(person: Person, handle: str) -> None:
    """Sign in: not counted, as people stay signed in."""
    person.go("/sign-in")
    person.page.fill("[name=email]", factories.email_of(handle))
    person.page.fill("[name=password]", factories.PASSWORD)
    person.page.click("main form button:not([type=button])")
    person.page.wait_for_url(person.site.address + "/")


@pytest.fixture
def topic(site: object) -> int:
    from sqlalchemy import select

    from sccafe.boards.models import Board
    from sccafe.core.database import db, end_reading

    factories.person("みどり")
    factories.person("はるか")
    board = db.session.scalar(select(Board.id).where(Board.slug == "exchange"))
    end_reading()
    assert board is not None
    return factories.topic("みどり", board, "サロンの終わらせ方", "閉じる相談を受けました。")


def test_from_reading_a_topic_to_having_replied_is_one_field_and_one_press(topic: int, somebody: type[Person]) -> None:
    person = somebody()  # type: ignore[call-arg]
    enter(person, "はるか")
    person.go(f"/topics/{topic}")
    person.look("one-press-topic")
    counted = Counted(person.page)
    counted.fill("#reply textarea", "うちでも同じことがありました。")
    counted.press("#reply button.btn")
    person.page.wait_for_selector("#post-2")
    assert counted.is_one_of_each()
    assert f"/topics/{topic}" in person.page.url  # the page was not left
    assert "うちでも同じことがありました。" in person.page.inner_text("#post-2")


def test_a_word_in_the_exchange_is_one_field_and_one_press_from_home_and_from_the_board(
    topic: int, somebody: type[Person]
) -> None:
    person = somebody()  # type: ignore[call-arg]
    enter(person, "はるか")
    for place, title in (("/", "今日は三人も来てくれました"), ("/boards/exchange", "自治会長さんに褒められました")):
        person.go(place)
        person.look(f"one-press{place.replace('/', '-')}")
        counted = Counted(person.page)
        counted.fill("#quick", f"{title}\nうれしい日です。")
        counted.press("form:has(#quick) button.btn")
        person.page.wait_for_url("**/topics/**")
        assert counted.is_one_of_each()
        assert person.page.inner_text("h1") == title


def test_an_anonymous_reply_is_one_tick_more_and_shows_no_name(topic: int, somebody: type[Person]) -> None:
    person = somebody()  # type: ignore[call-arg]
    enter(person, "はるか")
    person.go(f"/topics/{topic}")
    person.page.fill("#reply textarea", "実は、うまくいっていません。")
    person.page.check("#reply [name=anonymous]")
    person.look("anonymous-reply")
    assert "名前は誰にも出ません。" in person.page.inner_text("#reply")
    person.page.click("#reply button.btn")
    person.page.wait_for_selector("#post-2")
    assert "匿名A" in person.page.inner_text("#post-2")
    assert "はるか" not in person.page.inner_text("#post-2")
