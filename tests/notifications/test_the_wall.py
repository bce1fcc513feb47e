"""Nobody is told what they may not read: neither when it happens, nor afterwards, nor at the moment of sending."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from sccafe.accounts import service as accounts
from sccafe.accounts.models import User
from sccafe.boards import measures, service
from sccafe.boards.models import Post, Topic
from sccafe.core.database import writing
from sccafe.moderation import erasing
from sccafe.moderation import service as moderation
from sccafe.notifications.models import Notice, NoticePreference
from tests import factories
from tests.notifications.post_office import (
    count,
    deliver,
    page,
    set_audience,
    set_role,
    told,
    user_id,
    waiting,
)

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def answered(town: dict[str, int]) -> dict[str, int]:
    """さくら answers みせばん, a company, on a board that companies may read too."""
    topic = factories.topic("みどり", town["network"], "企業の方と話す", "どうぞ。")
    asked = factories.answer("はるか", topic, "お店の立場ではどうですか。")
    with writing() as session:
        session.execute(update(Post).where(Post.id == asked).values(author_id=user_id("みせばん")))
    reply = factories.answer("さくら", topic, "会員だけの答え", asked)
    return {"topic": topic, "board": town["network"], "asked": asked, "reply": reply}


def test_who_may_read_it_is_told(answered: dict[str, int], app: Flask) -> None:
    assert told("みせばん") == ["reply"]
    assert factories.email_of("みせばん") in [mail["To"] for mail in deliver(app)]


def test_a_board_that_becomes_members_only_takes_its_notices_back(
    answered: dict[str, int], app: Flask, as_person: Browser
) -> None:
    set_audience(answered["board"], "members")
    assert told("みせばん") == []
    assert count("みせばん") == 0
    assert count("みどり") == 1  # a member still reads it
    assert factories.email_of("みせばん") not in [mail["To"] for mail in deliver(app)]
    assert "企業の方と話す" not in page(as_person("みせばん"), "/notifications")


def test_who_may_not_read_it_any_more_is_told_nothing_new(answered: dict[str, int], app: Flask) -> None:
    set_audience(answered["board"], "members")
    deliver(app)
    factories.answer("さくら", answered["topic"], "続きです。", answered["asked"])
    assert told("みせばん") == []
    assert waiting() == 0


def test_a_person_whose_role_changes_keeps_only_what_they_may_still_read(
    answered: dict[str, int], town: dict[str, int], app: Flask
) -> None:
    lounge = factories.topic("はるか", town["members-lounge"], "会員の話")
    public = factories.topic("はるか", town["exchange"], "みんなの話")
    for topic in (lounge, public):
        factories.answer("みどり", topic)
    assert count("はるか") == 2
    accounts.change_role(factories.viewer_of("かんり"), user_id("はるか"), "industry")
    assert told("はるか") == ["reply", "measure role"]
    assert count("はるか") == 2
    mine = [mail for mail in deliver(app) if mail["To"] == factories.email_of("はるか")]
    assert ["みんなの話" in mail["Subject"] for mail in mine] == [True]


def test_who_leaves_the_secretariat_loses_their_notices_of_reports(town: dict[str, int], app: Flask) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    moderation.report_post(factories.viewer_of("はるか"), post_id, "insult", "")
    accounts.change_role(factories.viewer_of("かんり"), user_id("なかむら"), "member")
    assert told("なかむら") == ["measure role"]
    assert told("かんり") == ["report"]
    assert [mail["To"] for mail in deliver(app)] == [factories.email_of("かんり")]


# --- checked again at the moment of sending, whatever the handlers did ------------------------------


def change(model: type, number: int, **values: object) -> None:
    with writing() as session:
        session.execute(update(model).where(model.id == number).values(**values))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda made: set_role("みせばん", "member") or change(Topic, made["topic"], audience="experts"),
        lambda made: change(Topic, made["topic"], audience="staff"),
        lambda made: change(Post, made["reply"], state="hidden"),
        lambda made: change(Post, made["reply"], state="deleted"),
        lambda made: change(User, user_id("みせばん"), state="suspended"),
        lambda made: change(User, user_id("みせばん"), state="awaiting_approval"),
    ],
    ids=["role", "topic hidden", "post hidden", "post deleted", "suspended", "not let in"],
)
def test_at_sending_it_is_asked_again_who_may_read(
    answered: dict[str, int], app: Flask, meanwhile: Callable[[dict[str, int]], None]
) -> None:
    meanwhile(answered)
    assert factories.email_of("みせばん") not in [mail["To"] for mail in deliver(app)]
    assert waiting() == 0


def test_at_sending_a_muted_topic_and_a_kind_switched_off_are_respected(app: Flask, town: dict[str, int]) -> None:
    from sccafe.notifications import service as notifications

    topic = factories.topic("みどり", town["exchange"])
    factories.answer("はるか", topic)
    notifications.set_muted(factories.viewer_of("みどり"), topic, True)
    assert deliver(app) == []
    notifications.set_muted(factories.viewer_of("みどり"), topic, False)
    factories.answer("はるか", topic, "もう一つ")
    with writing() as session:
        session.add(NoticePreference(user_id=user_id("みどり"), kind="reply", by_mail=False))
    assert deliver(app) == []


def test_what_is_mailed_is_the_text_at_sending(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic, "山田さんに聞きました。")
    erasing.erase_words(factories.viewer_of("なかむら"), "山田さん", "お名前のため")
    assert answer
    for mail in deliver(app):
        assert "山田" not in mail.get_content()


def test_a_measures_mail_holds_no_title_that_its_reader_may_not_read(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"], "読めなくなる題名")
    answer = factories.answer("はるか", topic)
    deliver(app)
    measures.hide_post(factories.viewer_of("なかむら"), answer, "理由です")
    change(Topic, topic, audience="staff")
    mail = deliver(app)[-1]
    assert "理由です" in mail.get_content()
    assert "読めなくなる題名" not in mail.get_content() + mail["Subject"]


# --- counts stay right ------------------------------------------------------------------------------


def test_the_count_is_right_after_hiding_deleting_and_restoring(town: dict[str, int], app: Flask) -> None:
    topic = factories.topic("みどり", town["questions"])
    first, second = factories.answer("はるか", topic), factories.answer("さくら", topic)
    assert count("みどり") == 2
    measures.hide_post(factories.viewer_of("なかむら"), first, "理由")
    assert (told("みどり"), count("みどり")) == (["answer"], 1)
    service.delete_post(factories.viewer_of("さくら"), second)
    assert (told("みどり"), count("みどり")) == ([], 0)
    service.undo_delete(factories.viewer_of("さくら"), second)
    assert (told("みどり"), count("みどり")) == (["answer"], 1)
    measures.restore_post(factories.viewer_of("なかむら"), first, "理由")
    assert (told("みどり"), count("みどり")) == (["answer", "answer"], 2)
    # Restored ones stand in the list again, but nobody is mailed of them a second time.
    mine = [mail for mail in deliver(app) if mail["To"] == factories.email_of("みどり")]
    assert mine == []


def test_what_was_read_before_it_was_hidden_is_no_news_when_it_comes_back(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic)
    as_person("みどり").get(f"/topics/{topic}")
    measures.hide_post(factories.viewer_of("なかむら"), answer, "理由")
    measures.restore_post(factories.viewer_of("なかむら"), answer, "理由")
    assert (told("みどり"), count("みどり")) == ([], 0)


def test_hiding_a_topic_takes_back_what_was_told_of_it_but_not_from_the_secretariat(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    by_staff = factories.answer("なかむら", topic)
    factories.answer("はるか", topic, "ありがとうございます。", by_staff)
    measures.change_topic(factories.viewer_of("かんり"), topic, "hidden", "理由")
    assert (told("みどり"), count("みどり")) == (["measure hidden"], 1)
    assert (told("なかむら"), count("なかむら")) == (["reply"], 1)


def test_deleting_a_question_that_nobody_answered_leaves_no_notice(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic)
    service.delete_post(factories.viewer_of("はるか"), answer)
    service.delete_post(factories.viewer_of("みどり"), factories.post_id(topic, 1))
    assert (told("みどり"), count("みどり")) == ([], 0)


def test_a_notice_holds_no_text_of_others(app: Flask) -> None:
    texts = {column.name for column in Notice.__table__.columns if column.type.__class__.__name__ == "String"}
    assert texts == {"kind", "measure", "reason"}


def test_no_count_and_no_list_tells_of_a_topic_behind_the_wall(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "見えない題名")
    factories.answer("はるか", topic)
    change(Topic, topic, audience="staff")  # behind the back of every handler
    shown = page(as_person("みどり"), "/notifications")
    assert "見えない題名" not in shown
    assert "見えない題名" not in page(as_person("みどり"), "/")
