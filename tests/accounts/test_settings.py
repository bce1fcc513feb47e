"""What people change of their own account."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from sccafe.core import clock
from tests import factories
from tests.accounts.people import account, is_signed_in, mails, post, sign_in, sign_up

NEW = "さくら並木を歩く2026"


def _save(browser: FlaskClient, handle: str, **more: Any) -> Any:
    fields = {"handle": handle, "real_name": "", "about": "", "locale": "ja"}
    return post(browser, "/settings", **(fields | more))


# --- profile ------------------------------------------------------------------------------------------


def test_the_profile_form_comes_filled_in_and_saves_everything(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    answer = _save(
        browser,
        "みどり",
        real_name="田島 緑",
        coordinator_layer="layer2",
        affiliation="shakyo",
        experience_years="y1_2",
        prefecture="11",
        municipality="深谷市",
        population="p100_300k",
        about="ねぎ畑と団地を\r\n軽自動車で回っています。",
    )
    assert answer.status_code == 303
    page = browser.get("/settings").text
    for shown in ("田島 緑", "深谷市", "ねぎ畑と団地を\n軽自動車"):
        assert shown in page
    found = account("みどり")
    assert (found.prefecture, found.municipality, found.affiliation) == ("11", "112186", "shakyo")
    assert found.population == "p100_300k"
    assert '<option selected value="p100_300k">10万～30万人</option>' in page


def test_the_size_of_the_town_is_one_of_the_list_and_can_be_taken_back(app: Flask) -> None:
    factories.person("みどり", population="lt10k")
    browser = factories.signed_in(app, "みどり")
    assert _save(browser, "みどり", population="p1m").status_code == 422
    assert account("みどり").population == "lt10k"
    assert _save(browser, "みどり", population="").status_code == 303
    assert account("みどり").population == ""


def test_a_sign_up_does_not_ask_for_the_size_of_the_town(app: Flask) -> None:
    assert "まちの大きさ" not in app.test_client().get("/sign-up").text


def test_what_was_typed_stays_when_the_form_is_refused(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    answer = _save(browser, "みどり", about="書いた紹介", prefecture="13", municipality="ないない市")
    assert answer.status_code == 422
    for kept in ("書いた紹介", "ないない市", "東京都の市区町村に見つかりません"):
        assert kept in answer.text


def test_hidden_characters_in_the_profile_are_refused(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    for fields in ({"about": "x\u202ey"}, {"about": "x\0y"}, {"real_name": "緑\r\nBcc: x"}, {"real_name": "緑" * 81}):
        assert _save(browser, "みどり", **fields).status_code == 422


def test_the_chosen_language_is_shown_at_once_and_kept(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    _save(browser, "みどり", locale="en")
    assert '<html lang="en">' in browser.get("/settings").text
    assert account("みどり").locale == "en"


def test_the_language_of_the_pages_is_chosen_by_visitors_and_remembered_for_people(app: Flask) -> None:
    factories.person("みどり")
    for browser in (app.test_client(), factories.signed_in(app, "みどり")):
        token = factories.form(browser, "/sign-up" if not is_signed_in(browser) else "/settings")
        answer = browser.post("/language", data=token | {"locale": "en", "next": "/lounge?page=2"})
        assert (answer.status_code, answer.location) == (303, "/lounge?page=2")
        assert '<html lang="en">' in browser.get("/forgotten-password").text
        assert browser.post("/language", data=token | {"locale": "xx"}).status_code == 400
        away = browser.post("/language", data=token | {"locale": "ja", "next": "https://evil.example"})
        assert away.location == "/"
    assert account("みどり").locale == "ja"


# --- handles ------------------------------------------------------------------------------------------


def test_a_former_handle_leads_to_the_new_one_for_a_year_and_is_given_to_nobody(app: Flask) -> None:
    factories.person("みどり")
    factories.person("はるか")
    browser = factories.signed_in(app, "みどり")
    assert _save(browser, "わかば").status_code == 303
    answer = app.test_client().get("/members/みどり")
    assert (answer.status_code, answer.location) == (302, "/members/%E3%82%8F%E3%81%8B%E3%81%B0")
    assert _save(factories.signed_in(app, "はるか"), "みどり").status_code == 422
    assert sign_up(app.test_client(), "a@example.jp", "みどり").status_code == 422
    with clock.pretending(clock.now() + timedelta(days=366)):
        assert app.test_client().get("/members/みどり").status_code == 404
        assert sign_up(app.test_client(), "a@example.jp", "みどり").status_code == 303


def test_one_can_go_back_to_a_handle_of_ones_own(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    _save(browser, "わかば")
    assert _save(browser, "みどり").status_code == 303
    assert browser.get("/members/みどり").status_code == 200
    assert browser.get("/members/わかば").location == "/members/%E3%81%BF%E3%81%A9%E3%82%8A"


def test_a_handle_changes_three_times_a_year_and_not_more(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    for handle in ("わかば", "こずえ", "もみじ"):
        assert _save(browser, handle).status_code == 303
    assert "1年に3回まで" in _save(browser, "いちょう").text
    assert _save(browser, "わかば").status_code == 303


def test_writing_a_handle_in_another_case_gives_none_up(app: Flask) -> None:
    factories.person("midori")
    browser = factories.signed_in(app, "midori")
    assert _save(browser, "Midori").status_code == 303
    assert "Midoriさん" in browser.get("/members/midori").text


def test_handles_of_others_and_words_of_the_secretariat_are_refused(app: Flask) -> None:
    factories.person("みどり")
    factories.person("はるか")
    factories.person("やまべ", role="secretariat")
    browser = factories.signed_in(app, "みどり")
    assert "ほかの方が使っています" in _save(browser, "はるか").text
    assert "事務局と間違えられる" in _save(browser, "カフェ事務局").text
    assert _save(factories.signed_in(app, "やまべ"), "カフェ事務局").status_code == 303


# --- mail address -------------------------------------------------------------------------------------


def _ask(browser: FlaskClient, email: str) -> Any:
    return post(browser, "/settings/email", email=email, password=factories.PASSWORD)


def test_a_new_address_counts_once_it_is_confirmed_by_its_link_and_the_old_one_is_told(app: Flask) -> None:
    factories.person("みどり", email="old@example.jp")
    browser = factories.signed_in(app, "みどり")
    assert _ask(browser, "new@example.jp").status_code == 303
    [mail] = mails(app)
    assert mail.to == "new@example.jp"
    scanner = app.test_client()
    assert scanner.get(mail.link).status_code == 200
    assert scanner.head(mail.link).status_code == 200
    assert account("みどり").email == "old@example.jp"
    assert post(app.test_client(), mail.link).status_code == 303
    assert account("みどり").email == "new@example.jp"
    told = mails(app)[1]
    assert told.to == "old@example.jp"
    assert "new@example.jp" not in told.body


def test_a_new_address_can_be_confirmed_by_its_code(app: Flask) -> None:
    factories.person("みどり", email="old@example.jp")
    browser = factories.signed_in(app, "みどり")
    _ask(browser, "new@example.jp")
    code = mails(app)[0].code
    page = post(browser, "/settings/email/confirm", on_page="/settings/email", code="0000 0000")
    assert page.status_code == 422
    assert "番号が違うか" in page.text
    assert post(browser, "/settings/email/confirm", on_page="/settings/email", code=code).status_code == 303
    assert account("みどり").email == "new@example.jp"


def test_changing_the_address_asks_for_the_password(app: Flask) -> None:
    factories.person("みどり", email="old@example.jp")
    browser = factories.signed_in(app, "みどり")
    answer = post(browser, "/settings/email", email="new@example.jp", password="wrong-password")
    assert answer.status_code == 422
    assert "いまのパスワードが違います" in answer.text
    assert mails(app) == []


def test_a_code_belongs_to_the_person_who_asked(app: Flask) -> None:
    factories.person("みどり", email="old@example.jp")
    factories.person("はるか", email="haruka@example.jp")
    _ask(factories.signed_in(app, "みどり"), "new@example.jp")
    code = mails(app)[0].code
    other = factories.signed_in(app, "はるか")
    assert post(other, "/settings/email/confirm", on_page="/settings/email", code=code).status_code == 422
    assert account("はるか").email == "haruka@example.jp"


def test_a_link_for_a_new_password_in_the_old_mailbox_ends_with_the_address(app: Flask) -> None:
    factories.person("みどり", email="old@example.jp")
    post(app.test_client(), "/forgotten-password", email="old@example.jp")
    reset = mails(app)[0].link
    browser = factories.signed_in(app, "みどり")
    _ask(browser, "new@example.jp")
    post(browser, mails(app)[1].link)
    assert app.test_client().get(reset).status_code == 410


# --- password and sessions ----------------------------------------------------------------------------


def test_a_changed_password_ends_the_other_sessions_and_is_mailed(app: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    here, elsewhere = factories.signed_in(app, "みどり"), factories.signed_in(app, "みどり")
    wrong = post(here, "/settings/password", password="wrong-password", new_password=NEW)
    assert wrong.status_code == 422
    weak = post(here, "/settings/password", password=factories.PASSWORD, new_password="midori@example.jp")
    assert weak.status_code == 422
    assert post(here, "/settings/password", password=factories.PASSWORD, new_password=NEW).status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert sign_in(app.test_client(), "midori@example.jp", NEW).location == "/"
    assert [mail.to for mail in mails(app)] == ["midori@example.jp"]


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(app: Flask) -> None:
    import re

    factories.person("みどり", email="midori@example.jp")
    factories.person("はるか")
    phone = app.test_client()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1"
    phone.post(
        "/sign-in",
        data=factories.form(phone, "/sign-in", email="midori@example.jp", password=factories.PASSWORD),
        headers={"User-Agent": agent},
    )
    office, here = factories.signed_in(app, "みどり"), factories.signed_in(app, "みどり")
    page = here.get("/settings/sessions").text
    assert "iPhone / Safari" in page
    assert page.count("この機器</span>") == 1
    numbers = [int(number) for number in re.findall(r'action="/settings/sessions/(\d+)/end"', page)]
    assert len(numbers) == 3
    post(factories.signed_in(app, "はるか"), f"/settings/sessions/{min(numbers)}/end", on_page="/settings")
    assert is_signed_in(phone)
    post(here, f"/settings/sessions/{min(numbers)}/end", on_page="/settings")
    assert not is_signed_in(phone)
    assert is_signed_in(office)
    post(here, "/settings/sessions/end-others", on_page="/settings")
    assert not is_signed_in(office)
    assert is_signed_in(here)


def test_ending_the_present_session_is_signing_out(app: Flask) -> None:
    import re

    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    [number] = re.findall(r'action="/settings/sessions/(\d+)/end"', browser.get("/settings/sessions").text)
    assert post(browser, f"/settings/sessions/{number}/end", on_page="/settings").location == "/"
    assert not is_signed_in(browser)
