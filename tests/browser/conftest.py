"""A real browser against the real server, in the two widths people use, with JavaScript and without."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

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
def site(app: Flask) -> Iterator[Site]:
    make_standard_boards()
    settings = app.config["SETTINGS"]
    with server.running(settings, SCCAFE_JOB_THREAD="on") as running:
        yield Site(running.address, settings.data / "mail")


@dataclass
class Person:
    """Somebody at a browser; every page they come to is looked at by axe and for complaints of the console."""

    page: Page
    site: Site
    scripts: bool
    shots: Path | None

    def go(self, address: str) -> None:
        self.page.goto(self.site.address + address)

    def look(self, name: str) -> None:
        """What axe finds on the page as it stands; nothing may be found, and nothing may stick out sideways."""
        if self.scripts:
            found = Axe().run(self.page).response["violations"]
            assert not found, [(entry["id"], [node["html"] for node in entry["nodes"]][:3]) for entry in found]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide}px too wide"
        if self.shots:
            # Hiding the caret would need an inline style, which the site forbids.
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True, caret="initial")


@pytest.fixture(params=["desktop", "phone", "phone without scripts", "desktop without scripts"])
def somebody(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator["type[Person]"]:
    """`somebody()` opens a fresh browser for one more person."""
    kind = str(request.param)
    scripts = "without" not in kind
    folder = os.environ.get("SCREENSHOTS")
    shots = Path(folder) / kind.replace(" ", "-") if folder else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []

    def complain(text: str) -> None:
        # A page answered with 404 or 422 is what some steps are about; what a page loads is looked at in `missing`.
        if not text.startswith("Failed to load resource"):
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
        page = context.new_page()
        page.on("console", lambda message: complain(message.text) if message.type == "error" else None)
        page.on("response", lambda answer: missing(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Person(page, site, scripts, shots)

    yield opened  # type: ignore[misc]
    assert complaints == []
