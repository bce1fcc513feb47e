"""The list of the library in a browser: chosen by ticking, with scripts and without, at both widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person, Site, with_scripts

pytestmark = pytest.mark.browser

CASES = [
    {
        "title": "買い物に困っていない人も呼ぶ：移動販売が続く仕組み",
        "summary": "困っている人だけを回ると採算が合わない。SCの声かけで、近所の人も使う場になりました。",
        "municipality": "272183",
        "population": "p100_300k",
        "themes": ["shopping", "companies"],
    },
    {
        "title": "荷物を家まで：男性の生活サポーターと移動販売を結ぶ",
        "summary": "「男性の出番がない」と「荷物が重い」。二つの困りごとを、一つの分科会が結びました。",
        "municipality": "132241",
        "population": "p100_300k",
        "themes": ["shopping", "volunteers"],
    },
    {
        "title": "ジャンルごとに受け持つ、社会資源ファイル",
        "summary": "11人のSCが項目を分担し、毎年ケアマネジャーの声で項目を増やしています。",
        "municipality": "062049",
        "population": "p50_100k",
        "themes": ["resources", "hokatsu"],
    },
    {
        "title": "送迎つきの集いの場を、住民の車で",
        "summary": "保険と燃料代の決めかたから始めました。",
        "municipality": "011002",
        "population": "gt300k",
        "themes": ["mobility", "gathering"],
    },
]


@pytest.fixture
def full(site: Site) -> None:
    factories.person("なかむら", "secretariat")
    factories.person("もみじ", email="momiji@example.jp", prefecture="13", population="p100_300k")
    of_all = {"collection": "secretariat", "stage": "solve", "functions": ["develop"], "partners": ["company", "npo"]}
    for case in CASES:
        factories.item("なかむら", "なかむら", **of_all, **case)
    others = ["needs", "kyogitai", "meals", "watching", "dementia", "ict", "disaster", "evaluation"]
    for number, theme in enumerate(others):
        kind = ("material", "tool", "qa", "video")[number % 4]
        factories.item(
            "もみじ", "なかむら", title=f"手引き その{number + 1}", kind=kind, municipality="", themes=[theme],
            video="https://example.jp/movie", collection="research",
        )  # fmt: skip


def tick(person: Person, value: str) -> None:
    """Tick a value; without scripts the button takes it along."""
    person.page.locator(f"#pick-{value}").check()
    if not person.scripts:
        person.page.get_by_role("button", name="しぼりこむ").click()


def unfold(person: Person) -> None:
    """Open the facets where they are folded."""
    summary = person.page.locator(".choosing > details > summary")
    if summary.is_visible() and person.page.locator("#choose").is_hidden():
        summary.click()


def test_somebody_finds_a_case_by_facets(somebody: Callable[[], Person], full: None) -> None:
    person = somebody()
    page = person.page
    is_phone = page.viewport_size is not None and page.viewport_size["width"] < 500
    person.go("/library")
    cards = page.locator(".items > li")
    expect(cards).to_have_count(12)
    person.look("library")
    if is_phone:
        expect(page.locator("#choose")).to_be_hidden()
        unfold(person)
    expect(page.locator("#choose")).to_be_visible()
    person.look("library-facets")

    tick(person, "kind-case")
    expect(cards).to_have_count(4)
    if person.scripts:
        expect(page.locator("#live")).to_have_text("4件になりました。")
        expect(page.locator("#pick-kind-case")).to_be_focused()
    elif is_phone:
        expect(page.locator("#choose")).to_be_hidden()
        unfold(person)
    tick(person, "theme-shopping")
    expect(cards).to_have_count(2)
    expect(page.locator("#pick-theme-shopping + span + .n")).to_have_text("2")
    expect(page.locator("#pick-theme-mobility + span + .n")).to_have_text("1")
    person.look("library-chosen")
    address = "/library?kind=case&theme=shopping"
    page.wait_for_url(lambda url: "theme=shopping" in url)
    if person.scripts:
        assert page.url.endswith(address)
        expect(page.locator("#chosen-count")).to_have_text("2")

    # The address can be bookmarked; back and forward lead to what was chosen before.
    person.go(address)
    expect(cards).to_have_count(2)
    page.locator(".chosen .chip").first.click()
    page.wait_for_url("**/library?theme=shopping")
    page.go_back()
    page.wait_for_url(f"**{address}")
    expect(page.locator("#pick-kind-case")).to_be_checked()
    page.get_by_role("link", name="最近確認した順").click()
    page.wait_for_url("**sort=checked")

    # Words, and nothing found.
    unfold(person)
    page.locator("#q-library").fill("そんなことば")
    page.get_by_role("button", name="しぼりこむ").click()
    expect(page.get_by_text("この条件に合うものは、まだありません")).to_be_visible()
    person.look("library-nothing")


@with_scripts
def test_back_leads_through_what_was_ticked(somebody: Callable[[], Person], full: None) -> None:
    person = somebody()
    page, cards = person.page, person.page.locator(".items > li")
    person.go("/library")
    unfold(person)
    tick(person, "kind-material")
    page.wait_for_url("**/library?kind=material")
    expect(cards).to_have_count(2)
    page.go_back()
    expect(cards).to_have_count(12)
    unfold(person)
    page.locator("#more-theme summary").click()
    tick(person, "theme-disaster")
    page.wait_for_url("**/library?theme=disaster")
    expect(cards).to_have_count(1)
    expect(page.locator("#more-theme")).to_have_attribute("open", "")
    tick(person, "theme-ict")
    page.wait_for_url(lambda url: "theme=ict" in url)
    expect(cards).to_have_count(2)
    page.go_back()
    expect(cards).to_have_count(1)
    assert page.url.endswith("/library?theme=disaster")
    expect(page.locator("#pick-theme-disaster")).to_be_checked()
    page.wait_for_function("document.readyState === 'complete'")  # with its scripts
    page.go_forward()
    expect(cards).to_have_count(2)


def test_a_member_sees_cases_of_towns_like_theirs(somebody: Callable[[], Person], full: None) -> None:
    person = somebody()
    page = person.page
    person.go("/sign-in?next=/library")
    page.fill("[name=email]", "momiji@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/library")
    page.locator(".like summary").click()
    person.look("library-like")
    page.get_by_role("link", name="似たまちの事例をもっと見る").click()
    page.wait_for_url("**/similar-towns")
    expect(page.locator(".items > li")).to_have_count(2)
    person.look("similar-towns")
