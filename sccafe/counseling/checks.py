"""What the writes of this feature keep true, looked at again: `sccafe check`. No word of a request comes out."""

from collections.abc import Iterator

from cryptography.fernet import InvalidToken
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import ExpertProfile
from sccafe.core import files
from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.counseling.files import FOLDER
from sccafe.counseling.models import (
    AnswerDraft,
    Assignment,
    Message,
    Note,
    Publication,
    Rating,
    Request,
    RequestFile,
    StepTaken,
)
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service import deleting, publishing
from sccafe.counseling.service.stepping import renew_deadlines

#: Every sealed column beside those of the request itself, and what it is called.
_SEALED = (
    (Message.text, "a message"),
    (RequestFile.name, "the name of a file"),
    (Note.text, "a note"),
    (AnswerDraft.text, "the draft"),
    (StepTaken.reason, "the reason of a step"),
    (Rating.line, "the line of the rating"),
    (Publication.text, "the text to be published"),
)


@check("counseling: seals")
def seals() -> Iterator[str]:
    """Every key can be unwrapped, and opens what belongs to its request."""
    session = db.session()
    rows = session.execute(
        select(Request.id, Request.ref, Request.data_key, Request.person, Request.matter).order_by(Request.id)
    ).all()
    for row in rows:
        try:
            seal = Seal.of(row.data_key)
        except (InvalidToken, ValueError):
            yield f"request {row.ref}: none of the site's keys opens its own"
            continue
        for token, what in [(row.person, "who asks"), (row.matter, "the subject"), *_tokens(session, row.id)]:
            try:
                seal.open(token)
            except (InvalidToken, ValueError):
                yield f"request {row.ref}: its key does not open {what}"


def _tokens(session: Session, request_id: int) -> Iterator[tuple[str | None, str]]:
    for column, what in _SEALED:
        owner = column.class_.request_id
        for token in session.scalars(select(column).where(owner == request_id, column.is_not(None))):
            yield token, what


@check("counseling: numbers of messages")
def numbers() -> Iterator[str]:
    highest, count = func.coalesce(func.max(Message.number), 0), func.count(Message.id)
    rows = db.session.execute(
        select(Request.ref, Request.last_number, highest.label("highest"), count.label("count"))
        .outerjoin(Message, Message.request_id == Request.id)
        .group_by(Request.id, Request.ref, Request.last_number)
        .having(or_(Request.last_number != highest, highest != count))
        .order_by(Request.id)
    )
    for row in rows:
        yield f"request {row.ref}: last_number is {row.last_number}, {row.count} messages go up to {row.highest}"


@check("counseling: deadlines")
def due_days() -> Iterator[str]:
    """As they follow from what happened, and from what is known of days off."""
    session = db.session()
    columns = (
        *(Request.id, Request.ref, Request.state, Request.category, Request.asked_at),
        *(Request.first_response_at, Request.first_due_on, Request.due_on),
    )
    for row in session.execute(select(*columns).order_by(Request.id)).all():
        # Of no session: what is computed here is written nowhere.
        twin = Request(
            id=row.id,
            state=row.state,
            category=row.category,
            asked_at=row.asked_at,
            first_response_at=row.first_response_at,
        )
        renew_deadlines(session, twin)
        for name in ("first_due_on", "due_on"):
            stands, right = getattr(row, name), getattr(twin, name)
            if stands != right:
                yield f"request {row.ref}: {name} is {stands or 'empty'}, and should be {right or 'empty'}"


@check("counseling: files")
def stored_files() -> Iterator[str]:
    there = {name for name in files.store().names() if name.startswith(f"{FOLDER}/")}
    rows = db.session.execute(
        select(Request.ref, RequestFile.id, RequestFile.stored)
        .join(Request, Request.id == RequestFile.request_id)
        .order_by(RequestFile.id)
    )
    for row in rows:
        if row.stored not in there:
            yield f"request {row.ref}: file {row.id} is not in the store"


@check("counseling: experts")
def experts() -> Iterator[str]:
    """Whoever is asked or has accepted answers requests."""
    rows = db.session.execute(
        select(Request.ref, Assignment.expert_id)
        .join(Request, Request.id == Assignment.request_id)
        .outerjoin(ExpertProfile, ExpertProfile.user_id == Assignment.expert_id)
        .where(Assignment.state != "over", ExpertProfile.user_id.is_(None))
        .order_by(Assignment.id)
    )
    for row in rows:
        yield f"request {row.ref}: person {row.expert_id} is to answer it and has no expert profile"


@check("counseling: deleted requests")
def deleted() -> Iterator[str]:
    for ref in deleting.listed_and_here():
        yield f"request {ref}: it was deleted for good and is here; the site deletes it again at its next start"
    for ref in publishing.taken_back_and_here():
        yield f"request {ref}: what was published of it was taken back and is here; it goes at the site's next start"
