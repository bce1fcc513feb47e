"""What time takes from requests that are over: first name and contact, then the texts and who asked; figures stay.

Each request is a transaction of its own, with a record of what was removed. A published answer stays where it is, and
with it the account or the code by which its asker can take it back; once it is taken back, they go as well.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from sccafe.core import clock, site_settings
from sccafe.core.database import after_commit, db, end_reading, writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, enqueue, scheduled
from sccafe.core.uploads.placing import remove, sweep
from sccafe.counseling import files
from sccafe.counseling.events import AskerForgotten
from sccafe.counseling.models import (
    AnswerDraft,
    Message,
    Note,
    OwnDraft,
    Publication,
    Rating,
    Removal,
    Request,
    RequestFile,
    StepTaken,
)
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service.gone import FORGET
from sccafe.counseling.settings import CONTACT_KEPT_DAYS, TEXT_KEPT_DAYS

log = logging.getLogger(__name__)

_OVER = Request.state.in_(("closed", "withdrawn"))
_IS_PUBLISHED = (
    select(Publication.id).where(Publication.request_id == Request.id, Publication.state == "published").exists()
)


@scheduled("counseling.retention", daily_at(4, 0))
def keep_no_longer() -> None:
    """Remove what has been kept as long as the desk has set; what fails for one request keeps none of the others."""
    now = clock.now()
    contact, text = (timedelta(days=site_settings.get(setting)) for setting in (CONTACT_KEPT_DAYS, TEXT_KEPT_DAYS))
    end_reading()
    removed = _each("contact", _contact_is_due(), now - contact, _remove_contact)
    removed += _each("text", _text_is_due(), now - text, _remove_texts)
    if removed:
        with writing():
            enqueue(FORGET)


def _contact_is_due() -> ColumnElement[bool]:
    return Request.contact_removed_at.is_(None)


def _text_is_due() -> ColumnElement[bool]:
    """Also once more where somebody has gone on with it since, or what kept its asker's way to it is taken back."""
    has_asker = or_(Request.asker_id.is_not(None), Request.receipt_hash.is_not(None))
    return or_(
        Request.text_removed_at.is_(None),
        Request.text_removed_at < Request.state_at,
        and_(has_asker, ~_IS_PUBLISHED),
    )


def _each(what: str, is_due: ColumnElement[bool], before: Any, act: Callable[[Session, Request], None]) -> int:
    """Let `act` take something from every request that has been over since `before`; gives their number."""
    due = select(Request.id).where(_OVER, Request.state_at < before, is_due).order_by(Request.id)
    ids = list(db.session.scalars(due))
    end_reading()
    done = 0
    for request_id in ids:
        # Asked again inside the transaction: meanwhile somebody may have gone on with it.
        still = select(Request).where(Request.id == request_id, _OVER, Request.state_at < before, is_due)
        try:
            with writing() as session:
                request = session.scalars(
                    still.with_for_update().execution_options(populate_existing=True)
                ).one_or_none()
                if request is None:
                    continue
                act(session, request)
                session.add(Removal(ref=request.ref, what=what, capacity="system", at=clock.now()))
            done += 1
        except Exception as error:
            log.warning("retention waits for tomorrow with one request: %s", type(error).__name__)
    return done


def _remove_contact(session: Session, request: Request) -> None:
    request.person, request.email_hash, request.contact_removed_at = None, None, clock.now()


def _remove_texts(session: Session, request: Request) -> None:
    """The texts go, and the key that sealed them: what stays is sealed anew."""
    own = request.id
    names = list(session.scalars(select(RequestFile.stored).where(RequestFile.request_id == own)))
    # An answer that was published stays public; what never came that far is forgotten with its link.
    published = session.execute(
        select(Publication.id, Publication.text).where(Publication.request_id == own, Publication.state == "published")
    ).first()
    for statement in (
        update(Message).where(Message.request_id == own).values(text=None, html=None),
        update(StepTaken).where(StepTaken.request_id == own).values(reason=None),
        update(Rating).where(Rating.request_id == own).values(line=None),
        delete(RequestFile).where(RequestFile.request_id == own),
        delete(Note).where(Note.request_id == own),
        delete(AnswerDraft).where(AnswerDraft.request_id == own),
        delete(OwnDraft).where(OwnDraft.place == request.ref),
        delete(Publication).where(Publication.request_id == own, Publication.state != "published"),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    before, seal = Seal.of(request.data_key), Seal.new()
    request.data_key = seal.wrapped
    if request.person is not None:
        request.person = seal.close(before.open(request.person))
    if published is not None and published.text is not None:
        fresh = seal.close(before.open(published.text))
        session.execute(
            update(Publication).where(Publication.id == published.id).values(text=fresh),
            execution_options={"synchronize_session": False},
        )
    request.matter, request.text_removed_at = None, clock.now()
    if published is None:
        if request.asker_id is not None:
            emit(AskerForgotten(own, request.asker_id))
        request.asker_id = request.receipt_hash = None
    after_commit(partial(remove, names))


@scheduled("counseling.sweep_files", daily_at(3, 35))
def sweep_files() -> None:
    """Remove from the store what no row names and is older than a day."""
    sweep(files.FOLDER, _named)


def _named(names: Sequence[str]) -> Collection[str]:
    found = set(db.session.scalars(select(RequestFile.stored).where(RequestFile.stored.in_(names))))
    end_reading()
    return found
