"""The feed of the library: what a visitor may read of it, the newest first."""

from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

from flask import Flask
from flask.testing import FlaskClient

from sccafe.core import clock
from sccafe.library import service
from sccafe.library.item_queries import MOST
from tests import factories
from tests.library.shelf_town import WHOLE, case, people

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITE = "http://127.0.0.1:8000"


def entries(client: FlaskClient) -> list[ET.Element]:
    response = client.get("/feeds/library.atom")
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    return ET.fromstring(response.get_data()).findall("a:entry", ATOM)


def titles(client: FlaskClient) -> list[str]:
    return [entry.findtext("a:title", "", ATOM) for entry in entries(client)]


def test_an_entry_says_what_stands_on_the_shelf(case: int, client: FlaskClient) -> None:
    [entry] = entries(client)
    assert entry.findtext("a:id", "", ATOM) == f"{SITE}/library/{case}"
    assert entry.findtext("a:title", "", ATOM) == WHOLE["title"]
    assert entry.findtext("a:author/a:name", "", ATOM) == "みどり"
    category = entry.find("a:category", ATOM)
    assert category is not None
    assert category.get("term") == "事例"
    content = entry.findtext("a:content", "", ATOM)
    for said in ("東京都八王子市", WHOLE["summary"], "<strong>二度</strong>", WHOLE["lessons"]):
        assert said in content


def test_it_is_the_same_for_everybody_and_holds_what_a_visitor_reads(
    case: int, people: Flask, client: FlaskClient, as_person: Browser
) -> None:
    factories.item("みどり", "なかむら", "members", title="会員だけのもの")
    factories.item("みどり", title="まだ出ていないもの")
    assert titles(client) == titles(as_person("なかむら")) == [WHOLE["title"]]
    english = as_person("はるか")
    english.post("/language", data={"locale": "en"})
    assert english.get("/feeds/library.atom").get_data() == client.get("/feeds/library.atom").get_data()


def test_a_new_version_comes_to_the_front_and_what_is_archived_leaves(
    case: int, people: Flask, client: FlaskClient
) -> None:
    staff = factories.viewer_of("なかむら")
    factories.item("みどり", "なかむら", title="二つ目")
    with clock.pretending(clock.now() + timedelta(minutes=5)):
        service.publish(staff, service.begin(staff, case).id)
    assert titles(client) == [WHOLE["title"], "二つ目"]
    service.archive(staff, case, "古い")
    assert titles(client) == ["二つ目"]


def test_it_holds_so_many_and_says_when_nothing_is_new(people: Flask, client: FlaskClient) -> None:
    for number in range(MOST + 2):
        factories.item("みどり", "なかむら", title=f"事例{number}")
    assert len(entries(client)) == MOST
    first = client.get("/feeds/library.atom")
    again = client.get("/feeds/library.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    again = client.get("/feeds/library.atom", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert again.status_code == 304


def test_an_empty_shelf_has_a_feed_too(people: Flask, client: FlaskClient) -> None:
    assert entries(client) == []
