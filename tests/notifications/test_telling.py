"""Who is told of what: on the site and by mail, together with the thing itself."""

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts import service as accounts
from sccafe.accounts.models import User
from sccafe.boards import measures, reading, service
from sccafe.boards.events import PostPublished
from sccafe.boards.models import Post
from sccafe.boards.service import HOLD_FIRST_POST
from sccafe.core import events, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation import service as moderation
from tests import factories
from tests.notifications.post_office import count, deliver, send, text_of, told, user_id, waiting

Browser = Callable[[str], FlaskClient]


def test_a_reply_is_told_to_whom_it_answers(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "買物の同行", "どうしていますか。")
    first = factories.answer("はるか", topic, "一緒に行きます。")
    assert told("みどり") == ["reply"]
    helper = as_person("さくら")
    send(helper, f"/topics/{topic}/reply", body="**毎週**ですか。", parent=str(first))
    assert told("はるか") == ["reply"]
    assert told("みどり") == ["reply"]
    assert (count("みどり"), count("はるか"), count("さくら")) == (1, 1, 0)
    mails = deliver(app)
    assert [mail["To"] for mail in mails] == [factories.email_of("みどり"), factories.email_of("はるか")]
    assert mails[1]["Subject"] == "【SCカフェ】さくらさんが「買物の同行」で、あなたの書き込みに返信しました"
    assert "毎週ですか。" in text_of(mails[1])
    assert f"http://127.0.0.1:8000/posts/{factories.post_id(topic, 3)}" in text_of(mails[1])
    assert "/notifications/mute/" in mails[1]["List-Unsubscribe"]


def test_whoever_asked_is_told_of_answers_at_any_depth_and_once_each(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["questions"])
    first = factories.answer("はるか", topic)
    assert told("みどり") == ["answer"]
    deeper = factories.answer("さくら", topic, "くわしく教えてください。", first)
    assert told("みどり") == ["answer", "answer"]
    own = factories.answer("みどり", topic, "私も知りたいです。", deeper)
    factories.answer("はるか", topic, "こうしました。", own)
    assert told("みどり") == ["answer", "answer", "reply"]
    assert told("さくら") == ["reply"]
    assert told("はるか") == ["reply"]


def test_elsewhere_whoever_began_the_topic_is_told_of_direct_replies_alone(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    first = factories.answer("はるか", topic)
    factories.answer("さくら", topic, "そうですね。", first)
    assert told("みどり") == ["reply"]


def test_nobody_is_told_of_their_own_posts(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["questions"])
    own = factories.answer("みどり", topic, "追記です。")
    factories.answer("みどり", topic, "さらに追記です。", own)
    service.accept_answer(factories.viewer_of("みどり"), own)
    assert told("みどり") == []
    assert waiting() == 0


def test_an_accepted_answer_is_told_to_its_writer_and_taken_back_with_the_acceptance(
    app: Flask, town: dict[str, int]
) -> None:
    topic = factories.topic("みどり", town["questions"], "謝礼の額")
    answer = factories.answer("はるか", topic)
    deliver(app)
    service.accept_answer(factories.viewer_of("みどり"), answer)
    assert told("はるか") == ["accepted"]
    service.accept_answer(factories.viewer_of("みどり"), answer)
    assert told("はるか") == []
    assert count("はるか") == 0
    assert len(deliver(app)) == 1
    service.accept_answer(factories.viewer_of("みどり"), answer)
    assert "解決につながりました" in deliver(app)[-1]["Subject"]


def test_a_report_is_told_to_whoever_looks_after_it(app: Flask, town: dict[str, int]) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"], body="ひみつの本文"), 1)
    made = moderation.report_post(factories.viewer_of("はるか"), post_id, "insult", "ここだけの話")
    assert told("なかむら") == ["report"]
    [mail] = deliver(app)
    assert mail["To"] == factories.email_of("なかむら")
    assert f"/moderation/reports/{made}" in text_of(mail)
    assert "ひみつ" not in text_of(mail)
    assert "ここだけ" not in text_of(mail)
    moderation.assign_report(factories.viewer_of("なかむら"), made, user_id("かんり"))
    assert (told("なかむら"), told("かんり")) == ([], ["report"])
    assert (count("なかむら"), count("かんり")) == (0, 1)
    moderation.assign_report(factories.viewer_of("なかむら"), made, user_id("なかむら"))
    assert told("なかむら") == []  # they took it themselves


def test_several_reports_of_one_post_are_told_once(app: Flask, town: dict[str, int]) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    for handle in ("はるか", "さくら", "みせばん"):
        moderation.report_post(factories.viewer_of(handle), post_id, "insult", "")
    assert told("なかむら") == ["report"]
    assert len(deliver(app)) == 1


def test_a_closed_report_waits_for_nobody(app: Flask, town: dict[str, int]) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    made = moderation.report_post(factories.viewer_of("はるか"), post_id, "insult", "")
    moderation.close_report(factories.viewer_of("かんり"), made, "dismissed", "")
    assert count("なかむら") == 0
    assert deliver(app) == []


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("locked", "あなたの話題への書き込みを締め切りました"),
        ("moved", "あなたの話題を別の場所へ移しました"),
        ("hidden", "あなたの話題を非表示にしました"),
    ],
)
def test_a_measure_against_a_topic_is_told_with_its_reason(
    app: Flask, town: dict[str, int], measure: str, said: str
) -> None:
    topic = factories.topic("みどり", town["exchange"], "わたしの話題")
    staff = factories.viewer_of("なかむら")
    if measure == "moved":
        measures.move_topic(staff, topic, town["members-lounge"], "会員の話のため")
    else:
        measures.change_topic(staff, topic, measure, "会員の話のため")
    assert told("みどり") == [f"measure {measure}"]
    [mail] = deliver(app)
    assert said in mail["Subject"]
    assert "会員の話のため" in text_of(mail)
    assert ("わたしの話題" in mail["Subject"]) is (measure != "hidden")


def test_hiding_and_restoring_a_post_are_told_with_their_reasons(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic)
    deliver(app)
    measures.hide_post(factories.viewer_of("なかむら"), answer, "きつい書き方です")
    measures.restore_post(factories.viewer_of("なかむら"), answer, "読み違えました")
    assert told("はるか") == ["measure hidden", "measure restored"]
    mails = deliver(app)[1:]
    assert ["きつい" in text_of(mail) for mail in mails] == [True, False]
    assert "読み違えました" in text_of(mails[1])


def test_the_secretariat_is_not_told_of_what_it_does_to_itself(town: dict[str, int]) -> None:
    topic = factories.topic("なかむら", town["exchange"])
    measures.change_topic(factories.viewer_of("なかむら"), topic, "locked", "済んだ話")
    assert told("なかむら") == []


def test_an_approved_post_is_told_to_its_writer_and_only_then_to_the_others(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["questions"])
    with writing() as session:
        site_settings.put(HOLD_FIRST_POST, True)
        session.execute(update(User).where(User.handle == "はるか").values(has_posted=False))
    answer = factories.answer("はるか", topic)
    assert told("みどり") == []
    measures.approve_post(factories.viewer_of("なかむら"), answer)
    assert told("みどり") == ["answer"]
    assert told("はるか") == ["approved"]
    assert sorted(mail["To"] for mail in deliver(app)) == sorted(map(factories.email_of, ("みどり", "はるか")))


def test_a_refused_post_that_is_shown_after_all_is_told_once(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["questions"])
    with writing() as session:
        site_settings.put(HOLD_FIRST_POST, True)
        session.execute(update(User).where(User.handle == "はるか").values(has_posted=False))
    answer = factories.answer("はるか", topic)
    measures.hide_post(factories.viewer_of("なかむら"), answer, "宣伝のようです")
    measures.restore_post(factories.viewer_of("なかむら"), answer, "宣伝ではありませんでした")
    assert told("はるか") == ["measure refused", "measure restored"]
    assert told("みどり") == ["answer"]


def test_accounts_mails_its_own_measures_and_the_site_shows_them(app: Flask, town: dict[str, int]) -> None:
    admin, midori = factories.viewer_of("かんり"), user_id("みどり")
    accounts.suspend_account(admin, midori, "宣伝のため")
    accounts.restore_account(admin, midori, "誤解でした")
    accounts.change_role(admin, midori, "expert")
    assert told("みどり") == ["measure suspended", "measure restored", "measure role"]
    assert len(deliver(app)) == 2


def test_an_erased_text_is_told_to_its_writer(app: Flask, town: dict[str, int]) -> None:
    from sccafe.moderation import erasing

    topic = factories.topic("みどり", town["exchange"], "山田さんの話", "本文")
    factories.answer("はるか", topic, "山田さんは元気です。")
    erasing.erase_words(factories.viewer_of("なかむら"), "山田さん", "お名前のため")
    assert told("はるか") == ["measure erased"]
    assert told("みどり") == ["reply", "measure erased"]
    assert all("山田" not in text_of(mail) and "山田" not in mail["Subject"] for mail in deliver(app))


def test_a_suspended_person_is_told_nothing(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    accounts.suspend_account(factories.viewer_of("かんり"), user_id("みどり"), "宣伝のため")
    deliver(app)
    factories.answer("はるか", topic)
    assert told("みどり") == ["measure suspended"]
    assert waiting() == 0


def test_notice_and_mail_appear_with_the_post_or_not_at_all(
    town: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = factories.topic("みどり", town["exchange"])

    def fail(event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(events._handlers, PostPublished, [*events._handlers[PostPublished], fail])
    with pytest.raises(ZeroDivisionError):
        factories.answer("はるか", topic)
    posts = db.session.scalars(select(Post.id)).all()
    end_reading()
    assert len(posts) == 1
    assert told("みどり") == []
    assert count("みどり") == 0
    assert waiting() == 0


def test_sending_a_reply_twice_tells_once(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    for _ in range(2):
        service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("同じ返事"), once="form-1")
    assert told("みどり") == ["reply"]
    assert waiting() == 1


def test_reading_the_topic_marks_its_notices_as_read(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    other = factories.topic("みどり", town["exchange"], "ほかの話題")
    for _ in range(2):
        factories.answer("はるか", topic)
    factories.answer("はるか", other)
    assert count("みどり") == 3
    reading.mark_read(factories.viewer_of("みどり"), topic, 1, 2)
    assert count("みどり") == 2
    as_person("みどり").get(f"/topics/{topic}")
    assert count("みどり") == 1


def test_eight_who_answer_at_once_are_all_told_and_counted(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["questions"])
    helpers = [factories.viewer_of(handle) for handle in ("はるか", "さくら")]
    text = service.prepare("同時に書いた答え")

    def answer(number: int) -> None:
        with app.app_context():
            service.reply(helpers[number % 2], topic, None, text)

    threads = [Thread(target=answer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told("みどり") == ["answer"] * 8
    assert count("みどり") == 8
    assert waiting() == 8
