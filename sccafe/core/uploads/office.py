"""Office documents: ZIPs that say what they are, have no macros, and do not grow beyond measure.

Of what is inside, only the part that names the kind is ever inflated, and that one bounded.
"""

import struct
import zipfile
import zlib
from typing import BinaryIO
from xml.etree import ElementTree

from flask_babel import lazy_gettext as _l

from sccafe.core.uploads.kinds import Kind, Refused

#: More than the largest honest document has.
ENTRIES, INFLATED, LIST_BYTES = 3000, 200 * 1024 * 1024, 1024 * 1024
#: Of the part that names the kind.
_PART = 512 * 1024

MACROS = _l("マクロの入ったファイルは付けられません。マクロのない形（docx・xlsx・pptx）で保存し直してください。")
TOO_MUCH_INSIDE = _l("広げると大きくなりすぎるファイルです。中の画像などを減らして、保存し直してください。")
BROKEN = _l(
    "Word・Excel・PowerPointなどのファイルとして開けません。"
    "元のソフトで開いて保存し直してください。ZIPなどにまとめたものは、中のファイルをそのまま付けてください。"
)

_X = "application/vnd.openxmlformats-officedocument."
_O = "application/vnd.oasis.opendocument."
_KINDS = (
    Kind("docx", f"{_X}wordprocessingml.document", ("docx",)),
    Kind("docx", f"{_X}wordprocessingml.template", ("dotx",)),
    Kind("xlsx", f"{_X}spreadsheetml.sheet", ("xlsx",)),
    Kind("xlsx", f"{_X}spreadsheetml.template", ("xltx",)),
    Kind("pptx", f"{_X}presentationml.presentation", ("pptx",)),
    Kind("pptx", f"{_X}presentationml.slideshow", ("ppsx",)),
    Kind("pptx", f"{_X}presentationml.template", ("potx",)),
    Kind("odt", f"{_O}text", ("odt",)),
    Kind("odt", f"{_O}text-template", ("ott",)),
    Kind("ods", f"{_O}spreadsheet", ("ods",)),
    Kind("ods", f"{_O}spreadsheet-template", ("ots",)),
    Kind("odp", f"{_O}presentation", ("odp",)),
    Kind("odp", f"{_O}presentation-template", ("otp",)),
)
_BY_TYPE = {kind.media_type: kind for kind in _KINDS}
_TYPES, _MIMETYPE = "[Content_Types].xml", "mimetype"
#: Where the programs of a document lie, in small letters.
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
_PROGRAM_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/")


def of(file: BinaryIO) -> Kind:
    """Which office document a ZIP is. Raises Refused."""
    try:
        _refuse_endless_list(file)
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            _refuse_too_much(entries)
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names) or any(_leads_out(name) for name in names):
                raise Refused(BROKEN)
            if any(_is_program(name.lower()) for name in names):
                raise Refused(MACROS)
            if _TYPES in names:
                return _by_types(_part(packed, _TYPES), set(names))
            if names[:1] == [_MIMETYPE]:
                kind = _BY_TYPE.get(_part(packed, _MIMETYPE).strip())
                if kind is not None and kind.media_type.startswith(_O) and "content.xml" in names:
                    return kind
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(BROKEN) from error
    raise Refused(BROKEN)


def _refuse_endless_list(file: BinaryIO) -> None:
    """Look at the end of the file for the length of its list, which zipfile would read whole.

    The same places as zipfile looks at: a record at the very end, or else the last one in the last 64 kB.
    """
    length = file.seek(0, 2)
    file.seek(max(0, length - 22 - 65535 - 20))
    tail = file.read()
    at = len(tail) - 22
    if tail[at : at + 4] != b"PK\x05\x06" or tail[-2:] != b"\0\0":
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Refused(BROKEN)
    entries, list_bytes = struct.unpack("<HL", tail[at + 10 : at + 16])
    # The larger form of the list, for archives beyond 4 GB or 65,535 entries, stands before it.
    if entries > ENTRIES or list_bytes > LIST_BYTES or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Refused(TOO_MUCH_INSIDE)


def _refuse_too_much(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > INFLATED:
        raise Refused(TOO_MUCH_INSIDE)
    for entry in entries:
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(BROKEN)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _is_program(name: str) -> bool:
    return name.rsplit("/", 1)[-1] in _PROGRAMS or name.startswith(_PROGRAM_FOLDERS)


def _part(packed: zipfile.ZipFile, name: str) -> str:
    """One part, however much it would inflate to: a piece more than it may have is never made."""
    with packed.open(name) as part:
        content = part.read(_PART + 1)
    if len(content) > _PART:
        raise Refused(TOO_MUCH_INSIDE)
    return content.decode("utf-8-sig")


def _by_types(written: str, names: set[str]) -> Kind:
    """What the list of types says the main part is, and that this part is there."""
    if "<!" in written:
        raise Refused(BROKEN)  # declarations of types and entities: no program writes them here
    try:
        overrides = [
            (element.get("PartName", ""), element.get("ContentType", ""))
            for element in ElementTree.fromstring(written).iter()  # noqa: S314  bounded, and without entities
            if element.tag.endswith("}Override")
        ]
    except ElementTree.ParseError as error:
        raise Refused(BROKEN) from error
    if any(
        "macroenabled" in content_type.lower() or "vbaproject" in content_type.lower() for _, content_type in overrides
    ):
        raise Refused(MACROS)
    found = [
        _BY_TYPE[kind]
        for part, content_type in overrides
        if (kind := content_type.removesuffix(".main+xml")) in _BY_TYPE and part.lstrip("/") in names
    ]
    if len(found) != 1:
        raise Refused(BROKEN)
    return found[0]
