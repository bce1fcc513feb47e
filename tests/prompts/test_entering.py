"""What came by telephone, entered by the secretariat: whose post it is, how they are told, how they take it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from sccafe.boards import measures, service
from sccafe.boards.models import Post, Topic
from sccafe.core import checks, clock, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation.models import AuditEntry
from tests import factories
from tests.prompts import asking
from tests.prompts.asking import names, page

Browser = Callable[[str], FlaskClient]
GUEST = "hana@example.org"


@pytest.fixture
def topic(town: dict[str, int]) -> int:
    return factories.topic("はるか", town["exchange"])


def enter(staff: FlaskClient, address: str, **fields: str) -> TestResponse:
    fields = {"body": "電話でうかがった話です。", "handle": "", "name": "", "email": "", **fields}
    return staff.post(address, data=factories.form(staff, address, **fields))


def record() -> list[tuple[str, str]]:
    rows = db.session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    end_reading()
    return [(row.action, row.details) for row in rows]


def test_a_member_s_words_are_their_own_post_and_they_are_told(
    app: Flask, topic: int, as_person: Browser, client: FlaskClient
) -> None:
    staff = as_person("なかむら")
    assert f'href="/topics/{topic}/for-someone"' in page(staff, f"/topics/{topic}")
    assert enter(staff, f"/topics/{topic}/for-someone", handle="みどり").status_code == 303
    shown = page(client, f"/topics/{topic}")
    assert "事務局が代わりに書き込みました" in shown
    assert names(client, topic) == ["はるか", "みどり"]
    writer = as_person("みどり")
    assert "あなたに代わって書き込みました" in page(writer, "/notifications")
    assert "あなたに代わって書き込みました" in str(
        [mail["Subject"] for mail in asking.deliver(app) if factories.email_of("みどり") in str(mail["To"])]
    )
    post = factories.post_id(topic, 2)
    fields = factories.form(writer, f"/posts/{post}/edit", body="わたしが直しました。")
    assert writer.post(f"/posts/{post}/edit", data=fields).status_code == 303
    assert "わたしが直しました。" in page(client, f"/topics/{topic}")
    writer.post(f"/posts/{post}/delete", data=factories.form(writer, f"/topics/{topic}"))
    assert "書いた人が消しました" in page(client, f"/topics/{topic}")
    assert record()[0][0] == "post.entered"
    assert "代わりに書き込んだ" in page(staff, "/moderation/record")


def test_a_member_s_anonymous_words_are_named_in_no_record(topic: int, as_person: Browser, client: FlaskClient) -> None:
    staff = as_person("なかむら")
    assert enter(staff, f"/topics/{topic}/for-someone", handle="みどり", anonymous="y").status_code == 303
    assert names(client, topic) == ["はるか", "匿名A"]
    midori = factories.viewer_of("みどり").user_id
    assert [details for action, details in record() if action == "post.entered"] == [f'{{"topic":{topic}}}']
    assert "あなたに代わって書き込みました" in page(as_person("みどり"), "/notifications")
    assert midori
    assert "みどり" not in page(staff, "/moderation/record")


def test_somebody_without_an_account_is_named_as_they_want(topic: int, as_person: Browser, client: FlaskClient) -> None:
    staff = as_person("なかむら")
    assert enter(staff, f"/topics/{topic}/for-someone", name="西町の山田").status_code == 303
    assert enter(staff, f"/topics/{topic}/for-someone", anonymous="y").status_code == 303
    assert enter(staff, f"/topics/{topic}/for-someone", anonymous="y", body="別の方の話").status_code == 303
    assert names(client, topic) == ["はるか", "西町の山田", "匿名A", "匿名B"]
    assert list(checks._checks["topics: number of posts"]()) == []
    end_reading()


def test_a_new_topic_is_started_for_somebody_where_only_the_secretariat_may(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    staff = as_person("なかむら")
    assert 'href="/boards/meeting/for-someone"' in page(staff, "/prompts")
    made = enter(staff, "/boards/meeting/for-someone", title="足がない", name="山田")
    assert made.status_code == 303
    assert enter(staff, "/boards/meeting/for-someone", anonymous="y", body="一行目が題名\n本文").status_code == 303
    rows = db.session.execute(select(Topic.id, Topic.title).order_by(Topic.id)).all()
    end_reading()
    assert [row.title for row in rows] == ["足がない", "一行目が題名"]
    assert names(client, rows[0].id) == ["山田"]
    assert names(client, rows[1].id) == ["匿名（投稿者）"]


def test_sending_the_form_twice_makes_one_post_and_one_mail(app: Flask, topic: int, as_person: Browser) -> None:
    staff = as_person("なかむら")
    for _twice in range(2):
        enter(staff, f"/topics/{topic}/for-someone", name="山田", email=GUEST, once="the same")
    assert db.session.scalars(select(Post.number)).all() == [1, 2]
    end_reading()
    assert len([mail for mail in asking.deliver(app) if GUEST in str(mail["To"])]) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "ハンドル名かお名前を書くか"),
        ({"handle": "みどり", "name": "山田"}, "会員でない方の欄を空けてください"),
        ({"handle": "いない人"}, "利用中の方はいません"),
        ({"name": "事務局"}, "まぎらわしい"),
        ({"name": "山田", "email": "花子@"}, "メールアドレスの形"),
        ({"name": "山田", "body": " "}, "本文が空です"),
        ({"handle": "みせばん"}, "この方は、ここを読むこと"),
    ],
)
def test_what_cannot_be_entered_is_told_and_nothing_is_lost(
    topic: int, as_person: Browser, fields: dict[str, str], said: str
) -> None:
    staff = as_person("なかむら")
    refused = enter(staff, f"/topics/{topic}/for-someone", **({"body": "消えては困る文"} | fields))
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert said in shown
    assert fields.get("body", "消えては困る文").strip() in shown
    assert db.session.scalars(select(Post.number)).all() == [1]
    end_reading()


def test_a_member_s_words_are_not_entered_where_they_could_not_read_them(
    town: dict[str, int], as_person: Browser
) -> None:
    board = factories.board("experts", audience="experts")
    topic = factories.topic("さくら", board)
    staff = as_person("なかむら")
    assert enter(staff, f"/topics/{topic}/for-someone", handle="みどり").status_code == 422
    assert enter(staff, f"/topics/{topic}/for-someone", handle="さくら").status_code == 303


def test_to_everybody_else_there_is_nothing(topic: int, as_person: Browser, client: FlaskClient) -> None:
    for who in ("みどり", "さくら", "みせばん"):
        browser = as_person(who)
        for address in (f"/topics/{topic}/for-someone", "/boards/exchange/for-someone"):
            page(browser, address, 404)
            fields = factories.form(browser, "/", body="文", name="山田")
            assert browser.post(address, data=fields).status_code == 404
    page(client, f"/topics/{topic}/for-someone", 404)


# --- the mailed page ----------------------------------------------------------------------------------------


@pytest.fixture
def link(app: Flask, topic: int, as_person: Browser) -> str:
    """The mailed link of somebody whose words were entered."""
    enter(as_person("なかむら"), f"/topics/{topic}/for-someone", name="山田", email=GUEST)
    return asking.link_to(app, GUEST, "/written/")


def test_the_person_confirms_on_a_page_with_two_buttons(link: str, client: FlaskClient) -> None:
    shown = page(client, link)
    assert "電話でうかがった話です。" in shown
    assert "このままでよい" in shown
    assert "取り下げる" in shown
    page(client, link)
    assert client.post(link, data=factories.form(client, link)).status_code == 303
    shown = page(client, link)
    assert "確認していただきました" in shown
    assert "このままでよい" not in shown
    headers = client.get(link).headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_the_person_withdraws_it_as_its_writer_would(topic: int, link: str, client: FlaskClient) -> None:
    withdrawn = client.post(link, data=factories.form(client, link, do="withdraw"), follow_redirects=True)
    assert "書き込みを取り下げました。" in withdrawn.get_data(as_text=True)
    shown = page(client, f"/topics/{topic}")
    assert "電話でうかがった話" not in shown
    assert "書いた人が消しました" in shown
    page(client, link, 410)
    assert client.post(link, data=factories.form(client, "/sign-in", do="withdraw")).status_code == 410
    assert list(checks._checks["topics: number of posts"]()) == []
    end_reading()


def test_a_topic_entered_alone_goes_with_its_only_post(
    app: Flask, town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    made = enter(as_person("なかむら"), "/boards/exchange/for-someone", title="足がない", name="山田", email=GUEST)
    assert made.status_code == 303
    link = asking.link_to(app, GUEST, "/written/")
    client.post(link, data=factories.form(client, link, do="withdraw"))
    assert "足がない" not in page(client, "/boards/exchange")


def test_the_link_works_for_sixty_days(link: str, client: FlaskClient) -> None:
    now = clock.now()
    with time_machine.travel(now + timedelta(days=59), tick=False):
        page(client, link)
    with time_machine.travel(now + timedelta(days=61), tick=False):
        page(client, link, 410)
        assert client.post(link, data=factories.form(client, "/sign-in")).status_code == 410


def test_a_hidden_post_is_not_shown_and_not_withdrawn_by_its_link(topic: int, link: str, client: FlaskClient) -> None:
    measures.hide_post(factories.viewer_of("なかむら"), factories.post_id(topic, 2), "お名前があるため")
    assert "電話でうかがった話" not in page(client, link)
    assert client.post(link, data=factories.form(client, link, do="withdraw")).status_code == 403


def test_a_locked_topic_keeps_it_as_it_keeps_every_post(topic: int, link: str, client: FlaskClient) -> None:
    measures.change_topic(factories.viewer_of("なかむら"), topic, "locked", "まとまったため")
    refused = client.post(link, data=factories.form(client, link, do="withdraw"))
    assert refused.status_code == 403
    assert "事務局へお知らせください" in refused.get_data(as_text=True)


def test_of_a_topic_that_visitors_do_not_read_the_page_shows_the_own_words_alone(
    app: Flask, town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["members-lounge"], title="会員だけの題")
    enter(as_person("なかむら"), f"/topics/{topic}/for-someone", name="山田", email=GUEST)
    link = asking.link_to(app, GUEST, "/written/")
    shown = page(client, link)
    assert "電話でうかがった話です。" in shown
    assert "会員だけの題" not in shown
    assert "会員だけが読めます" in shown
    assert client.post(link, data=factories.form(client, link, do="withdraw")).status_code == 303


def test_what_the_secretariat_enters_does_not_wait_and_its_address_is_kept_nowhere(
    app: Flask, topic: int, as_person: Browser, client: FlaskClient
) -> None:
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    enter(as_person("なかむら"), f"/topics/{topic}/for-someone", name="山田", email=GUEST)
    assert "電話でうかがった話です。" in page(client, f"/topics/{topic}")
    asking.deliver(app)
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()
        assert GUEST not in str(rows), table.name
    from sccafe.core.mail import OutboxMail

    assert set(db.session.scalars(select(OutboxMail.recipient))) == {None}
    end_reading()


def test_an_entered_post_in_a_prompt_s_topic_is_no_answer_of_the_prompt(
    town: dict[str, int], as_person: Browser
) -> None:
    prompt = asking.ask(town["exchange"])
    enter(as_person("なかむら"), f"/topics/{asking.topic_of(prompt)}/for-someone", name="山田", email=GUEST)
    assert asking.figures(prompt) == (0, 0, 0, 0)
