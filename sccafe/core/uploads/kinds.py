"""What kind of file it is, by its content alone."""

import codecs
import re
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _l


class Refused(ValueError):
    """A file that cannot be taken; `message` says why and what to do, without naming the file."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Kind:
    """`key` is what the database keeps; the first of the `endings` is given to a file that comes with another."""

    key: str
    media_type: str
    endings: tuple[str, ...]


JPEG = Kind("image", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG = Kind("image", "image/png", ("png",))
WEBP = Kind("image", "image/webp", ("webp",))
GIF = Kind("image", "image/gif", ("gif",))
PDF = Kind("pdf", "application/pdf", ("pdf",))
TEXT = Kind("text", "text/plain", ("txt", "text", "md", "log", "tsv"))
CSV = Kind("csv", "text/csv", ("csv",))
#: Named after what they become where they are ZIPs: office.py.
ZIP = Kind("zip", "application/zip", ("zip",))

#: For the file field: what its window offers. A telephone gives its pictures as JPEG to a page that asks for them.
ACCEPT = (
    "image/jpeg,image/png,image/webp,image/gif,.pdf,.docx,.xlsx,.pptx,.dotx,.xltx,.potx,.ppsx,.odt,.ods,.odp,.txt,.csv"
)

_BEGINNINGS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

WHAT_MAY_BE_SENT = _l(
    "この種類のファイルは付けられません。付けられるのは、画像（JPEG、PNG、WebP、GIF）、PDF、"
    "Word・Excel・PowerPoint、OpenDocument、テキスト、CSVです。"
)
OLD_OFFICE = _l(
    "古い形式か、パスワードのかかったファイルです。docx・xlsx・pptx の形で、パスワードを付けずに保存し直してください。"
)
EMPTY = _l("中身が空です。ファイルを確かめてください。")

_CHUNK = 64 * 1024
#: Characters that no text has, and those that decoders make of bytes which are none.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff\uf8f0-\uf8f3]")
#: Markup and programs for printers are text too, but nobody reads them as such: SVG, HTML, RTF, PostScript.
_MARKUP = re.compile(r"\s*(?:<[!?/A-Za-z]|\{\\rtf|%!PS)")
#: What Japanese offices write text in; cp932 is what Excel saves a CSV as.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSETS = {"utf-8-sig": "utf-8", "utf-8": "utf-8", "utf-16": "utf-16", "cp932": "Shift_JIS"}


def of(file: BinaryIO, name: str) -> Kind:
    """The kind of a file; among texts alone, the name says which is a CSV. Raises Refused. A ZIP is not yet known."""
    file.seek(0)
    head = file.read(1024)
    if not head:
        raise Refused(EMPTY)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(_OLD_OFFICE):
        raise Refused(OLD_OFFICE)
    encodings = [encoding for mark, encoding in _MARKS if head.startswith(mark)] or ["utf-8", "cp932"]
    for encoding in encodings:
        if _is_text(file, encoding):
            kind = CSV if name.lower().endswith(".csv") else TEXT
            return replace(kind, media_type=f"{kind.media_type}; charset={_CHARSETS[encoding]}")
    raise Refused(WHAT_MAY_BE_SENT)


def _is_text(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file reads as text in this encoding, looked at piece by piece. Raises Refused for markup."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    is_first = True
    while True:
        piece = file.read(_CHUNK)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            return False
        if _NO_TEXT.search(text):
            return False
        if is_first and _MARKUP.match(text.lstrip("\ufeff")):
            raise Refused(WHAT_MAY_BE_SENT)
        is_first = is_first and not text.strip()
        if not piece:
            return True
