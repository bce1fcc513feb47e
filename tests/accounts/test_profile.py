"""Profiles: who is shown what of whom."""

import pytest
from flask import Flask

from tests import factories

WHOLE = {
    "real_name": "田島 緑",
    "coordinator_layer": "layer2",
    "affiliation": "shakyo",
    "experience_years": "y1_2",
    "prefecture": "11",
    "municipality": "112186",
    "population": "p100_300k",
    "about": "ねぎ畑と団地を回っています。",
    "email": "midori@example.jp",
}
TO_ALL = ("みどりさん", "第2層SC", "1～2年", "埼玉県")
TO_SIGNED_IN = ("社会福祉協議会", "深谷市", "10万～30万人", "ねぎ畑と団地を回っています。")
TO_STAFF = ("田島 緑", "midori@example.jp", "利用中", "/admin/people/")


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("visitor", TO_ALL, TO_SIGNED_IN + TO_STAFF),
        ("member", TO_ALL + TO_SIGNED_IN, TO_STAFF),
        ("expert", TO_ALL + TO_SIGNED_IN, TO_STAFF),
        ("industry", TO_ALL + TO_SIGNED_IN, TO_STAFF),
        ("secretariat", TO_ALL + TO_SIGNED_IN + TO_STAFF, ()),
        ("admin", TO_ALL + TO_SIGNED_IN + TO_STAFF, ()),
    ],
)
def test_a_profile_shows_each_reader_what_is_theirs_to_see(
    app: Flask, role: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    factories.person("みどり", **WHOLE)
    browser = app.test_client()
    if role != "visitor":
        factories.person("読む人", role=role)
        browser = factories.signed_in(app, "読む人")
    page = browser.get("/members/みどり")
    assert page.status_code == 200
    for words in shown:
        assert words in page.text
    for words in hidden:
        assert words not in page.text


def test_the_badge_says_expert_and_secretariat(app: Flask) -> None:
    for handle, role, badge in (
        ("さくら", "expert", "専門家"),
        ("やまべ", "secretariat", "事務局"),
        ("こだま", "admin", "事務局"),
        ("みせばん", "industry", "企業・団体"),
    ):
        factories.person(handle, role=role)
        assert f'<span class="chip chip-role">{badge}</span>' in app.test_client().get(f"/members/{handle}").text
    factories.person("みどり")
    assert "chip-role" not in app.test_client().get("/members/みどり").text


@pytest.mark.parametrize("state", ["unconfirmed", "awaiting_approval", "suspended"])
def test_who_is_not_active_is_nowhere_but_for_the_secretariat(app: Flask, state: str) -> None:
    factories.person("みどり", state=state)
    factories.person("はるか")
    factories.person("やまべ", role="secretariat")
    missing = app.test_client().get("/members/だれでもない")
    for browser in (app.test_client(), factories.signed_in(app, "はるか")):
        there, nowhere = browser.get("/members/みどり"), browser.get("/members/だれでもない")
        assert (there.status_code, nowhere.status_code) == (404, 404)
    there = app.test_client().get("/members/みどり")
    assert _main(there.text).replace("%E3%81%BF%E3%81%A9%E3%82%8A", "?") == _main(missing.text).replace(
        "%E3%81%A0%E3%82%8C%E3%81%A7%E3%82%82%E3%81%AA%E3%81%84", "?"
    )
    assert factories.signed_in(app, "やまべ").get("/members/みどり").status_code == 200


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_a_profile_is_found_in_any_width_and_case(app: Flask) -> None:
    factories.person("midori")
    assert "midoriさん" in app.test_client().get("/members/ＭＩＤＯＲＩ").text


@pytest.mark.parametrize(
    "address", ["/members/%00", "/members/%FF%FE", "/members/" + "x" * 500, "/members/a%E2%80%AEb"]
)
def test_hostile_addresses_are_not_found(app: Flask, address: str) -> None:
    assert app.test_client().get(address).status_code == 404


def test_search_engines_leave_profiles_out(app: Flask) -> None:
    factories.person("みどり")
    assert '<meta name="robots" content="noindex">' in app.test_client().get("/members/みどり").text
