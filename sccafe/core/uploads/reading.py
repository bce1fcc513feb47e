"""A program of its own: reads what a document says, and may die of it.

    python reading.py KIND < FILE

KIND is one of contents.py. What it says is one line of JSON: `text` and, of a PDF, `pages`, their number. A document
that cannot be read says nothing. It runs within limits (core/programs.py) and imports nothing of the site.
"""

import codecs
import json
import re
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

#: So many characters of a document are kept.
MOST = 200_000
#: Of the processor; what was read by then is said.
_SECONDS = 12.0
#: Inflated bytes of all parts that are looked at, and of a text.
_BYTES, _CHUNK = 100 * 1024**2, 64 * 1024
#: Characters that no text has and that a database may refuse.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

#: Where a line of a page ends inside a sentence of a script without spaces: a word must be found across it.
_FOLDED = re.compile(r"(?<=[\u3040-\u9fff\uff66-\uff9d])[\n\ufffe]+(?=[\u3040-\u9fff\uff66-\uff9d])")

#: Where the words of an office document stand; the parts of one pattern in the order of their numbers.
_PARTS = {
    "docx": (r"word/document\.xml", r"word/footnotes\.xml", r"word/endnotes\.xml"),
    "xlsx": (r"xl/sharedStrings\.xml", r"xl/worksheets/sheet(\d+)\.xml"),
    "pptx": (r"ppt/slides/slide(\d+)\.xml", r"ppt/notesSlides/notesSlide(\d+)\.xml"),
    "odt": (r"content\.xml",),
    "ods": (r"content\.xml",),
    "odp": (r"content\.xml",),
}
#: Names of elements, without their prefixes: whose text counts, which end a line, which are a space, which stand
#: beside the words as their reading.
_WORDS = {"o": frozenset({"t"}), "open": frozenset({"p", "h"})}
_LINES = frozenset({"p", "h", "si", "is", "br", "line-break"})
_SPACES = frozenset({"tab", "s"})
_BESIDE = frozenset({"rPh", "rt", "ruby-text"})


class _Enough(Exception):
    """All that is wanted has been read."""


class _Said:
    """The text as it grows, up to its bounds."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > MOST * 2 or time.process_time() > _SECONDS:
            raise _Enough

    def text(self) -> str:
        plain = _NO_TEXT.sub(" ", "".join(self._parts))
        lines = (" ".join(line.split()) for line in plain.splitlines())
        return "\n".join(filter(None, lines))[:MOST]


def pdf(source: BinaryIO, said: _Said) -> int:
    """The words of all pages; the number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    count = len(document)
    try:
        for number in range(count):
            try:
                page = document[number].get_textpage()
                said.add(_FOLDED.sub("", str(page.get_text_range()).replace("\r", "")) + "\n")
                page.close()
            except pypdfium2.PdfiumError:
                continue  # one broken page keeps nobody from the others
    except _Enough:
        pass
    return count


def office(source: BinaryIO, kind: str, said: _Said) -> None:
    """The words of the parts that have any."""
    left = _BYTES
    with zipfile.ZipFile(source) as packed:
        for name in _parts(packed.namelist(), _PARTS[kind]):
            reader = _Words(_WORDS["open" if kind.startswith("od") else "o"], said)
            with packed.open(name) as part:
                while piece := part.read(_CHUNK):
                    left -= len(piece)
                    if left < 0:
                        return
                    reader.feed(piece)
            said.add("\n")


def _parts(names: Iterable[str], patterns: Iterable[str]) -> Iterator[str]:
    names = list(names)
    for pattern in patterns:
        found = [(match, name) for name in names if (match := re.fullmatch(pattern, name))]
        yield from (name for _match, name in sorted(found, key=lambda pair: int(next(iter(pair[0].groups()), 0))))


class _Words:
    """Takes the words out of XML piece by piece. What declares types or entities is read no further."""

    def __init__(self, words: frozenset[str], said: _Said) -> None:
        self._words, self._said = words, said
        self._inside = self._beside = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def _refuse(self, *_: Any) -> None:
        raise ValueError("declares types")

    def _start(self, name: str, _attributes: Any) -> None:
        name = name.rpartition(":")[2]
        self._inside += name in self._words
        self._beside += name in _BESIDE

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._inside -= name in self._words
        self._beside -= name in _BESIDE
        if name in _LINES:
            self._said.add("\n")
        elif name in _SPACES:
            self._said.add(" ")

    def _text(self, text: str) -> None:
        if self._inside and not self._beside:
            self._said.add(text)


def plain(source: BinaryIO, said: _Said) -> None:
    """Text in the encodings that are taken (kinds.py), as much as is kept."""
    begun = source.read(MOST * 4)
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    for encoding in [name for mark, name in marks if begun.startswith(mark)] or ["utf-8", "cp932"]:
        try:
            # The end may cut a character in two.
            text = codecs.getincrementaldecoder(encoding)().decode(begun)
        except UnicodeDecodeError:
            continue
        said.add(text[: MOST * 2])
        return


def main() -> None:
    kind, said, pages = sys.argv[1], _Said(), 0
    try:
        if kind == "pdf":
            pages = pdf(sys.stdin.buffer, said)
        elif kind in _PARTS:
            office(sys.stdin.buffer, kind, said)
        else:
            plain(sys.stdin.buffer, said)
    except Exception:  # noqa: S110  what was read so far is what it says
        pass
    sys.stdout.write(json.dumps({"text": said.text(), "pages": pages}) + "\n")


if __name__ == "__main__":
    main()
