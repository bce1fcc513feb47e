"""Sign-up and the confirmation of an address."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.accounts import passwords
from sccafe.accounts.models import Confirmation, User, UserSession
from sccafe.core import clock
from sccafe.core.database import db, end_reading
from tests import factories
from tests.accounts.people import PASSWORD, account, is_signed_in, join, mails, post, sign_in, sign_up


def _people() -> int:
    count = db.session.scalar(select(func.count()).select_from(User))
    end_reading()
    return count or 0


def test_somebody_signs_up_confirms_by_the_link_and_signs_in(app: Flask, client: FlaskClient) -> None:
    answer = sign_up(client, "midori@example.jp", "みどり")
    assert (answer.status_code, answer.location) == (303, "/sign-up/confirm")
    assert "確認のメールを送りました" in client.get("/sign-up/confirm").text
    [mail] = mails(app)
    assert mail.to == "midori@example.jp"
    page = client.get(mail.link)
    assert "登録を確認する" in page.text
    answer = post(client, mail.link)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert 'value="midori@example.jp"' in client.get("/sign-in").text
    assert sign_in(client, "midori@example.jp").location == "/"
    assert is_signed_in(client)


def test_the_code_can_be_typed_in_any_width_and_spacing(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    code = mails(app)[0].code
    wide = code.replace(" ", "　").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    answer = post(client, "/sign-up/confirm", email="midori@example.jp", code=wide)
    assert answer.location == "/sign-in"
    assert account("みどり").state == "active"


def test_opening_a_mailed_link_changes_nothing(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    link = mails(app)[0].link
    scanner = app.test_client()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    assert account("みどり").state == "unconfirmed"
    assert post(client, link).location == "/sign-in"


def test_a_link_works_in_another_browser_and_pressing_twice_is_well(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    link = mails(app)[0].link
    other = app.test_client()
    fields = factories.form(other, link)
    assert other.post(link, data=fields).location == "/sign-in"
    assert other.post(link, data=fields).location == "/sign-in"
    assert other.get(link).status_code == 410


def test_a_wrong_link_and_one_after_three_days_say_what_to_do(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    link = mails(app)[0].link
    wrong = client.get(link[:-2])
    assert wrong.status_code == 410
    assert "メールをもう一度受け取る" in wrong.text
    with clock.pretending(clock.now() + timedelta(days=3, minutes=1)):
        assert client.get(link).status_code == 410
        fields = factories.form(client, "/sign-up/confirm")
        assert client.post(link, data=fields).status_code == 410
    assert account("みどり").state == "unconfirmed"


def test_only_mail_password_handle_and_consent_are_needed(app: Flask, client: FlaskClient) -> None:
    answer = post(client, "/sign-up", coordinator_layer="layer1")
    assert answer.status_code == 422
    for words in ("メールアドレスを入力", "パスワードを入力", "ハンドル名を入力", "同意の欄に印"):
        assert words in answer.text
    assert 'value="layer1" selected' in answer.text or 'selected value="layer1"' in answer.text
    assert sign_up(client, "a@example.jp", "みどり").status_code == 303


def test_the_answer_tells_nothing_of_whether_the_address_is_known(app: Flask) -> None:
    factories.person("はるか", email="office@example.jp")
    pages = []
    for email, handle in (("office@example.jp", "みどり"), ("nobody@example.jp", "かえで")):
        browser = app.test_client()
        answer = sign_up(browser, email, handle)
        shown = browser.get("/sign-up/confirm")
        again = post(browser, "/sign-up/send-again", on_page="/sign-up/confirm", email=email)
        wrong = post(browser, "/sign-up/confirm", email=email, code="0000 0000")
        pages.append(
            [
                (each.status_code, each.location, _without_secrets(each.text, email))
                for each in (answer, shown, again, wrong)
            ]
        )
    assert pages[0] == pages[1]


def test_every_sign_up_takes_one_slow_step_whatever_the_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.person("はるか", email="office@example.jp")
    sign_up(app.test_client(), "waiting@example.jp", "かえで")
    steps: list[str] = []
    fits, hash_password = passwords.fits, passwords.hash_password
    monkeypatch.setattr(passwords, "fits", lambda *given: steps.append("fits") or fits(*given))
    monkeypatch.setattr(passwords, "hash_password", lambda typed: steps.append("hash") or hash_password(typed))
    for email, handle in (
        ("office@example.jp", "みどり"),
        ("nobody@example.jp", "なぎさ"),
        ("waiting@example.jp", "かえで"),
        ("waiting@example.jp", "はるか"),
    ):
        before = len(steps)
        sign_up(app.test_client(), email, handle)
        assert len(steps) == before + 1


def _without_secrets(page: str, email: str) -> str:
    import re

    return re.sub(r'name="csrf_token"[^>]*>', "", page.replace(email, "?"))


def test_whoever_shares_a_mailbox_gets_an_own_account_and_the_mail_says_so(app: Flask, client: FlaskClient) -> None:
    factories.person("はるか", email="office@example.jp", real_name="北川 遥")
    sign_up(client, "office@example.jp", "みどり")
    [mail] = mails(app)
    assert "すでにSCカフェに登録している方がいます" in mail.body
    assert "はるか" not in mail.body
    assert "北川" not in mail.body
    assert post(client, mail.link).location == "/sign-in"
    assert account("みどり").state == "active"


def test_no_more_than_ten_share_a_mailbox_and_the_mail_says_so(app: Flask, client: FlaskClient) -> None:
    for number in range(10):
        factories.person(f"人{number}", email="office@example.jp")
    assert sign_up(client, "office@example.jp", "みどり").location == "/sign-up/confirm"
    [mail] = mails(app)
    assert "10人" in mail.body
    assert account("みどり") is None


def test_signing_up_again_with_the_same_password_sends_the_mail_again(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    sign_up(client, "midori@example.jp", "みどり")
    first, second = mails(app)
    assert first.link != second.link
    assert _people() == 1
    assert post(client, second.link).location == "/sign-in"


def test_nobody_takes_over_a_sign_up_that_another_began(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    stranger = app.test_client()
    answer = sign_up(stranger, "midori@example.jp", "みどり", password="a-strangers-password")
    assert answer.status_code == 422
    assert "ほかの方が使っています" in answer.text
    assert len(mails(app)) == 1


def test_pressing_twice_makes_one_person_and_one_mail(app: Flask, client: FlaskClient) -> None:
    fields = factories.form(
        client, "/sign-up", email="a@example.jp", handle="みどり", password=PASSWORD, agree="y", once="k3Xz9"
    )
    assert client.post("/sign-up", data=fields).status_code == 303
    assert client.post("/sign-up", data=fields).status_code == 303
    assert _people() == 1
    assert len(mails(app)) == 1


def test_a_handle_in_use_is_refused_whatever_its_case_and_width(app: Flask, client: FlaskClient) -> None:
    factories.person("midori")
    for handle in ("midori", "Midori", "ＭＩＤＯＲＩ"):
        answer = sign_up(client, "a@example.jp", handle)
        assert answer.status_code == 422
        assert "ほかの方が使っています" in answer.text
        assert 'value="a@example.jp"' in answer.text
        assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "midori"}, "メールアドレスの形が正しくありません"),
        ({"email": "midori@mailinator.com"}, "使い捨て"),
        ({"email": "midori@x.mailinator.com"}, "使い捨て"),
        ({"email": "midori@example.jp\r\nBcc: all@example.jp"}, "制御文字"),
        ({"email": "a" * 300 + "@example.jp"}, "254文字まで"),
        ({"handle": "み"}, "2文字以上"),
        ({"handle": "み" * 21}, "20文字まで"),
        ({"handle": "みど り"}, "空白や記号は使えません"),
        ({"handle": "みどり\r\nBcc:x"}, "制御文字"),
        ({"handle": "みど\u202eり"}, "目に見えない文字"),
        ({"handle": "みど\u200bり"}, "目に見えない文字"),
        ({"handle": "みど\0り"}, "制御文字"),
        ({"handle": "事務局"}, "事務局と間違えられる"),
        ({"handle": "Adm1n"}, "事務局と間違えられる"),
        ({"handle": "匿名A"}, "匿名の書き込みと間違えられる"),
        ({"handle": "аdmin"}, "別の文字がまざっています"),
        ({"password": "short77"}, "8文字以上"),
        ({"password": "x1" * 101}, "200文字まで"),
        ({"password": "password"}, "よく使われる"),
        ({"password": "midori@example.jp"}, "同じものは使えません"),
        ({"handle": "まつぼっくり君", "password": "まつぼっくり君っ"[:7] + "\0"}, "制御文字"),
        ({"coordinator_layer": "layer9"}, "一覧にあるもの"),
        ({"prefecture": "99"}, "一覧にあるもの"),
        ({"prefecture": "13", "municipality": "八王寺市"}, "近い名前は 八王子市"),
        ({"municipality": "府中市"}, "府中市（東京都）、府中市（広島県）"),
        ({"agree": ""}, "同意の欄"),
    ],
)
def test_what_cannot_be_taken_is_told_in_words(
    app: Flask, client: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = sign_up(client, fields.pop("email", "midori@example.jp"), fields.pop("handle", "みどり"), **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert _people() == 0


def test_a_field_sent_twice_is_refused(client: FlaskClient) -> None:
    answer = sign_up(client, "a@example.jp", ["みどり", "かえで"])
    assert answer.status_code == 422
    assert "2回送られました" in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"prefecture": "13", "municipality": "八王子市"},
        {"prefecture": "13", "municipality": "はちおうじし"},
        {"prefecture": "", "municipality": "132012"},
        {"prefecture": "", "municipality": "東京都八王子市"},
    ],
)
def test_a_municipality_is_found_by_name_reading_and_code(
    app: Flask, client: FlaskClient, fields: dict[str, str]
) -> None:
    assert sign_up(client, "a@example.jp", "みどり", affiliation="shakyo", **fields).status_code == 303
    found = account("みどり")
    assert (found.prefecture, found.municipality, found.affiliation) == ("13", "132012", "shakyo")


def test_suggestions_come_for_one_prefecture(client: FlaskClient) -> None:
    page = client.get("/municipalities?prefecture=13").text
    assert '<option value="八王子市">' in page
    assert "横浜市" not in page
    assert client.get("/municipalities?prefecture=x").text.strip() == ""


def test_five_wrong_codes_stop_the_right_one_and_a_new_mail_helps(app: Flask, client: FlaskClient) -> None:
    """With the rate limits off: the bound on each code holds without them."""
    sign_up(client, "midori@example.jp", "みどり")
    code = mails(app)[0].code
    wrong = "0000 0000" if code != "0000 0000" else "1111 1111"
    for _ in range(5):
        assert post(client, "/sign-up/confirm", email="midori@example.jp", code=wrong).status_code == 422
    assert post(client, "/sign-up/confirm", email="midori@example.jp", code=code).status_code == 422
    assert account("みどり").state == "unconfirmed"
    post(client, "/sign-up/send-again", on_page="/sign-up/confirm", email="midori@example.jp")
    answer = post(client, "/sign-up/confirm", email="midori@example.jp", code=mails(app)[1].code)
    assert answer.location == "/sign-in"


def test_a_code_belongs_to_its_address(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    code = mails(app)[0].code
    assert post(client, "/sign-up/confirm", email="other@example.jp", code=code).status_code == 422
    assert account("みどり").state == "unconfirmed"


def test_two_waiting_at_one_mailbox_each_confirm_with_their_own_code(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "office@example.jp", "みどり")
    sign_up(client, "office@example.jp", "はるか")
    first, second = mails(app)
    post(client, "/sign-up/confirm", email="OFFICE@example.jp", code=second.code)
    assert (account("みどり").state, account("はるか").state) == ("unconfirmed", "active")
    post(client, "/sign-up/confirm", email="office@example.jp", code=first.code)
    assert account("みどり").state == "active"


def test_sign_ups_never_confirmed_are_forgotten_after_three_days(app: Flask, client: FlaskClient) -> None:
    from sccafe.accounts.jobs import clean_up

    sign_up(client, "midori@example.jp", "みどり")
    join(app, "haruka@example.jp", "はるか")
    begun = clock.now()
    with clock.pretending(begun + timedelta(days=2)):
        clean_up()
        assert account("みどり") is not None
    with clock.pretending(begun + timedelta(days=4)):
        clean_up()
    assert account("みどり") is None
    assert account("はるか").state == "active"
    left = db.session.scalar(select(func.count()).select_from(Confirmation))
    sessions = db.session.scalar(select(func.count()).select_from(UserSession))
    end_reading()
    assert (left, sessions) == (0, 0)


def test_the_mail_is_in_the_language_the_person_chose(app: Flask, client: FlaskClient) -> None:
    client.post("/language", data=factories.form(client, "/sign-up", locale="en"))
    sign_up(client, "midori@example.jp", "midori")
    assert account("midori").locale == "en"


def test_signed_in_people_are_not_offered_a_sign_up(app: Flask) -> None:
    factories.person("みどり")
    assert factories.signed_in(app, "みどり").get("/sign-up").location == "/"
