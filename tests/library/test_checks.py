"""`sccafe check` on the library: quiet where all is well, and a line for each thing that is not; `sccafe rerender`."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from sccafe.core import checks, markup
from sccafe.core.database import db, end_reading, writing
from sccafe.library import reporting, service, using
from sccafe.library.models import Report, Version
from sccafe.site import rerendering
from tests import factories
from tests.library.shelf_town import case, people

__all__ = ["case", "people"]


@pytest.fixture
def library(case: int, people: Flask) -> int:
    """An item that was used and told of, a second version of which is being worked on; another one waits."""
    me = factories.viewer_of("はるか")
    using.use(me, case)
    reporting.tell(me, case, reporting.Told("well", source="**文**", html="<p><strong>文</strong></p>\n"))
    hidden = reporting.tell(factories.viewer_of("さくら"), case, reporting.Told("well"))
    reporting.hide(factories.viewer_of("なかむら"), hidden.id, "理由")
    service.begin(factories.viewer_of("みどり"), case)
    assert factories.item("みどり") == case + 1
    archived = factories.item("みどり", "なかむら")
    service.archive(factories.viewer_of("なかむら"), archived, "古い")
    return case


def problems() -> list[str]:
    return [line for name, lines in checks.run().items() if name.startswith("library") for line in lines]


def test_a_library_that_is_used_has_nothing_wrong(library: int) -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE library_items SET use_count = 7 WHERE id = 1", "item 1: use_count is 7, 1 people have used it"),
        ("DELETE FROM library_uses", "item 1: use_count is 1, 0 people have used it"),
        ("UPDATE library_items SET report_count = 2 WHERE id = 1", "item 1: report_count is 2, there are 1 reports"),
        ("UPDATE library_reports SET outcome = 'not'", "item 1: report_well_count is 1, 0 reports say so"),
        ("UPDATE library_items SET audience = 'members' WHERE id = 1", "its audience is members, and should be public"),
        ("UPDATE library_items SET audience = 'public' WHERE id = 2", "its audience is public, and should be staff"),
        ("UPDATE library_items SET audience = 'public' WHERE id = 3", "its audience is public, and should be staff"),
        ("UPDATE library_items SET tags = 'kind:qa' WHERE id = 1", "item 1: its tags are kind:qa, and should be kind:"),
        ("UPDATE library_items SET tags = 'kind:case' WHERE id = 3", "its tags are kind:case, and should be none"),
        ("UPDATE library_items SET title = '別' WHERE id = 1", "item 1: its title is not that of the published"),
        ("UPDATE library_items SET open_id = published_id WHERE id = 1", "item 1: open_id is 1, which is published"),
        ("UPDATE library_items SET open_id = NULL WHERE id = 2", "version 3 is submitted, and open_id does not name"),
        ("UPDATE library_items SET published_id = open_id WHERE id = 1", "published_id is 2, which is draft"),
        ("UPDATE library_items SET published_id = NULL WHERE id = 3", "is published, and published_id does not name"),
        ("UPDATE library_items SET published_id = 3 WHERE id = 1", "published_id is 3, which is no version of it"),
        ("UPDATE library_items SET open_id = 99 WHERE id = 1", "item 1: open_id is 99, which is no version of it"),
        ("UPDATE library_items SET last_number = 9 WHERE id = 1", "item 1: last_number is 9, 2 versions go up to 2"),
        ("UPDATE library_versions SET renderer = 0 WHERE id = 1", "1 versions of items were rendered by an older"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(library: int, statement: str, line: str) -> None:
    assert library == 1
    with writing() as session:
        session.execute(text(statement))
    assert any(line in found for found in problems()), problems()


def test_what_an_older_renderer_made_is_rendered_again(library: int, client: FlaskClient) -> None:
    with writing() as session:
        session.execute(text('UPDATE library_versions SET renderer = 0, html = \'{"body": "old"}\''))
        session.execute(text("UPDATE library_reports SET html = 'old' WHERE source != ''"))
    assert rerendering.rerender() == db.session.query(Version).count() + 1
    versions = [(row.renderer, row.html) for row in db.session.query(Version).all()]
    reports = [row.html for row in db.session.query(Report).filter(Report.source != "").all()]
    end_reading()
    assert {renderer for renderer, _html in versions} == {markup.RENDERER_VERSION}
    assert not [html for _renderer, html in versions if html.get("body") == "old"]
    assert "<strong>文</strong>" in reports[0]
    assert "<strong>二度</strong>" in client.get(f"/library/{library}").get_data(as_text=True)
    assert rerendering.rerender() == 0
