"""Somebody answers a meeting's poll and reads the result, with scripts and without."""

from collections.abc import Callable

import pytest

from sccafe.boards import meetings, polls, service
from sccafe.core import clock
from sccafe.core.database import end_reading
from tests import factories
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def a_meeting() -> int:
    """One that is open, with a poll that one person has answered already."""
    factories.person("なかむら", "secretariat", email="nakamura@example.jp")
    factories.person("みどり")
    factories.person("はるか", email="haruka@example.jp")
    today = clock.now().astimezone(clock.TOKYO).date()
    poll = polls.PollWanted("次は、いつ集まりますか。", ("昼休み", "夕方（17時から）", "週末"))
    topic = service.start_topic(
        factories.viewer_of("なかむら"),
        factories.board("our-meeting", "meeting"),
        "次の集まり",
        service.prepare("ご意見をください。"),
        meeting=meetings.Meeting(today, today.replace(year=today.year + 1, day=1), poll),
    ).topic_id
    read = polls.poll_of(factories.viewer_of("みどり"), topic)
    end_reading()
    assert read is not None
    polls.vote(factories.viewer_of("みどり"), topic, [read.choices[0].id])
    return topic


def enter(person: Person, email: str, topic: int) -> None:
    page = person.page
    person.go(f"/sign-in?next=/topics/{topic}")
    page.fill("[name=email]", email)
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(f"**/topics/{topic}")


def test_one_press_answers_and_shows_the_result(somebody: Callable[[], Person]) -> None:
    topic = a_meeting()
    visitor = somebody()
    visitor.go(f"/topics/{topic}")
    assert "会員は、サインインすると答えられます。" in visitor.page.inner_text("#poll")
    visitor.look("poll-visitor")

    person = somebody()
    page = person.page
    enter(person, "haruka@example.jp", topic)
    assert "まで書き込めます" in page.inner_text("main")
    person.look("poll-open")
    # Pressed too early: the poll says what to do.
    page.click("#poll button")
    page.wait_for_selector("#poll .wrong")
    person.look("poll-nothing-chosen")
    page.get_by_label("夕方（17時から）").check()
    page.click("#poll button")
    page.wait_for_selector("#poll .bars")
    shown = page.inner_text("#poll")
    assert "あなたの答え：夕方（17時から）" in shown
    assert shown.count("1人（50%）") == 2
    assert "2人が答えました" in shown
    if person.scripts:
        assert page.inner_text("#live") == "答えを受け取りました。"
        assert page.evaluate("document.activeElement.id") == "poll"
    person.look("poll-answered")

    page.get_by_text("選びなおす").click()
    page.get_by_label("昼休み").check()
    page.get_by_role("button", name="答えを変える").click()
    page.get_by_text("2人（100%）").wait_for()


def test_the_secretariat_sets_a_meeting_up_and_writes_its_outcome(somebody: Callable[[], Person]) -> None:
    topic = a_meeting()
    person = somebody()
    page = person.page
    enter(person, "nakamura@example.jp", topic)
    person.go("/boards/our-meeting/new")
    page.get_by_text("みんなに聞く問いを付ける").click()
    person.look("meeting-new")
    person.go(f"/topics/{topic}/meeting")
    person.look("meeting-change")
    page.get_by_label("選択肢1").fill("")
    page.click("main form .form-end button")
    page.wait_for_selector("#problems")
    assert "消せません" in page.inner_text("#problems")
    person.look("meeting-refused")
    person.go(f"/topics/{topic}/outcome")
    page.fill("[name=body]", "昼休みに集まることにしました。")
    page.fill("[name=review_on]", "2090-12-01")
    person.look("outcome")
    page.click("main form .form-end button:not([name])")
    page.wait_for_url(f"**/topics/{topic}")
    assert "2090年12月1日（金）に見直します" in page.inner_text(".outcome")
    person.look("outcome-shown")
