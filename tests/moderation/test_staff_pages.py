"""The desk is there for the secretariat alone: everybody else is told that there is no such page."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from sccafe.boards.models import Post, Topic
from sccafe.moderation.models import Report
from tests import factories
from tests.moderation.desk import all_of, record, report

Browser = Callable[[str], FlaskClient]

#: Every address of the desk, with the fields that would do something.
ADDRESSES = {
    "/moderation": None,
    "/moderation/record": None,
    "/moderation/record?kind=post": None,
    "/moderation/reports/{report}": None,
    "/moderation/reports/{report}/dismiss": {"decision": "理由"},
    "/moderation/reports/{report}/assign": {"assignee": "1"},
    "/moderation/erase": {"words": "金額"},
    "/moderation/erase/confirm": {"words": "金額", "reason": "理由", "certain": "y"},
    "/posts/{post}/hide": {"reason": "理由"},
    "/posts/{post}/restore": {"reason": "理由"},
    "/posts/{post}/approve": {},
    "/posts/{post}/erase": {"reason": "理由", "certain": "y"},
    "/topics/{topic}/manage": {"measure": "locked", "reason": "理由"},
}


@pytest.fixture
def things(town: dict[str, int]) -> dict[str, int]:
    topic = factories.topic("みどり", town["exchange"])
    post_id = factories.post_id(topic, 1)
    return {"topic": topic, "post": post_id, "report": report("はるか", post_id)}


@pytest.mark.parametrize("handle", ["", "みどり", "はるか", "みせばん"])
def test_everybody_else_finds_nothing(things: dict[str, int], app: object, as_person: Browser, handle: str) -> None:
    browser = as_person(handle) if handle else app.test_client()  # type: ignore[attr-defined]
    nothing = browser.get("/posts/99999/hide")
    for address, fields in ADDRESSES.items():
        written = address.format(**things)
        response = browser.get(written)
        assert response.status_code == 404, written
        assert len(response.text) - len(nothing.text) < 200  # the way back through the sign-in differs
        if fields is not None:
            sent = browser.post(written, data=factories.form(browser, "/about" if handle else "/sign-in", **fields))
            assert sent.status_code == 404, written
    assert all_of(Post.state) == ["published"]
    assert all_of(Topic.locked) == [False]
    assert all_of(Report.state) == ["open"]
    assert record() == []


@pytest.mark.parametrize("handle", ["なかむら", "かんり"])
def test_the_secretariat_finds_every_page(things: dict[str, int], as_person: Browser, handle: str) -> None:
    browser = as_person(handle)
    for address in ADDRESSES:
        response = browser.get(address.format(**things), follow_redirects=True)
        assert response.status_code == 200, address
        assert "<h1>" in response.text


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "{" in address])
def test_what_is_not_there_is_not_there_for_the_secretariat_either(
    town: dict[str, int], as_person: Browser, address: str
) -> None:
    browser = as_person("なかむら")
    assert browser.get(address.format(topic=99999, post=99999, report=99999)).status_code == 404


def test_no_page_of_the_desk_tells_who_wrote_under_an_alias(things: dict[str, int], as_person: Browser) -> None:
    from sccafe.core.database import writing

    with writing() as session:
        written = session.get(Post, things["post"])
        assert written is not None
        written.author_id, written.alias = None, "匿名A"
    browser = as_person("なかむら")
    for address in ADDRESSES:
        shown = browser.get(address.format(**things), follow_redirects=True).text
        assert "みどり" not in shown, address
