"""Questions never stay silent: by business days, before whom, and that the secretariat is reminded once."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from sccafe.accounts.models import User
from sccafe.boards import service, waiting
from sccafe.boards.models import QuestionCall, Topic
from sccafe.core import clock, jobs, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.notifications.models import Notice
from tests import factories

Browser = Callable[[str], FlaskClient]
#: Monday 23 November 2026, after the weekend, is a public holiday.
FRIDAY = "2026-11-20"
CALLED = "あなたの経験が役に立ちそうな質問"


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+09:00")


def look(day: str) -> None:
    with clock.pretending(at(day)):
        waiting.look_at_waiting_questions()


def ask(handle: str, board: int, anonymous: bool = False) -> int:
    with clock.pretending(at(FRIDAY)):
        viewer, text = factories.viewer_of(handle), service.prepare("買い物に困っています。")
        naming = service.Naming(anonymous=anonymous)
        return service.start_topic(viewer, board, "買い物の足", text, ["shopping"], naming=naming).topic_id


def raised() -> list[int]:
    found = list(db.session.scalars(select(Topic.id).where(Topic.raised_at.is_not(None))))
    end_reading()
    return found


def called() -> set[str]:
    found = set(db.session.scalars(select(User.handle).join(QuestionCall, QuestionCall.user_id == User.id)))
    end_reading()
    return found


def works_in(handle: str, prefecture: str = "", population: str = "") -> None:
    with writing() as session:
        place = {"prefecture": prefecture, "population": population}
        session.execute(update(User).where(User.handle == handle).values(place))


def home(client: FlaskClient) -> str:
    return client.get("/").get_data(as_text=True)


def test_after_three_business_days_a_question_is_put_before_experts_and_the_secretariat(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = ask("みどり", town["questions"])
    for day in ("2026-11-21", "2026-11-24", "2026-11-25"):  # Saturday, the first and the second business day
        look(day)
        assert raised() == []
    look("2026-11-26")
    assert raised() == [topic]
    for handle in ("さくら", "なかむら"):
        assert f"/topics/{topic}" in as_person(handle).get("/waiting").get_data(as_text=True)
    for handle in ("はるか", "みせばん"):
        assert as_person(handle).get("/waiting").status_code == 404


def test_an_answered_question_is_left_alone_and_leaves_the_list(town: dict[str, int], as_person: Browser) -> None:
    answered, later = ask("みどり", town["questions"]), ask("みどり", town["questions"])
    factories.answer("はるか", answered)
    look("2026-11-26")
    assert raised() == [later]
    factories.answer("はるか", later)
    shown = as_person("さくら").get("/waiting").get_data(as_text=True)
    assert f"/topics/{later}" not in shown
    assert "長く待っている質問はありません" in shown


def test_it_stands_on_the_home_of_those_who_wrote_on_its_theme(town: dict[str, int], as_person: Browser) -> None:
    with clock.pretending(at("2026-10-01")):
        viewer = factories.viewer_of("はるか")
        service.start_topic(viewer, town["exchange"], "移動販売", service.prepare("始めました。"), ["shopping"])
    topic = ask("みどり", town["questions"])
    look("2026-11-26")
    assert called() == {"はるか"}
    assert CALLED in home(as_person("はるか"))
    for handle in ("みどり", "さくら"):
        assert CALLED not in home(as_person(handle))
    factories.answer("さくら", topic)
    assert CALLED not in home(as_person("はるか"))


def test_people_of_the_same_prefecture_are_asked_too_and_nobody_who_cannot_read_it(town: dict[str, int]) -> None:
    with writing() as session:
        session.execute(update(User).where(User.handle.in_(("みどり", "さくら", "みせばん"))).values(prefecture="13"))
    factories.person("ちかく", prefecture="13", state="suspended")
    ask("みどり", town["questions"])
    look("2026-11-26")
    assert called() == {"さくら"}


def test_people_of_a_town_as_large_are_asked_too_wherever_it_is(town: dict[str, int], as_person: Browser) -> None:
    works_in("みどり", "13", "lt10k")
    works_in("はるか", "34", "lt10k")
    works_in("さくら", "28", "gt300k")
    works_in("みせばん", "12", "lt10k")
    ask("みどり", town["questions"])
    look("2026-11-26")
    assert called() == {"はるか"}
    assert "都道府県やまちの大きさが同じ方からの質問です" in home(as_person("はるか"))


def test_the_same_prefecture_and_size_come_before_one_of_the_two_and_after_the_theme(
    town: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    works_in("みどり", "13", "lt10k")
    # Among equals the newest comes first: likeness alone brings the first of these before the others.
    for handle, prefecture, population in (
        ("りょうほう", "13", "lt10k"),
        ("おなじ大きさ", "34", "lt10k"),
        ("おなじ県", "13", "gt300k"),
        ("べつのまち", "34", "gt300k"),
    ):
        factories.person(handle, prefecture=prefecture, population=population)
    with clock.pretending(at("2026-10-01")):
        viewer = factories.viewer_of("はるか")
        service.start_topic(viewer, town["exchange"], "移動販売", service.prepare("始めました。"), ["shopping"])
    order = ("はるか", "りょうほう", "おなじ県", "おなじ大きさ")
    for most in range(1, 6):
        monkeypatch.setattr(waiting, "MOST_CALLED", most)
        with writing() as session:
            session.execute(delete(Topic).where(Topic.state == "unanswered"))
        ask("みどり", town["questions"])
        look("2026-11-26")
        assert called() == set(order[:most])


def test_whoever_says_nothing_of_their_town_is_like_nobody(town: dict[str, int]) -> None:
    topic = ask("みどり", town["questions"])
    look("2026-11-26")
    assert raised() == [topic]
    assert called() == set()


@pytest.mark.parametrize("place", [{"prefecture": "13"}, {"population": "lt10k"}])
def test_the_town_of_somebody_anonymous_is_not_used(town: dict[str, int], place: dict[str, str]) -> None:
    for handle in ("みどり", "さくら"):
        works_in(handle, **place)
    topic = ask("みどり", town["questions"], anonymous=True)
    look("2026-11-26")
    assert raised() == [topic]
    assert called() == set()


def test_the_secretariat_is_reminded_once_after_seven_business_days(town: dict[str, int], as_person: Browser) -> None:
    topic = ask("みどり", town["questions"])
    look("2026-12-01")
    assert reminders() == []
    for day in ("2026-12-02", "2026-12-03", "2026-12-04"):
        look(day)
    assert reminders() == [("なかむら", topic)]
    assert "まだ答えがありません" in as_person("なかむら").get("/notifications").get_data(as_text=True)


def reminders() -> list[tuple[str, int]]:
    rows = db.session.execute(
        select(User.handle, Notice.topic_id).join(Notice, Notice.user_id == User.id).where(Notice.kind == "waiting")
    )
    found = [(row.handle, row.topic_id) for row in rows]
    end_reading()
    return found


def test_the_days_are_set_on_the_page_of_settings(town: dict[str, int], as_person: Browser) -> None:
    factories.person("まえだ", "admin")
    admin = as_person("まえだ")
    wrong = {"registration_mode": "open", "raise_after": "5", "remind_after": "5"}
    fields = factories.form(admin, "/admin/settings", **wrong)
    assert admin.post("/admin/settings", data=fields).status_code == 422
    fields = factories.form(admin, "/admin/settings", **(wrong | {"raise_after": "1"}))
    assert admin.post("/admin/settings", data=fields).status_code == 303
    assert (site_settings.get(waiting.RAISE_AFTER), site_settings.get(waiting.REMIND_AFTER)) == (1, 5)
    end_reading()
    topic = ask("みどり", town["questions"])
    look("2026-11-24")
    assert raised() == [topic]


def test_on_a_day_of_rest_nobody_is_bothered(town: dict[str, int]) -> None:
    ask("みどり", town["questions"])
    look("2026-12-05")  # a Saturday, long after
    assert raised() == []


def test_a_hidden_question_is_not_raised(town: dict[str, int]) -> None:
    topic = ask("みどり", town["questions"])
    with writing() as session:
        session.execute(update(Topic).where(Topic.id == topic).values(visibility="hidden", audience="staff"))
    look("2026-12-02")
    assert raised() == []


def test_it_is_a_job_of_every_morning(app: Flask) -> None:
    due = jobs._scheduled["boards.waiting_questions"](at("2026-11-24", 12))
    assert due == at("2026-11-25", 8).replace(minute=45)


@pytest.mark.parametrize("address", ["/waiting"])
def test_visitors_find_nothing_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
