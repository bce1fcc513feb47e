"""From each page of the library to the others."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.core.database import end_reading
from sccafe.library import queries
from tests import factories, files
from tests.library.shelf_town import WHOLE, case, people, stored
from tests.library.with_files import item_with

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]

DESK = (
    "/library/desk",
    "/library/desk/off-shelf",
    "/library/desk/checks",
    "/library/selections",
    "/library/desk/import",
    "/library/desk/export",
)


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("here", DESK)
def test_every_part_of_the_desk_leads_to_the_others_and_says_which_it_is(
    people: Flask, as_person: Browser, here: str
) -> None:
    tabs = re.search(r'<nav class="filters" aria-label="資料室の机">.*?</nav>', page(as_person("なかむら"), here), re.S)
    assert tabs is not None
    assert tuple(re.findall(r'href="([^"]+)"', tabs[0])) == DESK
    assert re.findall(r'href="([^"]+)" aria-current="page"', tabs[0]) == [here]


def test_readers_of_the_selections_see_no_desk(people: Flask, client: FlaskClient, as_person: Browser) -> None:
    for reader in (client, as_person("はるか")):
        assert "/library/desk" not in page(reader, "/library/selections")


def test_an_item_leads_to_its_pdf_and_to_what_is_related(case: int, client: FlaskClient) -> None:
    assert "関連する資料" not in page(client, f"/library/{case}")
    other = factories.item("みどり", "なかむら", title="似た事例", themes=WHOLE["themes"])
    factories.item("みどり", "なかむら", "members", title="会員の似た事例", themes=WHOLE["themes"])
    html = page(client, f"/library/{case}")
    assert f'href="/library/{case}.pdf"' in html
    assert f'<a href="/library/{other}">似た事例</a>' in html
    assert "会員の似た事例" not in html


def test_those_who_answer_for_an_item_are_led_to_saying_that_it_is_right(case: int, as_person: Browser) -> None:
    for handle, led in (("みどり", True), ("なかむら", True), ("はるか", False), ("さくら", False)):
        assert (f'href="/library/{case}/check"' in page(as_person(handle), f"/library/{case}")) is led


def test_the_inside_of_a_pdf_is_one_press_away(people: Flask, client: FlaskClient) -> None:
    item_id = item_with((files.pdf(), "手引き.pdf"), (b"words", "a.txt"))
    paper, _text = queries.files_of(stored(item_id).published_id or 0)
    end_reading()
    html = page(client, f"/library/{item_id}")
    assert re.findall(r'href="(/library/files/\d+/preview)"', html) == [f"/library/files/{paper.id}/preview"]
    assert client.get(f"/library/files/{paper.id}/preview").status_code == 200


def test_what_fits_on_a_page_of_the_list_can_be_taken_along(people: Flask, client: FlaskClient) -> None:
    def handout() -> list[str]:
        return re.findall(r'href="/library/handout.pdf\?items=([\d,]+)"', page(client, "/library?kind=case"))

    assert handout() == []
    ids = [factories.item("みどり", "なかむら", title=f"事例{number}") for number in range(20)]
    assert handout() == [",".join(map(str, reversed(ids)))]
    part = client.get("/library?kind=case", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "/library/handout.pdf?items=" in part
    factories.item("みどり", "なかむら", title="もう一つの事例")
    assert handout() == []
