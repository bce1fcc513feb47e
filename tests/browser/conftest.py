"""A real browser against the real server, in the two widths people use, with JavaScript and without."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Frame, Page, Request, sync_playwright

from sccafe.site.setup import make_standard_boards
from tests import server

WIDTHS = {"desktop": 1280, "phone": 390}
#: No sandbox where the tests run as root, and no calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


@dataclass
class Site:
    """A running site with the standard boards, and where its mail goes."""

    address: str
    mail: Path


@pytest.fixture
def site(app: Flask, compiled_once: Path) -> Iterator[Site]:
    make_standard_boards()
    settings = app.config["SETTINGS"]
    with server.running(settings, templates=compiled_once, SCCAFE_JOB_THREAD="on") as running:
        yield Site(running.address, settings.data / "mail")


@dataclass
class Person:
    """Somebody at a browser; every page they come to is looked at by axe and for complaints of the console."""

    page: Page
    site: Site
    scripts: bool
    shots: Path | None
    #: Without a connection a browser complains of everything that it cannot reach.
    is_offline: bool = False
    #: Whether a page was asked for that has not come yet, and how many have come.
    awaits_page: bool = False
    arrivals: int = 0

    def __post_init__(self) -> None:
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("download", lambda _: self._failed())
        self.page.on("framenavigated", self._arrived)

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.awaits_page = True

    def _failed(self, request: Request | None = None) -> None:
        if request is None or request.is_navigation_request():
            self.awaits_page = False

    def _arrived(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.awaits_page = False
            self.arrivals += 1

    def settle(self) -> None:
        """Wait until what a press began has arrived: a press returns before its answer has come."""
        self.page.wait_for_timeout(20)
        for _ in range(500):
            if not self.awaits_page:
                break
            self.page.wait_for_timeout(20)
        self.page.wait_for_load_state()

    @contextmanager
    def offline(self) -> Iterator[None]:
        """In this block there is no connection."""
        self.is_offline = True
        self.page.context.set_offline(True)
        yield
        self.page.context.set_offline(False)
        self.is_offline = False

    def go(self, address: str) -> None:
        self.settle()
        self.page.goto(self.site.address + address)

    def _violations(self) -> list[dict[str, list[dict[str, str]]]]:
        """What axe finds on a page that stayed where it was meanwhile."""
        while True:
            self.settle()
            arrivals = self.arrivals
            try:
                found: list[dict[str, list[dict[str, str]]]] = Axe().run(self.page).response["violations"]
            except Error:
                self.settle()
                if arrivals == self.arrivals:
                    raise
            else:
                if arrivals == self.arrivals:
                    return found

    def look(self, name: str) -> None:
        """What axe finds on the page as it stands; nothing may be found, and nothing may stick out sideways."""
        if self.scripts:
            found = self._violations()
            assert not found, [(entry["id"], [node["html"] for node in entry["nodes"]][:3]) for entry in found]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide}px too wide"
        if self.shots:
            # Hiding the caret would need an inline style, which the site forbids.
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True, caret="initial")


#: Without scripts a page is the same at both widths; the ways that everybody takes are walked in all four kinds.
KINDS = ["desktop", "phone", "phone without scripts"]
with_scripts = pytest.mark.parametrize("somebody", ["desktop", "phone"], indirect=True)
in_every_kind = pytest.mark.parametrize("somebody", [*KINDS, "desktop without scripts"], indirect=True)


@pytest.fixture(params=KINDS)
def somebody(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator["type[Person]"]:
    """`somebody()` opens a fresh browser for one more person."""
    kind = str(request.param)
    scripts = "without" not in kind
    folder = os.environ.get("SCREENSHOTS")
    shots = Path(folder) / kind.replace(" ", "-") if folder else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def complain(text: str) -> None:
        # A page answered with 404 or 422 is what some steps are about; what a page loads is looked at in `missing`.
        if not text.startswith(("Failed to load resource", "Response Status Error Code 422")):
            complaints.append(text)

    def missing(address: str) -> None:
        if "/static/" in address:
            complaints.append(f"not there: {address}")

    def opened() -> Person:
        context = browser.new_context(
            viewport={"width": WIDTHS[kind.split()[0]], "height": 844},
            java_script_enabled=scripts,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        person = Person(page, site, scripts, shots)

        def said(message: ConsoleMessage) -> None:
            if message.type == "error" and not person.is_offline:
                complain(message.text)

        page.on("console", said)
        page.on("response", lambda answer: missing(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return person

    yield opened  # type: ignore[misc]
    # A page that is left open goes on working: a hundred of them slow all that comes after.
    for context in contexts:
        context.close()
    assert complaints == []
