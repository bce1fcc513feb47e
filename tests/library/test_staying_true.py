"""The owner is asked in time, answers with one press, and somebody always answers for an item."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts import service as accounts
from sccafe.core import clock, jobs, link_tokens, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.library import asking, checking, service
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.models import CheckLink, Item
from tests import factories
from tests.notifications.post_office import address_in, count, deliver, page, text_of, told, user_id

Browser = Callable[[str], FlaskClient]
#: A Tuesday in Japan, at noon.
PUBLISHED = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
DUE = date(2027, 5, 12)


@pytest.fixture
def town(app: Flask) -> None:
    for handle, role in (
        ("みどり", "member"),
        ("はるか", "member"),
        ("みせばん", "industry"),
        ("なかむら", "secretariat"),
        ("まえだ", "admin"),
    ):
        factories.person(handle, role, created_at=PUBLISHED - timedelta(days=30))


@pytest.fixture
def item_id(town: None) -> int:
    with clock.pretending(PUBLISHED):
        return factories.item("みどり", "なかむら", summary="月に二度の移動販売")


def of(item_id: int) -> Item:
    db.session.expire_all()
    found = db.session.get_one(Item, item_id)
    end_reading()
    return found


def morning(day: date) -> Any:
    """The morning of a day in Japan, for everything that asks what time it is."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 0, 0, tzinfo=UTC), tick=False)


def asked_on(day: date) -> None:
    with morning(day):
        asking.ask_owners()


def mailed(app: Flask) -> Any:
    """The mail in which an owner is asked."""
    [mail] = [mail for mail in deliver(app) if "いまも正しいですか" in mail["Subject"]]
    return mail


def link_of(mail: Any) -> str:
    return address_in(text_of(mail), "/library/check/")


def press(browser: FlaskClient, address: str, **fields: str) -> Any:
    return browser.post(address, data=factories.form(browser, address, **fields))


# --- being asked -------------------------------------------------------------------------------------------


def test_the_owner_is_asked_on_the_first_business_day_and_not_before(app: Flask, item_id: int) -> None:
    assert of(item_id).due_on == DUE
    asked_on(DUE - timedelta(days=1))
    assert "check" not in told("みどり")
    asked_on(DUE)
    assert told("みどり")[-1] == "check"
    assert of(item_id).asked_count == 1


@pytest.mark.parametrize(
    ("due", "asked"),
    [
        ("2027-01-01", "2027-01-04"),  # the new year's days of offices
        ("2027-05-03", "2027-05-06"),  # three holidays
        ("2027-05-15", "2027-05-17"),  # a Saturday
    ],
)
def test_nobody_is_asked_on_a_holiday(item_id: int, due: str, asked: str) -> None:
    day, last = date.fromisoformat(due), date.fromisoformat(asked)
    with writing() as session:
        session.execute(update(Item).where(Item.id == item_id).values(due_on=day))
    while day < last:
        asked_on(day)
        assert of(item_id).asked_count == 0
        day += timedelta(days=1)
    asked_on(last)
    assert of(item_id).asked_count == 1


def test_the_job_is_planned_for_the_morning_and_asks(app: Flask, item_id: int) -> None:
    with morning(DUE) as now:
        jobs.plan()
        now.shift(timedelta(minutes=30))
        jobs.plan()
        now.shift(timedelta(days=1))
        jobs.run_due(app)
    assert of(item_id).asked_count == 1


def test_an_owner_who_does_not_answer_is_asked_three_times_fourteen_days_apart(app: Flask, item_id: int) -> None:
    days = [DUE + timedelta(days=number) for number in range(120)]
    asked = []
    for day in days:
        before = of(item_id).asked_count
        asked_on(day)
        if of(item_id).asked_count > before:
            asked.append((day - DUE).days)
    assert asked == [0, 14, 28]
    # One notice stands, however often they were asked.
    assert told("みどり").count("check") == 1
    assert count("みどり") == len(told("みどり"))


def test_one_morning_asks_one_person_of_five_items_the_longest_due_first(town: None) -> None:
    ids = []
    for number in range(7):
        with clock.pretending(PUBLISHED + timedelta(days=number)):
            ids.append(factories.item("みどり", "なかむら"))
    asked_on(DUE + timedelta(days=8))
    assert [of(each).asked_count for each in ids] == [1, 1, 1, 1, 1, 0, 0]
    asked_on(DUE + timedelta(days=9))
    assert [of(each).asked_count for each in ids] == [1] * 7


def test_what_is_off_the_shelf_or_nobodys_or_needs_work_is_not_asked_about(town: None) -> None:
    with clock.pretending(PUBLISHED):
        archived, nobodys, wrong = (factories.item("みどり", "なかむら") for _ in range(3))
        service.archive(factories.viewer_of("なかむら"), archived, "古くなりました")
        checking.set_owner(factories.viewer_of("なかむら"), nobodys, "", "")
        checking.needs_work(factories.viewer_of("みどり"), wrong)
    asked_on(DUE)
    assert [of(each).asked_count for each in (archived, nobodys, wrong)] == [0, 0, 0]


def test_the_months_are_a_setting(app: Flask, town: None, as_person: Browser) -> None:
    staff = as_person("まえだ")
    fields = {"registration_mode": "open", "raise_after": "3", "remind_after": "7", "check_after": "6"}
    assert press(staff, "/admin/settings", **fields).status_code == 303
    assert site_settings.get(service.CHECK_AFTER) == 6
    end_reading()
    with clock.pretending(PUBLISHED):
        item_id = factories.item("みどり", "なかむら")
    assert of(item_id).due_on == date(2026, 11, 12)
    assert press(staff, "/admin/settings", **fields | {"check_after": "0"}).status_code == 422


# --- the link in the mail ----------------------------------------------------------------------------------


@pytest.fixture
def link(app: Flask, item_id: int) -> str:
    """The owner's link, mailed on the day it was due."""
    with morning(DUE):
        asking.ask_owners()
        mail = mailed(app)
    assert mail["To"] == factories.email_of("みどり")
    assert "移動販売が続く仕組み" in mail["Subject"]
    assert "月に二度の移動販売" in text_of(mail)
    assert "/settings/notifications" in text_of(mail)
    return link_of(mail)


def test_opening_the_link_changes_nothing_and_is_kept_by_nobody(link: str, item_id: int, client: FlaskClient) -> None:
    before = of(item_id).checked_on
    with morning(DUE):
        shown = client.get(link)
    assert shown.status_code == 200
    for words in ("移動販売が続く仕組み", "月に二度の移動販売", "2026年5月12日", "いまも正しい", "直しが必要"):
        assert words in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert of(item_id).checked_on == before
    assert db.session.scalar(select(CheckLink.answered_at)) is None
    end_reading()


def test_one_press_says_that_it_is_still_right(link: str, item_id: int, client: FlaskClient) -> None:
    revision = of(item_id).revision
    with morning(DUE):
        answer = press(client, link, do="right")
        assert (answer.status_code, answer.location) == (303, link)
        assert "お答えを受け取りました" in page(client, link)
    item = of(item_id)
    assert (item.checked_on, item.due_on) == (DUE, date(2028, 5, 12))
    assert (item.asked_at, item.asked_count, item.needs_work) == (None, 0, False)
    assert item.revision > revision
    assert "check" not in told("みどり")
    assert told("なかむら") == []


def test_a_second_press_does_nothing(link: str, item_id: int, client: FlaskClient) -> None:
    with morning(DUE):
        fields = factories.form(client, link)
        client.post(link, data=fields | {"do": "right"})
        again = client.post(link, data=fields | {"do": "work", "note": "やはり"})
        assert again.status_code == 200
        assert "お答えを受け取りました" in again.text
    assert of(item_id).needs_work is False


def test_needing_work_is_told_to_the_secretariat_and_to_readers(
    link: str, item_id: int, client: FlaskClient, as_person: Browser
) -> None:
    with morning(DUE):
        press(client, link, do="work", note="連絡先が変わりました")
        item = of(item_id)
        assert (item.needs_work, item.work_note, item.checked_on) == (True, "連絡先が変わりました", date(2026, 5, 12))
        assert told("なかむら") == ["work"]
        staff = as_person("なかむら")
        assert "直しが必要だと、知らせがありました" in page(staff, "/notifications")
        desk = page(staff, "/library/desk/checks")
        assert "連絡先が変わりました" in desk
        assert "持ち主：みどりさん" in desk


def test_the_button_is_not_needed(link: str, item_id: int, client: FlaskClient) -> None:
    with morning(DUE):
        press(client, link, note="数字が古い")
    assert of(item_id).needs_work is True


def test_a_note_too_long_comes_back_whole(link: str, item_id: int, client: FlaskClient) -> None:
    long = "長い" * 200
    with morning(DUE):
        refused = press(client, link, do="work", note=long)
    assert refused.status_code == 422
    assert long in refused.text
    assert of(item_id).needs_work is False


def test_the_link_of_a_reminder_is_the_same_and_lives_sixty_days_from_it(
    app: Flask, link: str, item_id: int, client: FlaskClient
) -> None:
    with morning(DUE + timedelta(days=14)):
        asking.ask_owners()
        assert {link_of(mail) for mail in deliver(app) if "いまも正しい" in mail["Subject"]} == {link}
    with morning(DUE + timedelta(days=73)):
        assert client.get(link).status_code == 200
    with morning(DUE + timedelta(days=75)):
        assert client.get(link).status_code == 410
        assert client.post(link, data=factories.form(client, "/sign-in", do="right")).status_code == 410
        asking.forget_links()
    assert db.session.scalars(select(CheckLink.id)).all() == []
    end_reading()
    assert of(item_id).checked_on == date(2026, 5, 12)


def test_the_next_mail_opens_again_where_the_sites_key_was_changed(
    app: Flask, link: str, item_id: int, client: FlaskClient
) -> None:
    app.config["SECRET_KEY"] = "another key"
    with morning(DUE + timedelta(days=14)):
        asking.ask_owners()
        links = {link_of(mail) for mail in deliver(app) if "いまも正しい" in mail["Subject"]}
        [new] = links - {link}
        assert client.get(link).status_code == 410
        assert client.get(new).status_code == 200


def test_the_database_alone_opens_nothing(link: str, client: FlaskClient) -> None:
    row = db.session.execute(select(CheckLink.seed, CheckLink.token_hash)).one()
    end_reading()
    token = link.rpartition("/")[2]
    assert token not in str(row)
    assert row.token_hash == link_tokens.hashed(token)
    for guess in (row.seed, row.token_hash, link_tokens.token_of("prompt answer", row.seed), token[:-1], "x"):
        with morning(DUE):
            assert client.get(f"/library/check/{guess}").status_code == 410
    for other in ("/answer/", "/written/"):
        assert client.get(f"{other}{token}").status_code == 410


def test_the_link_signs_nobody_in(link: str, client: FlaskClient) -> None:
    with morning(DUE):
        client.get(link)
        assert client.get("/notifications").status_code == 303


@pytest.mark.parametrize("happens", ["suspended", "handed on", "archived", "company"])
def test_the_link_opens_nothing_once_its_owner_is_it_no_longer(
    link: str, item_id: int, client: FlaskClient, happens: str
) -> None:
    staff, admin, owner = factories.viewer_of("なかむら"), factories.viewer_of("まえだ"), user_id("みどり")
    with morning(DUE):
        if happens == "suspended":
            accounts.suspend_account(admin, owner, "理由")
        elif happens == "handed on":
            checking.set_owner(staff, item_id, "はるか", "")
        elif happens == "company":
            accounts.change_role(admin, owner, "industry")
        else:
            service.archive(staff, item_id, "理由")
        assert client.get(link).status_code == 410
        assert client.post(link, data=factories.form(client, "/sign-in", do="right")).status_code == 410
    assert of(item_id).checked_on == date(2026, 5, 12)


def test_a_new_version_answers_the_question(app: Flask, link: str, item_id: int, client: FlaskClient) -> None:
    me = factories.viewer_of("みどり")
    with morning(DUE):
        begun = service.begin(me, item_id)
        service.publish(factories.viewer_of("なかむら"), begun.id)
        assert "お答えを受け取りました" in page(client, link)
    assert "check" not in told("みどり")


def test_no_mail_goes_out_where_the_owner_has_answered_meanwhile(app: Flask, item_id: int) -> None:
    with morning(DUE):
        asking.ask_owners()
        checking.still_right(factories.viewer_of("みどり"), item_id)
        assert all("いまも正しい" not in mail["Subject"] for mail in deliver(app))


# --- signed in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("handle", ["みどり", "なかむら"])
def test_owner_and_secretariat_have_the_same_two_buttons(item_id: int, as_person: Browser, handle: str) -> None:
    with morning(date(2026, 8, 4)):
        browser, address = as_person(handle), f"/library/{item_id}/check"
        answer = press(browser, address, do="work", note="もう続いていません")
        assert (answer.status_code, answer.location) == (303, f"/library/{item_id}")
        assert of(item_id).needs_work is True
        assert "もう続いていません" in page(browser, address)
        press(browser, address, do="right")
    item = of(item_id)
    assert (item.needs_work, item.work_note, item.checked_on) == (False, "", date(2026, 8, 4))


def test_readers_are_told_that_it_is_not_theirs_to_say(item_id: int, client: FlaskClient, as_person: Browser) -> None:
    address = f"/library/{item_id}/check"
    assert client.get(address).location.startswith("/sign-in")
    assert as_person("はるか").get(address).status_code == 403
    with pytest.raises(MayNot):
        checking.still_right(factories.viewer_of("はるか"), item_id)


def test_what_one_may_not_read_is_not_there(town: None, as_person: Browser) -> None:
    with clock.pretending(PUBLISHED):
        item_id = factories.item("なかむら", "なかむら", shown_to="members")
    assert as_person("みせばん").get(f"/library/{item_id}/check").status_code == 404
    with pytest.raises(NotThere):
        checking.needs_work(factories.viewer_of("みせばん"), item_id)


# --- the desk ----------------------------------------------------------------------------------------------


def test_the_desk_lists_what_is_overdue_with_its_owner_and_how_often_they_were_asked(
    app: Flask, item_id: int, as_person: Browser
) -> None:
    with clock.pretending(PUBLISHED + timedelta(days=90)):
        factories.item("はるか", "なかむら", title="まだ先のもの")
    asked_on(DUE)
    with morning(DUE + timedelta(days=14)):
        asking.ask_owners()
        desk = page(as_person("なかむら"), "/library/desk/checks")
    assert "移動販売が続く仕組み" in desk
    assert "確かめる日：2027年5月12日（水）" in desk
    assert "たずねた回数：2（最後は2027年5月26日（水））" in desk
    assert "まだ先のもの" not in desk


def test_an_empty_desk_says_so(town: None, as_person: Browser) -> None:
    assert "いまは確かめるものがありません" in page(as_person("なかむら"), "/library/desk/checks")
    assert as_person("みどり").get("/library/desk/checks").status_code == 404


def test_the_secretariat_hands_an_item_over(item_id: int, as_person: Browser) -> None:
    staff, address = as_person("なかむら"), f"/library/{item_id}/owner"
    assert 'value="みどり"' in page(staff, address)
    answer = press(staff, address, handle="はるか", successor="みどり")
    assert (answer.status_code, answer.location) == (303, "/library/desk/checks")
    item = of(item_id)
    assert (item.owner_id, item.successor_id) == (user_id("はるか"), user_id("みどり"))
    assert told("はるか") == ["handed"]
    press(staff, address, handle="", successor="")
    item = of(item_id)
    assert (item.owner_id, item.successor_id) == (None, None)
    assert told("はるか") == []
    assert count("はるか") == 0


@pytest.mark.parametrize(
    "fields", [{"handle": "いない人"}, {"handle": "みせばん"}, {"handle": "", "successor": "だれ"}]
)
def test_nobody_but_who_may_own_becomes_an_owner(item_id: int, as_person: Browser, fields: dict[str, str]) -> None:
    refused = press(as_person("なかむら"), f"/library/{item_id}/owner", **fields)
    assert refused.status_code == 422
    assert "持ち主になれる方はいません" in refused.text
    assert all(f'value="{typed}"' in refused.text for typed in fields.values() if typed)
    assert of(item_id).owner_id == user_id("みどり")


def test_members_do_not_hand_items_over(item_id: int, as_person: Browser, client: FlaskClient) -> None:
    address = f"/library/{item_id}/owner"
    assert as_person("みどり").get(address).status_code == 403
    assert client.get(address).location.startswith("/sign-in")


# --- owners leave ------------------------------------------------------------------------------------------

LEAVING: dict[str, Callable[[], None]] = {
    "suspended": lambda: accounts.suspend_account(factories.viewer_of("まえだ"), user_id("みどり"), "理由"),
    "becomes a company": lambda: accounts.change_role(factories.viewer_of("まえだ"), user_id("みどり"), "industry"),
}


@pytest.mark.parametrize("happens", LEAVING)
def test_the_items_of_who_leaves_go_to_the_successor(item_id: int, happens: str) -> None:
    checking.set_owner(factories.viewer_of("なかむら"), item_id, "みどり", "はるか")
    LEAVING[happens]()
    item = of(item_id)
    assert (item.owner_id, item.successor_id) == (user_id("はるか"), None)
    assert told("はるか") == ["handed"]
    assert told("なかむら") == []


@pytest.mark.parametrize("happens", LEAVING)
def test_without_a_successor_who_may_own_they_are_the_secretariats(item_id: int, happens: str) -> None:
    checking.set_owner(factories.viewer_of("なかむら"), item_id, "みどり", "はるか")
    accounts.suspend_account(factories.viewer_of("まえだ"), user_id("はるか"), "理由")
    LEAVING[happens]()
    assert of(item_id).owner_id is None
    assert told("なかむら") == ["handed"]


def test_another_role_that_may_own_changes_nothing(item_id: int) -> None:
    accounts.change_role(factories.viewer_of("まえだ"), user_id("みどり"), "expert")
    assert of(item_id).owner_id == user_id("みどり")


def test_whoever_comes_back_is_not_given_them_back(item_id: int) -> None:
    LEAVING["suspended"]()
    accounts.restore_account(factories.viewer_of("まえだ"), user_id("みどり"), "理由")
    assert of(item_id).owner_id is None


def test_the_next_owner_is_asked_from_the_beginning(app: Flask, item_id: int) -> None:
    asked_on(DUE)
    checking.set_owner(factories.viewer_of("なかむら"), item_id, "はるか", "")
    assert of(item_id).asked_count == 0
    asked_on(DUE + timedelta(days=1))
    assert told("はるか")[-1] == "check"


def test_a_leaving_that_fails_hands_nothing_on(item_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(checking, "_hand_on", fails)
    with pytest.raises(RuntimeError):
        LEAVING["suspended"]()
    assert factories.viewer_of("みどり").role == "member"
    assert of(item_id).owner_id == user_id("みどり")


def test_no_statement_is_made_for_each_line_of_the_desk(town: None, as_person: Browser, statements: Any) -> None:
    made = []
    for _round in range(2):
        for _number in range(3):
            with clock.pretending(PUBLISHED):
                factories.item("みどり", "なかむら")
        with morning(DUE):
            staff = as_person("なかむら")
            page(staff, "/library/desk/checks")
            with statements:
                shown = page(staff, "/library/desk/checks")
        made.append(len(statements))
    assert len(re.findall("持ち主を変える", shown)) == 6
    assert made[0] == made[1] <= 5
