"""Meetings: between which days people write, a poll in which nobody sees who chose what, and what came of it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from sccafe.accounts.models import User, UserSession
from sccafe.boards import meetings, outcomes, polls, service
from sccafe.boards.models import PollVote, Topic
from sccafe.core import checks, clock, jobs
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation.models import AuditEntry
from sccafe.notifications.models import Notice
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]
#: The period of these tests, and moments around it.
FIRST, LAST = date(2026, 11, 25), date(2026, 12, 5)
EVE, FIRST_MINUTE, LAST_MINUTE, AFTER = (
    "2026-11-24T23:59:59",
    "2026-11-25T00:00:00",
    "2026-12-05T23:59:59",
    "2026-12-06T00:00:00",
)
CHOICES = ("昼休み", "夕方", "週末")


@pytest.fixture
def as_person(app: Flask) -> Browser:
    """Whose session lasts through all the days of these tests."""

    def browser(handle: str) -> FlaskClient:
        client = factories.signed_in(app, handle)
        with writing() as session:
            session.execute(update(UserSession).values(expires_at=at("2028-01-01T00:00:00")))
        return client

    return browser


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+09:00")


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.status
    return response.get_data(as_text=True)


def post(client: FlaskClient, address: str, partial: bool = False, **fields: object) -> tuple[int, str]:
    """Send a form, with a token from any page; the status and the page."""
    data = MultiDict(factories.form(client, "/about"))
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            data.add(name, each)
    response = client.post(address, data=data, headers={"HX-Request": "true"} if partial else {})
    return response.status_code, response.get_data(as_text=True)


def meet(
    town: dict[str, int],
    opens: date | None = FIRST,
    closes: date | None = LAST,
    results: str = "after_vote",
    multiple: bool = False,
    choices: tuple[str, ...] = CHOICES,
) -> int:
    wanted = polls.PollWanted("いつ集まりますか", choices, multiple, results)
    with clock.pretending(at("2026-11-20T10:00:00")):
        return service.start_topic(
            factories.viewer_of("なかむら"),
            town["meeting"],
            "次の集まり",
            service.prepare("ご意見をください。"),
            meeting=meetings.Meeting(opens, closes, wanted if choices else None),
        ).topic_id


def ids(topic: int) -> dict[str, int]:
    read = polls.poll_of(factories.viewer_of("みどり"), topic)
    end_reading()
    assert read is not None
    return {choice.text: choice.id for choice in read.choices}


def cast(handle: str, topic: int, *choices: str) -> None:
    there = ids(topic)
    polls.vote(factories.viewer_of(handle), topic, [there[choice] for choice in choices])


def counts(topic: int) -> dict[str, int]:
    read = polls.poll_of(factories.viewer_of("みどり"), topic)
    end_reading()
    assert read is not None
    return {choice.text: choice.votes for choice in read.choices}


# --- the period -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "status", "words"),
    [
        (EVE, 403, "11月25日（水）から書き込めます"),
        (FIRST_MINUTE, 303, "12月5日（土）まで書き込めます"),
        (LAST_MINUTE, 303, "12月5日（土）まで書き込めます"),
        (AFTER, 403, "12月5日（土）に終わりました"),
    ],
)
def test_members_write_from_the_first_minute_to_the_last(
    town: dict[str, int], as_person: Browser, client: FlaskClient, moment: str, status: int, words: str
) -> None:
    topic = meet(town)
    member = as_person("みどり")
    with clock.pretending(at(moment)):
        for reader in (client, member, as_person("なかむら")):
            shown = page(reader, f"/topics/{topic}")
            assert words in shown
        assert ('id="reply-form-foot"' in page(member, f"/topics/{topic}")) == (status == 303)
        assert ("返信するにはサインイン" in page(client, f"/topics/{topic}")) == (status == 303)
        assert post(member, f"/topics/{topic}/reply", body="昼休みがよいです。")[0] == status
        assert post(as_person("なかむら"), f"/topics/{topic}/reply", body="承りました。")[0] == 303


def test_the_list_names_the_last_day_on_which_one_can_write(town: dict[str, int], client: FlaskClient) -> None:
    meet(town)
    for moment, words in ((EVE, "11月25日（水）から"), (LAST_MINUTE, "12月5日（土）まで"), (AFTER, "終了")):
        with clock.pretending(at(moment)):
            assert words in page(client, "/boards/meeting")


FORM = {
    "title": "次の集まり",
    "body": "ご意見をください。",
    "opens_on": "2026-11-25",
    "closes_on": "2026-12-05",
    "poll_question": "いつ集まりますか",
    "poll_choices": "昼休み\r\n\r\n 夕方 \r\n週末",
    "poll_multiple": "several",
    "poll_results": "at_end",
}


def test_the_secretariat_starts_a_meeting_with_its_period_and_poll(town: dict[str, int], as_person: Browser) -> None:
    staff = as_person("なかむら")
    for words in ("はじまる日", "終わる日", "問い", "選択肢"):
        assert words in page(staff, "/boards/meeting/new")
    assert post(staff, "/boards/meeting/new", **FORM)[0] == 303
    topic = db.session.execute(select(Topic)).scalar_one()
    end_reading()
    assert (topic.opens_at, topic.closes_at) == (at(FIRST_MINUTE), at(AFTER))
    read = polls.poll_of(factories.viewer_of("みどり"), topic.id)
    assert read is not None
    assert (read.multiple, read.results, [choice.text for choice in read.choices]) == (True, "at_end", list(CHOICES))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"closes_on": "2026-11-24"}, "終わる日が、はじまる日より前です"),
        ({"opens_on": "あした"}, "日付の形が正しくありません"),
        ({"opens_on": "0001-01-01"}, "日付の形が正しくありません"),
        ({"closes_on": "9999-12-31"}, "日付の形が正しくありません"),
        ({"poll_choices": "昼休み"}, "2つ以上書いてください"),
        ({"poll_choices": "\n".join(str(number) for number in range(11))}, "10個までです"),
        ({"poll_choices": "昼休み\n 昼休み"}, "同じ選択肢が2つあります"),
        ({"poll_choices": f"昼休み\n{'あ' * 101}"}, "ひとつ100文字までです"),
        ({"poll_question": ""}, "問いが空です"),
        ({"poll_question": "あ" * 201}, "問いは200文字までです"),
        ({"closes_on": ""}, "「終わる日」も入れてください"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    town: dict[str, int], as_person: Browser, wrong: dict[str, str], words: str
) -> None:
    sent = FORM | wrong
    status, shown = post(as_person("なかむら"), "/boards/meeting/new", **sent)
    assert status == 422
    assert words in shown
    assert f">\n{sent['body']}</textarea>" in shown
    for name in ("title", "opens_on", "closes_on", "poll_question"):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{sent[name]}"', shown), name
    for line in sent["poll_choices"].splitlines():
        assert line.strip() in shown
    assert re.search(r'value="several"[^>]*checked', shown)
    assert re.search(r'value="at_end"[^>]*checked', shown)
    assert db.session.scalar(select(Topic.id)) is None
    end_reading()


def test_other_boards_know_neither_period_nor_poll(town: dict[str, int], as_person: Browser) -> None:
    staff = as_person("なかむら")
    assert "はじまる日" not in page(staff, "/boards/exchange/new")
    assert post(staff, "/boards/exchange/new", **FORM)[0] == 303
    found = db.session.execute(select(Topic.id, Topic.opens_at, Topic.has_poll)).one()
    end_reading()
    assert (found.opens_at, found.has_poll) == (None, False)
    for address in ("meeting", "outcome", "vote"):
        assert staff.get(f"/topics/{found.id}/{address}").status_code == 404


# --- the poll ---------------------------------------------------------------------------------------


def test_one_press_votes_and_a_second_one_changes_nothing(town: dict[str, int], as_person: Browser) -> None:
    topic, member = meet(town), as_person("みどり")
    choice = ids(topic)["夕方"]
    with clock.pretending(at(FIRST_MINUTE)):
        for _ in range(2):
            assert post(member, f"/topics/{topic}/vote", choice=choice)[0] == 303
        shown = page(member, f"/topics/{topic}")
    assert counts(topic) == {"昼休み": 0, "夕方": 1, "週末": 0}
    assert "あなたの答え：夕方" in shown
    assert "1人が答えました" in shown


def test_a_vote_can_be_changed_until_the_end(town: dict[str, int], as_person: Browser) -> None:
    topic, member = meet(town), as_person("みどり")
    there = ids(topic)
    with clock.pretending(at(FIRST_MINUTE)):
        post(member, f"/topics/{topic}/vote", choice=there["夕方"])
    with clock.pretending(at(LAST_MINUTE)):
        post(member, f"/topics/{topic}/vote", choice=there["週末"])
    assert counts(topic) == {"昼休み": 0, "夕方": 0, "週末": 1}
    with clock.pretending(at(AFTER)):
        for handle in ("みどり", "はるか", "なかむら"):
            assert post(as_person(handle), f"/topics/{topic}/vote", choice=there["昼休み"])[0] == 403
        assert "答えるのは終わりました" in page(member, f"/topics/{topic}")
    assert counts(topic) == {"昼休み": 0, "夕方": 0, "週末": 1}


def test_several_can_be_ticked_where_the_poll_says_so(town: dict[str, int], as_person: Browser) -> None:
    one, several = meet(town), meet(town, multiple=True)
    with clock.pretending(at(FIRST_MINUTE)):
        status, shown = post(as_person("みどり"), f"/topics/{one}/vote", choice=list(ids(one).values())[:2])
        assert (status, "ひとつだけ選んで" in shown) == (422, True)
        status, shown = post(as_person("みどり"), f"/topics/{several}/vote")
        assert (status, "まだ選ばれていません" in shown) == (422, True)
        assert post(as_person("みどり"), f"/topics/{several}/vote", choice=list(ids(several).values())[:2])[0] == 303
        cast("はるか", several, "昼休み")
        shown = page(as_person("はるか"), f"/topics/{several}")
    assert counts(one) == dict.fromkeys(CHOICES, 0)
    assert counts(several) == {"昼休み": 2, "夕方": 1, "週末": 0}
    assert "2人（100%）" in shown
    assert "1人（50%）" in shown
    assert "2人が答えました" in shown


def test_htmx_gets_the_poll_alone_with_a_word_for_those_who_listen(town: dict[str, int], as_person: Browser) -> None:
    topic, member = meet(town), as_person("みどり")
    with clock.pretending(at(FIRST_MINUTE)):
        status, shown = post(member, f"/topics/{topic}/vote", partial=True, choice=ids(topic)["夕方"])
        assert (status, shown.lstrip()[:8], "<main" in shown) == (200, "<section", False)
        assert '<p id="live" hx-swap-oob="innerHTML">答えを受け取りました。</p>' in shown
        status, shown = post(member, f"/topics/{topic}/vote", partial=True)
        assert (status, "まだ選ばれていません" in shown, "<main" in shown) == (422, True, False)


def test_a_choice_of_another_poll_is_none(town: dict[str, int], as_person: Browser) -> None:
    topic, other = meet(town), meet(town)
    with clock.pretending(at(FIRST_MINUTE)):
        assert post(as_person("みどり"), f"/topics/{topic}/vote", choice=ids(other)["夕方"])[0] == 422
        assert post(as_person("みどり"), f"/topics/{topic}/vote", choice="9" * 30)[0] == 422
    assert counts(other) == dict.fromkeys(CHOICES, 0)


@pytest.mark.parametrize(
    ("handle", "status"), [("みどり", 303), ("さくら", 303), ("なかむら", 303), ("みせばん", 403), ("", 401)]
)
def test_whoever_can_reply_can_vote(
    town: dict[str, int], as_person: Browser, client: FlaskClient, handle: str, status: int
) -> None:
    topic = meet(town)
    there = ids(topic)
    with clock.pretending(at(FIRST_MINUTE)):
        person = as_person(handle) if handle else client
        token = factories.form(client, "/sign-in") if not handle else factories.form(person, "/about")
        assert person.post(f"/topics/{topic}/vote", data={**token, "choice": there["夕方"]}).status_code == status
    assert counts(topic)["夕方"] == (status == 303)


BAR = "<progress"


@pytest.mark.parametrize("handle", ["みどり", "なかむら", "みせばん", ""])
@pytest.mark.parametrize("results", ["after_vote", "at_end"])
def test_the_numbers_are_shown_by_the_rule_and_how_many_voted_always(
    town: dict[str, int], as_person: Browser, client: FlaskClient, handle: str, results: str
) -> None:
    topic = meet(town, results=results)
    person = as_person(handle) if handle else client
    with clock.pretending(at(FIRST_MINUTE)):
        cast("はるか", topic, "夕方")
        shown = page(person, f"/topics/{topic}")
        assert BAR not in shown
        assert "人（" not in shown
        assert "1人が答えました" in shown
        if handle in ("みどり", "なかむら"):
            cast(handle, topic, "夕方")
            assert (BAR in page(person, f"/topics/{topic}")) == (results == "after_vote")
    with clock.pretending(at(AFTER)):
        shown = page(person, f"/topics/{topic}")
        assert BAR in shown
        assert "（100%）" in shown


def test_before_it_opens_the_poll_can_be_read(town: dict[str, int], as_person: Browser) -> None:
    topic = meet(town)
    with clock.pretending(at(EVE)):
        shown = page(as_person("みどり"), f"/topics/{topic}")
        assert "いつ集まりますか" in shown
        assert "会議室がはじまると、答えられます" in shown
        assert 'name="choice"' not in shown
        assert post(as_person("なかむら"), f"/topics/{topic}/vote", choice=ids(topic)["夕方"])[0] == 403


def test_nobody_can_read_who_voted_for_what() -> None:
    """Votes are read in polls.py alone, and there a person's id is only compared with the reader's or counted."""
    package = Path(polls.__file__).parents[1]
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"PollVote|poll_votes", path.read_text(encoding="utf-8"))
    }
    assert readers == {"boards/models.py", "boards/polls.py"}
    code = Path(polls.__file__).read_text(encoding="utf-8")
    allowed = (
        'PollVote.user_id == bindparam("reader_id")',
        "PollVote.user_id == viewer.user_id",
        "func.count(PollVote.user_id.distinct())",
        "PollVote(poll_id=poll.id, user_id=viewer.user_id, choice_id=number)",
    )
    assert all(code.count(each) == 1 for each in allowed)
    for each in allowed:
        code = code.replace(each, "")
    assert set(re.findall(r"PollVote\.(\w+)", code)) == {"choice_id", "poll_id"}
    assert "select(PollVote)" not in code


def test_no_page_names_a_voter(town: dict[str, int], as_person: Browser) -> None:
    topic = meet(town)
    with clock.pretending(at(FIRST_MINUTE)):
        cast("はるか", topic, "夕方")
        cast("なかむら", topic, "週末")
        for address in ("", "/meeting", "/manage"):
            assert "はるか" not in page(as_person("なかむら"), f"/topics/{topic}{address}")
        assert "あなたの答え：週末" in page(as_person("なかむら"), f"/topics/{topic}")


def test_votes_go_with_their_account(town: dict[str, int]) -> None:
    topic = meet(town)
    with clock.pretending(at(FIRST_MINUTE)):
        cast("はるか", topic, "夕方")
    with writing() as session:
        session.delete(session.execute(select(User).where(User.handle == "はるか")).scalar_one())
    assert counts(topic)["夕方"] == 0


# --- to change a meeting ----------------------------------------------------------------------------


def rearranged(topic: int, **changed: object) -> dict[str, object]:
    """The form of a meeting as it stands, with some fields changed: choices by their text."""
    there = ids(topic)
    fields: dict[str, object] = {f"choice_{there[text]}": changed.pop(text, text) for text in CHOICES}
    fields |= {"opens_on": "2026-11-25", "closes_on": "2026-12-05", "poll_question": "いつ集まりますか"}
    return fields | {"poll_choices": "", "poll_multiple": "one", "poll_results": "after_vote"} | changed


def test_choices_are_reworded_and_added_and_no_vote_is_lost(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    with clock.pretending(at(FIRST_MINUTE)):
        cast("みどり", topic, "夕方")
        changed = rearranged(topic, 夕方="夕方（17時から）", 週末="", poll_choices="朝")
        assert post(staff, f"/topics/{topic}/meeting", **changed)[0] == 303
        assert counts(topic) == {"昼休み": 0, "夕方（17時から）": 1, "朝": 0}
    actions = list(db.session.scalars(select(AuditEntry.action)))
    end_reading()
    assert actions == ["topic.meeting"]


def test_a_choice_with_votes_cannot_be_removed(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    with clock.pretending(at(FIRST_MINUTE)):
        cast("みどり", topic, "夕方")
        everything: dict[str, object] = {"昼休み": "", "週末": "", "夕方": ""}
        for removed in ({"夕方": ""}, everything | {"poll_question": ""}):
            status, shown = post(
                staff, f"/topics/{topic}/meeting", **rearranged(topic, **({"昼休み": "お昼"} | removed))
            )
            assert (status, "「夕方」は、もう選んだ人がいるので消せません" in shown) == (422, True)
    assert counts(topic) == {"昼休み": 0, "夕方": 1, "週末": 0}


def test_what_was_typed_stays_where_a_change_is_refused(town: dict[str, int], as_person: Browser) -> None:
    topic = meet(town)
    changed = rearranged(topic, 昼休み="お昼", poll_choices="朝\nお昼", closes_on="2026-12-31")
    status, shown = post(as_person("なかむら"), f"/topics/{topic}/meeting", **changed)
    assert (status, "同じ選択肢が2つあります" in shown) == (422, True)
    for typed in ('value="お昼"', 'value="2026-12-31"', "朝\nお昼</textarea>"):
        assert typed in shown


def test_a_poll_without_votes_can_be_taken_away_and_added_again(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    none: dict[str, object] = {"昼休み": "", "週末": "", "夕方": "", "poll_question": ""}
    assert post(staff, f"/topics/{topic}/meeting", **rearranged(topic, **none))[0] == 303
    assert "いつ集まりますか" not in page(staff, f"/topics/{topic}")
    assert staff.get(f"/topics/{topic}/vote").status_code == 404
    again = {"closes_on": "2027-01-15", "poll_question": "どこに集まりますか", "poll_choices": "会館\n公民館"}
    assert post(staff, f"/topics/{topic}/meeting", **again)[0] == 303
    assert list(ids(topic)) == ["会館", "公民館"]
    shown = page(staff, f"/topics/{topic}/meeting")
    assert 'value="2027-01-15"' in shown
    assert "どこに集まりますか" in shown


def test_several_answers_are_not_made_one(town: dict[str, int], as_person: Browser) -> None:
    topic = meet(town, multiple=True)
    with clock.pretending(at(FIRST_MINUTE)):
        cast("みどり", topic, "夕方", "週末")
        status, shown = post(as_person("なかむら"), f"/topics/{topic}/meeting", **rearranged(topic))
    assert (status, "「ひとつだけ」には変えられません" in shown) == (422, True)


def test_only_the_secretariat_arranges_meetings(town: dict[str, int], as_person: Browser, client: FlaskClient) -> None:
    topic = meet(town)
    for address in (f"/topics/{topic}/meeting", f"/topics/{topic}/outcome"):
        assert client.get(address).status_code == 404
        for handle in ("みどり", "さくら", "みせばん"):
            assert as_person(handle).get(address).status_code == 404
            assert post(as_person(handle), address, body="決めました", poll_question="")[0] == 404


# --- what came of it --------------------------------------------------------------------------------


def write(client: FlaskClient, topic: int, body: str, review_on: str = "") -> tuple[int, str]:
    return post(client, f"/topics/{topic}/outcome", body=body, review_on=review_on)


def test_the_outcome_stands_on_top_with_the_day_on_which_it_is_looked_at_again(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic, staff = meet(town), as_person("なかむら")
    with clock.pretending(at(AFTER)):
        status, shown = post(staff, f"/topics/{topic}/outcome", body="**昼休み**に。", do="preview")
        assert (status, "<strong>昼休み</strong>" in shown) == (200, True)
        assert "昼休み</strong>" not in page(client, f"/topics/{topic}")
        assert write(staff, topic, "**昼休み**に決まりました。", "2027-03-01")[0] == 303
        shown = page(client, f"/topics/{topic}")
    assert shown.index("<strong>昼休み</strong>に決まりました。") < shown.index("ご意見をください。")
    assert "2027年3月1日（月）に見直します" in shown
    assert "上のまとめをお読みください" in shown
    actions = list(db.session.scalars(select(AuditEntry.action)))
    end_reading()
    assert actions == ["topic.outcome"]
    assert "話し合いのまとめを書いた" in page(staff, "/moderation/record")


def test_an_outcome_can_be_taken_away_and_an_empty_one_is_refused(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    status, shown = write(staff, topic, " ")
    assert (status, "まとめが空です" in shown) == (422, True)
    assert write(staff, topic, "決まりました。")[0] == 303
    assert write(staff, topic, "")[0] == 303
    assert "決まりました。" not in page(staff, f"/topics/{topic}")
    assert "話し合いのまとめを消した" in page(staff, "/moderation/record")


def test_the_day_to_look_again_is_a_day_to_come(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    with clock.pretending(at(AFTER)):
        status, shown = write(staff, topic, "決まりました。", "2026-12-06")
    assert (status, "明日からあとの日にしてください" in shown, "決まりました。" in shown) == (422, True, True)


def notices() -> list[tuple[str, int]]:
    rows = db.session.execute(
        select(User.handle, Notice.topic_id).join(Notice, Notice.user_id == User.id).where(Notice.kind == "review")
    )
    found = [(row.handle, row.topic_id) for row in rows]
    end_reading()
    return found


def test_the_secretariat_is_told_once_when_the_day_has_come(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic, staff = meet(town), as_person("なかむら")
    with clock.pretending(at(AFTER)):
        write(staff, topic, "決まりました。", "2027-03-01")
    with clock.pretending(at("2027-02-28T23:59:59")):
        outcomes.look_at_outcomes()
        assert notices() == []
    with clock.pretending(at("2027-03-01T08:50:00")):
        for _ in range(2):
            outcomes.look_at_outcomes()
        assert notices() == [("なかむら", topic)]
        assert "まとめを見直す時期です" in page(staff, "/notifications")
        assert "見直しの時期です" in page(staff, f"/topics/{topic}")
        for reader in (client, as_person("みどり")):
            shown = page(reader, f"/topics/{topic}")
            assert "見直しの時期です" not in shown
            assert "3月1日（月）に見直します" in shown
        # Whoever looks at it again is told no more, nor are the others.
        assert write(staff, topic, "その後も続いています。", "2027-09-01")[0] == 303
        assert notices() == []
        assert "見直しの時期です" not in page(staff, f"/topics/{topic}")
    with clock.pretending(at("2027-09-02T08:50:00")):
        outcomes.look_at_outcomes()
        assert notices() == [("なかむら", topic)]


def test_it_is_a_job_of_every_morning(app: Flask) -> None:
    due = jobs._scheduled["boards.outcome_reviews"](at("2026-11-24T12:00:00"))
    assert due == at("2026-11-25T08:50:00")


# --- what it costs ----------------------------------------------------------------------------------


def cost(client: FlaskClient, topic: int, statements: Statements) -> int:
    client.get(f"/topics/{topic}")  # the first visit writes the read mark and fills the cache of settings
    with statements:
        page(client, f"/topics/{topic}")
    return len(statements)


def test_a_poll_costs_one_statement_and_topics_without_one_none(
    town: dict[str, int], as_person: Browser, client: FlaskClient, statements: Statements
) -> None:
    with_poll, without = meet(town), meet(town, choices=())
    other = factories.topic("みどり", town["exchange"])
    with clock.pretending(at(FIRST_MINUTE)):
        cast("みどり", with_poll, "夕方")
        for person, most in ((client, 5), (as_person("みどり"), 8), (as_person("なかむら"), 8)):
            plain = cost(person, without, statements)
            assert cost(person, other, statements) == plain
            assert cost(person, with_poll, statements) == plain + 1 <= most


def test_the_check_finds_a_poll_that_no_page_would_show(town: dict[str, int]) -> None:
    topic = meet(town)
    assert list(checks._checks["topics: polls"]()) == []
    end_reading()
    with writing() as session:
        session.execute(update(Topic).where(Topic.id == topic).values(has_poll=False))
    assert list(checks._checks["topics: polls"]()) == [f"topic {topic}: its poll is unseen"]
    end_reading()


def test_a_poll_moved_elsewhere_asks_nobody_any_more(town: dict[str, int], as_person: Browser) -> None:
    topic, staff = meet(town), as_person("なかむら")
    moved = {"measure": "moved", "board": town["exchange"], "reason": "場所ちがいのため"}
    assert post(staff, f"/topics/{topic}/manage", **moved)[0] == 303
    assert "いつ集まりますか" not in page(staff, f"/topics/{topic}")
    assert staff.get(f"/topics/{topic}/vote").status_code == 404
    assert db.session.scalar(select(PollVote.poll_id)) is None
    end_reading()
