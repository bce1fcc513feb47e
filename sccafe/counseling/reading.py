"""Opening a request: the look is recorded and committed before a word of it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from sccafe.core.events import emit
from sccafe.counseling import policy, rendering
from sccafe.counseling.errors import NotThere
from sccafe.counseling.events import RequestSeen
from sccafe.counseling.models import (
    AnswerDraft,
    Assignment,
    Look,
    Message,
    Note,
    Publication,
    Rating,
    Request,
    RequestFile,
    StepTaken,
)
from sccafe.counseling.sealing import Matter, Person, Seal
from sccafe.counseling.service.stepping import Actor, capacities


@dataclass(frozen=True)
class File:
    """A file of a message; its size is in bytes."""

    id: int
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Said:
    """A message or a note, ready to be shown; `html` is the renderer's own, and empty once retention took the text."""

    number: int
    #: asker, desk, expert or second.
    capacity: str
    kind: str
    author_id: int | None
    handle: str
    html: Markup
    at: datetime
    files: Sequence[File] = ()


@dataclass(frozen=True)
class Conversation:
    """A request as one of its people sees it."""

    id: int
    ref: str
    state: str
    category: str
    naming: str
    way: str
    passed_to: str
    publish_consent: bool
    created_at: datetime
    asked_at: datetime
    state_at: datetime
    first_due_on: date | None
    due_on: date | None
    first_response_at: datetime | None
    answered_at: datetime | None
    text_removed_at: datetime | None
    #: The viewer's own (policy.CAPACITIES).
    capacities: frozenset[str]
    matter: Matter
    #: What the viewer may know of the asker: the name alone for experts, nothing where it is anonymous.
    person: Person
    messages: Sequence[Said]
    #: For desk and experts who have accepted; empty for all others.
    notes: Sequence[Said] = ()
    draft: str = ""
    draft_saved: int = 0
    draft_handed_in: bool = False
    draft_editor: str = ""
    #: Everyone who is asked or has accepted: (user id, handle, is second, state, last day for yes or no).
    experts: Sequence[Row[Any]] = field(default_factory=list)
    #: helped, partly or not, and the line; empty where it is not rated.
    helped: str = ""
    rating_line: str = ""
    #: Of its way to the library: editing, asked, declined, published, withdrawn; empty where nobody thought of it.
    publication: str = ""
    #: Whether the expert has agreed to its present text.
    expert_agreed: bool = False

    def may(self, action: str) -> bool:
        """Whether the viewer may take this step of policy's table in the state that was read."""
        return policy.may(action, self.state, self.capacities)


def record(session: Session, request_id: int, viewer_id: int | None, capacity: str, what: str) -> None:
    """Write down that somebody is about to see a request (read, file, search or export), inside `writing`."""
    session.add(Look(request_id=request_id, viewer_id=viewer_id, capacity=capacity, what=what, at=clock.now()))


def _looked(actor: Actor, ref: str, what: str) -> tuple[Any, frozenset[str]]:
    """The request's row and the viewer's capacities, with the look committed. Raises NotThere."""
    with writing() as session:
        row = session.execute(select(*Request.__table__.columns).where(Request.ref == ref)).first()
        held = capacities(session, row, actor) if row is not None else frozenset()
        if row is None or not policy.may_read(row.state, held):
            raise NotThere
        capacity = next(capacity for capacity in policy.CAPACITIES if capacity in held)
        # The asker's looks name nobody: an account that asks stands with the request alone.
        viewer_id = None if capacity == "asker" else actor.viewer.user_id
        record(session, row.id, viewer_id, capacity, what)
        if actor.viewer.user_id is not None:
            emit(RequestSeen(row.id, actor.viewer.user_id))
        return row, held


def open_request(actor: Actor, ref: str, what: str = "read") -> Conversation:
    """The request with all that this viewer may see of it. Raises NotThere, in the same way for all who may not."""
    row, held = _looked(actor, ref, what)
    seal = Seal.of(row.data_key)
    person = seal.open_person(row.person)
    if not policy.reads_contact(held):
        person = Person(name=person.name if row.naming != "anonymous" else "")
    inside = policy.may_read_inside(row.state, held)
    session = db.session()
    draft = session.execute(
        select(AnswerDraft.text, AnswerDraft.saved, AnswerDraft.handed_in, User.handle)
        .outerjoin(User, User.id == AnswerDraft.editor_id)
        .where(AnswerDraft.request_id == row.id)
    ).first()
    rating = session.execute(select(Rating.helped, Rating.line).where(Rating.request_id == row.id)).first()
    publication = session.execute(
        select(Publication.state, Publication.version, Publication.expert_agreed).where(
            Publication.request_id == row.id
        )
    ).first()
    conversation = Conversation(
        id=row.id,
        ref=row.ref,
        state=row.state,
        category=row.category,
        naming=row.naming,
        way=row.way,
        passed_to=row.passed_to,
        publish_consent=row.publish_consent,
        created_at=row.created_at,
        asked_at=row.asked_at,
        state_at=row.state_at,
        first_due_on=row.first_due_on,
        due_on=row.due_on,
        first_response_at=row.first_response_at,
        answered_at=row.answered_at,
        text_removed_at=row.text_removed_at,
        capacities=held,
        matter=seal.open_matter(row.matter),
        person=person,
        messages=_messages(session, seal, row.id),
        notes=_notes(session, seal, row.id) if inside else (),
        draft=seal.open(draft.text) if draft and inside else "",
        draft_saved=draft.saved if draft and inside else 0,
        draft_handed_in=bool(draft and inside and draft.handed_in),
        draft_editor=(draft.handle or "") if draft and inside else "",
        experts=_experts(session, row.id),
        helped=rating.helped if rating else "",
        rating_line=seal.open(rating.line) if rating else "",
        publication=publication.state if publication else "",
        expert_agreed=bool(publication and publication.expert_agreed == publication.version),
    )
    end_reading()
    return conversation


def open_file(actor: Actor, ref: str, file_id: int) -> tuple[Seal, Row[Any], str]:
    """A file of a request: its seal, its row, and its name. The look is recorded. Raises NotThere."""
    file = db.session.execute(
        select(RequestFile.name, RequestFile.kind, RequestFile.media_type, RequestFile.size, RequestFile.stored)
        .join(Request, Request.id == RequestFile.request_id)
        .where(RequestFile.id == file_id, Request.ref == ref)
    ).first()
    end_reading()
    if file is None:
        raise NotThere
    row, _held = _looked(actor, ref, "file")
    seal = Seal.of(row.data_key)
    return seal, file, seal.open(file.name)


def looks(actor: Actor, ref: str) -> Sequence[Row[Any]]:
    """Who looked at a request, the newest first: handle (None for the asker), capacity, what, at. Raises NotThere.

    For the asker and the desk; at most 500.
    """
    request = db.session.execute(
        select(Request.id, Request.ref, Request.asker_id, Request.receipt_hash, Request.state).where(Request.ref == ref)
    ).first()
    held = capacities(db.session(), request, actor) if request is not None else frozenset()
    if request is None or not ({"asker", "desk"} & held):
        end_reading()
        raise NotThere
    rows = db.session.execute(
        select(User.handle, Look.capacity, Look.what, Look.at)
        .outerjoin(User, User.id == Look.viewer_id)
        .where(Look.request_id == request.id)
        .order_by(Look.id.desc())
        .limit(500)
    ).all()
    end_reading()
    return rows


@dataclass(frozen=True)
class Taken:
    """A step that a request took; who it was and why are empty where nobody may or can know."""

    action: str
    before: str
    after: str
    capacity: str
    handle: str
    reason: str
    at: datetime


def history(opened: Conversation) -> list[Taken]:
    """Every step of a request that its reader has open, the latest first; at most 300.

    Why each was taken stands there for those alone who read the notes.
    """
    rows = db.session.execute(
        select(
            *(StepTaken.action, StepTaken.before, StepTaken.after, StepTaken.capacity),
            *(StepTaken.reason, StepTaken.at, User.handle, Request.data_key),
        )
        .join(Request, Request.id == StepTaken.request_id)
        .outerjoin(User, User.id == StepTaken.actor_id)
        .where(StepTaken.request_id == opened.id)
        .order_by(StepTaken.id.desc())
        .limit(300)
    ).all()
    end_reading()
    seal = Seal.of(rows[0].data_key) if rows else None
    inside = policy.may_read_inside(opened.state, opened.capacities)
    return [
        Taken(
            *(row.action, row.before, row.after, row.capacity, row.handle or ""),
            seal.open(row.reason) if seal and inside else "",
            row.at,
        )
        for row in rows
    ]


def _messages(session: Session, seal: Seal, request_id: int) -> list[Said]:
    files: dict[int, list[File]] = {}
    for row in session.execute(
        select(RequestFile.id, RequestFile.message_id, RequestFile.name, RequestFile.kind, RequestFile.size)
        .where(RequestFile.request_id == request_id)
        .order_by(RequestFile.id)
    ):
        files.setdefault(row.message_id, []).append(File(row.id, seal.open(row.name), row.kind, row.size))
    rows = session.execute(
        select(
            *(Message.id, Message.number, Message.capacity, Message.kind, Message.author_id),
            *(Message.text, Message.html, Message.created_at, User.handle),
        )
        .outerjoin(User, User.id == Message.author_id)
        .where(Message.request_id == request_id)
        .order_by(Message.number)
    )
    return [
        Said(
            row.number,
            row.capacity,
            row.kind,
            row.author_id,
            row.handle or "",
            rendering.opened(seal, row.text, row.html),
            row.created_at,
            files.get(row.id, []),
        )
        for row in rows
    ]


def _notes(session: Session, seal: Seal, request_id: int) -> list[Said]:
    rows = session.execute(
        select(Note.id, Note.author_id, Note.text, Note.html, Note.created_at, User.handle)
        .outerjoin(User, User.id == Note.author_id)
        .where(Note.request_id == request_id)
        .order_by(Note.id)
    )
    return [
        Said(
            *(row.id, "note", "note", row.author_id, row.handle or ""),
            rendering.opened(seal, row.text, row.html),
            row.created_at,
        )
        for row in rows
    ]


def _experts(session: Session, request_id: int) -> Sequence[Row[Any]]:
    return session.execute(
        select(
            *(Assignment.expert_id, User.handle, Assignment.is_second, Assignment.state, Assignment.accept_by),
        )
        .join(User, User.id == Assignment.expert_id)
        .where(Assignment.request_id == request_id, Assignment.state != "over")
        .order_by(Assignment.is_second, Assignment.id)
    ).all()
