"""What time does to requests, each business morning."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from sccafe.core import clock, jobs, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.counseling import reading, service
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Assignment, Mail, Opening, OwnDraft, Reminder
from sccafe.counseling.sealing import Person
from sccafe.counseling.service import clockwork, drafts
from sccafe.counseling.settings import CLOSED_AFTER_DAYS
from tests.counseling import making, timing
from tests.counseling.making import ASKER, DESK, EXPERT, SECOND
from tests.counseling.timing import morning, on


@pytest.fixture
def told(desk: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told of requests, with a desk and its experts there."""
    return timing.listen(monkeypatch)


def asked_of_an_expert(state: str = "routing") -> str:
    """A request of Monday 6 April that its expert has not said yes to."""
    with on(4, 6):
        ref = making.request(state)
        service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    return ref


def ended(ref: str) -> list[tuple[bool, str, str]]:
    request_id = timing.row(ref).id
    rows = db.session.execute(
        select(Assignment.is_second, Assignment.state, Assignment.ended)
        .where(Assignment.request_id == request_id)
        .order_by(Assignment.id)
    )
    found = [(row.is_second, row.state, row.ended) for row in rows]
    end_reading()
    return found


# --- no yes in time ----------------------------------------------------------------------------------------


def test_without_a_yes_in_two_business_days_a_request_is_the_desks_again(told: list[str]) -> None:
    ref = asked_of_an_expert()
    for day in (7, 8):
        morning(4, day)
        assert making.state_of(ref) == "expert"
    morning(4, 9)
    assert making.state_of(ref) == "routing"
    assert ended(ref) == [(False, "over", "expired")]
    assert told.count("expire") == 1
    with pytest.raises(NotThere):
        service.accept(making.actor(EXPERT), ref)


def test_over_the_holidays_nobody_has_to_say_yes(told: list[str]) -> None:
    with on(5, 1):
        ref = making.request("routing")
        service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    for month, day in ((5, 2), (5, 6), (5, 7), (5, 8)):
        morning(month, day)
        assert making.state_of(ref) == "expert"
    morning(5, 9)  # a Saturday
    assert making.state_of(ref) == "expert"
    morning(5, 11)
    assert making.state_of(ref) == "routing"


def test_who_has_said_yes_keeps_it_and_a_late_clock_makes_up_for_what_it_missed(told: list[str]) -> None:
    kept, lost = asked_of_an_expert(), asked_of_an_expert()
    with on(4, 8):
        service.accept(making.actor(EXPERT), kept)
    morning(4, 20)
    morning(4, 20)
    assert (making.state_of(kept), making.state_of(lost)) == ("expert", "routing")
    assert told.count("expire") == 1


def test_what_expired_in_a_category_of_rules_stays_with_the_desk(app: Flask, told: list[str]) -> None:
    ref = asked_of_an_expert()
    morning(4, 9)
    with on(4, 9):
        timing.route(ref)
    assert making.state_of(ref) == "routing"


def test_who_was_asked_in_and_says_nothing_leaves_quietly(told: list[str]) -> None:
    with on(4, 6):
        ref = making.request("expert")
        service.invite(making.actor(EXPERT), ref, making.user_id(SECOND))
        answered = making.request("expert")
        service.invite(making.actor(EXPERT), answered, making.user_id(SECOND))
        service.answer(making.actor(EXPERT), answered, "こうしましょう。", 0)
    before = len(told)
    morning(4, 8)
    assert ended(ref)[1] == (True, "asked", "")
    morning(4, 9)
    assert ended(ref) == [(False, "accepted", ""), (True, "over", "expired")]
    assert ended(answered)[1] == (True, "over", "expired")
    assert making.state_of(ref) == "expert"
    assert sorted(set(told[before:])) == ["first_late", "first_soon", "lapse"]
    assert told.count("lapse") == 2
    with pytest.raises(NotThere):
        reading.open_request(making.actor(SECOND), ref)


# --- reminders ---------------------------------------------------------------------------------------------


def test_deadlines_are_told_a_business_day_before_and_after_each_once(told: list[str]) -> None:
    with on(4, 6):
        making.request("routing")
    found: dict[int, list[str]] = {}
    for day in range(7, 20):
        before = len(told)
        morning(4, day)
        morning(4, day)
        if told[before:]:
            found[day] = told[before:]
    # Due on Wednesday 8 and Wednesday 15 April.
    assert found == {7: ["first_soon"], 9: ["first_late"], 14: ["answer_soon"], 16: ["answer_late"]}


def test_before_holidays_a_deadline_after_them_is_told(told: list[str]) -> None:
    with on(4, 24):
        ref = making.request("expert")
    assert timing.row(ref).due_on == date(2026, 5, 11)
    morning(5, 7)
    assert "answer_soon" not in told
    morning(5, 8)
    assert "answer_soon" in told


def test_a_deadline_that_moves_is_told_again_and_one_of_what_is_done_is_not(told: list[str]) -> None:
    with on(4, 6):
        ref, done = making.request("expert"), making.request("expert")
    with on(4, 13):
        service.answer(making.actor(EXPERT), done, "こうしましょう。", 0)
    morning(4, 14)
    with on(4, 14):
        service.ask_back(making.actor(EXPERT), ref, "いつからですか。")
    morning(4, 16)
    with on(4, 16):
        service.write(making.actor(ASKER), ref, "春からです。")
    assert timing.row(ref).due_on == date(2026, 4, 17)
    assert told.count("answer_soon") == 1
    morning(4, 17)
    assert told.count("answer_soon") == 2
    assert "answer_late" not in told


def test_an_asker_is_reminded_once_after_five_business_days_also_by_mail(told: list[str]) -> None:
    with on(4, 24):
        ref = making.request("asker", asker="", person=Person(email="midori@example.jp"))
    for month, day in ((4, 27), (4, 30), (5, 1), (5, 6)):
        morning(month, day)
    assert "reply_soon" not in told
    morning(5, 7)
    morning(5, 11)
    assert told.count("reply_soon") == 1
    mails = db.session.scalar(select(func.count()).where(Mail.what == "reply_soon"))
    end_reading()
    assert mails == 1
    with on(5, 11):
        service.write(making.actor("", ref), ref, "春からです。")
        service.ask_back(making.actor(EXPERT), ref, "だれにですか。")
    morning(5, 18)
    assert told.count("reply_soon") == 2


def test_the_last_of_two_questions_of_one_day_is_reminded_of(told: list[str]) -> None:
    with on(4, 6):
        ref = making.request("asker")
        service.write(making.actor(making.ASKER), ref, "春からです。")
        service.ask_back(making.actor(EXPERT), ref, "だれにですか。")
    morning(4, 13)
    morning(4, 14)
    assert told.count("reply_soon") == 1


def test_a_reminder_says_nothing_of_the_request(app: Flask, told: list[str]) -> None:
    with on(4, 6):
        making.request("asker", asker="", person=Person(name="山田", email="midori@example.jp"))
    morning(4, 13)
    with app.test_request_context():
        sent = list(db.session.scalars(select(OutboxMail)))
        end_reading()
    assert sent
    assert not any(making.BODY in repr(vars(row)) or "山田" in repr(vars(row)) for row in sent)


# --- the end -----------------------------------------------------------------------------------------------


def test_what_an_asker_never_replies_to_is_closed_after_thirty_days(told: list[str]) -> None:
    with on(4, 6):
        ref = making.request("asker")
    morning(5, 1)
    assert making.state_of(ref) == "asker"
    morning(5, 7)  # the first business day on or after 6 May
    assert making.state_of(ref) == "closed"
    assert told.count("close") == 1


def test_an_answer_of_which_nobody_says_more_is_closed_after_the_set_time(told: list[str]) -> None:
    with writing():
        site_settings.put(CLOSED_AFTER_DAYS, 14)
    with on(4, 6):
        quiet, touched = making.request("answered"), making.request("answered")
    with on(4, 15):
        service.rate(making.actor(ASKER), touched, "helped", "")
    morning(4, 17)
    assert making.state_of(quiet) == "answered"
    morning(4, 20)
    assert (making.state_of(quiet), making.state_of(touched)) == ("closed", "answered")
    morning(4, 30)
    assert making.state_of(touched) == "closed"


def test_old_drafts_and_openings_are_forgotten(desk: None) -> None:
    who, request = making.actor(ASKER), timing.row(making.request())
    now = clock.now()
    with clock.pretending(now - timedelta(days=91)):
        drafts.keep(who, "new", {"body": "書きかけ"})
    with clock.pretending(now - timedelta(days=89)):
        drafts.keep(who, request.ref, {"body": "続き"})
    ids = making.user_id(DESK), making.user_id(EXPERT)
    with writing() as session:
        session.add(Opening(request_id=request.id, user_id=ids[0], at=now - timedelta(hours=25)))
        session.add(Opening(request_id=request.id, user_id=ids[1], at=now - timedelta(hours=1)))
    clockwork.forget()
    places = list(db.session.scalars(select(OwnDraft.place)))
    openings = list(db.session.scalars(select(Opening.user_id)))
    end_reading()
    assert (places, openings) == ([request.ref], [ids[1]])


# --- the job itself ----------------------------------------------------------------------------------------


def test_on_a_holiday_nothing_happens(told: list[str]) -> None:
    ref = asked_of_an_expert()
    before = len(told)
    for month, day in ((4, 29), (5, 3), (5, 6)):
        morning(month, day)
    assert told[before:] == []
    assert making.state_of(ref) == "expert"
    reminders = db.session.scalar(select(func.count()).select_from(Reminder))
    end_reading()
    assert reminders == 0


def test_one_request_that_fails_does_not_hold_up_the_others(
    told: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refs = [asked_of_an_expert() for _ in range(3)]
    expire = clockwork.expire

    def fails_once(ref: str) -> None:
        if ref == min(refs):
            raise ValueError("会議のたびに")
        expire(ref)

    monkeypatch.setattr(clockwork, "expire", fails_once)
    with pytest.raises(clockwork.Unfinished):
        morning(4, 9)
    assert sorted(making.state_of(ref) or "" for ref in refs) == ["expert", "routing", "routing"]
    assert told.count("first_late") == 3, "what comes after it happens too"
    assert "ValueError" in caplog.text
    assert "会議" not in caplog.text
    monkeypatch.setattr(clockwork, "expire", expire)
    morning(4, 9)
    assert {making.state_of(ref) for ref in refs} == {"routing"}


def test_the_clock_is_planned_for_half_past_eight(app: Flask, told: list[str]) -> None:
    ref = asked_of_an_expert()
    with on(4, 9, 6):
        jobs.plan()
        jobs.run_due(app)
        assert making.state_of(ref) == "expert"
    with on(4, 9, 9):
        jobs.run_due(app)
        assert making.state_of(ref) == "routing"
