"""しおり: put in, found again, taken out, and reminded of on its day."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.boards import measures
from sccafe.boards import service as boards
from sccafe.bookmarks import jobs as bookmark_jobs
from sccafe.bookmarks import policy, service
from sccafe.bookmarks.models import Bookmark
from sccafe.core import clock, jobs
from sccafe.core.database import db, end_reading
from sccafe.notifications import service as notifications
from sccafe.notifications.models import Notice
from tests import factories
from tests.conftest import Statements
from tests.notifications.post_office import count, deliver, page, send, set_audience, set_role, text_of, told

Browser = Callable[[str], FlaskClient]


def day(days: int) -> str:
    """So many days from today, as a field for days has it."""
    return (service.today() + timedelta(days=days)).isoformat()


def mine() -> list[Any]:
    rows = db.session.execute(
        select(Bookmark.note, Bookmark.remind_on, Bookmark.reminded_at).where(Bookmark.removed_at.is_(None))
    ).all()
    end_reading()
    return [tuple(row) for row in rows]


@contextmanager
def morning(days: int, hour: int = 7) -> Iterator[datetime]:
    """The morning so many days from now, in Japan."""
    at = clock.now().astimezone(clock.TOKYO) + timedelta(days=days)
    at = at.replace(hour=hour, minute=1)
    with clock.pretending(at):
        yield at


def mark(client: FlaskClient, post: int, **fields: str) -> None:
    send(client, f"/posts/{post}/bookmark", **fields)


# --- put in and taken out ----------------------------------------------------------------------------


def test_a_post_is_marked_with_a_note_and_found_again(post: int, as_person: Browser) -> None:
    client = as_person("みどり")
    assert "しおりをはさむ" in page(client, f"/posts/{post}/bookmark")
    mark(client, post, note="  次の会議で　使う ", remind_on=day(3))
    shown = page(client, "/bookmarks")
    for words in ("次の会議で 使う", "買物の同行", "来月の協議体で話します。", "はるか", "に知らせます", "network"):
        assert words in shown
    assert f'href="/posts/{post}"' in shown
    again = page(client, f"/posts/{post}/bookmark")
    assert "しおりを外す" in again
    assert f'value="{day(3)}"' in again
    mark(client, post, note="もう一度", remind_on="")
    assert mine() == [("もう一度", None, None)]


def test_the_menu_of_a_post_leads_there_and_says_nothing_of_what_stands(post: int, as_person: Browser) -> None:
    topic = db.session.scalar(select(boards.Post.topic_id).where(boards.Post.id == post))
    end_reading()
    before = page(as_person("みどり"), f"/topics/{topic}").count(f'href="/posts/{post}/bookmark">しおり<')
    mark(as_person("みどり"), post)
    assert before == 1
    assert page(as_person("みどり"), f"/topics/{topic}").count(f'href="/posts/{post}/bookmark">しおり<') == 1


def test_it_is_taken_out_and_put_back_with_one_press_each(post: int, as_person: Browser) -> None:
    client = as_person("みどり")
    mark(client, post, note="控え", remind_on=day(2))
    kept = mine()
    mark(client, post, do="remove", note="ほかの文")
    shown = page(client, "/bookmarks")
    assert "まだ、しおりはありません" in shown
    undo = re.search(r'action="(/bookmarks/\d+/keep)"', shown)
    assert undo
    send(client, undo[1])
    assert mine() == kept
    send(client, undo[1].replace("keep", "remove"))
    assert mine() == []
    mark(client, post, note="あらためて")
    assert mine() == [("あらためて", None, None)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"remind_on": "きのう"}, "日付の形が正しくありません"),
        ({"remind_on": "2020-01-01"}, "明日から3年先まで"),
        ({"remind_on": "9999-12-31"}, "明日から3年先まで"),
        ({"note": "長" * 201}, "200文字まで"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(
    post: int, as_person: Browser, fields: dict[str, str], said: str
) -> None:
    client = as_person("みどり")
    response = client.post(
        f"/posts/{post}/bookmark", data=factories.form(client, f"/posts/{post}/bookmark", **{"note": "控え"} | fields)
    )
    assert response.status_code == 422
    assert said in response.text
    assert fields.get("note", "控え") in response.text
    assert mine() == []


@pytest.mark.parametrize(
    ("days", "before", "may"),
    [(0, None, False), (1, None, True), (0, 0, True), (-1, 0, False), (1098, None, True), (1099, None, False)],
)
def test_the_days_that_can_be_chosen(app: Flask, days: int, before: int | None, may: bool) -> None:
    today = service.today()
    stands = None if before is None else today + timedelta(days=before)
    assert policy.may_remind_on(today + timedelta(days=days), today, stands) is may


def test_a_person_has_a_bounded_number_of_them(
    post: int, as_person: Browser, monkeypatch: pytest.MonkeyPatch, town: dict[str, int]
) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    client = as_person("みどり")
    mark(client, post)
    other = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    response = client.post(
        f"/posts/{other}/bookmark", data=factories.form(client, f"/posts/{other}/bookmark", note="控え")
    )
    assert response.status_code == 422
    assert "1枚まで" in response.text
    assert "控え" in response.text


def test_nobody_else_sees_or_changes_them(post: int, as_person: Browser, client: FlaskClient) -> None:
    mark(as_person("みどり"), post, note="みどりの控え")
    number = db.session.scalar(select(Bookmark.id))
    end_reading()
    for handle in ("はるか", "かんり"):
        other = as_person(handle)
        assert "みどりの控え" not in page(other, "/bookmarks") + page(other, f"/posts/{post}/bookmark")
        for action in ("remove", "keep"):
            assert other.post(f"/bookmarks/{number}/{action}", data=factories.form(other, "/about")).status_code == 404
    assert client.get("/bookmarks").location.startswith("/sign-in")
    assert client.get(f"/posts/{post}/bookmark").location.startswith("/sign-in")


# --- the wall ------------------------------------------------------------------------------------------


def _hidden(post: int) -> None:
    measures.hide_post(factories.viewer_of("かんり"), post, "理由")


def _deleted(post: int) -> None:
    boards.delete_post(factories.viewer_of("はるか"), post)


def _narrowed(post: int) -> None:
    set_audience(2, "experts")


@pytest.mark.parametrize("goes", [_hidden, _deleted, _narrowed])
def test_of_what_cannot_be_read_any_more_only_that_is_shown(
    goes: Callable[[int], None], post: int, as_person: Browser
) -> None:
    client = as_person("みどり")
    mark(client, post, note="わたしの控え", remind_on=day(1))
    goes(post)
    shown = page(client, "/bookmarks")
    assert "この書き込みは、いまは読めません。" in shown
    for words in ("買物の同行", "来月", "わたしの控え", "はるか", f"/posts/{post}"):
        assert words not in shown
    remove = re.search(r'action="(/bookmarks/\d+/remove)"', shown)
    assert remove
    send(client, remove[1])
    assert mine() == []
    assert client.get(f"/posts/{post}/bookmark").status_code == 404
    assert client.post(f"/posts/{post}/bookmark", data=factories.form(client, "/about")).status_code == 404


def test_what_one_cannot_read_cannot_be_marked(town: dict[str, int], as_person: Browser) -> None:
    hidden = factories.post_id(factories.topic("みどり", town["members-lounge"]), 1)
    company = as_person("みせばん")
    for number in (hidden, 999999):
        assert company.get(f"/posts/{number}/bookmark").status_code == 404
        assert company.post(f"/posts/{number}/bookmark", data=factories.form(company, "/about")).status_code == 404
    assert mine() == []


# --- the list --------------------------------------------------------------------------------------------


def test_what_is_to_come_stands_first_by_its_day_then_the_newest(town: dict[str, int], as_person: Browser) -> None:
    client = as_person("みどり")
    for number, when in enumerate(["", day(9), day(2), "", day(5)]):
        topic = factories.topic("はるか", town["exchange"], f"話題{number}番")
        with clock.pretending(clock.now() - timedelta(hours=5 - number)):
            service.save(
                factories.viewer_of("みどり"),
                factories.post_id(topic, 1),
                "",
                datetime.fromisoformat(when).date() if when else None,
            )
    assert re.findall(r">話題(\d)番<", page(client, "/bookmarks")) == ["2", "4", "1", "3", "0"]


def test_long_lists_come_in_pages_at_a_bounded_cost(
    town: dict[str, int], as_person: Browser, statements: Statements
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    for number in range(25):
        service.save(factories.viewer_of("みどり"), factories.answer("はるか", topic, f"答え{number}"), "", None)
    client = as_person("みどり")
    assert page(client, "/bookmarks").count("外す</button>") == 20
    assert page(client, "/bookmarks?page=2").count("外す</button>") == 5
    assert client.get("/bookmarks?page=9").location == "/bookmarks"
    with statements:
        client.get("/bookmarks")
    assert len(statements) <= 4


def test_the_topic_page_costs_nothing_more(post: int, as_person: Browser, statements: Statements) -> None:
    topic = db.session.scalar(select(boards.Post.topic_id).where(boards.Post.id == post))
    end_reading()
    client = as_person("みどり")
    mark(client, post)
    client.get(f"/topics/{topic}")
    with statements:
        client.get(f"/topics/{topic}")
    assert not [sql for sql in statements if "bookmarks" in sql]


# --- the reminder ----------------------------------------------------------------------------------------


def to_midori(mails: list[EmailMessage]) -> list[EmailMessage]:
    """The mails about bookmarks; みどり is also told of answers."""
    return [mail for mail in mails if "しおり" in mail["Subject"]]


def test_on_the_morning_of_its_day_a_notice_and_a_mail_come_once(app: Flask, post: int, as_person: Browser) -> None:
    mark(as_person("みどり"), post, note="会議に持っていく", remind_on=day(3))
    with morning(2):
        bookmark_jobs.remind()
        assert "reminder" not in told("みどり")
    with morning(3):
        bookmark_jobs.remind()
        bookmark_jobs.remind()
        assert told("みどり").count("reminder") == 1
        assert count("みどり") == 2
        [mail] = to_midori(deliver(app))
    assert mail["To"] == factories.email_of("みどり")
    for words in ("思い出す日", "会議に持っていく", "来月の協議体で話します。", f"/posts/{post}/bookmark"):
        assert words in text_of(mail)
    assert mail["List-Unsubscribe"].endswith("/settings/notifications>")
    assert "しおりをはさんだ「買物の同行」を、思い出す日です" in page(as_person("みどり"), "/notifications")
    assert "に知らせました" in page(as_person("みどり"), "/bookmarks")
    notice = db.session.scalar(select(Notice.id).where(Notice.kind == "reminder"))
    end_reading()
    assert as_person("みどり").get(f"/notifications/{notice}").location == f"/posts/{post}"


def test_it_is_planned_for_the_morning_and_done_late_once_where_the_server_was_down(
    app: Flask, post: int, as_person: Browser
) -> None:
    mark(as_person("みどり"), post, remind_on=day(1))
    db.session.remove()
    jobs.plan()
    due = db.session.scalar(select(jobs.Job.due_at).where(jobs.Job.name == "bookmarks.remind"))
    db.session.remove()
    assert due is not None
    assert (due.astimezone(clock.TOKYO).hour, due.astimezone(clock.TOKYO).minute) == (7, 0)
    with morning(4, hour=15):  # three days late
        jobs.run_due(app)
        jobs.run_due(app)
        assert told("みどり").count("reminder") == 1
        assert len(to_midori(deliver(app))) == 1
        waiting = db.session.scalars(
            select(jobs.Job.due_at).where(jobs.Job.name == "bookmarks.remind", jobs.Job.state == "waiting")
        ).all()
        db.session.remove()
        assert [at > clock.now() for at in waiting] == [True]


def test_another_day_is_reminded_of_anew_and_a_changed_note_is_not(post: int, as_person: Browser) -> None:
    mark(as_person("みどり"), post, remind_on=day(1))
    with morning(1):
        bookmark_jobs.remind()
    with morning(2):
        client = as_person("みどり")
        mark(client, post, note="控え")
        bookmark_jobs.remind()
        assert told("みどり").count("reminder") == 1
        mark(client, post, note="控え", remind_on=day(1))
    with morning(3):
        bookmark_jobs.remind()
    assert told("みどり").count("reminder") == 2


def test_notice_and_mark_stand_together_or_not_at_all(
    post: int, town: dict[str, int], as_person: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that fails keeps nobody else waiting, and is tried again."""
    other = factories.answer("はるか", factories.topic("はるか", town["exchange"]), "ほかの書き込み")
    for number in (post, other):
        mark(as_person("みどり"), number, remind_on=day(1))
    tell = notifications.tell_of_topic

    def fails(kind: str, user_id: int, topic_id: int, post_id: int, **more: bool) -> bool:
        told_now = tell(kind, user_id, topic_id, post_id, **more)
        if post_id == post:
            raise RuntimeError("the machine stops here")
        return told_now

    with morning(1):
        with monkeypatch.context() as broken:
            broken.setattr(notifications, "tell_of_topic", fails)
            with pytest.raises(RuntimeError):
                bookmark_jobs.remind()
        assert told("みどり").count("reminder") == 1
        assert sorted(row[2] is None for row in mine()) == [False, True]
        bookmark_jobs.remind()
        assert told("みどり").count("reminder") == 2


@pytest.mark.parametrize("goes", [_hidden, _deleted, _narrowed])
def test_nobody_is_reminded_of_what_they_may_not_read_that_morning(
    goes: Callable[[int], None], app: Flask, post: int, as_person: Browser
) -> None:
    mark(as_person("みどり"), post, remind_on=day(1))
    goes(post)
    with morning(1):
        bookmark_jobs.remind()
        assert "reminder" not in told("みどり")
        assert to_midori(deliver(app)) == []


def _loses_role(post: int) -> None:
    set_role("みどり", "industry")
    set_audience(2, "members")


def _takes_it_out(post: int) -> None:
    service.remove(factories.viewer_of("みどり"), mine_id())


def mine_id() -> int:
    found = db.session.scalar(select(Bookmark.id))
    end_reading()
    assert found is not None
    return found


def _switches_off(post: int) -> None:
    notifications.set_preferences(factories.viewer_of("みどり"), {"reminder": (True, False)})


@pytest.mark.parametrize("meanwhile", [_hidden, _deleted, _narrowed, _loses_role, _takes_it_out, _switches_off])
def test_at_the_moment_of_sending_it_is_asked_again(
    meanwhile: Callable[[int], None], app: Flask, post: int, as_person: Browser
) -> None:
    mark(as_person("みどり"), post, remind_on=day(1))
    with morning(1):
        bookmark_jobs.remind()
        meanwhile(post)
        assert to_midori(deliver(app)) == []
        count("みどり")


def test_reminders_are_switched_off_on_the_preferences_page(app: Flask, post: int, as_person: Browser) -> None:
    client = as_person("みどり")
    assert "しおりで決めた日が来たとき" in page(client, "/settings/notifications")
    send(client, "/settings/notifications", reply_site="y", reply_mail="y")
    mark(client, post, remind_on=day(1))
    with morning(1):
        bookmark_jobs.remind()
        assert "reminder" not in told("みどり")
        assert to_midori(deliver(app)) == []


def test_a_muted_topic_does_not_silence_what_its_reader_asked_for(app: Flask, post: int, as_person: Browser) -> None:
    topic = db.session.scalar(select(boards.Post.topic_id).where(boards.Post.id == post))
    end_reading()
    notifications.set_muted(factories.viewer_of("みどり"), topic or 0, True)
    mark(as_person("みどり"), post, remind_on=day(1))
    with morning(1):
        bookmark_jobs.remind()
        assert len(to_midori(deliver(app))) == 1


def test_what_was_taken_out_goes_for_good_after_a_day(post: int, as_person: Browser) -> None:
    mark(as_person("みどり"), post)
    service.remove(factories.viewer_of("みどり"), mine_id())
    service.forget_removed()
    assert mine_id()
    with clock.pretending(clock.now() + timedelta(hours=25)):
        bookmark_jobs.clean_up()
    assert db.session.scalars(select(Bookmark.id)).all() == []
    end_reading()
