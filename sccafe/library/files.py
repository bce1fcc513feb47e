"""The files of items: versions name them, and they go with the last version that does."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from sccafe.core.database import after_commit, db, end_reading, writing
from sccafe.core.jobs import daily_at, enqueue, scheduled
from sccafe.core.uploads import Upload
from sccafe.core.uploads.contents import READABLE
from sccafe.core.uploads.placing import Placed, page_name, placing, remove, sweep
from sccafe.library.models import File, Item, VersionFile

_FOLDER = "library"
#: Reads what a file says, after the response (file_text.py).
READ_TEXT = "library.read_text"
#: Of a PDF, so many pages can be looked at.
MOST_PAGES = 10
_GOING = (File.id, File.kind, File.page_count, File.stored, File.picture)


class Stored:
    """Files that lie in the store and have no row yet."""

    def __init__(self, placed: Placed, uploads: Sequence[Upload], descriptions: Sequence[str]) -> None:
        self._placed = placed
        self._digests = [upload.digest for upload in uploads]
        self._descriptions = [*descriptions, *[""] * len(uploads)]

    def add_to(self, session: Session, item_id: int, version_id: int) -> list[int]:
        """Write the rows, behind the files that the version has already; inside `writing`. Their ids."""
        last = session.scalar(select(func.max(VersionFile.place)).where(VersionFile.version_id == version_id)) or 0
        added: list[int] = []
        given = zip(self._placed.rows, self._digests, self._descriptions, strict=False)
        for place, (row, digest, description) in enumerate(given, last + 1):
            file = File(item_id=item_id, digest=digest, **row)
            session.add(file)
            session.flush()
            added.append(file.id)
            session.add(VersionFile(version_id=version_id, file_id=file.id, place=place, description=description[:200]))
            if file.kind in READABLE:
                enqueue(READ_TEXT, file_id=file.id)
        session.flush()
        self._placed.is_kept = True
        return added


@contextmanager
def storing(uploads: Sequence[Upload], descriptions: Sequence[str] = ()) -> Iterator[Stored]:
    """Put files into the store, for a `writing` block inside this one that adds them to a version.

    Where it fails, or adds none, they are taken out again.
    """
    with placing(_FOLDER, uploads) as placed:
        yield Stored(placed, uploads, descriptions)


def copy_links(session: Session, from_id: int, to_id: int) -> None:
    """Let one version name the files of another, inside `writing`."""
    links = session.execute(
        select(VersionFile.file_id, VersionFile.place, VersionFile.description).where(VersionFile.version_id == from_id)
    ).all()
    for link in links:
        session.add(VersionFile(version_id=to_id, file_id=link.file_id, place=link.place, description=link.description))
    session.flush()


def put_links(session: Session, from_id: int, to_id: int) -> None:
    """Let one version name the files of another and no others, inside `writing`; what nothing names goes for good."""
    wanted = set(session.scalars(select(VersionFile.file_id).where(VersionFile.version_id == from_id)))
    named = set(session.scalars(select(VersionFile.file_id).where(VersionFile.version_id == to_id)))
    session.execute(delete(VersionFile).where(VersionFile.version_id == to_id))
    copy_links(session, from_id, to_id)
    take_from(session, to_id, named - wanted)


def describe(session: Session, version_id: int, descriptions: Mapping[int, str]) -> None:
    """Give the files of a version, by their ids, what they show; inside `writing`."""
    links = session.scalars(
        select(VersionFile).where(VersionFile.version_id == version_id, VersionFile.file_id.in_(list(descriptions)))
    )
    for link in links:
        link.description = descriptions[link.file_id][:200]


def put_in_order(session: Session, version_id: int, file_ids: Sequence[int], descriptions: Sequence[str]) -> None:
    """Let a version name exactly these files of its item, in this order; inside `writing`."""
    links = {
        link.file_id: link for link in session.scalars(select(VersionFile).where(VersionFile.version_id == version_id))
    }
    for place, (file_id, description) in enumerate(zip(file_ids, descriptions, strict=True), 1):
        link = links.get(file_id)
        if link is None:
            link = VersionFile(version_id=version_id, file_id=file_id)
            session.add(link)
        link.place, link.description = place, description[:200]
    session.flush()
    take_from(session, version_id, [file_id for file_id in links if file_id not in file_ids])


def take_from(session: Session, version_id: int, file_ids: Collection[int]) -> None:
    """Take files from a version, inside `writing`; those that no other version names go for good."""
    if not file_ids:
        return
    session.execute(
        delete(VersionFile).where(VersionFile.version_id == version_id, VersionFile.file_id.in_(list(file_ids)))
    )
    unnamed = session.execute(
        select(*_GOING).where(
            File.id.in_(list(file_ids)), ~select(VersionFile.file_id).where(VersionFile.file_id == File.id).exists()
        )
    ).all()
    _remove(session, unnamed)


def remove_all(session: Session, item_id: int) -> None:
    """Take all files from an item for good, inside `writing`; their bytes go with the commit."""
    _remove(session, session.execute(select(*_GOING).where(File.item_id == item_id)).all())


def _remove(session: Session, rows: Sequence[Any]) -> None:
    if rows:
        session.execute(delete(File).where(File.id.in_([row.id for row in rows])))
        names = [name for row in rows for name in (row.stored, row.picture)]
        pages = [page_name(row.stored, number) for row in rows for number in pages_shown(row.kind, row.page_count)]
        after_commit(partial(remove, names + pages))


def is_in(session: Session, version_id: int, file_id: int) -> bool:
    """Whether a version names a file."""
    return session.get(VersionFile, (version_id, file_id)) is not None


def pages_shown(kind: str, page_count: int) -> range:
    """The numbers of the pages that can be looked at; the first of a PDF also before they were counted."""
    return range(1, 1 + min(MOST_PAGES, max(1, page_count))) if kind == "pdf" else range(0)


def count_download(item_id: int) -> None:
    """Somebody has fetched a file of an item."""
    with writing() as session:
        session.execute(update(Item).where(Item.id == item_id).values(download_count=Item.download_count + 1))


@scheduled("library.sweep_files", daily_at(3, 35))
def sweep_files() -> None:
    """Remove from the store what no row names and is older than a day."""
    sweep(_FOLDER, _named)


def _named(names: Sequence[str]) -> Collection[str]:
    rows = db.session.execute(
        select(File.stored, File.picture).where(or_(File.stored.in_(names), File.picture.in_(names)))
    ).all()
    end_reading()
    return {name for row in rows for name in row}
