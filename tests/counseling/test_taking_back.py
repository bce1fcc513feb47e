"""What was published of counseling is taken back: gone everywhere, whoever takes it back and whenever."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from sccafe.core import clock, jobs, pdfs
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import publishing, service
from sccafe.counseling.models import Request
from sccafe.library import selections, transfers
from sccafe.notifications.models import Notice
from tests import factories
from tests.counseling import making, raw
from tests.counseling.agreeing import (
    MARKER,
    TITLE,
    Browser,
    asked,
    asker_page,
    desk_page,
    everywhere,
    press,
    published,
    read,
    row_of,
)
from tests.counseling.making import ASKER, DESK, OTHER
from tests.notifications.post_office import deliver


def spread(item_id: int) -> None:
    """Let the item stand wherever items stand."""
    viewer = factories.viewer_of(DESK)
    selections.make(viewer, selections.prepare("特集", "", "public", [selections.Chosen(item_id, "よい", 1)]))
    with writing() as session:
        session.add(Notice(user_id=making.user_id(OTHER), kind="tried", item_id=item_id, created_at=clock.now()))
        session.execute(text("UPDATE users SET unread_notices = 1 WHERE handle = :handle"), {"handle": OTHER})


@pytest.mark.parametrize("by", ["asker", "desk", "deletion"])
def test_what_is_taken_back_is_gone_everywhere(
    app: Flask, desk: None, as_person: Browser, client: FlaskClient, by: str
) -> None:
    ref, item_id = published()
    spread(item_id)
    lists = ("/library", f"/library?q={MARKER}", "/library?collection=counseling", "/feeds/library.atom", "/")
    assert all(TITLE in read(client, address) for address in lists)
    assert read(as_person(OTHER), "/notifications")
    if by == "asker":
        assert press(as_person(ASKER), asker_page(ref), do="unpublish", seen="1").status_code == 303
        assert "取り下げました" in read(as_person(ASKER), asker_page(ref))
    elif by == "desk":
        assert press(as_person(DESK), desk_page(ref), do="unpublish", seen="1").status_code == 303
    else:
        with writing() as session:
            service.take_away(session, row_id(session, ref))
    assert MARKER not in everywhere()
    assert not [address for address in lists if TITLE in read(client, address)]
    for address in ("", ".pdf", ".bib", ".json"):
        assert client.get(f"/library/{item_id}{address}").status_code in (404, 410)
    unread = db.session.scalar(text("SELECT unread_notices FROM users WHERE handle = :handle"), {"handle": OTHER})
    end_reading()
    assert unread == 0
    assert publishing.latest(VISITOR, 3) == []


def row_id(session: Any, ref: str) -> int:
    return int(session.scalar(select(Request.id).where(Request.ref == ref)))


def test_no_kept_pdf_and_no_export_holds_it_afterwards(app: Flask, desk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, _item_id = published()
    monkeypatch.setattr(pdfs, "_made", lambda html, css: b"%PDF-" + html.encode())
    pdfs.of(TITLE, "")
    transfers.begin_export(factories.viewer_of(DESK), True)
    deliver(app)
    folder = app.config["SETTINGS"].data / "files" / "bundles"
    assert [file for file in folder.rglob("*") if file.is_file()]
    service.unpublish(making.actor(ASKER), ref)
    assert not [file for file in folder.rglob("*") if file.is_file()]
    made = []
    monkeypatch.setattr(pdfs, "_made", lambda html, css: made.append(html) or b"%PDF-")
    pdfs.of(TITLE, "")
    assert made == [TITLE]


@pytest.mark.parametrize("by", [ASKER, DESK])
def test_the_database_s_own_files_forget_the_words(app: Flask, desk: None, by: str) -> None:
    ref, _item_id = published()
    jobs.run_due(app)
    assert MARKER.encode() in raw.database(app)
    service.unpublish(making.actor(by), ref)
    jobs.run_due(app)
    assert MARKER.encode() not in raw.database(app)


@pytest.mark.parametrize("later", ["follow_up", "withdrawn"])
def test_it_is_taken_back_in_whatever_state_the_request_is(desk: None, as_person: Browser, later: str) -> None:
    ref, item_id = published()
    if later == "follow_up":
        service.write(making.actor(ASKER), ref, "もう一つ聞きたいです。")
    else:
        service.withdraw(making.actor(ASKER), ref)
    assert press(as_person(ASKER), asker_page(ref), do="unpublish", seen="1").status_code == 303
    assert read(as_person(OTHER), f"/library/{item_id}", 404)


def test_what_is_not_published_is_not_taken_back(desk: None, as_person: Browser) -> None:
    ref = asked()
    assert press(as_person(ASKER), asker_page(ref), do="unpublish", seen="1").status_code == 403
    assert row_of(ref).state == "asked"
