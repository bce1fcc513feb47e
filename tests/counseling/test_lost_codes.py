"""A lost code: mailed to whoever gave an address, replaced by the press of a button, and told to nobody else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.counseling import service
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Mail, Request
from sccafe.counseling.sealing import Matter, Person
from sccafe.counseling.service import Sent, deleting, lost
from tests.accounts.people import mails
from tests.counseling import making
from tests.counseling.making import BODY, SUBJECT
from tests.counseling.test_asking import code_on
from tests.factories import form

ADDRESS = "hanako@example.jp"
LOST = "/counseling/receipt/lost"
Browser = Callable[[str], FlaskClient]


def sent(email: str = ADDRESS, body: str = BODY) -> Sent:
    return service.send(making.actor(), making.asked(body=body, person=Person(email=email), matter=Matter(SUBJECT)))


def ask(app: Flask, email: str = ADDRESS) -> TestResponse:
    client = app.test_client()
    return client.post(LOST, data=form(client, LOST, email=email))


def links(app: Flask) -> list[str]:
    return [link for mail in mails(app) for link in mail.links if "/counseling/again/" in link]


def press(client: FlaskClient, link: str) -> TestResponse:
    return client.post(link, data=form(client, link))


def opens(app: Flask, code: str) -> bool:
    client = app.test_client()
    answer = client.post("/counseling/receipt", data=form(client, "/counseling/receipt", code=code))
    return answer.status_code == 303


def test_a_mailed_link_gives_a_new_code_and_the_old_one_opens_nothing_more(app: Flask, desk: None) -> None:
    before = sent()
    assert "そのメールアドレスで送られた相談があれば" in ask(app).get_data(as_text=True)
    [link] = links(app)
    client = app.test_client()
    # Mail filters open every link: that changes nothing.
    for _look in range(2):
        assert client.get(link).status_code == 200
    assert client.get(f"/counseling/requests/{before.ref}").status_code == 404
    assert opens(app, before.code)
    answer = press(client, link)
    code = code_on(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert opens(app, code) and not opens(app, before.code)
    assert client.get(f"/counseling/requests/{before.ref}").status_code == 200
    # A second press, after a broken connection, shows the same one.
    assert code_on(press(client, link)) == code


def test_a_new_code_shuts_out_whoever_has_opened_the_request_with_the_one_before(app: Flask, desk: None) -> None:
    before = sent()
    other, acting = app.test_client(), making.actor("", before.ref)
    other.post("/counseling/receipt", data=form(other, "/counseling/receipt", code=before.code))
    address = f"/counseling/requests/{before.ref}"
    assert other.get(address).status_code == 200
    ask(app)
    [link] = links(app)
    mine = app.test_client()
    press(mine, link)
    for page in ("", "/delete", "/looks", "/withdraw"):
        assert other.get(address + page).status_code == 404
    for act in (lambda: service.write(acting, before.ref, BODY), lambda: deleting.delete(acting, before.ref)):
        with pytest.raises(NotThere):
            act()
    # The browser with the new code reads on, at every look.
    assert [mine.get(address).status_code for _look in range(2)] == [200, 200]
    assert making.state_of(before.ref) == "new"


def test_the_mail_says_nothing_of_the_request_and_no_code(app: Flask, desk: None) -> None:
    before = sent()
    ask(app)
    mail = mails(app)[-1]
    assert mail.to == ADDRESS
    for secret in (BODY, SUBJECT, before.code, before.ref):
        assert secret not in mail.body and secret not in mail.subject


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app: Flask, desk: None) -> None:
    sent()
    before = len(mails(app))
    known, unknown = ask(app).get_data(as_text=True), ask(app, "jiro@example.jp").get_data(as_text=True)
    assert known == unknown
    assert [mail.to for mail in mails(app)[before:]] == [ADDRESS]
    wrong = ask(app, "hanako")
    assert wrong.status_code == 422 and "メールアドレスの形が正しくありません" in wrong.get_data(as_text=True)


def test_each_request_of_the_address_has_a_link_of_its_own_but_not_one_that_was_withdrawn(
    app: Flask, desk: None
) -> None:
    first, second, third = (sent(body=f"{number}つめ") for number in range(3))
    service.withdraw(making.actor("", second.ref), second.ref)
    making.request()
    ask(app, "Hanako@Example.jp")
    codes = [code_on(press(app.test_client(), link)) for link in links(app)]
    assert len(codes) == 2
    assert all(opens(app, code) for code in codes) and not opens(app, first.code) and not opens(app, third.code)


def test_a_link_is_usable_for_a_day_and_dead_links_are_told_in_the_same_words(app: Flask, desk: None) -> None:
    before = sent()
    ask(app)
    [link] = links(app)
    client = app.test_client()
    fields = form(client, link)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        late = client.get(link)
        assert late.status_code == 410
        assert client.post(link, data=fields).status_code == 410
    unknown = client.get("/counseling/again/nothing")
    assert unknown.status_code == 410
    assert unknown.get_data(as_text=True).replace("nothing", "") == late.get_data(as_text=True).replace(link, "")
    assert opens(app, before.code)


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """The site as it runs, with its limits."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, rate_limits=True)
    yield
    app.config["SETTINGS"] = before


def test_one_mailbox_is_written_to_three_times_a_day_and_the_answer_does_not_say_so(
    app: Flask, desk: None, limited: None
) -> None:
    sent()
    answers = {ask(app).get_data(as_text=True) for _time in range(5)}
    assert len(answers) == 1 and len(links(app)) == 3
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        ask(app)
        assert len(links(app)) == 4


def test_of_eight_who_ask_for_one_mailbox_at_the_same_moment_three_have_it_written_to(
    app: Flask, desk: None, limited: None
) -> None:
    sent()
    together = Barrier(8)

    def one(place: int) -> None:
        with app.app_context():
            together.wait()
            lost.ask(ADDRESS, f"192.0.2.{place}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert len(links(app)) == 3


def test_asking_for_an_address_leaves_the_same_behind_whether_it_is_known_or_not(app: Flask, desk: None) -> None:
    sent()
    mails(app)
    for address in (ADDRESS, "jiro@example.jp"):
        ask(app, address)
    waiting = db.session.scalars(select(Job.name).where(Job.state == "waiting", Job.name.like("counseling.lost%")))
    assert len(waiting.all()) == 2
    assert db.session.scalars(select(Mail.what).where(Mail.what == "lost_code")).all() == []
    end_reading()


def test_one_connection_with_many_addresses_asks_as_one(app: Flask, desk: None, limited: None) -> None:
    for place in range(40):
        lost.ask(f"{place}@example.jp", f"2001:db8:0:7::{place:x}")
    asked = db.session.scalars(select(Job.id).where(Job.name == "counseling.lost_codes")).all()
    end_reading()
    assert len(asked) == 30


def test_of_two_links_the_one_that_is_pressed_makes_the_other_dead(app: Flask, desk: None) -> None:
    before = sent()
    ask(app)
    ask(app)
    older, newer = links(app)
    client = app.test_client()
    fields = form(client, older)
    code = code_on(press(app.test_client(), newer))
    assert client.post(older, data=fields).status_code == client.get(older).status_code == 410
    assert opens(app, code) and not opens(app, before.code)
    assert code_on(press(app.test_client(), newer)) == code


def test_two_links_pressed_at_the_same_moment_leave_one_code_that_opens(app: Flask, desk: None) -> None:
    sent()
    ask(app)
    ask(app)
    together = Barrier(2)

    def one(link: str) -> Sent | None:
        with app.app_context():
            together.wait()
            return lost.renew(link.rsplit("/", 1)[1])

    with ThreadPoolExecutor(2) as pool:
        found = [renewed for renewed in pool.map(one, links(app)) if renewed is not None]
    assert len(found) == 1 and opens(app, found[0].code)


@pytest.mark.parametrize("gone", ["receipt_hash", "email_hash"])
def test_a_link_is_dead_once_time_has_taken_what_it_is_for(app: Flask, desk: None, gone: str) -> None:
    before = sent()
    ask(app)
    [link] = links(app)
    client = app.test_client()
    fields = form(client, link)
    with writing() as session:
        session.execute(update(Request).where(Request.ref == before.ref).values({gone: None}))
    assert client.get(link).status_code == client.post(link, data=fields).status_code == 410


def test_strangers_fill_nobodys_mailbox_by_sending_and_withdrawing(app: Flask, desk: None, limited: None) -> None:
    def told() -> list[str]:
        return [mail.subject for mail in mails(app) if mail.to == ADDRESS]

    refs = [sent(body=f"{number}つめ").ref for number in range(7)]
    service.withdraw(making.actor("", refs[0]), refs[0])
    assert len(told()) == 5
    # All of them were taken; and what the desk and experts do is told nevertheless.
    making.bring(refs[6], "answered", making.actor("", refs[6]))
    assert [subject for subject in told() if "答えが届きました" in subject]
    before = len(told())
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        sent(body="あくる日")
        assert len(told()) == before + 1


def test_the_database_alone_opens_nothing(app: Flask, desk: None) -> None:
    sent()
    ask(app)
    [link] = links(app)
    token = link.rsplit("/", 1)[1]
    rows = db.session.execute(select(Mail.seed, Mail.token_hash, Request.email_hash).join(Request)).all()
    end_reading()
    assert rows and all(token not in (row.seed, row.token_hash) and ADDRESS not in str(row) for row in rows)
