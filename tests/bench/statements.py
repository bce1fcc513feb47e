"""How many SQL statements a page makes: counted inside this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.bench.load import BadAnswer
from tests.bench.pages import pages_of
from tests.bench.report import Figure, say
from tests.bench.town import Town

#: What every page may make; a visitor's topic page makes fewer.
MOST, MOST_OF_TOPIC = 8, 5
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def counting() -> Iterator[list[str]]:
    """Collect the statements made inside the block."""
    made: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.upper().startswith(_NOT_COUNTED):
            made.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def measure(app: Flask, town: Town, cookie: str) -> Iterator[Figure]:
    """One figure for each page: as it comes usually, and with the site's settings read again."""
    say("Statements ...")
    for page in pages_of(town):
        if len(page.paths) > 1:
            continue
        most = MOST_OF_TOPIC if page.name == "topic" else MOST
        path = page.paths[0]
        counts = []
        for fresh in (True, True, False):
            if fresh:
                app.extensions.pop("sccafe_site_settings", None)
            headers = {"Cookie": cookie} if page.signed_in else {}
            with counting() as made:
                answer = app.test_client(use_cookies=False).get(path, headers=headers)
            if answer.status_code != 200:
                raise BadAnswer(f"{path} answered {answer.status_code}")
            counts.append(len(made))
        fresh_count, usual = counts[1], counts[2]
        measured = f"{usual}" if usual == fresh_count else f"{usual}, and {fresh_count} once every few seconds"
        yield Figure(f"statements: {page.title}", f"≤ {most}", measured, fresh_count <= most)
