"""What the secretariat does with people: approvals, invitations, roles, suspension, experts."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.accounts import events
from sccafe.accounts.models import ExpertProfile, Invitation, User
from sccafe.core import clock
from sccafe.core import events as core_events
from sccafe.core.database import db, end_reading
from tests import factories
from tests.accounts.people import account, is_signed_in, join, mails, post, set_registration, sign_in, sign_up


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every event of accounts that was emitted."""
    seen: list[object] = []
    for kind in vars(events).values():
        if isinstance(kind, type) and kind.__module__ == events.__name__:
            listeners = [*core_events._handlers[kind], seen.append]
            monkeypatch.setitem(core_events._handlers, kind, listeners)
    return seen


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    factories.person("やまべ", role="secretariat")
    return factories.signed_in(app, "やまべ")


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    factories.person("こだま", role="admin")
    return factories.signed_in(app, "こだま")


def _measure(browser: FlaskClient, handle: str, what: str, **fields: Any) -> Any:
    user_id = account(handle).id
    return post(browser, f"/admin/people/{user_id}/{what}", on_page="/settings", **fields)


ADDRESSES = ["/admin/approvals", "/admin/invitations", "/admin/people", "/admin/people/1", "/admin/experts"]


@pytest.mark.parametrize("address", [*ADDRESSES, "/admin/experts/new", "/admin/approvals/1/refuse", "/admin/experts/1"])
def test_the_secretariats_pages_are_not_there_for_others(app: Flask, address: str) -> None:
    factories.person("みどり")
    factories.person("さくら", role="expert")
    factories.person("みせばん", role="industry")
    browsers = [app.test_client(), *(factories.signed_in(app, handle) for handle in ("みどり", "さくら", "みせばん"))]
    for browser in browsers:
        assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/admin/approvals/1/approve",
        "/admin/approvals/1/refuse",
        "/admin/people/1/role",
        "/admin/people/1/suspend",
        "/admin/people/1/restore",
        "/admin/people/1/counseling-desk",
        "/admin/invitations",
        "/admin/invitations/1/withdraw",
        "/admin/experts/new",
        "/admin/experts/1",
    ],
)
def test_nor_can_others_send_their_forms(app: Flask, address: str) -> None:
    factories.person("みどり")
    member = factories.signed_in(app, "みどり")
    answer = post(member, address, on_page="/settings", reason="x", role="admin", handle="みどり")
    assert answer.status_code == 404
    assert account("みどり").role == "member"


# --- approval -----------------------------------------------------------------------------------------


def test_with_approval_nobody_is_in_before_the_secretariat_says_so(
    app: Flask, staff: FlaskClient, told: list[object]
) -> None:
    set_registration("approval")
    browser = app.test_client()
    assert "事務局が確かめてから" in browser.get("/sign-up").text
    sign_up(browser, "midori@example.jp", "みどり", affiliation="shakyo")
    answer = post(browser, mails(app)[0].link)
    assert "承認されるとメールでお知らせします" in browser.get(answer.location).text
    page = staff.get("/admin/approvals").text
    assert "みどりさん" in page
    assert "社会福祉協議会" in page
    user_id = account("みどり").id
    assert post(staff, f"/admin/approvals/{user_id}/approve", on_page="/settings").status_code == 303
    assert "承認されました" in mails(app)[1].subject
    assert sign_in(browser, "midori@example.jp").location == "/"
    assert told == [events.AccountConfirmed(user_id, True), events.AccountApproved(user_id, account("やまべ").id)]
    again = post(staff, f"/admin/approvals/{user_id}/approve", on_page="/settings")
    assert again.status_code == 404


def test_the_secretariat_chooses_the_role_at_approval_but_makes_no_admins(app: Flask, staff: FlaskClient) -> None:
    factories.person("みせばん", state="awaiting_approval")
    user_id = account("みせばん").id
    assert post(staff, f"/admin/approvals/{user_id}/approve", on_page="/settings", role="admin").status_code == 403
    assert account("みせばん").state == "awaiting_approval"
    post(staff, f"/admin/approvals/{user_id}/approve", on_page="/settings", role="industry")
    assert (account("みせばん").state, account("みせばん").role) == ("active", "industry")


def test_a_refusal_gives_its_reason_by_mail_and_at_sign_in(app: Flask, staff: FlaskClient, told: list[object]) -> None:
    factories.person("みどり", email="midori@example.jp", state="awaiting_approval")
    user_id = account("みどり").id
    address = f"/admin/approvals/{user_id}/refuse"
    assert post(staff, address, reason=" ").status_code == 422
    assert post(staff, address, reason="お仕事の場所が確かめられませんでした").status_code == 303
    assert "確かめられませんでした" in mails(app)[0].body
    page = sign_in(app.test_client(), "midori@example.jp", factories.PASSWORD)
    assert "確かめられませんでした" in page.text
    assert isinstance(told[0], events.AccountRefused)


# --- invitations --------------------------------------------------------------------------------------


def test_a_mailed_invitation_lets_one_person_in_as_its_role(app: Flask, staff: FlaskClient, told: list[object]) -> None:
    set_registration("invitation")
    visitor = app.test_client()
    closed = visitor.get("/sign-up")
    assert closed.status_code == 200
    assert "招待を受けた方だけ" in closed.text
    post(staff, "/admin/invitations", role="expert", email="sakura@example.jp", note="兵庫の桜井さん")
    [mail] = mails(app)
    assert mail.to == "sakura@example.jp"
    for _ in range(2):
        page = visitor.get(mail.link)
        assert "専門家としてのご招待" in page.text
    assert 'value="sakura@example.jp"' in page.text
    token = mail.link.partition("=")[2]
    guessed = {"email": "sakura@example.jp", "handle": "桜の木", "password": "ゆっくり咲く2026", "agree": "y"}
    assert post(visitor, "/sign-up", on_page="/sign-in", **guessed, invitation="made-up").status_code == 410
    assert "招待を受けた方だけ" in post(visitor, "/sign-up", on_page="/sign-in", **guessed).text
    assert account("桜の木") is None
    fields = factories.form(
        visitor,
        mail.link,
        email="sakura@example.jp",
        handle="桜の木",
        password="ゆっくり咲く2026",
        agree="y",
        invitation=token,
    )
    assert visitor.post("/sign-up", data=fields).location == "/sign-up/confirm"
    post(visitor, mails(app)[1].link)
    assert (account("桜の木").role, account("桜の木").state) == ("expert", "active")
    assert app.test_client().get(mail.link).status_code == 410
    assert isinstance(told[0], events.InvitationMade)


def test_an_invitation_is_used_once_also_by_two_at_a_time(app: Flask, staff: FlaskClient) -> None:
    post(staff, "/admin/invitations", role="member", email="a@example.jp")
    link = mails(app)[0].link
    forms = []
    for handle in ("みどり", "はるか"):
        browser = app.test_client()
        forms.append(
            (
                browser,
                factories.form(
                    browser,
                    link,
                    email=f"{len(forms)}@example.jp",
                    handle=handle,
                    password="ゆっくり咲く2026",
                    agree="y",
                    invitation=link.partition("=")[2],
                ),
            )
        )
    assert [browser.post("/sign-up", data=fields).status_code for browser, fields in forms] == [303, 410]
    assert account("はるか") is None


def test_whoever_was_invited_needs_no_approval(app: Flask, staff: FlaskClient) -> None:
    set_registration("approval")
    post(staff, "/admin/invitations", role="member", email="a@example.jp")
    link = mails(app)[0].link
    browser = app.test_client()
    fields = factories.form(
        browser,
        link,
        email="a@example.jp",
        handle="みどり",
        password="ゆっくり咲く2026",
        agree="y",
        invitation=link.partition("=")[2],
    )
    browser.post("/sign-up", data=fields)
    post(browser, mails(app)[-1].link)
    assert account("みどり").state == "active"


def test_a_link_to_hand_out_is_shown_once(app: Flask, staff: FlaskClient) -> None:
    import re

    assert post(staff, "/admin/invitations", role="industry", note="見本市で会った方").status_code == 303
    page = staff.get("/admin/invitations").text
    found = re.search(r">http://127\.0\.0\.1:8000(/sign-up\?invitation=[^<]+)<", page)
    assert found
    assert app.test_client().get(found.group(1)).status_code == 200
    later = staff.get("/admin/invitations").text
    assert found.group(1) not in later
    assert "見本市で会った方" in later
    assert mails(app) == []


def test_an_invitation_ends_when_withdrawn_and_after_fourteen_days(app: Flask, staff: FlaskClient) -> None:
    for _ in range(2):
        post(staff, "/admin/invitations", role="member", email="a@example.jp")
    first, second = (mail.link for mail in mails(app))
    with clock.pretending(clock.now() + timedelta(days=13, hours=23)):
        assert app.test_client().get(second).status_code == 200
    with clock.pretending(clock.now() + timedelta(days=14, minutes=1)):
        assert app.test_client().get(second).status_code == 410
    number = db.session.scalar(select(Invitation.id).order_by(Invitation.id).limit(1))
    end_reading()
    assert post(staff, f"/admin/invitations/{number}/withdraw", on_page="/settings").status_code == 303
    assert app.test_client().get(first).status_code == 410


def test_the_secretariat_invites_no_staff_and_an_admin_does(app: Flask, staff: FlaskClient, admin: FlaskClient) -> None:
    assert post(staff, "/admin/invitations", role="secretariat", email="a@example.jp").status_code == 422
    assert post(admin, "/admin/invitations", role="secretariat", email="a@example.jp").status_code == 303


def test_a_sign_up_never_confirmed_gives_its_invitation_back(app: Flask, staff: FlaskClient) -> None:
    from sccafe.accounts.jobs import clean_up

    post(staff, "/admin/invitations", role="member", email="a@example.jp")
    link = mails(app)[0].link
    browser = app.test_client()
    fields = factories.form(
        browser,
        link,
        email="a@example.jp",
        handle="みどり",
        password="ゆっくり咲く2026",
        agree="y",
        invitation=link.partition("=")[2],
    )
    browser.post("/sign-up", data=fields)
    assert browser.get(link).status_code == 410
    with clock.pretending(clock.now() + timedelta(days=4)):
        clean_up()
        assert browser.get(link).status_code == 200


# --- people -------------------------------------------------------------------------------------------


def test_people_are_found_by_handle_address_and_real_name(app: Flask, staff: FlaskClient) -> None:
    factories.person("みどり", email="tajima@example.jp", real_name="田島 緑")
    factories.person("はるか", email="haruka_100%@example.jp", state="suspended")
    for words in ("みど", "TAJIMA@", "田島 緑"):
        page = staff.get("/admin/people", query_string={"q": words}).text
        assert "みどり" in page
        assert "はるか" not in page
    for query in ({"q": "100%"}, {"state": "suspended"}):
        page = staff.get("/admin/people", query_string=query).text
        assert "はるか" in page
        assert "みどり" not in page
    assert "当てはまる方はいません" in staff.get("/admin/people", query_string={"q": "_____"}).text
    for hostile in ({"q": "\0"}, {"q": "%"}, {"before": "x"}, {"state": "'"}, {"q": "あ" * 5000}):
        assert staff.get("/admin/people", query_string=hostile).status_code == 200


def test_the_list_of_people_goes_on_and_back(app: Flask, staff: FlaskClient) -> None:
    import re

    for number in range(120):
        factories.person(f"人{number:03}")

    def shown(page: str) -> list[str]:
        return re.findall(r'/admin/people/\d+">(人\d+)<', page)

    def link(page: str, rel: str) -> str:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        return found.group(1).replace("&amp;", "&") if found else ""

    first = staff.get("/admin/people?role=member").text
    second = staff.get(link(first, "next")).text
    third = staff.get(link(second, "next")).text
    assert [len(shown(page)) for page in (first, second, third)] == [50, 50, 20]
    assert len({*shown(first), *shown(second), *shown(third)}) == 120
    assert link(first, "prev") == link(third, "next") == ""
    assert shown(staff.get(link(third, "prev")).text) == shown(second)


def test_an_admin_changes_roles_and_the_secretariat_does_not(
    app: Flask, staff: FlaskClient, admin: FlaskClient, told: list[object]
) -> None:
    factories.person("みどり")
    assert _measure(staff, "みどり", "role", role="expert").status_code == 403
    assert account("みどり").role == "member"
    assert _measure(admin, "みどり", "role", role="expert").status_code == 303
    assert account("みどり").role == "expert"
    assert told == [events.RoleChanged(account("みどり").id, account("こだま").id, "member", "expert")]
    assert _measure(admin, "みどり", "role", role="emperor").status_code == 403


def test_the_last_admin_stays_admin(app: Flask, admin: FlaskClient) -> None:
    assert "管理者はこの方だけ" in admin.get(f"/admin/people/{account('こだま').id}").text
    answer = _measure(admin, "こだま", "role", role="member")
    assert answer.status_code == 403
    assert "管理者がいなくなります" in answer.text
    assert account("こだま").role == "admin"
    factories.person("停止中の管理", role="admin", state="suspended")
    assert _measure(admin, "こだま", "role", role="member").status_code == 403
    factories.person("もう一人", role="admin")
    assert _measure(admin, "こだま", "role", role="member").status_code == 303
    assert account("こだま").role == "member"


def test_a_suspension_ends_the_sessions_and_its_reason_is_mailed_and_shown(
    app: Flask, staff: FlaskClient, told: list[object]
) -> None:
    factories.person("みどり", email="midori@example.jp")
    browser = factories.signed_in(app, "みどり")
    post(app.test_client(), "/forgotten-password", email="midori@example.jp")
    reset = mails(app)[0].link
    refused = _measure(staff, "みどり", "suspend", reason="")
    assert refused.status_code == 422
    assert is_signed_in(browser)
    assert _measure(staff, "みどり", "suspend", reason="宣伝を繰り返したため").status_code == 303
    assert not is_signed_in(browser)
    assert app.test_client().get(reset).status_code == 410
    assert "宣伝を繰り返したため" in mails(app)[1].body
    assert "宣伝を繰り返したため" in sign_in(app.test_client(), "midori@example.jp", factories.PASSWORD).text
    user_id, staff_id = account("みどり").id, account("やまべ").id
    assert _measure(staff, "みどり", "restore", reason="話し合いがすみました").status_code == 303
    assert sign_in(app.test_client(), "midori@example.jp", factories.PASSWORD).location == "/"
    assert told == [
        events.AccountSuspended(user_id, staff_id, "宣伝を繰り返したため"),
        events.AccountRestored(user_id, staff_id, "話し合いがすみました"),
    ]


def test_the_secretariat_suspends_no_staff_and_nobody_themselves(
    app: Flask, staff: FlaskClient, admin: FlaskClient
) -> None:
    factories.person("同僚", role="secretariat")
    assert _measure(staff, "同僚", "suspend", reason="理由").status_code == 403
    assert _measure(staff, "やまべ", "suspend", reason="理由").status_code == 403
    assert _measure(admin, "こだま", "suspend", reason="理由").status_code == 403
    assert _measure(admin, "同僚", "suspend", reason="理由").status_code == 303


def test_the_counseling_desk_is_given_by_admins_to_staff_and_goes_with_the_role(
    app: Flask, staff: FlaskClient, admin: FlaskClient, told: list[object]
) -> None:
    def desk(handle: str) -> bool:
        found = db.session.scalar(select(User.counseling_desk).where(User.handle == handle))
        end_reading()
        return bool(found)

    factories.person("みどり")
    assert _measure(staff, "やまべ", "counseling-desk", counseling_desk="y").status_code == 403
    assert _measure(admin, "みどり", "counseling-desk", counseling_desk="y").status_code == 403
    assert _measure(admin, "やまべ", "counseling-desk", counseling_desk="y").status_code == 303
    assert desk("やまべ")
    _measure(admin, "やまべ", "role", role="member")
    assert not desk("やまべ")
    staff_id, admin_id = account("やまべ").id, account("こだま").id
    changes = [event for event in told if isinstance(event, events.CounselingDeskChanged)]
    assert changes == [events.CounselingDeskChanged(staff_id, admin_id, belongs) for belongs in (True, False)]


# --- experts ------------------------------------------------------------------------------------------


def test_an_expert_is_introduced_and_changed(app: Flask, staff: FlaskClient, told: list[object]) -> None:
    factories.person("さくら", role="expert")
    answer = post(
        staff,
        "/admin/experts/new",
        handle="さくら",
        fields=["law", "kyogitai"],
        sentence="立ち上げの失敗談なら、いくらでも。",
        capacity="2",
        away_until="2099-04-01",
        active="y",
        note="毎週水曜は不在",
    )
    assert answer.status_code == 303
    page = staff.get("/admin/experts").text
    for shown in ("さくら", "制度・法律", "協議体の運営", "立ち上げの失敗談", "2099年4月1日（水）"):
        assert shown in page
    user_id = account("さくら").id
    edit = staff.get(f"/admin/experts/{user_id}").text
    assert "毎週水曜は不在" in edit
    assert 'value="law"' in edit and "checked" in edit
    post(staff, f"/admin/experts/{user_id}", fields=["law"], sentence="", capacity="0", active="y")
    row = db.session.get(ExpertProfile, user_id)
    end_reading()
    assert row is not None
    assert (row.fields, row.capacity, row.away_until) == ("law", 0, None)
    assert told == [events.ExpertChanged(user_id, account("やまべ").id)] * 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"handle": "だれでもない"}, "見つかりません"),
        ({"handle": "みせばん"}, "専門家になれません"),
        ({"fields": []}, "分野を1つ以上"),
        ({"fields": ["cooking"]}, "一覧にあるもの"),
        ({"capacity": "たくさん"}, "数字で"),
        ({"capacity": "1000"}, "99まで"),
        ({"away_until": "来週"}, "日付の形"),
        ({"sentence": "あ" * 201}, "200文字まで"),
    ],
)
def test_what_is_wrong_with_an_expert_is_told_in_words(
    app: Flask, staff: FlaskClient, fields: dict[str, Any], words: str
) -> None:
    factories.person("さくら", role="expert")
    factories.person("みせばん", role="industry")
    whole = {"handle": "さくら", "fields": ["law"], "sentence": "", "capacity": "2", "away_until": "", "active": "y"}
    answer = post(staff, "/admin/experts/new", **(whole | fields))
    assert answer.status_code == 422
    assert words in answer.text


def test_an_expert_who_becomes_a_company_answers_no_more(app: Flask, staff: FlaskClient, admin: FlaskClient) -> None:
    factories.person("さくら", role="expert")
    post(staff, "/admin/experts/new", handle="さくら", fields=["law"], capacity="2", active="y")
    _measure(admin, "さくら", "role", role="industry")
    assert "お休み中" in staff.get("/admin/experts").text


# --- nothing is half done -----------------------------------------------------------------------------


def test_a_listener_that_fails_undoes_the_whole_measure(
    app: Flask, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.person("みどり")
    browser = factories.signed_in(app, "みどり")

    def fail(event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(core_events._handlers, events.AccountSuspended, [fail])
    assert _measure(staff, "みどり", "suspend", reason="理由").status_code == 500
    assert account("みどり").state == "active"
    assert is_signed_in(browser)
    assert mails(app) == []


def test_someone_who_joined_can_be_found_at_once(app: Flask, staff: FlaskClient) -> None:
    join(app, "midori@example.jp", "みどり")
    assert "みどり" in staff.get("/admin/people?q=midori@example.jp").text
