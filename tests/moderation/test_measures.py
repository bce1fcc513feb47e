"""What the secretariat does to posts and topics: each with a reason, and each in the record."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.boards.service import HOLD_FIRST_POST
from sccafe.core import site_settings
from sccafe.core.database import writing
from tests import factories
from tests.moderation.desk import all_of, page, post, record, send

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def hold(town: dict[str, int]) -> None:
    """The first post of somebody new waits, and みどり is new."""
    with writing() as session:
        site_settings.put(HOLD_FIRST_POST, True)
        session.execute(update(User).where(User.handle == "みどり").values(has_posted=False))


def test_a_hidden_post_is_gone_for_readers_and_can_be_shown_again(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic, "ひどい返事")
    staff = as_person("なかむら")
    send(staff, f"/posts/{answer}/hide", reason="人を傷つけます")
    assert "ひどい返事" not in page(client, f"/topics/{topic}")
    assert "人を傷つけます" in page(as_person("はるか"), f"/topics/{topic}")
    assert "人を傷つけます" in page(staff, f"/posts/{answer}/hide")
    send(staff, f"/posts/{answer}/restore", reason="読み違えていました")
    assert "ひどい返事" in page(client, f"/topics/{topic}")
    assert record() == [("post.hidden", "人を傷つけます"), ("post.restored", "読み違えていました")]


@pytest.mark.parametrize("measure", ["hide", "restore", "erase"])
def test_a_measure_without_a_reason_is_not_taken(town: dict[str, int], as_person: Browser, measure: str) -> None:
    post_id = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    response = post(as_person("なかむら"), f"/posts/{post_id}/{measure}", reason="  ", certain="y")
    assert response.status_code == 422
    assert "理由を書いてください" in response.text
    assert all_of(Post.state) == ["published"]
    assert record() == []


def test_a_held_post_is_approved_from_the_desk(hold: None, town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "はじめまして", "新任です。")
    reader, staff = as_person("はるか"), as_person("なかむら")
    assert reader.get(f"/topics/{topic}").status_code == 404
    assert "新任です。" in page(staff, "/moderation")
    [held] = all_of(Post.id)
    send(staff, f"/posts/{held}/approve")
    assert "新任です。" in page(reader, f"/topics/{topic}")
    assert "いまは確認を待つ書き込みはありません" in page(staff, "/moderation")
    assert record() == [("post.approved", "")]


def test_a_held_post_is_refused_with_a_reason(hold: None, town: dict[str, int], as_person: Browser) -> None:
    factories.topic("みどり", town["exchange"], "宣伝です", "買ってください。")
    [held] = all_of(Post.id)
    staff = as_person("なかむら")
    assert "書き込みを出さない" in page(staff, f"/posts/{held}/hide")
    response = send(staff, f"/posts/{held}/hide", reason="宣伝のため")
    assert response.location == "/moderation"
    assert all_of(Post.state, Post.number) == [("hidden", None)]
    assert record() == [("post.refused", "宣伝のため")]


def test_opening_the_address_of_an_approval_changes_nothing(
    hold: None, town: dict[str, int], as_person: Browser
) -> None:
    factories.topic("みどり", town["exchange"])
    [held] = all_of(Post.id)
    assert as_person("なかむら").get(f"/posts/{held}/approve").location == "/moderation"
    assert all_of(Post.state) == ["held"]


@pytest.mark.parametrize(
    ("measure", "back", "column"),
    [("locked", "unlocked", Topic.locked), ("pinned", "unpinned", Topic.pinned)],
)
def test_a_topic_is_locked_and_pinned_and_both_are_undone(
    town: dict[str, int], as_person: Browser, measure: str, back: str, column: object
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    staff, address = as_person("なかむら"), f"/topics/{topic}/manage"
    send(staff, address, measure=measure, reason="話が済んだため")
    assert all_of(column) == [True]
    assert f'value="{measure}"' not in page(staff, address)
    send(staff, address, measure=back, reason="続きがあるため")
    assert all_of(column) == [False]
    assert record() == [(f"topic.{measure}", "話が済んだため"), (f"topic.{back}", "続きがあるため")]


def test_a_topic_is_moved_and_readers_follow_its_new_board(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    staff, address = as_person("なかむら"), f"/topics/{topic}/manage"
    assert post(staff, address, measure="moved", board="", reason="会員の話").status_code == 422
    send(staff, address, measure="moved", board=str(town["members-lounge"]), reason="会員の話")
    assert all_of(Topic.audience) == ["members"]
    assert client.get(f"/topics/{topic}").status_code == 404
    assert record() == [("topic.moved", "会員の話")]
    assert all_of(Board.topic_count) == [0, 0, 1]


def test_a_hidden_topic_is_found_by_the_secretariat_and_by_whoever_opened_it_alone(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    staff, address = as_person("なかむら"), f"/topics/{topic}/manage"
    send(staff, address, measure="hidden", reason="確かめるあいだ")
    assert client.get(f"/topics/{topic}").status_code == 404
    assert as_person("はるか").get(f"/topics/{topic}").status_code == 404
    assert "非表示" in page(as_person("みどり"), f"/topics/{topic}")
    assert "話題をもう一度見せる" in page(staff, address)
    send(staff, address, measure="restored", reason="確かめました")
    assert client.get(f"/topics/{topic}").status_code == 200


def test_a_measure_that_is_not_offered_is_not_taken(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    for measure in ("unlocked", "restored", "deleted", ""):
        response = post(as_person("なかむら"), f"/topics/{topic}/manage", measure=measure, reason="理由")
        assert response.status_code == 422
    assert record() == []


def test_after_a_measure_one_goes_on_inside_the_site_only(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer = factories.answer("はるか", topic)
    response = send(as_person("なかむら"), f"/posts/{answer}/hide", reason="理由", next="//evil.example/")
    assert response.location == "/"
