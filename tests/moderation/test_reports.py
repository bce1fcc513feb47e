"""Somebody tells the secretariat of a post, and the secretariat decides."""

from collections.abc import Callable
from threading import Thread
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts import service as accounts
from sccafe.accounts.models import User
from sccafe.boards.models import Post
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation import service
from sccafe.moderation.models import Report
from tests import factories
from tests.moderation.desk import all_of, page, post, record, report, reports, send

Browser = Callable[[str], FlaskClient]


def user_id(handle: str) -> int:
    return factories.viewer_of(handle).user_id or 0


def test_anyone_signed_in_reports_a_post_and_is_thanked(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    reader = as_person("みせばん")
    shown = page(reader, f"/posts/{factories.post_id(topic, 1)}/report")
    assert "どう決めましたか。" in shown
    assert "人を傷つける" in shown
    address = f"/posts/{factories.post_id(topic, 1)}/report"
    response = send(reader, address, reason="personal_details", note="お名前が\n見えます")
    assert response.location == f"/posts/{factories.post_id(topic, 1)}"
    assert "ありがとうございます" in page(reader, response.location)
    assert all_of(Report.reason, Report.note) == [("personal_details", "お名前が 見えます")]


def test_pressing_twice_makes_one_report(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    for _ in range(2):
        send(as_person("はるか"), f"/posts/{factories.post_id(topic, 1)}/report", reason="insult", note="")
    assert len(reports()) == 1


def test_two_browsers_pressing_at_once_make_one_report(app: Flask, town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    post_id, viewer = factories.post_id(topic, 1), factories.viewer_of("はるか")
    made: list[int] = []

    def press() -> None:
        with app.app_context():
            made.append(service.report_post(viewer, post_id, "insult", ""))

    threads = [Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    assert len(reports()) == 1


def test_once_closed_a_post_can_be_reported_again(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    first = report("はるか", factories.post_id(topic, 1))
    send(as_person("なかむら"), f"/moderation/reports/{first}/dismiss", decision="問題ありません")
    assert report("はるか", factories.post_id(topic, 1)) != first


def test_a_report_without_a_reason_comes_back_with_what_was_typed(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    response = post(as_person("はるか"), f"/posts/{factories.post_id(topic, 1)}/report", note="気になります")
    assert response.status_code == 422
    assert "どれか一つを選んでください" in response.text
    assert "気になります" in response.text
    assert reports() == []


def test_htmx_gets_the_form_and_the_thanks_alone(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    address, reader = f"/posts/{factories.post_id(topic, 1)}/report", as_person("はるか")
    partial = {"HX-Request": "true"}
    shown = reader.get(address, headers=partial).text
    assert "<form" in shown
    assert "<html" not in shown
    thanks = reader.post(address, data=factories.form(reader, address, reason="wrong"), headers=partial)
    assert "ありがとうございます" in thanks.text
    assert "<html" not in thanks.text


def test_nobody_reports_their_own_post(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    writer, address = as_person("みどり"), f"/posts/{factories.post_id(topic, 1)}/report"
    assert writer.get(address).status_code == 403
    assert post(writer, address, reason="insult").status_code == 403
    assert reports() == []


def test_a_visitor_is_asked_to_sign_in_and_comes_back(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    address = f"/posts/{factories.post_id(topic, 1)}/report"
    assert client.get(address).location == "/sign-in?" + urlencode({"next": address})
    assert client.get("/posts/99999/report").status_code == client.get(address).status_code


def test_what_somebody_cannot_read_they_cannot_report(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["members-lounge"])
    address, company = f"/posts/{factories.post_id(topic, 1)}/report", as_person("みせばん")
    assert company.get(address).status_code == 404
    assert post(company, address, reason="insult").status_code == 404
    assert reports() == []


def test_reports_go_to_the_secretariat_in_turn_and_all_of_one_post_to_one_person(town: dict[str, int]) -> None:
    posts = [factories.post_id(factories.topic("みどり", town["exchange"], f"話題{number}"), 1) for number in range(4)]
    for post_id in posts:
        report("はるか", post_id)
    assert [assignee for _state, assignee in reports()] == [user_id("なかむら"), user_id("こばやし")] * 2
    report("さくら", posts[1])
    assert reports()[-1] == ("open", user_id("こばやし"))


def test_admins_look_after_reports_where_there_is_no_secretariat(town: dict[str, int]) -> None:
    with writing() as session:
        session.execute(update(User).where(User.role == "secretariat").values(state="suspended"))
    report("はるか", factories.post_id(factories.topic("みどり", town["exchange"]), 1))
    assert reports() == [("open", user_id("かんり"))]


def test_a_report_about_a_staff_member_goes_to_another(town: dict[str, int]) -> None:
    report("はるか", factories.post_id(factories.topic("なかむら", town["exchange"]), 1))
    assert reports() == [("open", user_id("こばやし"))]


def test_the_desk_shows_mine_first_and_several_reports_of_a_post_as_one(
    town: dict[str, int], as_person: Browser
) -> None:
    first = factories.post_id(factories.topic("みどり", town["exchange"], "なかむらの担当"), 1)
    second = factories.post_id(factories.topic("みどり", town["exchange"], "こばやしの担当"), 1)
    for handle in ("はるか", "さくら"):
        report(handle, first)
        report(handle, second)
    shown = page(as_person("こばやし"), "/moderation")
    assert shown.index("こばやしの担当</a>") < shown.index("ほかの人が担当の知らせ") < shown.index("なかむらの担当</a>")
    assert shown.count("なかむらの担当</a>") == 1
    assert "対応を待つ知らせ：4件" in shown
    assert "あなたの担当：2件" in shown


def test_the_desk_with_nothing_to_do_is_kind(town: dict[str, int], as_person: Browser) -> None:
    shown = page(as_person("なかむら"), "/moderation")
    assert "いまは対応を待つ知らせはありません" in shown
    assert "いまは確認を待つ書き込みはありません" in shown


def test_hiding_the_post_from_its_report_closes_all_reports_of_it(town: dict[str, int], as_person: Browser) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    first = report("はるか", post_id, note="ひどいです")
    report("さくら", post_id)
    staff = as_person("なかむら")
    shown = page(staff, f"/moderation/reports/{first}")
    assert "ひどいです" in shown
    assert "はるか" in shown
    response = send(staff, f"/posts/{post_id}/hide", reason="人を傷つける書き方です", next="/moderation")
    assert response.location == "/moderation"
    assert [state for state, _assignee in reports()] == ["upheld", "upheld"]
    assert all_of(Report.decision) == ["人を傷つける書き方です"] * 2
    assert all_of(Post.state) == ["hidden"]
    assert "対応しました" in page(staff, f"/moderation/reports/{first}")


def test_dismissing_leaves_the_post_and_goes_into_the_record(town: dict[str, int], as_person: Browser) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    made = report("はるか", post_id)
    send(as_person("なかむら"), f"/moderation/reports/{made}/dismiss", decision="意見の違いです")
    assert all_of(Post.state) == ["published"]
    assert reports() == [("dismissed", user_id("なかむら"))]
    assert record() == [("report.dismissed", "意見の違いです")]
    again = post(as_person("こばやし"), f"/moderation/reports/{made}/dismiss", decision="")
    assert again.status_code == 404


def test_a_report_is_handed_to_a_colleague_and_to_nobody_else(town: dict[str, int], as_person: Browser) -> None:
    made = report("はるか", factories.post_id(factories.topic("みどり", town["exchange"]), 1))
    address, staff = f"/moderation/reports/{made}/assign", as_person("なかむら")
    send(staff, address, assignee=str(user_id("こばやし")))
    assert reports() == [("open", user_id("こばやし"))]
    assert post(staff, address, assignee=str(user_id("みどり"))).status_code == 422
    assert reports() == [("open", user_id("こばやし"))]
    assert record() == [("report.assigned", "")]


def test_reports_of_somebody_who_leaves_the_secretariat_go_to_the_others(town: dict[str, int]) -> None:
    report("はるか", factories.post_id(factories.topic("みどり", town["exchange"]), 1))
    accounts.change_role(factories.viewer_of("かんり"), user_id("なかむら"), "member")
    assert reports() == [("open", user_id("こばやし"))]
    accounts.suspend_account(factories.viewer_of("かんり"), user_id("こばやし"), "退職のため")
    assert reports() == [("open", user_id("かんり"))]


def test_the_report_of_a_person_who_has_gone_goes_with_them(town: dict[str, int]) -> None:
    report("はるか", factories.post_id(factories.topic("みどり", town["exchange"]), 1))
    with writing() as session:
        session.delete(session.get(User, user_id("はるか")))
    assert db.session.scalars(select(Report.id)).all() == []
    end_reading()
