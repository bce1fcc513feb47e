"""Reads of bundles on their way, for the secretariat alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from sccafe.accounts.models import User
from sccafe.core.audience import Viewer
from sccafe.core.database import db
from sccafe.library import policy
from sccafe.library.models import Transfer

_TRANSFER: Select[Any] = select(
    Transfer.id,
    Transfer.kind,
    Transfer.state,
    Transfer.progress,
    Transfer.total,
    Transfer.counts,
    Transfer.faults,
    Transfer.notes,
    Transfer.everything,
    Transfer.name,
    Transfer.stored,
    Transfer.created_at,
    User.handle,
).outerjoin(User, User.id == Transfer.author_id)


def transfer(viewer: Viewer, transfer_id: int, kind: str) -> Row[Any] | None:
    """A bundle of this kind (import or export), or None."""
    if not policy.may_curate(viewer):
        return None
    return db.session.execute(_TRANSFER.where(Transfer.id == transfer_id, Transfer.kind == kind)).first()


def transfers(viewer: Viewer, kind: str, most: int = 20) -> Sequence[Row[Any]]:
    """The newest bundles of this kind, begun by whomever."""
    if not policy.may_curate(viewer):
        return []
    statement = _TRANSFER.where(Transfer.kind == kind).order_by(Transfer.created_at.desc(), Transfer.id.desc())
    return db.session.execute(statement.limit(most)).all()
