"""Setting a forgotten password anew."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from sccafe.core import clock
from tests import factories
from tests.accounts.people import PASSWORD, is_signed_in, mails, post, sign_in, sign_up

NEW = "さくら並木を歩く2026"


def test_a_mailed_link_sets_a_new_password_and_ends_all_sessions(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    elsewhere = factories.signed_in(app, "みどり")
    assert post(client, "/forgotten-password", email="midori@example.jp").status_code == 200
    [mail] = mails(app)
    page = client.get(mail.link)
    assert "みどり" in page.text
    assert post(client, mail.link, password=NEW).location == "/sign-in"
    assert not is_signed_in(elsewhere)
    assert 'value="midori@example.jp"' in client.get("/sign-in").text
    assert sign_in(client, "midori@example.jp", factories.PASSWORD).status_code == 422
    assert sign_in(client, "midori@example.jp", NEW).location == "/"
    assert "パスワードが変わりました" in mails(app)[1].subject


def test_the_answer_is_the_same_for_every_address_and_only_active_people_get_mail(app: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    factories.person("はるか", email="haruka@example.jp", state="suspended")
    sign_up(app.test_client(), "kaede@example.jp", "かえで")
    begun = len(mails(app))
    answers = set()
    for name in ("midori", "haruka", "kaede", "nobody"):
        email = f"{name}@example.jp"
        answer = post(app.test_client(), "/forgotten-password", email=email)
        page = answer.text.replace(email, "?")
        answers.add((answer.status_code, page[page.index("<main") : page.index("</main>")]))
    assert len(answers) == 1
    assert [mail.to for mail in mails(app)[begun:]] == ["midori@example.jp"]


def test_a_shared_mailbox_gets_one_mail_with_a_link_for_each_person(app: Flask, client: FlaskClient) -> None:
    for handle in ("みどり", "はるか"):
        factories.person(handle, email="office@example.jp")
    post(client, "/forgotten-password", email="office@example.jp")
    [mail] = mails(app)
    links = [link for link in mail.links if link.startswith("/reset-password/")]
    assert len(links) == 2
    assert mail.body.index("みどり") < mail.body.index(links[0]) < mail.body.index("はるか") < mail.body.index(links[1])
    assert "はるか" in client.get(links[1]).text
    post(client, links[1], password=NEW)
    assert sign_in(app.test_client(), "office@example.jp", NEW, handle="はるか").location == "/"
    assert sign_in(app.test_client(), "office@example.jp", factories.PASSWORD, handle="みどり").location == "/"
    assert client.get(links[0]).status_code == 200


def test_opening_the_link_changes_nothing_and_it_works_once_within_two_hours(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    post(client, "/forgotten-password", email="midori@example.jp")
    link = mails(app)[0].link
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert sign_in(app.test_client(), "midori@example.jp", factories.PASSWORD).location == "/"
    with clock.pretending(clock.now() + timedelta(hours=2, minutes=1)):
        assert client.get(link).status_code == 410
    fields = factories.form(client, link, password=NEW)
    assert client.post(link, data=fields).location == "/sign-in"
    again = factories.form(client, "/sign-in", password=PASSWORD)
    assert client.post(link, data=again).status_code == 410
    assert client.get(link).status_code == 410


def test_a_weak_new_password_is_told_and_the_link_stays_good(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    post(client, "/forgotten-password", email="midori@example.jp")
    link = mails(app)[0].link
    for weak in ("short", "password", "midori@example.jp", "x" * 201):
        assert post(client, link, password=weak).status_code == 422
    assert post(client, link, password=NEW).status_code == 303


def test_a_newer_link_ends_an_older_one_once_it_is_used(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    for _ in range(2):
        post(client, "/forgotten-password", email="midori@example.jp")
    older, newer = mails(app)
    assert client.get(older.link).status_code == 200
    post(client, newer.link, password=NEW)
    assert client.get(older.link).status_code == 410
