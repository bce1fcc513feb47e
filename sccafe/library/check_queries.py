"""What is asked of owners, and what the desk shows of it: every read of staying true."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.accounts.sessions import viewer_of
from sccafe.core import clock, link_tokens
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.library import policy
from sccafe.library.checking import token_of
from sccafe.library.models import ON_SHELF, CheckLink, Item

PER_PAGE = 50

_owner = aliased(User)
_successor = aliased(User)

_COLUMNS = (
    Item.id,
    Item.title,
    Item.summary,
    Item.audience,
    Item.owner_id,
    Item.checked_on,
    Item.due_on,
    Item.asked_at,
    Item.asked_count,
    Item.needs_work,
    Item.work_note,
    _owner.handle.label("owner_handle"),
    _successor.handle.label("successor_handle"),
)
_ITEMS = (
    select(*_COLUMNS)
    .outerjoin(_owner, _owner.id == Item.owner_id)
    .outerjoin(_successor, _successor.id == Item.successor_id)
)


def item(viewer: Viewer, item_id: int) -> Row[Any] | None:
    """An item on the shelf that the viewer may read or answers for."""
    mine = Item.owner_id == viewer.user_id if viewer.user_id is not None else None
    may = readable(Item.audience, viewer) if mine is None else or_(readable(Item.audience, viewer), mine)
    return db.session.execute(_ITEMS.where(Item.id == item_id, ON_SHELF, may)).first()


def owned(viewer: Viewer, item_id: int) -> Row[Any] | None:
    """An item in any state with those who answer for it, as far as the viewer may read it."""
    return db.session.execute(_ITEMS.where(Item.id == item_id, readable(Item.audience, viewer))).first()


class Asked(NamedTuple):
    """What a mailed link opens: the item, and its owner as the viewer they are at this moment."""

    viewer: Viewer
    item: Row[Any]
    is_answered: bool


def asked(token: str) -> Asked | None:
    """None for a link that opens nothing: run out, handed on, off the shelf, or never made."""
    link = db.session.execute(
        select(CheckLink.item_id, CheckLink.owner_id, CheckLink.answered_at)
        .join(Item, and_(Item.id == CheckLink.item_id, Item.owner_id == CheckLink.owner_id))
        .where(CheckLink.token_hash == link_tokens.hashed(token), CheckLink.expires_at > clock.now())
    ).first()
    owner = viewer_of(link.owner_id) if link else None
    found = item(owner, link.item_id) if link and owner and policy.may_own(owner.role) else None
    if link is None or owner is None or found is None:
        return None
    return Asked(owner, found, link.answered_at is not None)


def link_to(user_id: int, item_id: int) -> str:
    """Where this owner answers without a sign-in; empty where they are not asked now."""
    seed = db.session.scalar(
        select(CheckLink.seed)
        .join(Item, and_(Item.id == CheckLink.item_id, Item.owner_id == CheckLink.owner_id))
        .where(
            CheckLink.item_id == item_id,
            CheckLink.owner_id == user_id,
            CheckLink.answered_at.is_(None),
            CheckLink.expires_at > clock.now(),
            ON_SHELF,
        )
        .order_by(CheckLink.id.desc())
        .limit(1)
    )
    return f"/library/check/{token_of(seed)}" if seed else ""


def _to_check() -> tuple[ColumnElement[bool], ...]:
    return (ON_SHELF, or_(Item.due_on <= clock.today(), Item.needs_work))


def to_check(viewer: Viewer, page: int) -> tuple[Sequence[Row[Any]], int]:
    """For the secretariat's desk: what needs work and what is overdue, the longest first; and how many in all."""
    if not policy.may_curate(viewer):
        return [], 0
    total = db.session.scalar(select(func.count()).select_from(Item).where(*_to_check())) or 0
    rows = db.session.execute(
        _ITEMS.where(*_to_check())
        .order_by(Item.needs_work.desc(), Item.due_on, Item.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return rows, total
