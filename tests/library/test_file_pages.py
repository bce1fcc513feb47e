"""The pages of a PDF as pictures: made on the first look, kept beside the file, and gone with it."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from sccafe.core import clock, jobs
from sccafe.core import files as stores
from sccafe.core.database import writing
from sccafe.core.uploads import contents, inspecting, pictures
from sccafe.library import files
from tests import files as made
from tests.library.with_files import Sent, files_of, item_with, people

Browser = Callable[[str], FlaskClient]
PDF: Sent = (made.pdf(), "手引き.pdf")


@pytest.fixture
def readers(app: Flask) -> None:
    people()


def stored() -> set[str]:
    return set(stores.store().names())


def test_the_first_pages_can_be_looked_at(app: Flask, readers: None, client: FlaskClient) -> None:
    (file,) = files_of(item_with((made.pdf_of(12), "手引き.pdf")))
    before = client.get(f"/library/files/{file.id}/preview").text
    assert before.count("<img") == 1, "its pages are not counted yet"
    jobs.run_due(app)
    page = client.get(f"/library/files/{file.id}/preview").text
    assert page.count("<img") == files.MOST_PAGES
    assert "全12ページ" in page
    assert "あとの2ページは、PDFで読めます。" in page
    picture = client.get(f"/library/files/{file.id}/pages/10.webp")
    assert picture.mimetype == "image/webp"
    assert picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Image.open(io.BytesIO(picture.data)).size[0] > 1000
    for number in (0, 11, 13):
        assert client.get(f"/library/files/{file.id}/pages/{number}.webp").status_code == 404


def test_a_page_is_made_once(readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = files_of(item_with(PDF))
    first = client.get(f"/library/files/{file.id}/pages/1.webp")
    monkeypatch.setattr(contents, "page", lambda *_: pytest.fail("made again"))
    assert client.get(f"/library/files/{file.id}/pages/1.webp").data == first.data


def test_only_a_pdf_has_pages_and_only_for_those_who_read_it(
    readers: None, client: FlaskClient, as_person: Browser
) -> None:
    words, pdf = files_of(item_with((b"words", "a.txt"), PDF, shown_to="members"))
    for path in ("preview", "pages/1.webp"):
        assert as_person("はるか").get(f"/library/files/{pdf.id}/{path}").status_code == 200
        assert as_person("はるか").get(f"/library/files/{words.id}/{path}").status_code == 404
        assert client.get(f"/library/files/{pdf.id}/{path}").status_code == 404


def test_the_pictures_go_with_the_file(readers: None, client: FlaskClient) -> None:
    item_id = item_with(PDF)
    (file,) = files_of(item_id)
    client.get(f"/library/files/{file.id}/pages/1.webp")
    assert len(stored()) == 3
    with writing() as session:
        files.remove_all(session, item_id)
    assert stored() == set()


def test_the_sweep_leaves_pictures_of_files_that_are_there_and_takes_those_of_others(
    readers: None, client: FlaskClient
) -> None:
    with clock.pretending(clock.now() - timedelta(days=3)):
        (file,) = files_of(item_with(PDF))
        # A picture that was on its way when its file went.
        lost = f"library/{clock.now():%Y%m%d}/{'0' * 32}.1.webp"
        stores.store().put(lost, io.BytesIO(b"lost"))
    client.get(f"/library/files/{file.id}/pages/1.webp")
    before = stored()
    files.sweep_files()
    assert stored() == before - {lost}


@pytest.mark.parametrize("ends", ["os.abort()", "x = bytearray(4 * 1024**3)"])
def test_a_page_that_cannot_be_made_is_not_there(
    ends: str, readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (file,) = files_of(item_with(PDF))
    dying = tmp_path / "pictures.py"
    dying.write_text(Path(pictures.__file__).read_text().replace("    import pypdfium2\n", f"    {ends}\n"))
    monkeypatch.setattr(inspecting, "_PROGRAM", dying)
    assert client.get(f"/library/files/{file.id}/pages/1.webp").status_code == 404
    assert client.get(f"/library/files/{file.id}/preview").status_code == 200


def test_a_file_whose_bytes_are_gone_has_no_pages(readers: None, client: FlaskClient) -> None:
    (file,) = files_of(item_with(PDF))
    stores.store().delete(file.stored)
    assert client.get(f"/library/files/{file.id}/pages/1.webp").status_code == 404
