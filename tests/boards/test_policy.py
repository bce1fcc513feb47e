"""Who may do what on a board: the table of the design, case by case, and over HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from sccafe.boards import policy
from sccafe.boards.models import Topic
from sccafe.core import clock
from sccafe.core.audience import Viewer, audiences_of
from sccafe.core.database import writing
from tests import factories

ROLES = ("visitor", "member", "expert", "industry", "secretariat", "admin")


def who(role: str) -> Viewer:
    return Viewer(user_id=None if role == "visitor" else 1, role=role, audiences=audiences_of(role))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "start", "reply", "react", "anonymous"),
    [
        ("exchange", "member expert secretariat admin", "member expert secretariat admin", ROLES[1:], True),
        ("questions", "member expert secretariat admin", "member expert secretariat admin", ROLES[1:], True),
        ("meeting", "secretariat admin", "member expert secretariat admin", ROLES[1:], True),
        ("industry", "secretariat admin", "member expert secretariat admin", ROLES[1:], True),
        ("news", "secretariat admin", "member expert secretariat admin", ROLES[1:], False),
    ],
)
def test_the_table_of_who_may_do_what(kind: str, start: str, reply: str, react: tuple[str], anonymous: bool) -> None:
    for role in ROLES:
        assert policy.may_start(who(role), kind, "", False) == (role in start.split())
        why = policy.why_not_reply(
            who(role), kind, archived=False, locked=False, opens_at=None, closes_at=None, now=clock.now()
        )
        assert (why == "") == (role in reply.split())
        assert policy.may_react(who(role), kind) == (role in react)
    assert policy.may_be_anonymous(kind, True) is anonymous
    assert policy.may_be_anonymous(kind, False) is False


def test_a_board_can_be_narrowed_to_the_secretariat() -> None:
    assert not policy.may_start(who("member"), "exchange", "staff", False)
    assert policy.may_start(who("secretariat"), "exchange", "staff", False)
    assert not policy.may_start(who("admin"), "exchange", "", archived=True)


Browser = Callable[[str], FlaskClient]


@pytest.mark.parametrize(("board", "handle", "status"), [
    ("questions", "みせばん", 403),
    ("meeting", "みどり", 403),
    ("news", "さくら", 403),
    ("news", "なかむら", 303),
    ("meeting", "なかむら", 303),
    ("questions", "みどり", 303),
])  # fmt: skip
def test_starting_a_topic_over_http(
    town: dict[str, int], as_person: Browser, board: str, handle: str, status: int
) -> None:
    client = as_person(handle)
    fields = factories.form(client, "/about", title="はじめる話題", body="本文です。")
    assert client.post(f"/boards/{board}/new", data=fields).status_code == status


def test_a_locked_topic_and_a_meeting_out_of_its_period_take_no_replies(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = factories.topic("なかむら", town["meeting"])
    client = as_person("みどり")
    token = factories.form(client, f"/topics/{topic}")

    def tries(**values: object) -> int:
        with writing() as session:
            session.execute(update(Topic).values(locked=False, opens_at=None, closes_at=None))
            session.execute(update(Topic).values(**values))
        return client.post(f"/topics/{topic}/reply", data=token | {"body": "間に合いますか"}).status_code

    now = clock.now()
    assert tries(locked=True) == 403
    assert tries(opens_at=now + timedelta(hours=1)) == 403
    assert tries(closes_at=now) == 403
    assert tries(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1)) == 303


def test_a_visitor_who_writes_is_asked_to_sign_in_and_loses_nothing(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    token = factories.form(client, "/sign-in")
    response = client.post(f"/topics/{topic}/reply", data=token | {"body": "サインインが切れる前に書いた文"})
    assert response.status_code == 401
    assert "サインイン" in response.get_data(as_text=True)
    signed = client.post(
        "/sign-in",
        data=factories.form(client, "/sign-in")
        | {
            "email": factories.email_of("はるか"),
            "password": factories.PASSWORD,
            "carry": factories.hidden(response, "carry"),
        },
    )
    assert "サインインが切れる前に書いた文" in signed.get_data(as_text=True)


def test_an_expired_form_is_shown_again_with_what_was_typed(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    client = as_person("はるか")
    response = client.post(f"/topics/{topic}/reply", data={"csrf_token": "old", "body": "昼休みの前に書いた長い文です"})
    shown = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "昼休みの前に書いた長い文です" in shown
    again = {"csrf_token": factories.hidden(response, "csrf_token"), "body": "昼休みの前に書いた長い文です"}
    assert client.post(f"/topics/{topic}/reply", data=again).status_code == 303
