"""Files are told by their content, made harmless, and refused before they cost anything."""

import io
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from sccafe.core.uploads import Refused, Upload, inspecting, names, office, pictures, take
from tests import files, timed

LIMIT = 10 * 1024**2
#: Right-to-left override, as in a name that reads "…fdp.exe".
OVERRIDE = "\u202e"


def taken(content: bytes, name: str = "ファイル") -> Upload:
    return take(io.BytesIO(content), name, LIMIT)


def why_refused(content: bytes, name: str = "ファイル") -> str:
    with pytest.raises(Refused) as refused:
        taken(content, name)
    return str(refused.value.args[0]._args[0])


def picture_of(upload: Upload) -> Image.Image:
    return Image.open(upload.content)


# --- what kind it is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "media_type", "name"),
    [
        (files.image("JPEG"), "image", "image/jpeg", "ファイル.jpg"),
        (files.image("PNG"), "image", "image/png", "ファイル.png"),
        (files.image("WEBP"), "image", "image/webp", "ファイル.webp"),
        (files.image("GIF"), "image", "image/png", "ファイル.png"),
        (files.pdf(), "pdf", "application/pdf", "ファイル.pdf"),
        (files.office("docx"), "docx", "wordprocessingml.document", "ファイル.docx"),
        (files.office("xlsx"), "xlsx", "spreadsheetml.sheet", "ファイル.xlsx"),
        (files.office("pptx"), "pptx", "presentationml.presentation", "ファイル.pptx"),
        (files.open_document("odt"), "odt", "opendocument.text", "ファイル.odt"),
        (files.open_document("ods"), "ods", "opendocument.spreadsheet", "ファイル.ods"),
        (files.open_document("odp"), "odp", "opendocument.presentation", "ファイル.odp"),
        ("こんにちは\n".encode(), "text", "text/plain; charset=utf-8", "ファイル.txt"),
        ("こんにちは\n".encode("utf-8-sig"), "text", "text/plain; charset=utf-8", "ファイル.txt"),
        ("こんにちは\n".encode("utf-16"), "text", "text/plain; charset=utf-16", "ファイル.txt"),
        ("名前,数\r\nサロン,①\r\n".encode("cp932"), "text", "text/plain; charset=Shift_JIS", "ファイル.txt"),
    ],
)
def test_the_content_says_what_a_file_is(content: bytes, kind: str, media_type: str, name: str) -> None:
    upload = taken(content)
    assert upload.kind == kind
    assert upload.media_type.endswith(media_type)
    assert upload.name == name
    assert upload.size == len(upload.content.read())


def test_what_is_no_picture_is_kept_as_it_was_sent() -> None:
    for content in (files.pdf(), files.office("xlsx"), "名前,数\r\n".encode("cp932")):
        assert taken(content, "表.csv").content.read() == content


def test_a_file_that_lies_about_its_kind_is_taken_for_what_it_is() -> None:
    assert taken(files.image("JPEG"), "報告.pdf").name == "報告.pdf.jpg"
    assert taken(files.image("PNG"), "写真.jpg").name == "写真.png"
    assert taken(files.pdf(), "写真.jpg").name == "写真.jpg.pdf"
    assert taken(b"@echo off\r\ndel *\r\n", "予定.bat").name == "予定.bat.txt"
    assert taken(files.office("xlsx"), "議事録.docx").name == "議事録.docx.xlsx"
    assert taken(b"a,b\n", "名簿.CSV").kind == "csv"


@pytest.mark.parametrize(
    "content",
    [
        files.SVG,
        b"\xef\xbb\xbf \n<svg onload='alert(1)'/>",
        "<svg/>".encode("utf-16"),
        b"<!-- a --><html><script>alert(1)</script></html>",
        b"   " * 30_000 + b"<html>",
        b"{\\rtf1\\ansi ...}",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"text with a \x1b[31m code",
        b"text with \xff\xfe in it",
    ],
)
def test_everything_else_is_refused_with_what_may_be_sent(content: bytes) -> None:
    for name in ("写真.png", "報告.pdf", "メモ.txt"):
        assert "付けられるのは、画像（JPEG、PNG、WebP、GIF）、PDF" in why_refused(content, name)


def test_an_empty_file_and_an_old_one_are_refused_in_words_of_their_own() -> None:
    assert "中身が空です" in why_refused(b"")
    assert "docx・xlsx・pptx" in why_refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "古い.doc")


def test_no_more_is_read_than_may_be_sent() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            self.asked += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused, match="10"):
        take(stream, "長い.txt", LIMIT)  # type: ignore[arg-type]
    assert stream.asked < LIMIT + 1024**2


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("令和8年度 予定表（案）.pdf", "令和8年度 予定表（案）.pdf"),
        ("C:\\Users\\yamada\\Desktop\\予定.pdf", "予定.pdf"),
        ("../../etc/予定.pdf", "予定.pdf"),
        ("/", "file.pdf"),
        ("", "file.pdf"),
        ("..", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("予定.PDF", "予定.PDF"),
        ("予\x00定\r\nSet-Cookie: a=b.pdf", "予定 Set-Cookie: a=b.pdf"),
        (f"予定{OVERRIDE}fdp.exe", "予定fdp.exe.pdf"),
        ("予\u200b定\u2066\ufeff\u00ad.pdf", "予定.pdf"),
        ("か\u3099っこう.pdf", "がっこう.pdf"),
        ("　予定　 表 .pdf", "予定 表.pdf"),
        ("葛󠄀城.pdf", "葛󠄀城.pdf"),
        ("予定<script>.pdf", "予定<script>.pdf"),
        ("thumbnail", "thumbnail.pdf"),
    ],
)
def test_a_name_is_shown_as_typed_without_what_hides_or_turns(claimed: str, name: str) -> None:
    assert names.clean(claimed, ("pdf",)) == name


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = names.clean("長" * 300 + ".pdf", ("pdf",))
    assert len(name) == names.LENGTH
    assert name.endswith("長.pdf")


# --- pictures -------------------------------------------------------------------------------------


def test_a_photograph_loses_its_place_and_all_else_that_it_tells() -> None:
    sent = files.photograph()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    upload = taken(sent, "現場.jpg")
    kept = picture_of(upload)
    assert not kept.getexif()
    assert not set(kept.info) & {"exif", "comment", "xmp", "icc_profile", "photoshop"}
    assert upload.picture is not None
    for content in (upload.content, upload.picture.content):
        content.seek(0)
        whole = content.read()
        assert b"Exif" not in whole
        assert b"somebody" not in whole


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_pictures_lose_it_too(form: str) -> None:
    more = (
        {"comment": b"by somebody"} if form == "GIF" else {"exif": Image.open(io.BytesIO(files.photograph())).getexif()}
    )
    upload = taken(files.image(form, **more))
    assert not picture_of(upload).getexif()
    upload.content.seek(0)
    assert b"somebody" not in upload.content.read()


def test_a_photograph_stands_upright() -> None:
    upload = taken(files.photograph((60, 40), orientation=6))
    kept = picture_of(upload).convert("RGB")
    assert kept.size == (40, 60)
    red, blue = kept.getpixel((20, 10)), kept.getpixel((20, 50))
    assert red[0] > 200 > 60 > red[2]  # type: ignore[index]
    assert blue[2] > 200 > 60 > blue[0]  # type: ignore[index]
    assert upload.picture is not None
    assert (upload.picture.width, upload.picture.height) == (40, 60)


def test_a_large_picture_gets_a_small_one_beside_it() -> None:
    upload = taken(files.image("JPEG", (5000, 2500)))
    assert picture_of(upload).size == (4096, 2048)
    assert upload.picture is not None
    assert (upload.picture.width, upload.picture.height) == (480, 240)
    assert Image.open(upload.picture.content).format == "WEBP"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_kind_of_colour_are_taken(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (30, 20)).save(file, "PNG")
    assert picture_of(taken(file.getvalue())).size == (30, 20)


def test_a_moving_picture_stands_still() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    kept = picture_of(taken(file.getvalue(), "動く.gif"))
    assert getattr(kept, "n_frames", 1) == 1


def test_a_broken_picture_is_refused() -> None:
    assert "画像を開けませんでした" in why_refused(files.image("JPEG", (300, 300))[:400])
    assert "画像を開けませんでした" in why_refused(b"\x89PNG\r\n\x1a\n" + b"nothing" * 20)


def test_a_picture_of_20000_by_20000_points_costs_no_memory_and_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = files.huge_png()
    assert len(bomb) < 100_000
    # Its points would be 400 MB: in a quarter of that, only a picture that is never made can be told from a broken one.
    monkeypatch.setattr(inspecting, "_LIMITS", replace(inspecting._LIMITS, memory=10**8, seconds=2))
    begun = time.monotonic()
    assert "5,000万画素" in why_refused(bomb, "地図.png")
    assert time.monotonic() - begun < 5
    assert taken(files.image()).kind == "image"


# --- PDF ------------------------------------------------------------------------------------------


def test_the_first_page_of_a_pdf_becomes_a_picture() -> None:
    upload = taken(files.pdf(), "案内.pdf")
    assert upload.picture is not None
    page = Image.open(upload.picture.content).convert("RGB")
    assert (upload.picture.width, upload.picture.height) == page.size
    assert page.width == 480
    assert page.getpixel((160, 450))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("box", ["0 0 1000000 1000000", "0 0 14400 2", "0 0 0.01 0.01", "0 0 3 90000000"])
def test_a_page_of_any_size_becomes_a_small_picture_or_none(box: str) -> None:
    try:
        upload = taken(files.pdf(box))
    except Refused:
        return
    assert upload.picture is not None
    assert upload.picture.width <= 480
    assert upload.picture.height <= 960


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + os.urandom(2000),
        b"%PDF-1.7\n" + b"[" * 200_000,
        b"%PDF-1.7\n1 0 obj\n" + b"<<" * 100_000 + b"\ntrailer << /Root 1 0 R >>",
        files.pdf()[:200],
        files.pdf("0 0 0 0 nan").replace(b"/Count 1", b"/Count 99999999").replace(b"3 0 R", b"2 0 R"),
    ],
    ids=range(6),
)
def test_a_broken_pdf_is_refused_and_nothing_else_happens(content: bytes) -> None:
    begun = time.monotonic()
    assert "PDFを開けませんでした" in why_refused(content, "案内.pdf")
    assert time.monotonic() - begun < 10
    assert taken(files.pdf()).kind == "pdf"


def test_a_pdf_with_a_password_is_refused_in_words_of_its_own() -> None:
    hidden = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'0f' * 32}> /U <{'f0' * 32}> /P -4 >> /ID [<00> <00>]"
    locked = files.pdf().replace(b"/Root 1 0 R", f"/Root 1 0 R {hidden}".encode())
    assert "パスワード" in why_refused(locked, "案内.pdf")


def test_a_pdf_that_asks_for_endless_work_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endless = tmp_path / "pictures.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(inspecting, "_PROGRAM", endless)
    monkeypatch.setattr(inspecting, "_LIMITS", replace(inspecting._LIMITS, wait=0.5))
    assert "PDFを開けませんでした" in why_refused(files.pdf())


@pytest.mark.parametrize("ends", ["os.abort()", "os._exit(3)", "print('no json')", "x = bytearray(4 * 1024**3)"])
def test_whatever_ends_the_program_of_pictures_ends_nothing_else(
    ends: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dying = tmp_path / "pictures.py"
    dying.write_text(Path(pictures.__file__).read_text().replace("    import pypdfium2\n", f"    {ends}\n"))
    monkeypatch.setattr(inspecting, "_PROGRAM", dying)
    assert "PDFを開けませんでした" in why_refused(files.pdf())


def test_the_site_itself_loads_neither_pillow_nor_pdfium(tmp_path: Path) -> None:
    code = (
        "import sys; from sccafe.core.uploads import take; take(open(sys.argv[1], 'rb'), 'a', 9**9); "
        "print(sorted({'PIL', 'pypdfium2'} & set(sys.modules)))"
    )
    path = tmp_path / "sent.png"
    path.write_bytes(files.image())
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- office documents -----------------------------------------------------------------------------


def test_a_zip_that_grows_beyond_measure_is_refused_before_it_is_opened() -> None:
    bomb = files.office("docx", **{f"word/{number}": bytes(30 * 1024**2) for number in range(7)})
    assert len(bomb) < 1024**2
    assert "広げると大きくなりすぎる" in why_refused(bomb, "議事録.docx")
    assert timed.seconds(lambda: why_refused(bomb, "議事録.docx"), until=1) < 1


def test_a_zip_that_says_less_than_it_holds_is_refused() -> None:
    content = files.packed({files.TYPES: bytes(5 * 1024**2)})
    assert "広げると大きくなりすぎる" in why_refused(content)
    # The same with its declared size made small, in both places.
    size = (5 * 1024**2).to_bytes(4, "little")
    assert "開けません" in why_refused(content.replace(size, (100).to_bytes(4, "little")))


def test_a_zip_of_too_many_files_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    many = files.packed({f"word/{number}.xml": "" for number in range(office.ENTRIES + 1)}, zipfile.ZIP_STORED)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("its list was read"))
    assert "広げると大きくなりすぎる" in why_refused(many, "議事録.docx")


@pytest.mark.parametrize(
    "content",
    [
        files.packed({"a.txt": "just a zip"}),
        files.packed({files.TYPES: "no xml"}),
        files.packed({files.TYPES: files.types("application/zip", "a"), "a": ""}),
        files.packed({files.TYPES: files.types("text/html.main+xml", "a"), "a": ""}),
        # The part that it names is not there.
        files.packed(
            {
                files.TYPES: files.types(
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "a"
                )
            }
        ),
        files.packed({files.TYPES: '<!DOCTYPE a [<!ENTITY b "cccc">]><Types>&b;</Types>'}),
        files.packed({"mimetype": "application/epub+zip", "content.xml": ""}),
        files.packed({"mimetype": "application/vnd.oasis.opendocument.text"}),
        files.packed({"content.xml": "", "mimetype": "application/vnd.oasis.opendocument.text"}),
        files.office("docx", **{"../../word.xml": ""}),
        files.office("docx")[:-30],
        files.packed({files.TYPES: "x" * 900}, zipfile.ZIP_BZIP2),
        files.packed({files.TYPES: "x" * 900}, zipfile.ZIP_LZMA),
        b"PK\x03\x04" + os.urandom(3000),
    ],
    ids=range(14),
)
def test_a_zip_that_is_no_office_document_is_refused(content: bytes) -> None:
    assert "開けません" in why_refused(content, "議事録.docx")


@pytest.mark.parametrize(
    "content",
    [
        files.office("docx", **{"word/vbaProject.bin": b"\0"}),
        files.office("xlsx", **{"xl/macrosheets/sheet1.xml": "<xml/>"}),
        files.open_document("ods", **{"Basic/Standard/Module1.xml": "<xml/>"}),
        files.packed(
            {
                files.TYPES: files.types("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml"),
                "word/document.xml": "",
            }
        ),
    ],
    ids=range(4),
)
def test_macros_are_refused_in_words_of_their_own(content: bytes) -> None:
    assert "マクロ" in why_refused(content, "予算.xlsx")
