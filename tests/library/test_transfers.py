"""Bundles by the secretariat's pages: looked at first, then taken in; written out and fetched; gone after a day."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from sccafe.accounts.models import User
from sccafe.core import clock, jobs
from sccafe.core import files as core_files
from sccafe.core.database import db, end_reading, writing
from sccafe.library import service, transfers
from sccafe.library.models import Item, Transfer
from tests import factories, files
from tests.library.bundling import case, everything

Browser = Callable[[str], FlaskClient]
PARTS: dict[str, bytes | str] = {
    "a.yaml": case(title="一つ目", files=["図.pdf"]),
    "b.yaml": case(title="二つ目", owner="いない人"),
    "図.pdf": files.pdf(),
}


@pytest.fixture(autouse=True)
def people(app: Flask) -> Iterator[None]:
    factories.person("なかむら", "secretariat")
    factories.person("みどり")
    yield


def sent(browser: FlaskClient, content: bytes, name: str = "四月の束.zip") -> TestResponse:
    fields = factories.form(browser, "/library/desk/import", bundle=(io.BytesIO(content), name))
    return browser.post("/library/desk/import", data=fields, content_type="multipart/form-data")


def work(app: Flask) -> None:
    """Do what waits for after the response; the text of files is another's work."""
    for transfer_id in db.session.scalars(select(Transfer.id)).all():
        end_reading()
        transfers.work(transfer_id)


def items() -> int:
    found = db.session.scalar(select(func.count()).select_from(Item)) or 0
    end_reading()
    return found


def test_a_bundle_is_looked_at_first_and_taken_in_by_a_button(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    answer = sent(browser, files.packed(PARTS))
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = browser.get(address).get_data(as_text=True)
    assert "確かめています" in page
    assert 'hx-trigger="every 2s"' in page
    work(app)
    assert items() == 0
    page = browser.get(address).get_data(as_text=True)
    assert "四月の束.zip" in page
    assert "一つ目" in page
    assert "「いない人」という会員はいません" in page
    assert 'hx-trigger="every' not in page
    fields = factories.form(browser, address)
    for _again in range(2):
        assert browser.post(f"{address}/take", data=fields).status_code == 303
    work(app)
    assert items() == 2
    page = browser.get(address).get_data(as_text=True)
    assert "取り込みました" in page
    assert "この内容で取り込む" not in page
    assert "四月の束.zip" in browser.get("/library/desk/import").get_data(as_text=True)


def test_a_part_of_the_page_is_fetched_anew_while_it_goes_on(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    address = sent(browser, files.packed(PARTS)).headers["Location"]
    part = browser.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.startswith('<div id="transfer"')
    assert "<html" not in part


def test_faults_stand_on_the_page_by_line_and_nothing_is_changed(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    broken = files.packed({"a.yaml": case(kind="話"), "b.yaml": case(body=None)})
    address = sent(browser, broken).headers["Location"]
    before = everything()["library_items"]
    work(app)
    page = re.sub(r"<[^>]+>", "", browser.get(address).get_data(as_text=True))
    assert "直すところが3か所あります" in page
    assert "a.yaml の1行目 種類：「話」は一覧にありません" in page
    assert "b.yaml の1行目 していること：書いてください。" in page
    assert "この内容で取り込む" not in page
    fields = factories.form(browser, "/library/desk/import")
    assert browser.post(f"{address}/take", data=fields).status_code == 303
    work(app)
    assert everything()["library_items"] == before


def test_what_is_no_zip_is_refused_with_a_word(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    answer = sent(browser, b"a,b,c", "index.csv")
    assert answer.status_code == 422
    assert "ZIPではありません" in answer.get_data(as_text=True)
    fields = factories.form(browser, "/library/desk/import")
    answer = browser.post("/library/desk/import", data=fields)
    assert answer.status_code == 422
    assert "ZIPファイルを選んでください" in answer.get_data(as_text=True)
    assert list(core_files.store().names()) == []


def test_a_zip_that_is_cut_off_is_a_fault_and_no_failure(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    address = sent(browser, files.packed(PARTS)[:-100]).headers["Location"]
    work(app)
    assert "四月の束.zip</b> ZIPとして開けません" in browser.get(address).get_data(as_text=True)


def test_an_export_is_fetched_for_a_day(app: Flask, as_person: Browser) -> None:
    factories.item("みどり", "なかむら", title="公開のもの")
    draft = service.hand_in(
        factories.viewer_of("みどり"), service.prepare({"title": "下書き", "body": "文"}), submit=False
    )
    browser = as_person("なかむら")
    fields = factories.form(browser, "/library/desk/export")
    addresses = {browser.post("/library/desk/export", data=fields).headers["Location"] for _again in range(2)}
    assert len(addresses) == 1, "pressed twice, written once"
    address = addresses.pop()
    assert browser.get(f"{address}/file").status_code == 404
    work(app)
    assert "1件を書き出しました" in browser.get(address).get_data(as_text=True)
    answer = browser.get(f"{address}/file")
    assert answer.mimetype == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert len(names) == 1
    assert browser.post("/library/desk/export", data=fields | {"everything": "y"}).status_code == 303
    work(app)
    assert draft.id
    newest = db.session.scalars(select(Transfer).order_by(Transfer.id.desc())).first()
    end_reading()
    assert newest is not None
    assert newest.counts["items"] == 2
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        assert browser.get(f"{address}/file").status_code in (303, 404)
        jobs.run_due(app)
    assert [name for name in core_files.store().names() if name.startswith("bundles/")] == []
    page = as_person("なかむら").get(address).get_data(as_text=True)
    assert "ファイルはもう消えています" in page


def test_a_bundle_that_waited_a_day_is_gone(app: Flask, as_person: Browser) -> None:
    address = sent(as_person("なかむら"), files.packed(PARTS)).headers["Location"]
    work(app)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        jobs.run_due(app)
        browser = as_person("なかむら")
        page = browser.get(address).get_data(as_text=True)
        assert "この内容で取り込む" not in page
        assert "消えました" in page
        fields = factories.form(browser, "/library/desk/import")
        browser.post(f"{address}/take", data=fields)
        work(app)
    assert items() == 0


def test_work_that_fails_says_so(app: Flask, as_person: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = as_person("なかむら")
    address = sent(browser, files.packed(PARTS)).headers["Location"]

    def failing(*arguments: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(transfers.intake, "look", failing)
    work(app)
    assert "途中で止まりました" in browser.get(address).get_data(as_text=True)


def test_whoever_has_left_the_secretariat_takes_nothing_in(app: Flask, as_person: Browser) -> None:
    browser = as_person("なかむら")
    address = sent(browser, files.packed(PARTS)).headers["Location"]
    work(app)
    browser.post(f"{address}/take", data=factories.form(browser, address))

    with writing() as session:
        session.execute(update(User).where(User.handle == "なかむら").values(role="member"))
    work(app)
    assert items() == 0
