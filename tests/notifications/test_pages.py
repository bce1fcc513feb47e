"""The list, what it leads to, and what people want to be told."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.boards import measures
from sccafe.core.database import db, end_reading
from sccafe.moderation import service as moderation
from sccafe.notifications import mails, policy, queries
from sccafe.notifications.models import Notice, Subscription
from tests import factories
from tests.conftest import Statements
from tests.notifications.post_office import (
    address_in,
    count,
    deliver,
    page,
    send,
    text_of,
    told,
    user_id,
    waiting,
)

Browser = Callable[[str], FlaskClient]


def newest_notice(handle: str) -> int:
    found = db.session.scalar(
        select(Notice.id).where(Notice.user_id == user_id(handle)).order_by(Notice.id.desc()).limit(1)
    )
    end_reading()
    assert found is not None
    return found


def muted() -> list[tuple[int, int]]:
    rows = db.session.execute(select(Subscription.user_id, Subscription.topic_id)).all()
    end_reading()
    return [(row.user_id, row.topic_id) for row in rows]


# --- the list ---------------------------------------------------------------------------------------


def test_the_list_marks_what_is_new_and_opening_it_is_seeing_it(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "買物の同行")
    factories.answer("はるか", topic)
    reader = as_person("みどり")
    assert '<span class="count">1</span>' in page(reader, "/lounge")
    first = page(reader, "/notifications")
    assert "はるかさんが、あなたの話題「買物の同行」に返信しました" in first
    assert "chip-new" in first
    assert count("みどり") == 0
    assert "chip-new" not in page(reader, "/notifications")
    assert 'class="count"' not in page(reader, "/lounge")


def test_an_empty_list_is_kind(town: dict[str, int], as_person: Browser) -> None:
    assert "まだお知らせはありません" in page(as_person("みどり"), "/notifications")


def test_a_list_without_news_writes_nothing(town: dict[str, int], as_person: Browser, statements: Statements) -> None:
    reader = as_person("みどり")
    with statements:
        page(reader, "/notifications")
    assert not [each for each in statements if each.startswith(("UPDATE", "INSERT", "DELETE"))]
    assert len(statements) <= 4


def test_a_long_list_comes_in_pages(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    for number in range(35):
        factories.answer("はるか", topic, f"返事{number}")
    reader = as_person("みどり")
    first = page(reader, "/notifications")
    assert first.count("chip-new") == 30
    assert "前のお知らせを見る" in first
    oldest = newest_notice("みどり") - 29
    second = page(reader, f"/notifications?before={oldest}")
    assert second.count("あなたの話題") == 5
    assert page(reader, "/notifications?before=x").count("あなたの話題") == 30


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, town: dict[str, int]) -> None:
    for address in ("/notifications", "/notifications/1", "/settings/notifications", "/topics/1/mute"):
        assert client.get(address).status_code == 303
        assert client.get(address).location.startswith("/sign-in?next=")


def test_home_shows_the_newest_in_one_statement(
    app: Flask, town: dict[str, int], as_person: Browser, statements: Statements
) -> None:
    topic = factories.topic("みどり", town["exchange"], "買物の同行")
    for _ in range(6):
        factories.answer("はるか", topic)
    viewer = factories.viewer_of("みどり")
    with app.test_request_context(), statements:
        found = queries.notices_for_home(viewer, 4)
    assert len(statements) == 1
    assert len(found) == 4
    text, href, at, is_new = found[0]
    assert (text, href, is_new) == (
        "はるかさんが、あなたの話題「買物の同行」に返信しました",
        f"/notifications/{newest_notice('みどり')}",
        True,
    )
    assert at.text
    assert "買物の同行" in page(as_person("みどり"), "/")


# --- what a notice leads to -------------------------------------------------------------------------


def test_a_notice_leads_to_the_post_and_is_then_seen(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    factories.answer("はるか", topic)
    answer = factories.answer("はるか", topic, "もう一つ")
    response = as_person("みどり").get(f"/notifications/{newest_notice('みどり')}")
    assert response.location == f"/posts/{answer}"
    assert count("みどり") == 1


def test_a_notice_of_a_report_leads_to_the_desk(town: dict[str, int], as_person: Browser) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    made = moderation.report_post(factories.viewer_of("はるか"), post_id, "insult", "")
    staff = as_person("なかむら")
    assert "あなたが担当になりました" in page(staff, "/notifications")
    assert staff.get(f"/notifications/{newest_notice('なかむら')}").location == f"/moderation/reports/{made}"


def test_a_measure_is_told_in_full_with_its_reason(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "買物の同行")
    answer = factories.answer("はるか", topic)
    measures.hide_post(factories.viewer_of("なかむら"), answer, "きつい書き方です")
    reader = as_person("はるか")
    assert "きつい書き方です" in page(reader, "/notifications")
    shown = page(reader, f"/notifications/{newest_notice('はるか')}")
    assert "あなたの書き込みを非表示にしました（買物の同行）" in shown
    assert "きつい書き方です" in shown
    assert 'href="/contact"' in shown


@pytest.mark.parametrize("handle", ["はるか", "なかむら", "かんり"])
def test_the_notices_of_others_are_not_there(town: dict[str, int], as_person: Browser, handle: str) -> None:
    factories.answer("はるか", factories.topic("みどり", town["exchange"]))
    assert as_person(handle).get(f"/notifications/{newest_notice('みどり')}").status_code == 404
    assert as_person(handle).get("/notifications/99999").status_code == 404
    assert count("みどり") == 1


# --- switched off -----------------------------------------------------------------------------------


def test_each_kind_is_switched_off_on_the_site_or_by_mail(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    reader = as_person("みどり")
    shown = page(reader, "/settings/notifications")
    assert shown.count(" checked") == 16
    assert "report_mail" not in shown
    # Mail alone.
    send(reader, "/settings/notifications", reply_mail="y", answer_site="y", answer_mail="y")
    factories.answer("はるか", topic)
    assert (told("みどり"), count("みどり"), waiting()) == (["reply"], 0, 1)
    assert "まだお知らせはありません" in page(reader, "/notifications")
    # The site alone.
    send(reader, "/settings/notifications", reply_site="y")
    factories.answer("はるか", topic)
    assert (count("みどり"), waiting()) == (1, 1)
    # Nothing at all.
    send(reader, "/settings/notifications")
    factories.answer("はるか", topic)
    assert (count("みどり"), waiting(), told("みどり")) == (1, 1, ["reply", "reply"])
    assert page(reader, "/settings/notifications").count(" checked") == 0


def test_a_mail_without_a_notice_on_the_site_is_sent(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    send(as_person("みどり"), "/settings/notifications", reply_mail="y")
    factories.answer("はるか", topic, "返事です。")
    assert "返事です。" in text_of(deliver(app)[-1])


def test_measures_reach_who_has_switched_everything_off(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    send(as_person("みどり"), "/settings/notifications")
    measures.change_topic(factories.viewer_of("なかむら"), topic, "locked", "済んだ話")
    assert count("みどり") == 1
    assert "済んだ話" in text_of(deliver(app)[-1])


def test_the_secretariat_switches_reports_too(town: dict[str, int], as_person: Browser) -> None:
    staff = as_person("なかむら")
    assert "report_mail" in page(staff, "/settings/notifications")
    send(staff, "/settings/notifications", reply_site="y")
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    moderation.report_post(factories.viewer_of("はるか"), post_id, "insult", "")
    assert told("なかむら") == []


def test_a_member_cannot_switch_what_is_not_theirs(town: dict[str, int], as_person: Browser) -> None:
    send(as_person("みどり"), "/settings/notifications", reply_site="y", report_site="y", measure_site="")
    rows = db.session.execute(select(Notice.id)).all()
    end_reading()
    assert rows == []
    assert set(queries.preferences(factories.viewer_of("みどり"))) == set(policy.OF_EVERYBODY + policy.OF_OWNERS)


# --- muted ------------------------------------------------------------------------------------------


def test_a_muted_topic_tells_nothing_until_it_is_heard_again(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["questions"], "買物の同行")
    reader, address = as_person("みどり"), f"/topics/{topic}/mute"
    assert "買物の同行" in page(reader, address)
    assert muted() == []
    send(reader, address, muted="1")
    first = factories.answer("はるか", topic)
    assert (told("みどり"), waiting()) == ([], 0)
    assert "買物の同行" in page(reader, "/settings/notifications")
    assert "止めています" in page(reader, f"/topics/{topic}")
    send(reader, address, muted="0")
    factories.answer("はるか", topic, "つづきです。", first)
    assert told("みどり") == ["answer"]


def test_pressing_the_one_button_turns_what_is(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    reader = as_person("みどり")
    send(reader, f"/topics/{topic}/mute")
    assert muted() == [(user_id("みどり"), topic)]
    send(reader, f"/topics/{topic}/mute", muted="1")
    assert muted() == [(user_id("みどり"), topic)]
    send(reader, f"/topics/{topic}/mute")
    assert muted() == []


def test_measures_are_told_of_a_muted_topic_too(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    send(as_person("みどり"), f"/topics/{topic}/mute", muted="1")
    measures.change_topic(factories.viewer_of("なかむら"), topic, "locked", "済んだ話")
    assert told("みどり") == ["measure locked"]


def test_a_topic_that_cannot_be_read_cannot_be_muted(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["members-lounge"])
    company = as_person("みせばん")
    assert company.get(f"/topics/{topic}/mute").status_code == 404
    sent = company.post(f"/topics/{topic}/mute", data=factories.form(company, "/about", muted="1"))
    assert sent.status_code == 404
    assert muted() == []


def test_one_press_in_the_mail_mutes_the_topic_signed_out(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"], "買物の同行")
    factories.answer("はるか", topic)
    mail = deliver(app)[-1]
    address = address_in(text_of(mail), "/notifications/mute/")
    assert mail["List-Unsubscribe"] == f"<http://127.0.0.1:8000{address}>"
    for _ in range(3):  # a mail program, an office filter, and then the person
        shown = page(client, address)
    assert "買物の同行" in shown
    assert shown.count('<button class="btn"') == 1
    assert muted() == []
    response = client.post(address, data=factories.form(client, address, muted="1"))
    assert response.location == address
    assert muted() == [(user_id("みどり"), topic)]
    assert "また受け取る" in page(client, address)
    client.post(address, data=factories.form(client, address, muted="0"))
    assert muted() == []


def test_the_mail_of_one_does_not_mute_for_another_who_is_signed_in(
    app: Flask, town: dict[str, int], as_person: Browser
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    factories.answer("はるか", topic)
    address = address_in(text_of(deliver(app)[-1]), "/notifications/mute/")
    send(as_person("はるか"), address, muted="1")
    assert muted() == [(user_id("みどり"), topic)]


def test_the_page_from_a_mail_names_no_topic_that_may_not_be_read_any_more(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"], "読めなくなる題名")
    factories.answer("はるか", topic)
    address = address_in(text_of(deliver(app)[-1]), "/notifications/mute/")
    measures.change_topic(factories.viewer_of("なかむら"), topic, "hidden", "理由")
    assert "読めなくなる題名" not in page(client, address)


@pytest.mark.parametrize("token", ["x", "WzEsMV0.x", "WzEsMV0"])
def test_a_made_up_address_is_not_there(town: dict[str, int], client: FlaskClient, token: str) -> None:
    assert client.get(f"/notifications/mute/{token}").status_code == 404


def test_the_address_of_a_topic_that_has_gone_is_not_there(town: dict[str, int], client: FlaskClient) -> None:
    assert client.get(f"/notifications/mute/{mails.mute_token(user_id('みどり'), 99999)}").status_code == 404
