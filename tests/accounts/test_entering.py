"""Sign-in, sign-out, shared mailboxes and the limits on tries."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe import create_app
from sccafe.accounts import passwords
from sccafe.accounts.models import User, UserSession
from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.settings import Settings
from tests import factories
from tests.accounts.people import account, is_signed_in, mails, post, set_registration, sign_in, sign_up
from tests.conftest import settings_for

SAME_FOR_ALL = "メールアドレスかパスワードが違います"


def _hash_of(handle: str) -> str:
    found = db.session.scalar(select(User.password_hash).where(User.handle == handle))
    end_reading()
    return found or ""


def test_wrong_address_and_wrong_password_get_one_answer(app: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    answers = []
    for email in ("midori@example.jp", "nobody@example.jp", "no address at all"):
        answer = sign_in(app.test_client(), email, "wrong-password")
        assert SAME_FOR_ALL in answer.text
        answers.append(answer.status_code)
    assert answers == [422, 422, 422]


def test_one_check_is_spent_whether_or_not_somebody_has_the_address(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.person("みどり", email="midori@example.jp")
    checks: list[str] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda known, typed: checks.append(typed) or fits(known, typed))
    sign_in(app.test_client(), "midori@example.jp", "wrong-password")
    known = len(checks)
    sign_in(app.test_client(), "nobody@example.jp", "wrong-password")
    assert (known, len(checks)) == (1, 2)


def test_a_missing_password_is_told_and_the_address_stays(client: FlaskClient) -> None:
    answer = sign_in(client, "midori@example.jp", "")
    assert answer.status_code == 422
    assert "パスワードを入力" in answer.text
    assert 'value="midori@example.jp"' in answer.text


def test_the_address_is_known_in_any_case_and_the_password_in_any_width(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="Midori@Example.jp")
    assert sign_in(client, " MIDORI@example.JP ", factories.PASSWORD.replace("2026", "２０２６")).location == "/"
    assert is_signed_in(client)


def test_sign_in_leads_on_within_the_site_and_never_out_of_it(app: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    for onward, leads in (
        ("/topics/3?page=2", "/topics/3?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
    ):
        answer = sign_in(app.test_client(), "midori@example.jp", factories.PASSWORD, next=onward)
        assert answer.location == leads


def test_a_page_for_signed_in_people_leads_to_the_sign_in_and_back(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    answer = client.get("/settings/password")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert 'name="next" value="/settings/password"' in page


def test_a_form_sent_after_the_session_ended_is_carried_through_the_sign_in(app: Flask, client: FlaskClient) -> None:
    import re

    factories.person("みどり", email="midori@example.jp")
    token = factories.form(client, "/sign-in")
    answer = client.post("/settings", data=token | {"handle": "みどり", "about": "書きかけの紹介文"})
    assert answer.status_code == 401
    carried = re.search(r'name="carry" value="([^"]+)"', answer.text)
    assert carried
    fields = {"email": "midori@example.jp", "carry": carried.group(1)}
    wrong = post(client, "/sign-in", **fields, password="wrong-password")
    assert carried.group(1) in wrong.text
    page = post(client, "/sign-in", **fields, password=factories.PASSWORD)
    assert page.status_code == 200
    assert "書きかけの紹介文" in page.text
    fresh = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text.split('id="again"')[1])
    assert fresh
    sent = client.post(
        "/settings", data={"csrf_token": fresh.group(1), "handle": "みどり", "about": "書きかけ", "locale": "ja"}
    )
    assert sent.status_code == 303


def test_staying_signed_in_lasts_sixty_days_and_not_doing_so_fourteen_hours(app: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    long, short = app.test_client(), app.test_client()
    assert "Expires" in sign_in(long, "midori@example.jp", factories.PASSWORD, remember="y").headers["Set-Cookie"]
    assert "Expires" not in sign_in(short, "midori@example.jp", factories.PASSWORD).headers["Set-Cookie"]
    with clock.pretending(clock.now() + timedelta(hours=15)):
        assert is_signed_in(long)
        assert not is_signed_in(short)
    with clock.pretending(clock.now() + timedelta(days=61)):
        assert not is_signed_in(long)


def test_signing_out_ends_the_session_for_good(app: Flask) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")
    with browser.session_transaction() as cookie:
        kept = dict(cookie)
    assert browser.get("/sign-out").status_code == 405
    assert post(browser, "/sign-out", on_page="/settings").location == "/"
    assert not is_signed_in(browser)
    with browser.session_transaction() as cookie:
        cookie.update(kept)
    assert not is_signed_in(browser)


def test_a_fresh_session_is_made_at_every_sign_in(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
    sign_in(client, "midori@example.jp", factories.PASSWORD)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"


def test_never_more_than_ten_hashes_are_checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(14):
        factories.person(f"人{number}", email="office@example.jp", state="active" if number < 9 else "unconfirmed")
    checks: list[str] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda known, typed: checks.append(typed) or fits(known, typed))
    sign_in(app.test_client(), "office@example.jp", "wrong-password")
    assert len(checks) == 10


# --- who is not let in --------------------------------------------------------------------------------


def test_a_suspended_person_sees_the_reason_after_the_right_password_only(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp", state="suspended", state_reason="宣伝を繰り返したため")
    assert "宣伝を繰り返した" not in sign_in(client, "midori@example.jp", "wrong-password").text
    answer = sign_in(client, "midori@example.jp", factories.PASSWORD)
    assert answer.status_code == 403
    assert "宣伝を繰り返したため" in answer.text
    assert not is_signed_in(client)


def test_an_unconfirmed_person_is_told_so_and_can_have_the_mail_again(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "midori@example.jp", "みどり")
    answer = sign_in(client, "midori@example.jp")
    assert answer.status_code == 403
    assert "メールアドレスの確認がまだです" in answer.text
    assert 'action="/sign-up/send-again"' in answer.text
    assert SAME_FOR_ALL in sign_in(client, "midori@example.jp", "wrong-password").text


def test_whoever_waits_for_approval_is_told_so(app: Flask, client: FlaskClient) -> None:
    set_registration("approval")
    sign_up(client, "midori@example.jp", "みどり")
    post(client, mails(app)[0].link)
    answer = sign_in(client, "midori@example.jp")
    assert "事務局の承認を待っています" in answer.text
    assert not is_signed_in(client)


# --- a shared mailbox ---------------------------------------------------------------------------------


def _office() -> None:
    for handle in ("みどり", "はるか", "かえで"):
        factories.person(handle, email="office@example.jp")


def _proof(page: str) -> str:
    import re

    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_at_a_shared_mailbox_the_handle_is_asked_for_after_the_password(app: Flask, client: FlaskClient) -> None:
    _office()
    assert "どなたですか" not in sign_in(client, "office@example.jp", "wrong-password").text
    page = sign_in(client, "office@example.jp", factories.PASSWORD, next="/lounge")
    assert "どなたですか" in page.text
    for handle in ("みどり", "はるか", "かえで"):
        assert handle not in page.text
    answer = post(
        client, "/sign-in", email="office@example.jp", proof=_proof(page.text), handle="ハルカ", next="/lounge"
    )
    assert answer.status_code == 422
    answer = post(
        client, "/sign-in", email="office@example.jp", proof=_proof(page.text), handle=" はるか ", next="/lounge"
    )
    assert answer.location == "/lounge"
    assert "はるか" in client.get("/settings").text


def test_at_a_shared_mailbox_one_form_with_all_three_is_enough(app: Flask, client: FlaskClient) -> None:
    _office()
    answer = sign_in(client, "office@example.jp", factories.PASSWORD, handle="かえで")
    assert answer.location == "/"


def test_a_proof_is_good_for_whose_password_it_was_and_ten_minutes(app: Flask, client: FlaskClient) -> None:
    _office()
    other = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1).hash("another-password")
    factories.person("なぎさ", email="office@example.jp", password_hash=other)
    proof = _proof(sign_in(client, "office@example.jp", factories.PASSWORD).text)
    assert post(client, "/sign-in", email="office@example.jp", proof=proof, handle="なぎさ").status_code == 422
    assert post(client, "/sign-in", email="office@example.jp", proof=proof + "x", handle="みどり").status_code == 422
    assert post(client, "/sign-in", email="other@example.jp", proof=proof, handle="みどり").status_code == 422
    assert not is_signed_in(client)


def test_a_proof_is_worth_nothing_after_the_password_was_changed(app: Flask, client: FlaskClient) -> None:
    _office()
    proof = _proof(sign_in(client, "office@example.jp", factories.PASSWORD).text)
    with writing() as session:
        user = session.scalars(select(User).where(User.handle == "みどり")).one()
        user.password_hash = passwords.hash_password("a-newer-password")
    assert post(client, "/sign-in", email="office@example.jp", proof=proof, handle="みどり").status_code == 422


def test_an_unconfirmed_colleague_changes_nothing_for_the_only_active_one(app: Flask, client: FlaskClient) -> None:
    factories.person("はるか", email="office@example.jp")
    sign_up(app.test_client(), "office@example.jp", "みどり")
    assert sign_in(client, "office@example.jp", factories.PASSWORD).location == "/"


# --- limits -------------------------------------------------------------------------------------------


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Any:
    """The same site started with its limits on."""
    return create_app(
        settings_for(Path(settings.data), rate_limits="on", **_database(settings)),
    )


def _database(settings: Settings) -> dict[str, str]:
    return {"database_url": settings.database_url} if settings.database_url else {}


def _try(site: Flask, email: str, password: str = "wrong-password") -> Any:
    with site.app_context():
        return sign_in(site.test_client(), email, password)


def test_ten_wrong_passwords_stop_an_account_also_across_a_restart(
    app: Flask, limited: Flask, settings: Settings
) -> None:
    factories.person("みどり", email="midori@example.jp")
    factories.person("はるか", email="haruka@example.jp")
    for _ in range(10):
        assert _try(limited, "midori@example.jp").status_code == 422
    answer = _try(limited, "midori@example.jp", factories.PASSWORD)
    assert answer.status_code == 429
    assert "15分たつと" in answer.text
    restarted = create_app(settings_for(Path(settings.data), rate_limits="on", **_database(settings)))
    assert _try(restarted, "midori@example.jp", factories.PASSWORD).status_code == 429
    assert _try(restarted, "haruka@example.jp", factories.PASSWORD).status_code == 303
    with clock.pretending(clock.now() + timedelta(minutes=16)):
        assert _try(restarted, "midori@example.jp", factories.PASSWORD).status_code == 303


def test_nothing_is_hashed_once_the_tries_are_used_up(
    app: Flask, limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        _try(limited, "nobody@example.jp")
    monkeypatch.setattr(passwords, "fits", lambda *_: pytest.fail("hashed"))
    assert _try(limited, "nobody@example.jp").status_code == 429


def test_an_unknown_address_is_stopped_like_a_known_one(app: Flask, limited: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    answers = [
        [_try(limited, email).status_code for _ in range(12)] for email in ("midori@example.jp", "no@example.jp")
    ]
    assert answers[0] == answers[1]


def test_a_success_forgets_the_failures_before_it(app: Flask, limited: Flask) -> None:
    factories.person("みどり", email="midori@example.jp")
    for _ in range(9):
        _try(limited, "midori@example.jp")
    assert _try(limited, "midori@example.jp", factories.PASSWORD).status_code == 303
    for _ in range(9):
        assert _try(limited, "midori@example.jp").status_code == 422


def test_one_network_is_stopped_only_after_three_hundred_failures(app: Flask, limited: Flask) -> None:
    from sccafe.accounts.service.signing_in import TRIES_FROM_NETWORK
    from sccafe.core import attempts

    factories.person("みどり", email="midori@example.jp")
    with writing():
        for _ in range(299):
            attempts.record(TRIES_FROM_NETWORK, "127.0.0.1")
    assert _try(limited, "midori@example.jp", factories.PASSWORD).status_code == 303
    assert _try(limited, "nobody@example.jp").status_code == 422
    assert _try(limited, "midori@example.jp", factories.PASSWORD).status_code == 429


def test_codes_are_limited_the_same_for_known_and_unknown_addresses(app: Flask, limited: Flask) -> None:
    sign_up(app.test_client(), "midori@example.jp", "みどり")
    answers = []
    for email in ("midori@example.jp", "nobody@example.jp"):
        with limited.app_context():
            browser = limited.test_client()
            answers.append(
                [post(browser, "/sign-up/confirm", email=email, code="0000 0000").status_code for _ in range(7)]
            )
    assert answers[0] == answers[1] == [422] * 5 + [429] * 2


def test_a_flood_of_forms_is_stopped_for_one_person_and_not_for_others(app: Flask, limited: Flask) -> None:
    for handle in ("やまべ", "こだま"):
        factories.person(handle, role="secretariat")
    with limited.app_context():
        browser = factories.signed_in(limited, "やまべ")
        token = factories.form(browser, "/settings")
    answers = []
    for _ in range(21):
        with limited.app_context():
            answers.append(browser.post("/admin/invitations", data=token | {"role": "member"}).status_code)
    assert answers == [303] * 20 + [429]
    with limited.app_context():
        other = factories.signed_in(limited, "こだま")
        assert post(other, "/admin/invitations", on_page="/settings", role="member").status_code == 303


# --- the hash -----------------------------------------------------------------------------------------


def test_an_outdated_hash_is_renewed_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    old = PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1).hash("my-old-password")
    factories.person("みどり", email="midori@example.jp", password_hash=old)
    assert sign_in(client, "midori@example.jp", "my-old-password").location == "/"
    assert _hash_of("みどり") != old
    assert "m=19456,t=2,p=1" in _hash_of("みどり")


def test_the_token_in_the_cookie_does_not_stand_in_the_database(app: Flask, client: FlaskClient) -> None:
    factories.person("みどり", email="midori@example.jp")
    sign_in(client, "midori@example.jp", factories.PASSWORD)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert account("みどり").state == "active"
    kept = db.session.scalars(select(UserSession.token_hash)).all()
    end_reading()
    assert token not in kept
