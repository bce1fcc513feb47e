"""What programs ask for: sitemap, robots, feeds, static files; and pages that tell of a failure."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.wall.answers import VIEWERS
from tests.wall.markers import text, told_by
from tests.wall.stage import Stage
from tests.wall.world import SIZE, TOWN, WORKPLACE

#: Boards, topics and items that a visitor may read.
PUBLIC = {
    *(f"/boards/{slug}" for slug in ("for-public", "exchange")),
    *(
        f"/topics/{{topic_{name}}}"
        for name in ("public", "ask_public", "archived", "states", "masked", "prompt", "locked", "back", "erased")
    ),
    *(f"/library/{{item_{name}}}" for name in ("public", "changing", "talked")),
}
SITE = "http://127.0.0.1:8000"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_sitemap_names_what_a_visitor_may_read_and_nothing_else_to_anybody(viewer: str, site: Stage) -> None:
    named = re.findall(r"<loc>([^<]*)</loc>", site.browser(viewer).get("/sitemap.xml").get_data(as_text=True))
    pages = {f"/{name}" for name in ("", "lounge", "library", "counseling", "about", "terms", "privacy", "contact")}
    assert {address.removeprefix(SITE) for address in named} == pages | {site.world.address(each) for each in PUBLIC}


def test_every_address_of_the_sitemap_opens_for_a_visitor(site: Stage) -> None:
    visitor = site.browser("visitor")
    named = re.findall(r"<loc>([^<]*)</loc>", visitor.get("/sitemap.xml").get_data(as_text=True))
    assert {address: visitor.get(address.removeprefix(SITE)).status_code for address in named} == dict.fromkeys(
        named, 200
    )


def test_robots_names_no_place_that_is_not_public(site: Stage) -> None:
    said = site.browser("visitor").get("/robots.txt").get_data(as_text=True)
    assert "Sitemap: " in said
    assert not re.search(r"/(admin|moderation|boards|topics|posts|members)", said)


def test_the_feed_that_a_board_announces_is_there(site: Stage) -> None:
    visitor = site.browser("visitor")
    page = visitor.get("/boards/for-public").get_data(as_text=True)
    for address in re.findall(r'rel="alternate"[^>]*href="([^"]*)"', page):
        feed = visitor.get(address)
        assert feed.status_code == 200, address
        assert {"topic-public", "ask-public"} <= told_by(feed) <= _of_public_board()


def _of_public_board() -> set[str]:
    return {f"{kind}-public" for kind in ("place", "board", "topic", "ask", "post", "askpost", "reply")}


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/../sccafe.sqlite",
        "/static/%2e%2e/sccafe.sqlite",
        "/static/..%2f..%2fkeys",
        "/sccafe.sqlite",
        "/mail/",
        "/keys/",
        "/files/",
        "/instance/sccafe.sqlite",
    ],
)
def test_nothing_of_the_data_folder_is_served_as_a_file(address: str, site: Stage) -> None:
    response = site.browser("visitor").get(address)
    assert response.status_code == 404
    assert b"SQLite format" not in response.get_data()


# --- profiles ---------------------------------------------------------------------------------------


def test_a_workplace_a_town_and_its_size_are_read_by_signed_in_people_only(site: Stage) -> None:
    def profile(viewer: str) -> str:
        return site.browser(viewer).get(site.world.address("/members/{handle_member}")).get_data(as_text=True)

    for viewer in ("industry", "writer"):
        for words in (WORKPLACE, TOWN, SIZE):
            assert words in profile(viewer)
    for viewer in ("visitor", "suspended"):
        assert "東京都" in profile(viewer)
        for words in (WORKPLACE, TOWN, SIZE):
            assert words not in profile(viewer)


def test_nobody_sees_who_reported_a_post_but_the_secretariat(site: Stage) -> None:
    handle = site.world.ids["handle_member"]
    page = site.browser("secretariat").get(site.world.address("/moderation/reports/{report_hidden}"))
    assert handle in page.get_data(as_text=True)
    notice = site.browser("writer").get(site.world.address("/notifications/{notice_hidden}"))
    assert handle not in notice.get_data(as_text=True)


# --- pages that tell of a failure -------------------------------------------------------------------


def _wrong_method(browser: FlaskClient) -> TestResponse:
    return browser.get("/preview")


def _broken_encoding(browser: FlaskClient) -> TestResponse:
    return browser.post("/sign-in", data=b"email=%ff%fe", content_type="application/x-www-form-urlencoded")


def _too_large(browser: FlaskClient) -> TestResponse:
    return browser.post("/sign-in", data={"email": "a" * 17_000_000})


@pytest.mark.parametrize(("fails", "status"), [(_wrong_method, 405), (_broken_encoding, 400), (_too_large, 413)])
def test_an_error_page_shows_nothing_of_the_site(
    fails: Callable[[FlaskClient], TestResponse], status: int, site: Stage
) -> None:
    for viewer in VIEWERS:
        response = fails(site.browser(viewer))
        assert response.status_code == status
        assert told_by(response) == frozenset()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError(text("inside of the program")), 500),
        (OperationalError(text("inside of the program"), {"body": text("inside of the program")}, Exception()), 503),
    ],
    ids=["unexpected", "database"],
)
def test_a_failure_tells_nothing_of_what_the_program_had_in_hand(
    error: Exception, status: int, site: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_values: object) -> str:
        raise error

    monkeypatch.setitem(site.app.view_functions, "boards.topic", fail)
    for viewer in ("visitor", "member", "admin"):
        response = site.browser(viewer).get(site.world.address("/topics/{topic_staff}"))
        assert response.status_code == status
        assert told_by(response) == frozenset()
        assert "Traceback" not in response.get_data(as_text=True)


# --- headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "address"),
    [
        ("visitor", "/sign-up/confirm/{token_sign_up}"),
        ("visitor", "/settings/email/confirm/{token_email}"),
        ("visitor", "/reset-password/{token_password}"),
        ("admin", "/admin/invitations"),
        ("admin", "/moderation/erase"),
    ],
)
def test_a_page_that_holds_a_secret_is_kept_by_no_browser(viewer: str, address: str, site: Stage) -> None:
    response = site.browser(viewer).get(site.world.address(address))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/", "/topics/{topic_public}", "/members/{handle_member}", "/settings", "/admin"])
def test_a_page_differs_by_its_reader_and_no_cache_between_may_give_it_to_another(address: str, site: Stage) -> None:
    for viewer in VIEWERS:
        response = site.browser(viewer).get(site.world.address(address))
        assert "private" in response.headers["Cache-Control"]
        assert {"Cookie", "HX-Request"} <= {each.strip() for each in response.headers["Vary"].split(",")}


def test_a_visitor_who_only_reads_is_given_no_cookie(site: Stage) -> None:
    for address in ("/", "/lounge", "/boards/for-public", "/topics/{topic_public}", "/nowhere"):
        response = site.app.test_client().get(site.world.address(address))
        assert "Set-Cookie" not in response.headers, address
