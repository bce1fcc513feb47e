"""How long responses and answers take: the counting, the desk's page, and what askers are told."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.counseling import figures, service
from sccafe.counseling.errors import NotThere
from sccafe.counseling.figures import FEW, Open, PublicTimes, Times, percentile
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER
from tests.counseling.timing import at, on

ADDRESS = "/counseling/desk/figures"
Browser = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("values", "median", "ninetieth"),
    [
        ([], None, None),
        ([4], 4, 4),
        ([1, 9], 1, 9),
        ([3, 1, 2], 2, 3),
        ([1, 2, 3, 4], 2, 4),
        (list(range(1, 11)), 5, 9),
        (list(range(1, 12)), 6, 10),
        (list(range(1, 101)), 50, 90),
        ([0] * 9 + [30], 0, 0),
        ([0] * 8 + [30] * 2, 0, 30),
    ],
)
def test_percentiles_are_by_nearest_rank(values: list[int], median: int | None, ninetieth: int | None) -> None:
    assert (percentile(values, 50), percentile(values, 90)) == (median, ninetieth)


def answered(sent: datetime, response: datetime, answer: datetime, category: str = "workplace") -> str:
    """A request with its first response and its answer, the asker replying on the day after they were asked."""
    with on(sent.month, sent.day, year=sent.year):
        ref = making.request("expert", category=category)
    with on(response.month, response.day, year=response.year):
        service.ask_back(making.actor(EXPERT), ref, "いつからですか。")
    with on(answer.month, answer.day, 9, answer.year):
        service.write(making.actor(ASKER), ref, "春からです。")
    with on(answer.month, answer.day, 15, answer.year):
        service.answer(making.actor(EXPERT), ref, "こうしましょう。", 0)
    return ref


def test_days_are_business_days_without_those_that_the_asker_took(desk: None) -> None:
    # Friday to Tuesday: 2. Then the reply is waited for until 11 May, which the answer's days leave out.
    answered(at(4, 24), at(4, 28), at(5, 11))
    with on(5, 11):
        found = figures.of_desk(making.actor(DESK))
    assert found.all.first == Times(1, 2, 2)
    assert found.all.answer == Times(1, 2, 2)


def test_what_counts_is_the_first_answer_also_after_further_questions(desk: None) -> None:
    with on(4, 6):
        ref = making.request("expert")
    with on(4, 8):
        service.answer(making.actor(EXPERT), ref, "こうしましょう。", 0)
    with on(4, 20):
        service.write(making.actor(ASKER), ref, "もうひとつ。")
    with on(4, 21):
        service.ask_back(making.actor(EXPERT), ref, "いつからですか。")
        found = figures.of_desk(making.actor(DESK))
    assert (found.all.first, found.all.answer) == (Times(1, 2, 2), Times(1, 2, 2))


def test_categories_and_months_are_apart_and_old_requests_are_out(desk: None) -> None:
    for sent, category in ((at(4, 30, year=2025), "law"), (at(5, 1, year=2025), "law"), (at(4, 6), "workplace")):
        with on(sent.month, sent.day, year=sent.year):
            making.request("answered", category=category)
    with on(4, 8):
        found = figures.of_desk(making.actor(DESK))
        of_law = figures.of_desk(making.actor(DESK), "law")
    assert {line.key: line.sent for line in found.by_category if line.sent} == {"law": 1, "workplace": 1}
    assert [line.key for line in found.by_month][:2] == ["2026-04", "2026-03"]
    assert {line.key: line.sent for line in found.by_month if line.sent} == {"2026-04": 1, "2025-05": 1}
    assert len(found.by_month) == 12
    assert {line.key: line.sent for line in of_law.by_month if line.sent} == {"2025-05": 1}
    assert of_law.all.sent == 2


def test_a_month_begins_at_midnight_in_japan(desk: None) -> None:
    with on(5, 1, 0):
        making.request()
        found = figures.of_desk(making.actor(DESK))
    assert found.by_month[0].key == "2026-05"
    assert found.by_month[0].sent == 1


def test_open_requests_are_in_time_late_or_wait_for_their_asker(desk: None) -> None:
    with on(4, 6):
        making.request()
        making.request("asker")
        making.request("closed")
        with on(4, 8):
            making.request("expert")
    with on(4, 9):
        assert figures.of_desk(making.actor(DESK)).open == Open(in_time=1, late=1, waiting=1)


def test_the_page_shows_days_and_says_where_they_are_few(desk: None, as_person: Browser) -> None:
    with on(4, 6):
        for _ in range(FEW):
            making.request("answered")
        making.request("expert", category="law")
    answered(at(4, 3), at(4, 6), at(4, 7), "law")
    with on(4, 8):
        page = as_person(DESK).get(ADDRESS).get_data(as_text=True)
        of_law = as_person(DESK).get(f"{ADDRESS}?category=law").get_data(as_text=True)
        odd = as_person(DESK).get(f"{ADDRESS}?category=%00").status_code
    text = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))
    assert "制度・法律受付2件1日9割は1日まで1件（少数）1日9割は1日まで1件（少数）" in text
    assert "職場・働き方・気持ち受付5件0日9割は0日まで5件0日9割は0日まで5件" in text
    assert "5件に満たない" in text
    assert "月ごと（制度・法律）" in of_law
    assert odd == 200
    assert BODY not in page


def test_an_empty_site_says_what_will_stand_here(desk: None, as_person: Browser) -> None:
    page = as_person(DESK).get(ADDRESS).get_data(as_text=True)
    assert "まだ数えるものがありません" in page
    assert "終わっていない相談はありません" in page


def test_figures_are_for_the_desk(desk: None, as_person: Browser, client: FlaskClient) -> None:
    assert [as_person(handle).get(ADDRESS).status_code for handle in (ASKER, OTHER, EXPERT)] == [404] * 3
    assert client.get(ADDRESS).status_code == 404
    with pytest.raises(NotThere):
        figures.of_desk(making.actor(EXPERT))
    assert as_person(DESK).get(ADDRESS).headers["Cache-Control"] == "no-store"


def test_the_page_costs_as_many_statements_for_one_request_as_for_many(
    desk: None, as_person: Browser, statements: list[str]
) -> None:
    client, made = as_person(DESK), []
    for more in (1, 6):
        for _ in range(more):
            making.request("asker")
        client.get(ADDRESS)
        with statements:  # type: ignore[attr-defined]
            client.get(ADDRESS)
        made.append(len(statements))
    assert made[0] == made[1] <= 7, made


# --- what askers are told ----------------------------------------------------------------------------------


def test_askers_are_told_typical_times_once_there_are_enough(app: Flask, desk: None) -> None:
    with on(4, 6):
        for _ in range(FEW - 1):
            making.request("answered")
        assert figures.public() == PublicTimes(None, None)
        app.extensions.pop("sccafe_counseling_times")
        making.request("answered")
        assert figures.public() == PublicTimes(0.0, 0.0)


def test_first_responses_are_told_also_where_answers_are_few(app: Flask, desk: None) -> None:
    with on(4, 6):
        refs = [making.request("expert") for _ in range(FEW)]
    with on(4, 7):
        for ref in refs:
            service.ask_back(making.actor(EXPERT), ref, "いつからですか。")
        assert figures.public() == PublicTimes(1.0, None)


def test_typical_times_are_of_the_last_twelve_months(app: Flask, desk: None) -> None:
    with on(4, 6, year=2025):
        for _ in range(FEW):
            making.request("answered")
    with on(4, 6):
        assert figures.public().answer_days == 0.0
    with on(4, 8):
        assert figures.public().answer_days is None


def test_typical_times_are_kept_for_a_while(desk: None, statements: list[str]) -> None:
    with on(4, 6):
        figures.public()
        with statements:  # type: ignore[attr-defined]
            figures.public()
    assert statements == []
