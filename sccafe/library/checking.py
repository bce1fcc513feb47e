"""Staying true: what the owner of an item says when they are asked, and who answers for it from now on."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.accounts.queries import person_by_handle
from sccafe.core import clock, link_tokens
from sccafe.core.audience import Viewer, may_read
from sccafe.core.database import locked, of_these, writing
from sccafe.core.events import emit
from sccafe.library import policy
from sccafe.library.errors import MayNot, NotAnOwner, NotThere
from sccafe.library.events import ItemHandedOn, OwnerAnswered
from sccafe.library.models import CheckLink, Item
from sccafe.library.service import confirmed, is_of, touch

#: How long a mailed link can be answered after the last asking.
LINK = timedelta(days=60)


def token_of(seed: str) -> str:
    """The token of a link by which an owner answers."""
    return link_tokens.token_of("library check", seed)


def open_link(session: Session, item: Item, now: datetime) -> None:
    """See to it that the owner has a link, inside `writing`: the one of the last asking goes on, with a new end."""
    link = session.scalars(
        select(CheckLink)
        .where(CheckLink.item_id == item.id, CheckLink.owner_id == item.owner_id, CheckLink.answered_at.is_(None))
        .order_by(CheckLink.id.desc())
        .limit(1)
    ).one_or_none()
    if link is None:
        link = CheckLink(item_id=item.id, owner_id=item.owner_id, seed=link_tokens.seed())
        session.add(link)
    # Hashed anew: the site's key may be another than at the last asking.
    link.token_hash, link.expires_at = link_tokens.hashed(token_of(link.seed)), now + LINK


# --- the two answers ---------------------------------------------------------------------------------------


def still_right(viewer: Viewer, item_id: int) -> None:
    """It is right today. Raises NotThere or MayNot."""
    with writing() as session:
        _still_right(session, viewer, _item(session, viewer, item_id))


def needs_work(viewer: Viewer, item_id: int, note: str = "") -> None:
    """It has to be worked on; readers and the secretariat are told. Raises NotThere or MayNot."""
    with writing() as session:
        _needs_work(session, viewer, _item(session, viewer, item_id), note)


def answer_by_link(viewer: Viewer, token: str, *, right: bool, note: str = "") -> None:
    """The same by the link mailed to this owner; raises NotThere for a link that opens nothing any more.

    What was answered stays answered: a second press changes nothing.
    """
    with writing() as session:
        link = session.scalars(
            locked(select(CheckLink).where(CheckLink.token_hash == link_tokens.hashed(token)), CheckLink)
        ).one_or_none()
        if link is None or link.owner_id != viewer.user_id or link.expires_at <= clock.now():
            raise NotThere
        if link.answered_at is not None:
            return
        item = _item(session, viewer, link.item_id)
        if item.owner_id != viewer.user_id:
            raise NotThere
        if right:
            _still_right(session, viewer, item)
        else:
            _needs_work(session, viewer, item, note)


def _item(session: Session, viewer: Viewer, item_id: int) -> Item:
    """An item on the shelf of which the viewer may say whether it is right."""
    item = session.scalars(locked(select(Item).where(Item.id == item_id), Item)).one_or_none()
    if item is None or not (may_read(item.audience, viewer) or is_of(viewer, item)):
        raise NotThere
    if not policy.may_confirm(viewer, viewer.user_id is not None and item.owner_id == viewer.user_id):
        raise MayNot("role" if viewer.signed_in else "sign_in")
    if item.published_id is None or item.archived_at is not None:
        raise MayNot("archived")
    return item


def _still_right(session: Session, viewer: Viewer, item: Item) -> None:
    confirmed(item)
    touch(session, item)
    _answered(session, viewer, item)


def _needs_work(session: Session, viewer: Viewer, item: Item, note: str) -> None:
    item.needs_work, item.work_note = True, note[:300]
    touch(session, item)
    _answered(session, viewer, item)


def _answered(session: Session, viewer: Viewer, item: Item) -> None:
    close_links(session, item.id)
    emit(OwnerAnswered(item.id, item.owner_id, item.needs_work, viewer.user_id))


def close_links(session: Session, item_id: int) -> None:
    """What was mailed about an item is answered, inside `writing`."""
    session.execute(
        update(CheckLink)
        .where(CheckLink.item_id == item_id, CheckLink.answered_at.is_(None))
        .values(answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )


# --- who answers for it ------------------------------------------------------------------------------------


def set_owner(viewer: Viewer, item_id: int, owner: str, successor: str) -> Item:
    """Let these people (handles) answer for an item, now and once the first has left; empty is the secretariat.

    Raises NotThere, MayNot; NotAnOwner for a handle of nobody who may own.
    """
    with writing() as session:
        item = session.scalars(locked(select(Item).where(Item.id == item_id), Item)).one_or_none()
        if item is None or not (policy.may_curate(viewer) or may_read(item.audience, viewer) or is_of(viewer, item)):
            raise NotThere
        if not policy.may_curate(viewer):
            raise MayNot("role" if viewer.signed_in else "sign_in")
        owner_id, successor_id = _person("owner", owner), _person("successor", successor)
        item.successor_id = successor_id if successor_id != owner_id else None
        if item.owner_id != owner_id:
            _hand_on(session, item, owner_id, viewer.user_id)
        return item


def _person(field: str, handle: str) -> int | None:
    if not handle:
        return None
    person = person_by_handle(handle)
    if person is None or not policy.may_own(person.role):
        raise NotAnOwner(field)
    return int(person.id)


def hand_on_all(session: Session, user_id: int, actor_id: int | None) -> None:
    """Whoever answers for items leaves: each goes to its successor, or to the secretariat; inside `writing`."""
    mine = locked(select(Item).where(or_(Item.owner_id == user_id, Item.successor_id == user_id)), Item)
    items = session.scalars(mine.order_by(Item.id)).all()
    wanted = {item.successor_id for item in items if item.successor_id is not None} - {user_id}
    people = session.execute(select(User.id, User.role).where(User.id.in_(wanted), of_these(User.state) == "active"))
    able = {row.id for row in people if policy.may_own(row.role)}
    for item in items:
        successor_id, item.successor_id = item.successor_id, None
        if item.owner_id == user_id:
            _hand_on(session, item, successor_id if successor_id in able else None, actor_id)


def _hand_on(session: Session, item: Item, owner_id: int | None, actor_id: int | None) -> None:
    before_id, item.owner_id = item.owner_id, owner_id
    # Whoever answers for it now is asked from the beginning, and what was mailed to the one before opens nothing.
    item.asked_at, item.asked_count = None, 0
    session.execute(delete(CheckLink).where(CheckLink.item_id == item.id))
    session.flush()
    emit(ItemHandedOn(item.id, owner_id, before_id, actor_id))
