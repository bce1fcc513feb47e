"""Hand-outs: items as a PDF with their sources, through the wall, made by a program within limits."""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from sccafe.core import clock, pdf_program, pdfs, programs
from sccafe.library import service
from tests import factories
from tests.library.with_files import item_with, people

Browser = Callable[[str], FlaskClient]

FULL = {
    "title": "移動販売が続く仕組み",
    "summary": "店と自治会が半分ずつ支える",
    "ageing_rate": "38.5",
    "carried_by": "第2層SCと自治会",
    "began": "店が閉じたあと、**二年**話し合いました。",
    "events": [{"on": "2016-04", "what": "話し合いの場を始めた"}],
    "body": "月に二度、集会所に来ます。",
    "results": [{"what": "登録している担い手", "value": "120", "unit": "人", "year": 2019, "page": "12"}],
    "failed": "冬は人が集まりません。",
    "sources": [{"author": "山の町", "title": "地域の報告", "year": 2023, "address": "https://www.example.jp/report"}],
}


@pytest.fixture
def readers(app: Flask) -> None:
    people()


@pytest.fixture(scope="session")
def maker() -> None:
    """What WeasyPrint needs is on this machine."""
    with tempfile.TemporaryFile() as page:
        page.write(json.dumps({"html": "<p>words</p>", "css": ""}).encode())
        page.flush()
        if not programs.run(pdfs._PROGRAM, [], page, pdfs._LIMITS).startswith(b"%PDF-"):
            pytest.skip("PDFs cannot be made (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)")


def text_of(content: bytes, page: int = 0) -> str:
    """What a page of a PDF shows."""
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    found = str(document[page].get_textpage().get_text_range())
    document.close()
    return found


def pages_of(content: bytes) -> int:
    return len(pypdfium2.PdfDocument(io.BytesIO(content)))


def test_an_item_comes_as_a_pdf_with_all_that_it_says_and_where_it_is_from(
    maker: None, readers: None, client: FlaskClient
) -> None:
    item_id = item_with((b"plain", "名簿のひな形.txt"), **FULL)
    answer = client.get(f"/library/{item_id}.pdf")
    assert answer.mimetype == "application/pdf"
    assert "filename*=UTF-8''%E7%A7%BB%E5%8B%95" in answer.headers["Content-Disposition"]
    shown = text_of(answer.data)
    for said in (
        "移動販売が続く仕組み",
        "店と自治会が半分ずつ支える",
        "38.5%",
        "第2層SCと自治会",
        "二年話し合いました",
        "2016年4月",
        "120人",
        "12ページ",
        "冬は人が集まりません",
        "山の町",
        "https://www.example.jp/report",
        f"http://127.0.0.1:8000/library/{item_id}",
        "名簿のひな形.txt",
        "1 / 1",
    ):
        assert said in shown.replace("\r\n", ""), said


def test_a_list_comes_in_the_order_asked_for_with_its_contents_in_front(
    maker: None, readers: None, client: FlaskClient
) -> None:
    first, second = item_with(title="はじめの題"), item_with(title="つぎの題")
    answer = client.get(f"/library/handout.pdf?items={second},{first},{second}")
    assert answer.status_code == 200
    assert pages_of(answer.data) == 3
    contents = text_of(answer.data)
    assert contents.index("つぎの題") < contents.index("はじめの題")
    assert "つぎの題" in text_of(answer.data, 1)
    assert "はじめの題" in text_of(answer.data, 2)


def test_what_a_reader_may_not_read_is_left_out_and_leaves_no_trace(
    readers: None, as_person: Browser, client: FlaskClient
) -> None:
    public, members = item_with(title="みんなの題"), item_with(title="会員の題", shown_to="members")
    waiting = item_with(title="まだの題", publish=False)
    alone = client.get(f"/library/handout?items={public}").text
    asked = f"/library/handout?items={public},{members},{waiting},999999"
    assert client.get(asked).text == alone
    assert "会員の題" in as_person("はるか").get(asked).text
    for browser in (client, as_person("なかむら")):
        assert "まだの題" not in browser.get(asked).text
    for nothing in (
        f"/library/handout.pdf?items={members},{waiting}",
        f"/library/{members}.pdf",
        f"/library/{waiting}.pdf",
        "/library/999999.pdf",
        "/library/handout.pdf",
        "/library/handout?items=a,²,-1",
    ):
        assert client.get(nothing).status_code == 404


def test_more_than_twenty_are_refused_in_words(readers: None, client: FlaskClient) -> None:
    for path in ("/library/handout.pdf", "/library/handout"):
        answer = client.get(path + "?items=" + ",".join(map(str, range(1, 22))))
        assert answer.status_code == 400
        assert "20件まで" in answer.text


def test_a_second_press_is_answered_at_once_and_a_new_version_is_made_anew(
    maker: None, readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = item_with(title="はじめの題")
    first = client.get(f"/library/{item_id}.pdf")
    real, made = pdfs._made, []
    monkeypatch.setattr(pdfs, "_made", lambda html, css: made.append(1) or real(html, css))
    assert client.get(f"/library/{item_id}.pdf").data == first.data
    assert client.get(f"/library/{item_id}.pdf", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert made == []
    begun = service.begin(factories.viewer_of("みどり"), item_id)
    said = service.prepare(begun.sheet | {"title": "つぎの題"})
    service.save(factories.viewer_of("みどり"), begun.id, said, begun.saved)
    service.publish(factories.viewer_of("なかむら"), begun.id)
    assert "つぎの題" in text_of(client.get(f"/library/{item_id}.pdf").data)
    assert made == [1]


def test_what_is_kept_stays_within_its_bounds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "_made", lambda html, css: html.encode() * 1024**2)
    for letter in "abcdefghijkl":
        pdfs.of(letter, "")
    kept = app.extensions["sccafe_pdfs"]._made
    assert sum(map(len, kept.values())) == pdfs.MOST_BYTES
    assert list(kept) == [pdfs.key_of(letter, "") for letter in "efghijkl"]


def test_an_item_whose_day_is_over_says_so_on_paper_too(readers: None, client: FlaskClient) -> None:
    item_id = item_with()
    assert "確かめ直す日を過ぎて" not in client.get(f"/library/handout?items={item_id}").text
    with clock.pretending(clock.now() + timedelta(days=400)):
        assert "確かめ直す日を過ぎて" in client.get(f"/library/handout?items={item_id}").text


# --- the program ----------------------------------------------------------------------------------


def test_where_the_machine_cannot_make_pdfs_the_page_says_so_and_offers_to_print(
    readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking = tmp_path / "pdf_program.py"
    written = Path(pdf_program.__file__).read_text()
    lacking.write_text(written.replace("from weasyprint import", "from weasyprint_is_not_here import"))
    monkeypatch.setattr(pdfs, "_PROGRAM", lacking)
    item_id = item_with(title="はじめの題")
    answer = client.get(f"/library/{item_id}.pdf")
    assert answer.status_code == 501
    assert "PDFを作るための部品が入っていません" in answer.text
    assert f'href="/library/handout?items={item_id}"' in answer.text
    assert "はじめの題" in client.get(f"/library/handout?items={item_id}").text


@pytest.mark.parametrize("ends", ["while True: pass", "import os; os.abort()", "bytearray(4 * 1024**3)"])
def test_whatever_ends_the_program_ends_nothing_else(
    ends: str, readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "pdf_program.py"
    dying.write_text(ends)
    monkeypatch.setattr(pdfs, "_PROGRAM", dying)
    monkeypatch.setattr(pdfs, "_LIMITS", replace(pdfs._LIMITS, wait=1))
    answer = client.get(f"/library/{item_with()}.pdf")
    assert answer.status_code == 503
    assert "資料を減らすと作れます" in answer.text


def test_while_another_is_made_one_is_asked_to_wait(
    readers: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = item_with()
    monkeypatch.setattr(pdfs, "_PATIENCE", 0.01)
    with pdfs._turn:
        assert client.get(f"/library/{item_id}.pdf").status_code == 503
    monkeypatch.setattr(pdfs, "_PATIENCE", 60)
    with pdfs._places, pdfs._places:
        answer = client.get(f"/library/{item_id}.pdf")
    assert answer.status_code == 503
    assert "ほかのPDFを作っています" in answer.text


def test_nothing_that_a_page_names_is_fetched(maker: None, app: Flask, tmp_path: Path) -> None:
    import http.server
    import threading

    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}"
        secret = tmp_path / "secret.txt"
        secret.write_text("the secret words")
        html = (
            f'<link rel="stylesheet" href="{site}/a.css"><link rel="attachment" href="{secret.as_uri()}">'
            f'<img src="{site}/b.png" alt="a picture"><img src="{secret.as_uri()}"><p>words</p>'
        )
        made = pdfs.of(html, f'@import "{site}/c.css"; body {{ background: url({site}/d.png) }}')
        server.shutdown()
    assert asked == []
    assert "words" in text_of(made)
    assert b"secret" not in made


def test_the_site_itself_never_loads_the_maker_of_pdfs(maker: None, readers: None, client: FlaskClient) -> None:
    item_id = item_with()
    assert client.get(f"/library/{item_id}.pdf").status_code == 200
    assert "weasyprint" not in sys.modules


def test_twenty_long_items_stay_within_time_and_memory(
    maker: None, readers: None, client: FlaskClient, tmp_path: Path
) -> None:
    """Prints what one and twenty cost; a hand-out never takes more than 300 MB."""
    body = "月に二度、集会所に来ます。鮮魚や惣菜も選べます。\n\n" * 160
    ids = [item_with(**(FULL | {"title": f"移動販売 その{number}", "body": body})) for number in range(20)]
    for some in (ids[:1], ids):
        page = client.get("/library/handout?items=" + ",".join(map(str, some))).text
        given = json.dumps({"html": page, "css": Path("static/css/handout.css").read_text()}).encode()
        # By the processor's time: the clock's belongs to whatever else this machine does.
        code = (
            "import resource, sys; from dataclasses import replace; from sccafe.core import pdfs, programs; "
            "made = programs.run(pdfs._PROGRAM, [], sys.stdin.buffer, replace(pdfs._LIMITS, wait=600)); "
            "used = resource.getrusage(resource.RUSAGE_CHILDREN); assert made[:5] == b'%PDF-'; "
            "print(used.ru_utime + used.ru_stime, used.ru_maxrss)"
        )
        (tmp_path / "page").write_bytes(given)
        with (tmp_path / "page").open("rb") as file:
            done = subprocess.run([sys.executable, "-c", code], stdin=file, capture_output=True, check=True)
        seconds, kilobytes = map(float, done.stdout.split())
        print(f"{len(some)} items: {seconds:.1f} s, {kilobytes / 1024:.0f} MB")
        assert kilobytes / 1024 < 300
        assert seconds < 30
