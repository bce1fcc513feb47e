"""What stands on the disk of a site, byte by byte, or in all columns of all tables where that is another server's."""

from pathlib import Path

from flask import Flask
from sqlalchemy import text

from sccafe.core.database import db


def database(app: Flask) -> bytes:
    """The database file, its write-ahead log and shared memory; on PostgreSQL every value of every table."""
    db.session.remove()
    file = app.config["SETTINGS"].database_file
    if file is not None:
        paths = [Path(f"{file}{end}") for end in ("", "-wal", "-shm")]
        return b"\0".join(path.read_bytes() for path in paths if path.exists())
    return b"\0".join(rows for rows in tables(app).values())


def tables(app: Flask) -> dict[str, bytes]:
    """Every table as it stands, without the keys that open what is encrypted."""
    found = {
        name: str([tuple(row) for row in db.session.execute(text(f'SELECT * FROM "{name}"'))]).encode()  # noqa: S608
        for name in db.metadata.tables
    }
    db.session.remove()
    return found


def folder(path: Path) -> bytes:
    """Every file of a folder, with its name."""
    found = [one for one in sorted(path.rglob("*")) if one.is_file()]
    return b"\0".join(str(one.relative_to(path)).encode() + b"\0" + one.read_bytes() for one in found)
