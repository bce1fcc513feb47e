"""Bundles for tests, sound and broken, and what stands in the database and the store before and after."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sccafe.core import files
from sccafe.core.database import Base, db, end_reading
from sccafe.library.exporting import as_yaml
from tests.files import packed

CASE: dict[str, Any] = {
    "kind": "case",
    "title": "移動販売の停留所を、住民が三か月で決めた",
    "prefecture": "埼玉県",
    "municipality": "川島町",
    "body": "集会所に週に一度、車が来ます。",
    "themes": ["shopping"],
    "sources": [{"author": "架空町", "title": "見守りと買い物の記録", "year": "2023", "page": "12"}],
}
SHEET_COLUMNS = ("ref", "kind", "title", "prefecture", "municipality", "body", "themes", "source_title", "source_year")
LINE = ("shop-1", "case", "移動販売の停留所", "埼玉県", "川島町", "週に一度。", "shopping", "架空町の記録", "2023")


def case(**more: Any) -> str:
    """One item as the text of its YAML file; None leaves a key out."""
    return as_yaml({key: value for key, value in (CASE | more).items() if value is not None})


def spreadsheet(*lines: tuple[str, ...], columns: tuple[str, ...] = SHEET_COLUMNS, end: str = "\r\n") -> str:
    file = io.StringIO()
    # As written by programs that quote what holds a line of its own.
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    csv.writer(file, lineterminator=end, quoting=quoting).writerows([columns, *lines])
    return file.getvalue()


def put(folder: Path, parts: dict[str, bytes | str]) -> Path:
    """A bundle as a folder."""
    for name, content in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def zipped(path: Path, parts: dict[str, bytes | str]) -> Path:
    """A bundle as a ZIP."""
    path.write_bytes(packed(parts))
    return path


def linked(path: Path) -> Path:
    """A ZIP in which a name leads to a file of the machine."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("shop-1.yaml", case(files=[{"name": "a.txt"}]))
        entry = zipfile.ZipInfo("a.txt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return path


def everything() -> dict[str, Any]:
    """All rows of all tables, and the names in the store."""
    found: dict[str, Any] = {
        table.name: db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        for table in Base.metadata.sorted_tables
    }
    end_reading()
    return found | {"store": sorted(files.store().names())}
