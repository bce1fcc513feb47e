"""Who hears of a request's steps: at once, on the site and by mail, without a word of it, while they may open it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts import service as accounts
from sccafe.accounts.models import User
from sccafe.core.database import db, end_reading, writing
from sccafe.core.events import emit
from sccafe.counseling import policy, readable, reading, service
from sccafe.counseling.events import RequestGone
from sccafe.counseling.models import Assignment, Request
from sccafe.counseling.sealing import Matter, Person
from sccafe.counseling.service.stepping import stepping, tell
from sccafe.notifications import of_requests, words
from sccafe.notifications.models import Notice
from tests import factories
from tests.counseling import making
from tests.counseling.agreeing import MARKER, asked
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND, SUBJECT
from tests.notifications.post_office import count, deliver, page, text_of, told, user_id, waiting

Browser = Callable[[str], FlaskClient]
SAID = (
    "いつからですか。",
    "春からです。",
    "うちわのメモ",
    "議題に入れてもらいましょう。",
    "手いっぱいのため",
    "助かりました",
)
PEOPLE = (ASKER, DESK, EXPERT, SECOND, OTHER)


@pytest.fixture
def desk(app: Flask) -> None:
    making.people()


def steps_told() -> dict[str, list[str]]:
    """What everybody was told since it was last asked for, by the ones to whom something was told."""
    found = {handle: [each.removeprefix("counsel ") for each in told(handle)] for handle in PEOPLE}
    with writing() as session:
        session.execute(update(User).values(unread_notices=0))
        session.query(Notice).delete()
    return {handle: steps for handle, steps in found.items() if steps}


def request_id(ref: str) -> int:
    found = db.session.scalar(select(Request.id).where(Request.ref == ref))
    end_reading()
    assert found is not None
    return found


def remind(ref: str, action: str) -> None:
    with writing() as session:
        tell(session, session.scalars(select(Request).where(Request.ref == ref)).one(), action, None)


def test_each_step_is_told_to_whom_it_concerns_and_never_to_whoever_took_it(desk: None) -> None:
    asker, staff, expert, second = (making.actor(handle) for handle in (ASKER, DESK, EXPERT, SECOND))
    ref = making.request()
    assert steps_told() == {DESK: ["sent"]}
    service.take(staff, ref)
    assert steps_told() == {}
    service.assign(staff, ref, making.user_id(EXPERT))
    assert steps_told() == {EXPERT: ["assign"]}
    service.accept(expert, ref)
    assert steps_told() == {ASKER: ["accept"], DESK: ["accept"]}
    service.invite(expert, ref, making.user_id(SECOND))
    assert steps_told() == {SECOND: ["invite"]}
    service.accept(second, ref)
    # That a further expert helps is nothing that the asker has to know.
    assert steps_told() == {DESK: ["accept"], EXPERT: ["accept"]}
    service.note(second, ref, SAID[2])
    assert steps_told() == {DESK: ["note"], EXPERT: ["note"]}
    service.ask_back(expert, ref, SAID[0])
    assert steps_told() == {ASKER: ["ask_back"], SECOND: ["ask_back"]}
    remind(ref, "reply_soon")
    assert steps_told() == {ASKER: ["reply_soon"]}
    service.write(asker, ref, SAID[1])
    assert steps_told() == {EXPERT: ["reply"], SECOND: ["reply"]}
    service.write(asker, ref, "もうひとつ、おたずねします。")
    assert steps_told() == {EXPERT: ["add"], SECOND: ["add"]}
    for action in ("first_soon", "first_late", "answer_soon", "answer_late"):
        remind(ref, action)
        assert steps_told() == {DESK: [action], EXPERT: [action], SECOND: [action]}
    service.leave(second, ref)
    assert steps_told() == {DESK: ["leave"], EXPERT: ["leave"]}
    service.hand_in(expert, ref, SAID[3], 0)
    assert steps_told() == {DESK: ["hand_in"]}
    service.send_back(staff, ref, SAID[4])
    assert steps_told() == {EXPERT: ["send_back"]}
    service.answer(expert, ref, SAID[3], 1)
    assert steps_told() == {ASKER: ["answer"]}
    service.rate(asker, ref, "helped", SAID[5])
    assert steps_told() == {DESK: ["rate"], EXPERT: ["rate"]}
    for action, who, people in (
        ("propose", DESK, [ASKER, EXPERT]),
        ("agree", EXPERT, [DESK]),
        ("consent", ASKER, [DESK, EXPERT]),
        ("unpublish", DESK, [ASKER, EXPERT]),
    ):
        with stepping(making.actor(who), ref, action):
            pass
        assert steps_told() == {handle: [action] for handle in people}
    service.close(staff, ref)
    assert steps_told() == {ASKER: ["close"], EXPERT: ["close"]}
    service.write(asker, ref, "続きを聞かせてください。")
    assert steps_told() == {EXPERT: ["follow_up"]}
    service.hand_back(expert, ref, SAID[4])
    assert steps_told() == {DESK: ["hand_back"]}
    service.write(asker, ref, "急いでいます。")
    assert steps_told() == {DESK: ["add"]}
    service.pass_on(staff, ref, "ministry")
    assert steps_told() == {ASKER: ["pass_on"]}
    service.bring_back(staff, ref)
    assert steps_told() == {ASKER: ["bring_back"]}
    remind(ref, "nobody")
    assert steps_told() == {DESK: ["nobody"]}
    service.withdraw(staff, ref)
    assert steps_told() == {ASKER: ["withdraw"]}


def test_whoever_did_not_agree_last_hears_that_it_is_published(desk: None) -> None:
    asker, expert = making.actor(ASKER), making.actor(EXPERT)
    ref = asked()
    service.approve(asker, ref, 1)
    steps_told()
    service.agree(expert, ref, 1)
    assert steps_told() == {ASKER: ["published"], DESK: ["published"]}
    ref = asked(body="別の相談です。")
    service.agree(expert, ref, 1)
    steps_told()
    service.approve(asker, ref, 1)
    assert steps_told() == {DESK: ["published"], EXPERT: ["published"]}


def test_an_asker_without_an_account_is_told_by_mail_what_others_do(app: Flask, desk: None) -> None:
    ref = asked("", person=Person(email="sora@example.jp"))
    passed = making.request("passed_on", "", person=Person(email="umi@example.jp"))
    service.approve(making.actor("", ref), ref, 1)
    service.agree(making.actor(EXPERT), ref, 1)
    service.unpublish(making.actor(DESK), ref)
    service.bring_back(making.actor(DESK), passed)
    mails = deliver(app)
    subjects = [mail["Subject"] for mail in mails if mail["To"] == "sora@example.jp"]
    assert [subject.removeprefix("【SCカフェ】ご相談の答え") for subject in subjects[-2:]] == [
        "が、資料室に載りました",
        "を、資料室から取り下げました",
    ]
    assert "返事がありました" in [mail["Subject"] for mail in mails if mail["To"] == "umi@example.jp"][-1]
    assert not [mail for mail in mails if MARKER in str(mail) or MARKER in text_of(mail) or ref in text_of(mail)]


def test_an_asker_is_not_written_to_about_their_own_steps(app: Flask, desk: None) -> None:
    ref = asked("", person=Person(email="sora@example.jp"))
    service.agree(making.actor(EXPERT), ref, 1)
    before = len(deliver(app))
    service.approve(making.actor("", ref), ref, 1)
    service.unpublish(making.actor("", ref), ref)
    assert [mail["To"] for mail in deliver(app)[before:] if mail["To"] == "sora@example.jp"] == []


@pytest.mark.parametrize("happens", ["recall", "pass_on", "withdraw", "expire"])
def test_an_expert_hears_that_a_request_is_theirs_no_longer_and_keeps_nothing_else_of_it(
    desk: None, as_person: Browser, happens: str
) -> None:
    ref = making.request("routing")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    if happens == "recall":
        service.recall(making.actor(DESK), ref, "担当を替えます")
    elif happens == "pass_on":
        service.pass_on(making.actor(DESK), ref, "prefecture")
    elif happens == "withdraw":
        service.withdraw(making.actor(ASKER), ref)
    else:
        with writing() as session:
            session.execute(update(Assignment).values(accept_by=making.LONG_AGO))
        service.expire(ref)
    assert (told(EXPERT), count(EXPERT)) == (["counsel over"], 1)
    browser = as_person(EXPERT)
    assert "あなたの受け持ちではなくなりました" in page(browser, "/notifications")
    [number] = db.session.scalars(select(Notice.id).where(Notice.user_id == user_id(EXPERT))).all()
    end_reading()
    assert browser.get(f"/notifications/{number}").location == "/counseling/desk"


def test_a_notice_leads_each_of_its_people_to_their_own_page_of_the_request(desk: None, as_person: Browser) -> None:
    ref = making.request("routing")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    service.accept(making.actor(EXPERT), ref)
    for handle, place in ((ASKER, "requests"), (DESK, "desk")):
        found = db.session.scalar(
            select(Notice.id).where(Notice.user_id == user_id(handle), Notice.measure == "accept")
        )
        end_reading()
        assert as_person(handle).get(f"/notifications/{found}").location == f"/counseling/{place}/{ref}"
        assert as_person(OTHER).get(f"/notifications/{found}").status_code == 404
        assert ref not in page(as_person(handle), "/notifications")


def test_notices_and_mails_hold_no_word_of_the_request(app: Flask, desk: None, as_person: Browser) -> None:
    person = Person(name="山田花子", telephone="0312345678", employer="ある法人")
    ref = making.request("asker", naming="named", person=person, matter=Matter(SUBJECT, ("employer",)))
    service.write(making.actor(ASKER), ref, SAID[1])
    service.note(making.actor(EXPERT), ref, SAID[2])
    service.answer(making.actor(EXPERT), ref, SAID[3], 0)
    service.rate(making.actor(ASKER), ref, "helped", SAID[5])
    mails = deliver(app)
    assert {mail["To"] for mail in mails} == {factories.email_of(handle) for handle in (ASKER, DESK, EXPERT)}
    pages = [page(as_person(handle), "/notifications") for handle in (ASKER, DESK, EXPERT)]
    shown = "\n".join([*pages, *(f"{mail['Subject']}\n{text_of(mail)}" for mail in mails)])
    for word in (BODY, SUBJECT, *SAID, "山田", "0312345678", "ある法人", "職場", ref):
        assert word not in shown, word
    # Their own name is all that stands on somebody's page.
    for handle, seen in zip((ASKER, DESK, EXPERT), pages, strict=True):
        assert not [other for other in (ASKER, DESK, EXPERT) if other != handle and other in seen]
    [answered] = [mail for mail in mails if "答えが届きました" in mail["Subject"]]
    assert answered["Subject"] == "【SCカフェ】あなたの相談に、答えが届きました"
    assert "/notifications/" in text_of(answered)
    assert "内容を書いていません" in text_of(answered)


def test_it_is_told_to_askers_and_experts_whatever_they_have_switched_off(desk: None, as_person: Browser) -> None:
    shown = page(as_person(EXPERT), "/settings/notifications")
    assert 'name="counsel' not in shown
    assert "カウンセリングの知らせは、いつでも届きます" in shown


def test_opening_the_request_marks_what_was_told_of_it_as_seen(desk: None) -> None:
    ref, other = making.request("asker"), making.request("answered")
    assert count(ASKER) == 4
    reading.open_request(making.actor(ASKER), ref)
    assert count(ASKER) == 2
    reading.open_request(making.actor(ASKER), other)
    assert count(ASKER) == 0
    assert len(told(ASKER)) == 4


def test_what_happens_again_before_somebody_looks_stands_there_once(desk: None) -> None:
    ref = making.request("expert")
    for said in ("もうひとつ", "さらにひとつ", "最後にひとつ"):
        service.write(making.actor(ASKER), ref, said)
    assert told(EXPERT).count("counsel add") == 1
    assert count(EXPERT) == len(told(EXPERT))


def test_what_waited_for_the_desk_is_over_once_somebody_takes_it(app: Flask, desk: None) -> None:
    factories.person("つくし", "secretariat", counseling_desk=True)
    ref = making.request()
    assert told("つくし") == ["counsel sent"]
    service.take(making.actor(DESK), ref)
    assert (told("つくし"), count("つくし"), told(DESK)) == ([], 0, [])
    assert deliver(app) == []


# --- who may no longer open it -------------------------------------------------------------------------


def _leaves_the_desk() -> None:
    accounts.set_counseling_desk(factories.viewer_of("かんり"), user_id(DESK), False)


def _changes_role() -> None:
    accounts.change_role(factories.viewer_of("かんり"), user_id(DESK), "member")


def _is_suspended() -> None:
    accounts.suspend_account(factories.viewer_of("かんり"), user_id(DESK), "理由")


@pytest.mark.parametrize("leaves", [_leaves_the_desk, _changes_role, _is_suspended])
def test_whoever_leaves_the_desk_loses_what_was_told_to_it(app: Flask, desk: None, leaves: Callable[[], None]) -> None:
    factories.person("かんり", "admin")
    making.request()
    assert (told(DESK), count(DESK)) == (["counsel sent"], 1)
    leaves()
    assert "counsel sent" not in told(DESK)
    count(DESK)
    assert "窓口に新しい相談" not in "".join(str(mail["Subject"]) for mail in deliver(app))


def test_an_asker_who_is_suspended_finds_what_was_told_them_when_they_come_back(desk: None) -> None:
    factories.person("かんり", "admin")
    making.request("answered")
    accounts.suspend_account(factories.viewer_of("かんり"), user_id(ASKER), "理由")
    assert "counsel answer" in told(ASKER)
    count(ASKER)


def test_at_the_moment_of_sending_it_is_asked_once_more(app: Flask, desk: None, as_person: Browser) -> None:
    """Behind the back of every handler, as if it had happened a moment before."""
    ref = making.request("routing")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    number = db.session.scalar(select(Notice.id).where(Notice.user_id == user_id(EXPERT)))
    end_reading()
    with writing() as session:
        session.execute(update(Assignment).values(state="over"))
    assert deliver(app) == []
    browser = as_person(EXPERT)
    assert "相談のお願い" not in page(browser, "/notifications")
    assert browser.get(f"/notifications/{number}").status_code == 404


def test_nothing_is_told_any_more_of_a_request_that_is_deleted(app: Flask, desk: None) -> None:
    ref, other = making.request("asker"), making.request("answered")
    gone = request_id(ref)
    with writing() as session:
        emit(RequestGone(gone))
        session.delete(session.get(Request, gone))
    assert told(ASKER) == ["counsel accept", "counsel answer"]
    assert count(ASKER) == 2
    assert request_id(other)
    assert waiting() > 0
    assert len({mail["Subject"] for mail in deliver(app) if mail["To"] == factories.email_of(ASKER)}) == 2


# --- the tables ----------------------------------------------------------------------------------------


def test_the_table_names_every_step_and_there_are_words_for_each(app: Flask) -> None:
    assert set(policy.ACTIONS) <= set(of_requests.TOLD)
    with app.test_request_context():
        for action, (who, done) in of_requests.TOLD.items():
            assert set(done) <= set(of_requests.TOLD)
            if set(who) - {"asker", "former"}:
                assert words.request_moved(action, False) != words.request_moved("", False), action
            if "asker" in who:
                assert words.request_moved(action, True) != words.request_moved("", True), action


def test_what_the_database_says_of_who_may_open_is_what_the_table_says(desk: None) -> None:
    ref = making.request()
    number = request_id(ref)
    rows = {"asked": (False, "asked"), "expert": (False, "accepted"), "invited": (True, "asked")}
    rows |= {"second": (True, "accepted")}
    with writing() as session:
        assignment = Assignment(
            request_id=number,
            expert_id=making.user_id(EXPERT),
            asked_at=session.get_one(Request, number).asked_at,
            accept_by=making.LONG_AGO,
        )
        session.add(assignment)
        session.flush()
        assignment_id = assignment.id
    for state in policy.STATES:
        making.set_state(ref, state)
        for capacity, (is_second, is_now) in rows.items():
            with writing() as session:
                session.execute(
                    update(Assignment).where(Assignment.id == assignment_id).values(is_second=is_second, state=is_now)
                )
            people = {"asker": user_id(ASKER), "desk": user_id(DESK), capacity: user_id(EXPERT), "": user_id(OTHER)}
            may = {people[each] for each in people if each and policy.may_read(state, [each])}
            inside = {people[each] for each in people if each and policy.may_read_inside(state, [each])}
            assert readable.who_may_open(number, people.values()) == may, (state, capacity)
            assert readable.who_may_open(number, people.values(), inside=True) == inside, (state, capacity)
            end_reading()
    assert readable.may_open(user_id(DESK), number)
    assert not readable.may_open(user_id(OTHER), number)
