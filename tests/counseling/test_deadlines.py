"""By when something is owed: tables of days, then the same through what people do."""

from datetime import date, timedelta

import pytest
from flask import Flask

from sccafe.core.calendar import add_business_days
from sccafe.core.database import writing
from sccafe.counseling import service
from sccafe.counseling.deadlines import Span, due_on, standing, within
from sccafe.counseling.models import CategoryRule, DaysOff
from sccafe.counseling.service import days_off
from tests.counseling import making, timing
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, SECOND
from tests.counseling.timing import at


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(first: str, last: str | None) -> Span:
    return Span(day(first), day(last) if last else None)


@pytest.mark.parametrize(
    ("asked", "days", "due", "why"),
    [
        ("2026-04-06", 2, "2026-04-08", "Monday to Wednesday"),
        ("2026-04-10", 2, "2026-04-14", "a weekend between"),
        ("2026-04-11", 2, "2026-04-14", "asked on a Saturday"),
        ("2026-04-12", 2, "2026-04-14", "asked on a Sunday"),
        # 2026: Wed 29 Apr; Sun 3 May, whose substitute is Wed 6 May.
        ("2026-04-28", 1, "2026-04-30", "29 April"),
        ("2026-04-28", 7, "2026-05-13", "the whole week of holidays"),
        ("2026-05-01", 1, "2026-05-07", "3 to 6 May, with a substitute"),
        ("2026-05-03", 2, "2026-05-08", "asked on a holiday"),
        # 2024: Mon 29 Apr; Fri 3, Sat 4, Sun 5, Mon 6 (substitute) May.
        ("2024-04-26", 2, "2024-05-01", "29 April on a Monday"),
        ("2024-05-02", 1, "2024-05-07", "a substitute on Monday 6 May"),
        ("2024-04-26", 7, "2024-05-10", "both"),
        # 2025: Tue 29 Apr; Sat 3, Sun 4, Mon 5, Tue 6 (substitute) May.
        ("2025-04-28", 1, "2025-04-30", "29 April on a Tuesday"),
        ("2025-05-02", 1, "2025-05-07", "a substitute on Tuesday 6 May"),
        ("2025-04-25", 7, "2025-05-09", "both"),
        # 2027: Thu 29 Apr; Mon 3, Tue 4, Wed 5 May and no substitute.
        ("2027-04-28", 2, "2027-05-06", "three holidays in a row"),
        ("2027-04-28", 3, "2027-05-07", "no substitute on 6 May"),
        # 28 December to 4 January; 29 December to 3 January are closed.
        ("2026-12-28", 1, "2027-01-04", "28 December is open, and so is 4 January"),
        ("2026-12-25", 1, "2026-12-28", "the last open day"),
        ("2026-12-25", 2, "2027-01-04", "over the turn of the year"),
        ("2025-12-26", 1, "2026-01-05", "28 December and 4 January on Sundays"),
        ("2023-12-28", 1, "2024-01-04", "the year before"),
        ("2024-12-27", 1, "2025-01-06", "28 December on a Saturday"),
        ("2026-12-31", 2, "2027-01-05", "asked on the last of December"),
        # Substitute holidays, and a citizens' holiday between two others.
        ("2026-09-18", 1, "2026-09-24", "21 (aged), 22 (between), 23 (equinox) September"),
        ("2026-09-18", 2, "2026-09-25", "and the day after"),
        ("2025-09-22", 1, "2025-09-24", "no holiday between in 2025"),
        ("2025-02-21", 1, "2025-02-25", "23 February on a Sunday"),
        ("2025-11-21", 1, "2025-11-25", "23 November on a Sunday"),
        ("2024-08-09", 1, "2024-08-13", "11 August on a Sunday"),
    ],
)
def test_business_days_after_the_day_of_asking(asked: str, days: int, due: str, why: str) -> None:
    assert due_on(day(asked), days) == day(due), why
    assert add_business_days(day(asked), days) == day(due), why


@pytest.mark.parametrize(
    ("asked", "days", "stood", "off", "due"),
    [
        ("2026-04-06", 3, [span("2026-04-07", "2026-04-08")], [], "2026-04-13"),
        # It stands over a weekend: the weekend is no loss, the Monday of the reply is not counted.
        ("2026-04-09", 2, [span("2026-04-11", "2026-04-13")], [], "2026-04-14"),
        # Twice, and over holidays.
        ("2026-04-24", 5, [span("2026-04-28", "2026-04-30"), span("2026-05-02", "2026-05-07")], [], "2026-05-12"),
        ("2026-04-06", 3, [span("2026-04-08", None)], [], None),
        ("2026-04-06", 3, [], [span("2026-04-08", "2026-04-09")], "2026-04-13"),
        # A day that is in several spans, or closed anyway, is left out once.
        (
            *("2026-04-28", 2, [span("2026-04-30", "2026-04-30")]),
            *([span("2026-04-29", "2026-05-01"), span("2026-05-01", "2026-05-03")], "2026-05-08"),
        ),
        ("2026-04-06", 1, [], [span("2026-04-01", "2026-04-06")], "2026-04-07"),
        ("2026-12-25", 2, [], [span("2026-12-28", "2027-01-04")], "2027-01-06"),
    ],
)
def test_days_on_which_nobody_can_act_do_not_count(
    asked: str, days: int, stood: list[Span], off: list[Span], due: str | None
) -> None:
    assert due_on(day(asked), days, stood, off) == (day(due) if due else None)


@pytest.mark.parametrize(
    ("steps", "spans"),
    [
        ([("expert", "asker", at(4, 6)), ("asker", "expert", at(4, 6, 17))], []),
        ([("expert", "asker", at(4, 6)), ("asker", "expert", at(4, 7))], [span("2026-04-07", "2026-04-07")]),
        # Friday's question, Monday's reply.
        ([("routing", "asker", at(4, 10)), ("asker", "routing", at(4, 13))], [span("2026-04-11", "2026-04-13")]),
        (
            [
                ("expert", "asker", at(4, 6)),
                ("asker", "expert", at(4, 8)),
                ("expert", "asker", at(4, 8, 15)),
                ("asker", "asker", at(4, 9)),
                ("asker", "expert", at(4, 10)),
            ],
            [span("2026-04-07", "2026-04-08"), span("2026-04-09", "2026-04-10")],
        ),
        ([("expert", "asker", at(4, 6))], [span("2026-04-07", None)]),
        # Just before midnight in Japan it is that day still.
        ([("expert", "asker", at(4, 6, 23)), ("asker", "expert", at(4, 8, 0))], [span("2026-04-07", "2026-04-08")]),
        ([], []),
    ],
)
def test_when_the_clock_stands(steps: list[tuple[str, str, object]], spans: list[Span]) -> None:
    assert standing(steps) == spans  # type: ignore[arg-type]


def test_days_off_count_while_somebody_answers_alone() -> None:
    whole = span("2026-04-06", "2026-04-17")
    assert within([whole], span("2026-04-08", "2026-04-10")) == [span("2026-04-08", "2026-04-10")]
    assert within([whole], span("2026-04-08", None)) == [span("2026-04-08", "2026-04-17")]
    assert within([whole], span("2026-04-20", None)) == []
    assert within([span("2026-04-06", None)], span("2026-04-08", None)) == [span("2026-04-08", None)]


# --- through what people do --------------------------------------------------------------------------------


def dues(ref: str) -> tuple[date | None, date | None]:
    row = timing.row(ref)
    return row.first_due_on, row.due_on


def test_a_request_owes_a_response_in_two_days_and_an_answer_in_seven(desk: None) -> None:
    with timing.on(4, 24):
        ref = making.request()
    assert dues(ref) == (day("2026-04-28"), day("2026-05-11"))
    with writing() as session:
        session.add(CategoryRule(category="law", first_days=1, answer_days=10))
    with timing.on(4, 25):
        ref = making.request(category="law")
    assert dues(ref) == (day("2026-04-27"), day("2026-05-14"))


def test_a_rule_that_changes_counts_from_the_next_morning_for_what_is_open(desk: None) -> None:
    with timing.on(4, 6):
        ref, done = making.request("expert"), making.request("answered")
    with writing() as session:
        session.add(CategoryRule(category="workplace", first_days=3, answer_days=10))
    timing.morning(4, 7)
    assert dues(ref) == (day("2026-04-09"), day("2026-04-20"))
    assert dues(done) == (None, None)


def test_the_clock_stands_from_the_question_to_the_reply(desk: None) -> None:
    with timing.on(4, 6):
        ref = making.request("expert")
    assert dues(ref) == (day("2026-04-08"), day("2026-04-15"))
    with timing.on(4, 7):
        service.ask_back(making.actor(EXPERT), ref, "いつからですか。")
    assert dues(ref) == (None, None)
    with timing.on(4, 9):
        service.write(making.actor(ASKER), ref, "春からです。")
    assert dues(ref) == (None, day("2026-04-17"))
    with timing.on(4, 10, 9):
        service.ask_back(making.actor(EXPERT), ref, "だれにですか。")
    with timing.on(4, 10, 16):
        service.write(making.actor(ASKER), ref, "課長にです。")
    assert dues(ref) == (None, day("2026-04-17"))


def test_a_question_after_the_answer_begins_anew(desk: None) -> None:
    with timing.on(4, 6):
        ref = making.request("asker")
    with timing.on(4, 8):
        service.write(making.actor(ASKER), ref, "春からです。")
        service.answer(making.actor(EXPERT), ref, "こうしましょう。", 0)
    assert dues(ref) == (None, None)
    with timing.on(4, 20):
        service.write(making.actor(ASKER), ref, "もうひとつ。")
    assert dues(ref) == (None, day("2026-04-30"))


def test_days_off_move_the_answer_whenever_they_are_said(desk: None) -> None:
    with timing.on(4, 6):
        days_off.add(making.actor(EXPERT), day("2026-04-07"), day("2026-04-08"))
        ref = making.request("expert")
    assert dues(ref) == (day("2026-04-08"), day("2026-04-17"))
    with timing.on(4, 10):
        assert days_off.add(making.actor(EXPERT), day("2026-04-17"), day("2026-04-20")) == 1
    assert dues(ref)[1] == day("2026-04-21")
    with timing.on(4, 13):
        (span,) = days_off.spans(making.actor(EXPERT))
        assert days_off.remove(making.actor(EXPERT), span.id) == 1
    assert dues(ref)[1] == day("2026-04-17")


def test_days_off_while_the_clock_stands_come_out_at_the_reply(desk: None) -> None:
    with timing.on(4, 6):
        ref = making.request("asker")
    with timing.on(4, 7):
        assert days_off.add(making.actor(EXPERT), day("2026-04-13"), day("2026-04-14")) == 0
    assert dues(ref) == (None, None)
    with timing.on(4, 8):
        service.write(making.actor(ASKER), ref, "春からです。")
    assert dues(ref)[1] == day("2026-04-21")


def test_days_off_of_a_former_expert_count_for_the_time_that_they_had_it(desk: None) -> None:
    with timing.on(4, 6):
        ref = making.request("expert")
        days_off.add(making.actor(EXPERT), day("2026-04-07"), day("2026-04-17"))
        days_off.add(making.actor(SECOND), day("2026-04-06"), day("2026-04-07"))
        days_off.add(making.actor(SECOND), day("2026-04-14"), day("2026-04-14"))
    assert dues(ref)[1] == day("2026-04-28")
    with timing.on(4, 9):
        service.hand_back(making.actor(EXPERT), ref, "休みが延びました")
    # 7 to 9 April were lost, the rest is not.
    assert dues(ref)[1] == day("2026-04-20")
    with timing.on(4, 10):
        service.assign(making.actor(DESK), ref, making.user_id(SECOND))
    assert dues(ref)[1] == day("2026-04-21")


def test_days_off_of_somebody_asked_in_beside_them_move_nothing(desk: None) -> None:
    with timing.on(4, 6):
        ref = making.request("expert")
        service.invite(making.actor(EXPERT), ref, making.user_id(SECOND))
        assert days_off.add(making.actor(SECOND), day("2026-04-07"), day("2026-04-08")) == 0
    assert dues(ref)[1] == day("2026-04-15")


def test_a_year_of_days_off_still_ends(app: Flask, desk: None) -> None:
    far = day("2026-04-06") + timedelta(days=days_off.FURTHEST)
    with timing.on(4, 6):
        ref = making.request("expert")
        days_off.add(making.actor(EXPERT), day("2026-04-06"), far)
    assert dues(ref)[1] == add_business_days(far, 7)


def test_what_is_over_owes_nothing_and_days_off_do_not_wake_it(desk: None) -> None:
    with timing.on(4, 6):
        refs = [making.request(state) for state in ("answered", "closed", "withdrawn")]
        assert days_off.add(making.actor(EXPERT), day("2026-04-07"), day("2026-04-08")) == 0
    assert [dues(ref) for ref in refs] == [(None, None)] * 3


def test_telephone_requests_have_the_same_deadlines(desk: None) -> None:
    with timing.on(12, 28):
        ref = service.send(making.actor(DESK), making.asked(way="telephone", body=BODY)).ref
    assert dues(ref) == (day("2027-01-05"), day("2027-01-13"))


def test_of_days_off_that_have_begun_those_that_are_over_stay(desk: None) -> None:
    expert_id = making.user_id(EXPERT)
    with timing.on(4, 6):
        days_off.add(making.actor(EXPERT), day("2026-04-06"), day("2026-04-10"))
    with timing.on(4, 8):
        (span,) = days_off.spans(making.actor(EXPERT))
        days_off.remove(making.actor(EXPERT), span.id)
        assert list(days_off.spans(making.actor(EXPERT))) == []
    with writing() as session:
        (kept,) = session.query(DaysOff).filter_by(expert_id=expert_id).all()
    assert (kept.first, kept.last) == (day("2026-04-06"), day("2026-04-07"))
