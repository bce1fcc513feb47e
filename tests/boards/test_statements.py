"""How many SQL statements a page costs, whatever is on it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.boards import service
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def busy(town: dict[str, int]) -> int:
    """A solved question of two pages, its accepted answer on the second, with reactions and themes."""
    asker, helper = factories.viewer_of("みどり"), factories.viewer_of("はるか")
    text = service.prepare("決めかたを教えてください。")
    topic = service.start_topic(asker, town["questions"], "謝礼", text, ["volunteers", "paid_volunteer"]).topic_id
    for number in range(40):
        factories.answer("はるか" if number % 2 else "さくら", topic, f"答え{number}")
    for number in (1, 2, 3):
        service.react(factories.viewer_of("みせばん"), factories.post_id(topic, number), "useful")
    service.accept_answer(asker, factories.post_id(topic, 35))
    for number in range(12):
        factories.topic("みどり", town["exchange"], f"ほかの話題{number}")
        factories.topic("みどり", town["questions"], f"ほかの質問{number}")
    assert helper.signed_in
    return topic


PAGES = ["/", "/lounge", "/boards/questions", "/boards/questions?state=unanswered&theme=volunteers"]


def count(client: FlaskClient, address: str, statements: Statements) -> int:
    client.get(address)  # the first visit writes the read mark and fills the cache of settings
    with statements:
        assert client.get(address).status_code == 200
    return len(statements)


def test_a_visitors_topic_page_costs_at_most_five(busy: int, client: FlaskClient, statements: Statements) -> None:
    assert count(client, f"/topics/{busy}", statements) <= 5
    assert count(client, f"/topics/{busy}?page=2", statements) <= 5


def test_a_signed_in_topic_page_costs_at_most_eight(busy: int, as_person: Browser, statements: Statements) -> None:
    for handle in ("みどり", "はるか", "なかむら", "みせばん"):
        client = as_person(handle)
        assert count(client, f"/topics/{busy}", statements) <= 8, handle
        assert count(client, f"/topics/{busy}?page=2&order=time", statements) <= 8, handle


@pytest.mark.parametrize("handle", ["", "みどり", "なかむら"])
def test_home_lounge_and_board_cost_at_most_eight(
    busy: int, app: Flask, as_person: Browser, handle: str, statements: Statements
) -> None:
    for address in PAGES:
        client = as_person(handle) if handle else app.test_client()
        assert count(client, address, statements) <= 8, address


def test_the_first_reading_of_a_topic_costs_at_most_eight_besides_the_mark(
    busy: int, as_person: Browser, statements: Statements
) -> None:
    client = as_person("はるか")
    client.get("/about")
    with statements:
        client.get(f"/topics/{busy}")
    reads = [sql for sql in statements if sql.lstrip().upper().startswith("SELECT")]
    assert len(reads) <= 8
