"""Files as people send them, and as nobody should: all made here."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

TYPES = "[Content_Types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
#: ending -> (its type, its main part)
OFFICE = {
    "docx": ("wordprocessingml.document", "word/document.xml"),
    "xlsx": ("spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": ("presentationml.presentation", "ppt/presentation.xml"),
}
OPEN_DOCUMENT = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def image(form: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "orange", **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new(more.pop("mode", "RGB"), size, colour).save(file, form, **more)
    return file.getvalue()


def photograph(size: tuple[int, int] = (60, 40), orientation: int = 1) -> bytes:
    """A JPEG that says where and with what it was taken, left half red and right half blue as stored."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone of somebody"
    degrees = tuple(IFDRational(number) for number in (35, 40, 30))
    exif.get_ifd(0x8825).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, comment=b"taken at the office of somebody", quality=95)
    return file.getvalue()


def huge_png(side: int = 20_000) -> bytes:
    """A sound PNG of so many white points in a few kilobytes: its rows are made one by one."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (side // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(box: str = "0 0 595 842", drawing: str = "1 0 0 rg 100 100 300 300 re f") -> bytes:
    """A PDF of one page, written out by hand."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
    ]
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + end.encode()


def pdf_of(pages: int) -> bytes:
    """A PDF of so many pages, all alike."""
    kids = " ".join(["3 0 R"] * pages)
    return pdf().replace(b"/Kids [3 0 R] /Count 1", f"/Kids [{kids}] /Count {pages}".encode())


def packed(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def types(content_type: str, part: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    )


def office(ending: str = "docx", **more: bytes | str) -> bytes:
    """A document of Word, Excel or PowerPoint as far as anybody looks into it; `more` are further parts."""
    of, part = OFFICE[ending]
    return packed({TYPES: types(_MAIN.format(of), part), part: "<main/>", **more})


def open_document(ending: str = "odt", **more: bytes | str) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{OPEN_DOCUMENT[ending]}"
    return packed({"mimetype": mimetype, "content.xml": "<office/>", **more})
