"""The texts of a bundle: which encoding, and what stands on which line, of YAML and of CSV from a spreadsheet.

YAML is read here as text alone, without types: a date stays the text that was written, and `on:` is a key and not a
yes. That also leaves nothing to tags, and no aliases that could grow.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from sccafe.library.faults import Fault, Unusable

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Deeper than any item is.
_DEPTH: Final = 8
#: More scalars than any bundle has that fits in the other limits.
_NODES: Final = 400_000
#: Characters that no text has, and those that Windows makes of bytes which are none.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NO_BYTES = re.compile("[\uf8f0-\uf8f3]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
csv.field_size_limit(1_000_000)


class Keys(dict[str, Any]):
    """A mapping that knows on which line it begins and on which each of its keys stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Rows(list[Any]):
    """A list that knows the line of each of its entries."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def decoded(content: bytes, name: str) -> str:
    """The text of these bytes: UTF-8 with or without its mark, or what Japanese Windows writes. Raises Unusable."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable(Fault(name, 0, "", "encoding", "UTF-16"))
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NO_TEXT.search(text) or (encoding == "cp932" and (_NO_BYTES.search(text) or _is_euc(content, text))):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unusable(Fault(name, _first_bad_line(content), "", "encoding"))


def _is_euc(content: bytes, text: str) -> bool:
    """Whether it is EUC-JP: as cp932 that mostly reads too, as half-width kana that nobody wrote."""
    try:
        content.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    beyond = sum(1 for character in text if ord(character) > 127)
    return len(_HALF_KANA.findall(text)) * 2 > beyond


def _first_bad_line(content: bytes) -> int:
    """The first line that is no UTF-8, or holds what no text has; 0 where it is the whole file."""
    for number, line in enumerate(content.splitlines(), 1):
        try:
            if _NO_TEXT.search(line.decode("utf-8")):
                return number
        except UnicodeDecodeError:
            return number
    return 0


# --- YAML --------------------------------------------------------------------------------------------------


def tree(text: str, name: str) -> Any:
    """What a YAML text says, in Keys, Rows, str and None. Raises Unusable, with the line."""
    try:
        return _Builder(name).built(yaml.parse(text, Loader=_LOADER))
    except yaml.reader.ReaderError as error:
        # The reader counts bytes or characters: the character itself tells the line either way.
        at = text.find(chr(error.character)) if isinstance(error.character, int) else -1
        raise Unusable(Fault(name, text.count("\n", 0, at) + 1 if at >= 0 else 0, "", "character")) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unusable(Fault(name, mark.line + 1 if mark else 0, "", "yaml", error.problem or "")) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unusable(Fault(name, 0, "", "yaml")) from error


class _Builder:
    def __init__(self, name: str) -> None:
        self._name = name
        self._stack: list[Keys | Rows] = []
        self._keys: list[tuple[str, int] | None] = []
        self._root: Any = None
        self._count = 0

    def built(self, events: Iterator[Any]) -> Any:
        documents = 0
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._wrong(line, "alias")
            tag = getattr(event, "tag", None)
            if tag is not None:
                raise self._wrong(line, "tag", str(tag)[:60])
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._wrong(line, "documents")
            elif isinstance(event, yaml.ScalarEvent):
                is_nothing = event.implicit[0] and event.value in _NULLS
                self._add(None if is_nothing else event.value, line)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                node: Keys | Rows = Keys(line) if isinstance(event, yaml.MappingStartEvent) else Rows(line)
                self._add(node, line)
                self._stack.append(node)
                self._keys.append(None)
                if len(self._stack) > _DEPTH:
                    raise self._wrong(line, "deep")
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._stack.pop()
                self._keys.pop()
        return self._root

    def _add(self, value: Any, line: int) -> None:
        self._count += 1
        if self._count > _NODES:
            raise self._wrong(line, "deep")
        if not self._stack:
            self._root = value
            return
        parent = self._stack[-1]
        if isinstance(parent, Rows):
            parent.append(value)
            parent.lines.append(line)
        elif self._keys[-1] is None:
            if not isinstance(value, str):
                raise self._wrong(line, "no_key")
            if value in parent:
                raise self._wrong(line, "key_twice", value[:60])
            self._keys[-1] = (value, line)
        else:
            key, parent.lines[key] = self._keys[-1][0], self._keys[-1][1]
            parent[key] = value
            self._keys[-1] = None

    def _wrong(self, line: int, why: str, said: str = "") -> Unusable:
        return Unusable(Fault(self._name, line, "", why, said))


# --- CSV ---------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One line of a spreadsheet: what stands in its cells, by the words of the first line."""

    #: Where it begins in the file, as a cell may hold several lines.
    line: int
    cells: dict[str, str] = field(default_factory=dict)


def lines(text: str, name: str) -> tuple[list[str], list[Line]]:
    """The columns and the lines that say something. Raises Unusable, with the line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] = []
    found: list[Line] = []
    begins = 1
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not columns:
                columns = cells
                _check_columns(columns, name, line)
                continue
            if any(cells[len(columns) :]):
                raise Unusable(Fault(name, line, "", "cells", str(len(columns))))
            found.append(Line(line, {key: cell for key, cell in zip(columns, cells, strict=False) if key and cell}))
            if any(cell for key, cell in zip(columns, cells, strict=False) if not key):
                raise Unusable(Fault(name, line, "", "no_column"))
    except csv.Error as error:
        raise Unusable(Fault(name, begins, "", "csv", str(error)[:80])) from error
    return columns, found


def _check_columns(columns: list[str], name: str, line: int) -> None:
    twice = [key for key in columns if key and columns.count(key) > 1]
    if twice:
        raise Unusable(Fault(name, line, "", "column_twice", twice[0][:60]))
