"""Searching in a browser: from the field in the header to what was looked for, by keyboard and without scripts."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sccafe.core.site_settings import CACHE_SECONDS
from tests import factories
from tests.browser.conftest import Person, Site, in_every_kind, with_scripts

pytestmark = pytest.mark.browser


@pytest.fixture
def town(site: Site) -> int:
    """The id of a question on shopping, beside a few other things."""
    from sccafe.boards import queries
    from sccafe.core.audience import VISITOR
    from sccafe.core.database import end_reading

    factories.person("みどり")
    factories.person("なかむら", "secretariat")
    board = queries.board(VISITOR, "questions")
    assert board is not None
    topic = factories.topic("みどり", board.id, "買い物支援のはじめかた", "週に一度、車を出せますか。")
    factories.answer("なかむら", topic, "買物の日を決めて、二人で回りました。")
    factories.item("みどり", "なかむら", title="移動販売の手引き", summary="買い物に困る人へ。", themes=["shopping"])
    end_reading()
    return topic


def test_somebody_finds_a_topic_by_a_word_written_another_way(somebody: Callable[[], Person], town: int) -> None:
    person = somebody()
    page = person.page
    person.go("/")
    page.locator("#find").fill("買いもの")
    page.locator("#find").press("Enter")
    page.wait_for_url("**/search?q=*")
    hits = page.locator(".hits > li")
    expect(hits).to_have_count(3)
    expect(page.locator(".hits mark").first).to_have_text(re.compile("買い?物"))
    expect(page.locator("#find")).to_have_value("買いもの")
    person.look("search")

    # Elsewhere, and narrower by a facet; on a phone those are folded.
    page.get_by_role("link", name=re.compile("資料室 ?1件")).click()
    page.wait_for_url("**in=library")
    expect(hits).to_have_count(1)
    fold = page.locator(".choosing > details > summary")
    if fold.is_visible():
        fold.click()
    page.get_by_role("link", name=re.compile("買物支援")).click()
    page.wait_for_url("**theme=shopping**")
    expect(hits).to_have_count(1)
    # A filter that is set stands in the plain form too.
    expect(page.locator("#s-theme")).to_have_value("shopping")
    person.look("search-narrowed")

    # Nothing found leads on to fewer words, and to a question.
    person.go("/search?q=買い物 ぺんぎん")
    expect(page.get_by_role("link", name="「教えて！」でたずねる")).to_be_visible()
    person.look("search-nothing")
    page.locator(".empty li a").click()
    expect(hits).to_have_count(3)
    page.locator(".hits h2 a", has_text="買い物支援のはじめかた").last.click()
    page.wait_for_url(f"**/topics/{town}")

    person.go("/search")
    page.locator(".search-form summary").click()
    person.look("search-start")


@with_scripts
def test_titles_are_offered_while_typing_and_chosen_by_keyboard(somebody: Callable[[], Person], town: int) -> None:
    person = somebody()
    page = person.page
    person.go("/lounge")
    field, offered = page.locator("#find"), page.get_by_role("option")
    field.press_sequentially("買い物")
    expect(offered.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#live")).to_have_text(re.compile("候補が[0-9]+件"))
    person.look("search-suggestions")
    field.press("Escape")
    expect(offered.first).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("買い物")
    field.press("ArrowDown")
    while "買い物支援のはじめかた" not in (page.locator("[aria-selected=true]").text_content() or ""):
        field.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    expect(page.locator("[aria-selected=true]")).to_have_attribute("id", active or "")
    field.press("Enter")
    page.wait_for_url(f"**/topics/{town}")


@in_every_kind
def test_the_secretariat_lets_two_words_be_one_after_seeing_what_it_changes(
    somebody: Callable[[], Person], town: int
) -> None:
    person = somebody()
    page = person.page
    person.go("/sign-in?next=/admin/spellings")
    page.locator("#email").fill(factories.email_of("なかむら"))
    page.locator("#password").fill(factories.PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url("**/admin/spellings")
    page.locator("summary", has_text="はじめから同じに扱うことば").click()
    person.look("spellings")
    page.locator("summary", has_text="はじめから同じに扱うことば").click()

    # One word alone is no family: what was typed stays.
    page.locator("#spellings").fill("とくし丸")
    page.get_by_role("button", name="見つかる数を確かめる").click()
    expect(page.locator("#spellings")).to_have_value("とくし丸")
    person.look("spellings-refused")
    page.locator("#spellings").fill("とくし丸\n移動販売")
    page.get_by_role("button", name="見つかる数を確かめる").click()
    expect(page.get_by_role("row", name=re.compile("とくし丸"))).to_have_text(re.compile(r"0件\s*1件"))
    person.look("spellings-preview")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**/admin/spellings")
    person.look("spellings-saved")
    finds(person, "とくし丸", 1)

    person.go("/admin/spellings")
    page.get_by_role("link", name=re.compile("^外す")).click()
    person.look("spellings-remove")
    page.get_by_role("button", name="外す").click()
    page.wait_for_url("**/admin/spellings")
    finds(person, "とくし丸", 0)


def finds(person: Person, word: str, count: int) -> None:
    """Every process learns of new spellings within seconds: until then the page is asked for again."""
    until = time.monotonic() + 3 * CACHE_SECONDS
    person.go(f"/search?q={word}")
    while person.page.locator(".hits > li").count() != count and time.monotonic() < until:
        person.page.wait_for_timeout(200)
        person.go(f"/search?q={word}")
    expect(person.page.locator(".hits > li")).to_have_count(count)
