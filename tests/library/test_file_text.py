"""What files say is kept for the search: of those that readers have, and of no other."""

import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core import files as stores
from sccafe.core import jobs
from sccafe.core.database import db, end_reading
from sccafe.core.jobs import Job
from sccafe.core.uploads import contents, reading
from sccafe.library import queries, service
from tests import factories
from tests import files as made
from tests.library.with_files import Sent, files_of, item_with, people, uploads

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_T = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'


def document(body: str) -> str:
    return f"<w:document {_W}><w:body>{body}</w:body></w:document>"


def slide(*words: str) -> str:
    return f"<a:p {_A}>" + "".join(f"<a:r><a:t>{word}</a:t></a:r>" for word in words) + "</a:p>"


def docx(main: str) -> bytes:
    """A document of Word whose main part is this."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return made.packed({made.TYPES: made.types(kind, "word/document.xml"), "word/document.xml": main})


def pdf_saying(*lines: str) -> bytes:
    """A PDF of one page with these lines of plain letters."""
    drawing = "BT /F1 20 Tf 50 700 Td " + " ".join(f"({line}) Tj 0 -30 Td" for line in lines) + " ET"
    font = b"<< /Type /Page /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return made.pdf(drawing=drawing).replace(b"<< /Type /Page ", font + b" ")


WORD = docx(
    document("<w:p><w:r><w:t>買い物</w:t></w:r><w:r><w:t>支援の手引き</w:t></w:r></w:p><w:p><w:t>二行目</w:t></w:p>")
)
TABLE = made.office(
    "xlsx",
    **{
        "xl/sharedStrings.xml": f"<sst {_S}><si><t>担い手</t><rPh><t>ニナイテ</t></rPh></si><si><t>人数</t></si></sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {_S}><c t="inlineStr"><is><t>中の字</t></is></c></worksheet>',
    },
)
SLIDES = made.office(
    "pptx",
    **{
        "ppt/slides/slide10.xml": slide("十枚目"),
        "ppt/slides/slide2.xml": slide("二", "枚目"),
        "ppt/notesSlides/notesSlide1.xml": slide("話すこと"),
    },
)


def open_document(ending: str) -> bytes:
    body = "<text:p>居場所<text:s/>と<text:span>通い</text:span>の場</text:p><meta>これは数えない</meta>"
    mimetype = f"application/vnd.oasis.opendocument.{made.OPEN_DOCUMENT[ending]}"
    return made.packed({"mimetype": mimetype, "content.xml": f"<office {_T}>{body}</office>"})


@pytest.fixture
def readers(app: Flask) -> None:
    people()


def text_of(app: Flask, *sent: Sent) -> str:
    """What is kept of the first of these files."""
    item_id = item_with(*sent)
    jobs.run_due(app)
    return files_of(item_id)[0].text


def found(*words: str) -> list[int]:
    return factories.items_saying("はるか", *words)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ((WORD, "a.docx"), "買い物支援の手引き\n二行目"),
        ((TABLE, "a.xlsx"), "担い手\n人数\n中の字"),
        ((SLIDES, "a.pptx"), "二枚目\n十枚目\n話すこと"),
        *(((open_document(ending), f"a.{ending}"), "居場所 と通いの場") for ending in made.OPEN_DOCUMENT),
        ((pdf_saying("Kaimono", "Shien"), "a.pdf"), "kaimono\nshien"),
        (("名前,数\r\nみどり,3\r\n".encode("cp932"), "a.csv"), "名前,数\nみどり,3"),
        (("名前".encode("utf-8-sig"), "a.csv"), "名前"),
        (("名前".encode("utf-16"), "a.txt"), "名前"),
        (("ＳＣの　役わり".encode(), "a.txt"), "scの 役わり"),
        ((made.image(), "a.png"), ""),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_a_file_says_is_kept(app: Flask, readers: None, sent: Sent, said: str) -> None:
    assert text_of(app, sent) == said


def test_the_pages_of_a_pdf_are_counted(app: Flask, readers: None) -> None:
    item_id = item_with((made.pdf(), "a.pdf"), (b"words", "a.txt"))
    jobs.run_due(app)
    assert [file.page_count for file in files_of(item_id)] == [1, 0]


def test_an_item_is_found_by_what_its_files_say_and_by_their_names(app: Flask, readers: None) -> None:
    item_id = item_with((WORD, "やさしい手引き.docx"))
    assert found("やさしい手引き") == [item_id]
    assert found("買い物支援") == []
    jobs.run_due(app)
    assert found("買い物支援", "二行目", "月に二度") == [item_id]


def test_who_looked_for_the_words_before_the_file_was_read_finds_it_afterwards(app: Flask, readers: None) -> None:
    item_id = item_with((WORD, "手引き.docx"))
    assert factories.items_saying("はるか", "買い物支援の手引き") == []
    jobs.run_due(app)
    assert factories.items_saying("はるか", "買い物支援の手引き") == [item_id]


def test_a_file_of_a_version_in_work_is_found_once_that_is_published(app: Flask, readers: None) -> None:
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    item_id = item_with((b"the first words", "a.txt"))
    begun = service.begin(me, item_id)
    changes = service.FileChanges(removed=[files_of(item_id)[0].id], added=uploads((b"the coming words", "b.txt")))
    service.save(me, begun.id, service.Said(begun.sheet, begun.html), begun.saved, changes)
    jobs.run_due(app)
    assert (found("the first words"), found("the coming words")) == ([item_id], [])
    service.publish(staff, begun.id)
    assert (found("the first words"), found("the coming words")) == ([], [item_id])
    service.archive(staff, item_id, "古い")
    assert found("the coming words") == []
    service.put_back(staff, item_id)
    assert found("the coming words") == [item_id]


def test_a_file_that_is_gone_when_its_turn_comes_is_passed_over(app: Flask, readers: None) -> None:
    staff = factories.viewer_of("なかむら")
    item_id = item_with((b"some words", "a.txt"), (b"other words", "b.txt"), publish=False)
    first, second = files_of(item_id)
    stores.store().delete(second.stored)
    version = queries.versions(staff, item_id)[0]
    end_reading()
    removed = service.FileChanges(removed=[first.id])
    service.save(staff, version.id, service.Said(version.sheet, version.html), version.saved, removed)
    jobs.run_due(app)
    assert states_of_reading() == ["done", "done"]


# --- what is made to harm -----------------------------------------------------------------------------


def states_of_reading() -> list[str]:
    states = list(db.session.scalars(select(Job.state).where(Job.name == "library.read_text")))
    end_reading()
    return states


def bomb() -> bytes:
    """A document that inflates to 190 MB of words."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORD)) as packed, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name in packed.namelist():
            if name == "word/document.xml":
                with written.open(name, "w") as part:
                    part.write(f"<w:document {_W}><w:p><w:t>".encode())
                    for _ in range(190):
                        part.write(b"a" * 1024**2)
                    part.write(b"</w:t></w:p></w:document>")
            else:
                written.writestr(name, packed.read(name))
    return file.getvalue()


#: Nine steps, each ten times the one before.
ENTITIES = '<!DOCTYPE a [<!ENTITY b0 "lol">' + "".join(
    f'<!ENTITY b{number} "' + f"&b{number - 1};" * 10 + '">' for number in range(1, 9)
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (docx(ENTITIES + f"]><w:document {_W}><w:p><w:t>&b8;</w:t></w:p></w:document>"), "a.docx"),
        (docx('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><t>&b;root</t>'), "a.docx"),
        (docx("no xml at all"), "a.docx"),
        (docx("<w:p>" * 400_000), "a.docx"),
        (made.pdf(), "a.pdf"),
    ],
    ids=["entities", "a file of ours", "no xml", "without end", "a pdf without words"],
)
def test_a_broken_or_hostile_file_says_nothing_and_is_read_once(
    app: Flask, readers: None, content: bytes, name: str
) -> None:
    begun = time.monotonic()
    assert text_of(app, (content, name)) == ""
    assert states_of_reading() == ["done"]
    assert time.monotonic() - begun < 20


def test_of_a_document_beyond_measure_the_beginning_is_kept(app: Flask, readers: None) -> None:
    assert text_of(app, (bomb(), "a.docx")) == "a" * reading.MOST


def test_a_broken_part_keeps_nobody_from_what_stands_before_it(app: Flask, readers: None) -> None:
    assert (
        text_of(app, (docx(document("<w:p><w:t>はじめ</w:t></w:p><w:p>").replace("</w:body>", "")), "a.docx"))
        == "はじめ"
    )


@pytest.mark.parametrize(
    "ends", ["while True: pass", "import os; os.abort()", "print('no json')", "x = bytearray(9**11)"]
)
def test_whatever_ends_the_program_the_file_says_nothing_and_the_job_is_done(
    ends: str, app: Flask, readers: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "reading.py"
    dying.write_text(ends)
    monkeypatch.setattr(contents, "_PROGRAM", dying)
    monkeypatch.setattr(contents, "_LIMITS", replace(contents._LIMITS, wait=1))
    assert text_of(app, (b"some words", "a.txt")) == ""
    assert states_of_reading() == ["done"]


def test_words_are_found_across_the_lines_of_a_page() -> None:
    assert reading._FOLDED.sub("", "買い物支\n援を\nする a\nb") == "買い物支援をする a\nb"
