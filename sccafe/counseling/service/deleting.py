"""Deleting a request for good: its rows, its files, its key, and whatever an older backup would bring back of it.

Its ref goes into a list beside the site's keys before the deletion is committed. What stands in that list is deleted
again whenever it is found: after a restore, at the start of a site, and once a day.
"""

from functools import partial

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from sccafe.core import clock
from sccafe.core.database import Base, after_commit, db, end_reading, forget_old_pages, writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, enqueue, job, scheduled
from sccafe.core.uploads import placing
from sccafe.counseling import policy
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.events import RequestGone
from sccafe.counseling.models import OwnDraft, Removal, Request, RequestFile
from sccafe.counseling.service import gone, publishing
from sccafe.counseling.service.stepping import Actor, capacities, stepping

_AT_ONCE = 500


def delete(actor: Actor, ref: str) -> None:
    """Delete a request and everything that hangs on it, for good. Raises NotThere, MayNot."""
    with stepping(actor, ref, "delete") as step:
        take_away(step.session, step.request, step.capacity, step.actor_id)


def state_before(actor: Actor, ref: str, capacity: str) -> str:
    """The state of a request that this actor may delete in a capacity, for the page that asks once more.

    No word of the request is read. Ends the reading. Raises NotThere, MayNot.
    """
    row = db.session.execute(
        select(Request.id, Request.ref, Request.asker_id, Request.receipt_hash, Request.state).where(Request.ref == ref)
    ).first()
    held = capacities(db.session(), row, actor) if row is not None else frozenset()
    end_reading()
    if row is None or capacity not in held or not policy.may_read(row.state, held):
        raise NotThere
    if not policy.may("delete", row.state, {capacity}):
        raise MayNot("state")
    return str(row.state)


def take_away(session: Session, request: Request, capacity: str, actor_id: int | None = None) -> list[str]:
    """Everything of a request goes, inside `writing`; gives the names that files with its words have in the store."""
    names = list(session.scalars(select(RequestFile.stored).where(RequestFile.request_id == request.id)))
    emit(RequestGone(request.id, actor_id))
    exports = publishing.take_away(session, request.id)
    session.add(Removal(ref=request.ref, what="request", capacity=capacity, at=clock.now()))
    session.flush()
    session.expunge(request)
    for statement in (
        delete_rows(OwnDraft).where(OwnDraft.place == request.ref),
        delete_rows(Request).where(Request.id == request.id),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    after_commit(partial(placing.remove, names))
    enqueue(gone.FORGET)
    # Last, and on the disk before the commit: if the machine stops between the two, the next run finishes it.
    gone.add_requests([request.ref])
    return names + exports


# --- staying deleted --------------------------------------------------------------------------------


def again() -> list[str]:
    """Take away what stands in the list and is here nevertheless, each in a transaction of its own.

    Deleted requests, and texts that were taken back. Gives the names that files with their words have in the store.
    What this database knows as gone is put into the list: where a site runs on several machines, each has its own.
    """
    gone.add_requests(db.session.scalars(select(Removal.ref).where(Removal.what == "request")).all())
    publishing.list_taken_back()
    names: list[str] = []
    for ref in listed_and_here():
        with writing() as session:
            request = session.scalars(select(Request).where(Request.ref == ref).with_for_update()).one_or_none()
            if request is not None:
                names += take_away(session, request, "system")
    return names + publishing.take_back_again()


def listed_and_here() -> list[str]:
    """Which requests stand in the list of deleted ones and in the database; ends the reading."""
    refs = gone.requests()
    found: list[str] = []
    for start in range(0, len(refs), _AT_ONCE):
        some = refs[start : start + _AT_ONCE]
        found += db.session.scalars(select(Request.ref).where(Request.ref.in_(some)).order_by(Request.id)).all()
    end_reading()
    return found


@scheduled("counseling.delete_again", daily_at(3, 50))
def delete_again() -> None:
    """For people who copy an older database back by hand."""
    again()


@job(gone.FORGET)
def forget_pages() -> None:
    """Let the database's own files forget what was removed; tried again until nobody is reading the old pages."""
    # What was published stood in the library's tables.
    forget_old_pages({table for table in Base.metadata.tables if table.startswith(("counseling_", "library_"))})
