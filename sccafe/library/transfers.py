"""Bundles that come in and go out by the secretariat's pages: kept aside, and worked on after the response."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from sccafe.accounts.sessions import viewer_of
from sccafe.core import clock, files
from sccafe.core.audience import Viewer
from sccafe.core.database import after_commit, db, end_reading, writing
from sccafe.core.jobs import daily_at, enqueue, job, scheduled
from sccafe.core.uploads import names
from sccafe.core.uploads.placing import new_name, remove, sweep
from sccafe.library import exporting, intake, policy
from sccafe.library.bundles import opened
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.faults import Fault, Unusable
from sccafe.library.models import Transfer

log = logging.getLogger(__name__)

_FOLDER: Final = "bundles"
#: How long a bundle is kept.
KEPT: Final = timedelta(days=1)
#: So much of what is wrong, and of what would be new, stands on the page.
MOST_FAULTS, MOST_TITLES = 300, 50
_WORK, _FORGET = "library.transfer", "library.forget_bundle"


class NoBundle(ValueError):
    """What was sent is no ZIP."""


# --- what the secretariat does -----------------------------------------------------------------------------


def receive(viewer: Viewer, content: BinaryIO, claimed: str) -> int:
    """Keep a ZIP aside and look at it after the response; the transfer's id. Raises MayNot or NoBundle."""
    _check(viewer)
    beginning = content.read(4)
    content.seek(0)
    if beginning not in (b"PK\x03\x04", b"PK\x05\x06"):
        raise NoBundle
    stored = new_name(_FOLDER)
    files.store().put(stored, content)
    try:
        return _begun(viewer, kind="import", state="checking", name=names.clean(claimed, ("zip",)), stored=stored)
    except BaseException:
        remove([stored])
        raise


def begin_export(viewer: Viewer, everything: bool) -> int:
    """Write everything on the shelf into a ZIP after the response; the transfer's id. Raises MayNot.

    One that is under way already is not begun a second time.
    """
    _check(viewer)
    under_way = select(Transfer.id).where(
        Transfer.kind == "export",
        Transfer.state == "writing",
        Transfer.everything == everything,
        Transfer.author_id == viewer.user_id,
        Transfer.created_at > clock.now() - KEPT,
    )
    found = db.session.scalar(under_way)
    end_reading()
    return found or _begun(viewer, kind="export", state="writing", everything=everything)


def go_on(viewer: Viewer, transfer_id: int) -> None:
    """Take in what was found to be sound; pressed a second time, nothing more happens. Raises NotThere or MayNot."""
    _check(viewer)
    with writing() as session:
        row = session.get(Transfer, transfer_id, with_for_update=True)
        if row is None or row.kind != "import":
            raise NotThere
        if row.state == "ready" and row.stored:
            row.state, row.progress = "writing", 0
            # What is taken in is taken in by whoever says so.
            row.author_id = viewer.user_id
            enqueue(_WORK, transfer_id=row.id)


def _check(viewer: Viewer) -> None:
    if not policy.may_curate(viewer):
        raise MayNot("role")


def _begun(viewer: Viewer, **values: Any) -> int:
    with writing() as session:
        row = Transfer(author_id=viewer.user_id, created_at=clock.now(), counts={}, faults=[], notes=[], **values)
        session.add(row)
        session.flush()
        enqueue(_WORK, transfer_id=row.id)
        enqueue(_FORGET, due_at=clock.now() + KEPT, transfer_id=row.id)
        return row.id


# --- after the response ------------------------------------------------------------------------------------


@job(_WORK)
def work(transfer_id: int) -> None:
    """The next step of a transfer. Done twice it does the same: what was taken in is found unchanged."""
    row = db.session.get(Transfer, transfer_id)
    author = viewer_of(row.author_id) if row is not None and row.author_id is not None else None
    end_reading()
    if row is None or row.state not in ("checking", "writing"):
        return
    try:
        if author is None or not policy.may_curate(author):
            _finish(transfer_id, state="failed")
        elif row.kind == "export":
            _export(author, row)
        else:
            _import(author, row)
    except OperationalError:  # the database is busy or away: the job is tried again
        raise
    except Exception as error:
        db.session.rollback()
        log.warning("transfer %s failed: %s", transfer_id, type(error).__name__, exc_info=True)
        _finish(transfer_id, state="failed")


def _import(author: Viewer, row: Transfer) -> None:
    is_taken = row.state == "writing"
    try:
        with _beside(row) as path, opened(path, row.name) as bundle:
            outcome = (intake.take_in if is_taken else intake.look)(author, bundle, _told(row.id))
    except Unusable as unusable:
        outcome = intake.Outcome(faults=unusable.faults)
    state = "faulty" if outcome.faults else "done" if is_taken else "ready"
    counts = {
        "new": len(outcome.new),
        "changed": len(outcome.changed),
        "unchanged": outcome.unchanged,
        "faults": len(outcome.faults),
        "new_titles": outcome.new[:MOST_TITLES],
        "changed_titles": outcome.changed[:MOST_TITLES],
    }
    _finish(row.id, state=state, counts=counts, faults=_told_of(outcome.faults), notes=_told_of(outcome.notes))


def _told_of(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [fault.as_json() for fault in faults[:MOST_FAULTS]]


@contextmanager
def _beside(row: Transfer) -> Iterator[Path]:
    """The bundle as a file of this machine: the store may be elsewhere, and a ZIP is not read from one end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        with files.store().open(row.stored) as content, path.open("wb") as file:
            shutil.copyfileobj(content, file)
        yield path


def _export(author: Viewer, row: Transfer) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        with exporting.target_at(path) as target:
            done = exporting.export(author, target, row.everything, _told(row.id))
        stored = new_name(_FOLDER)
        with path.open("rb") as file:
            files.store().put(stored, file)
    counts = {"items": done.items, "lost": done.lost[:MOST_TITLES]}
    try:
        with writing() as session:
            now = session.get(Transfer, row.id, with_for_update=True, populate_existing=True)
            is_wanted = now is not None and now.state == "writing"
            if now is not None and is_wanted:
                now.state, now.counts, now.stored, now.finished_at = "done", counts, stored, clock.now()
    except BaseException:
        remove([stored])
        raise
    if not is_wanted:
        remove([stored])


def _told(transfer_id: int) -> Callable[[int, int], None]:
    """Lets the page say how far it is, once a second at most."""
    last = 0.0

    def told(progress: int, total: int) -> None:
        nonlocal last
        if progress == total or time.monotonic() - last >= 1:
            last = time.monotonic()
            _put(transfer_id, progress=progress, total=total)

    return told


def _finish(transfer_id: int, **values: Any) -> None:
    _put(transfer_id, finished_at=clock.now(), **values)


def _put(transfer_id: int, **values: Any) -> None:
    with writing() as session:
        session.execute(
            update(Transfer).where(Transfer.id == transfer_id).values(**values),
            execution_options={"synchronize_session": False},
        )


@job(_FORGET)
def forget_bundle(transfer_id: int) -> None:
    """Take a bundle out of the store; what came of it stays to be read for a while."""
    with writing() as session:
        row = session.get(Transfer, transfer_id)
        if row is not None and row.stored:
            stored, row.stored = row.stored, ""
            after_commit(lambda: remove([stored]))


def forget_exports(session: Session) -> list[str]:
    """Take every export out of the store, and let none that is being written be kept, inside `writing`.

    Something that stands in them is gone for good; whoever wants one begins another. Gives the names that they had.
    """
    names = []
    exports = select(Transfer).where(Transfer.kind == "export", or_(Transfer.stored != "", Transfer.state == "writing"))
    for row in session.scalars(exports.with_for_update()).all():
        if row.stored:
            names.append(row.stored)
            row.stored = ""
        else:
            row.state, row.finished_at = "failed", clock.now()
    session.flush()
    if names:
        after_commit(partial(remove, names))
    return names


@scheduled("library.sweep_bundles", daily_at(3, 45))
def sweep_bundles() -> None:
    """Remove bundles that no row names, and forget what came of those of a month ago."""
    with writing() as session:
        old = select(Transfer.id).where(Transfer.created_at < clock.now() - timedelta(days=30), Transfer.stored == "")
        for transfer_id in session.scalars(old).all():
            session.delete(session.get_one(Transfer, transfer_id))
    sweep(_FOLDER, _named)


def _named(names: Sequence[str]) -> Collection[str]:
    found = set(db.session.scalars(select(Transfer.stored).where(Transfer.stored.in_(names))))
    end_reading()
    return found
