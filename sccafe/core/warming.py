"""Pages made before the workers part, so that what the first pages of a process bring into memory is there once.

That is templates, lists and statements, and Python's own code: it rewrites what runs often for quickness, and a page of
memory that a worker writes to becomes its own. With two workers this saves 5 MB, and nobody waits for a first page.
"""

import logging
import re

from flask import Flask

from sccafe.core.database import db

log = logging.getLogger(__name__)

#: Python rewrites what has run eight times.
TIMES = 8
#: What visitors open; of the boards and of the topics also the first that these lead to.
PAGES = ("/", "/lounge", "/library", "/search?q=買い物", "/sign-in", "/sign-up", "/about")
_LINK = re.compile(r'href="(/(boards|topics)/\w+)"')


def warm(app: Flask) -> None:
    """Ask for these pages as a visitor. A site that is not well starts all the same: those who open it will see."""
    browser = app.test_client(use_cookies=False)
    try:
        if browser.get("/readyz").status_code != 200:
            return
        found: dict[str, str] = {}
        for page in PAGES:
            for address, kind in _LINK.findall(browser.get(page).text):
                found.setdefault(kind, address)
        for page in (*PAGES, *found.values()) * TIMES:
            browser.get(page)
    except Exception as error:
        log.warning("before the start: %s", type(error).__name__)
    finally:
        # A connection must not be used on both sides of the fork.
        with app.app_context():
            db.engine.dispose()
