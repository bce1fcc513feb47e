"""The owner of each item on the shelf is asked in time whether it is still right: on the morning of a business day."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from sccafe.accounts.models import User
from sccafe.core import clock
from sccafe.core.audience import ROLES
from sccafe.core.calendar import is_business_day
from sccafe.core.database import db, end_reading, locked, writing
from sccafe.core.events import emit
from sccafe.core.jobs import daily_at, scheduled
from sccafe.library import policy
from sccafe.library.checking import open_link
from sccafe.library.events import OwnerAsked
from sccafe.library.models import ON_SHELF, CheckLink, Item

#: How often somebody is asked about one item, and after how many days again; then the desk alone lists it.
MOST_ASKED, ASKED_AGAIN = 3, timedelta(days=14)
#: Of how many items one person is asked in one morning: whoever handed in forty on one day is not sent forty mails.
MOST_A_MORNING = 5


def _due(today: date) -> tuple[ColumnElement[bool], ...]:
    # By days and not by hours: a job that is a little early fourteen days later would put it off to the next morning.
    asked_before = datetime.combine(today - ASKED_AGAIN + timedelta(days=1), time(), clock.TOKYO)
    return (
        Item.due_on <= today,
        ON_SHELF,
        Item.owner_id.is_not(None),
        Item.needs_work.is_(False),
        Item.asked_count < MOST_ASKED,
        or_(Item.asked_at.is_(None), Item.asked_at < asked_before),
    )


@scheduled("library.ask_owners", daily_at(8, 40))
def ask_owners() -> None:
    """Ask the owners of what is due, the longest due first."""
    today = clock.today()
    if not is_business_day(today):
        return
    rows = db.session.execute(
        select(Item.id, Item.owner_id)
        .join(User, User.id == Item.owner_id)
        .where(*_due(today), User.state == "active", User.role.in_([role for role in ROLES if policy.may_own(role)]))
        .order_by(Item.due_on, Item.id)
    ).all()
    end_reading()
    asked: Counter[int | None] = Counter()
    for row in rows:
        asked[row.owner_id] += 1
        if asked[row.owner_id] <= MOST_A_MORNING:
            ask(row.id, today)


def ask(item_id: int, today: date) -> None:
    """Ask the owner of one item, if it still is due."""
    now = clock.now()
    with writing() as session:
        item = session.scalars(locked(select(Item).where(Item.id == item_id, *_due(today)), Item)).one_or_none()
        if item is None or item.owner_id is None:
            return
        item.asked_at, item.asked_count = now, item.asked_count + 1
        open_link(session, item, now)
        session.flush()
        emit(OwnerAsked(item.id, item.owner_id))


@scheduled("library.forget_links", daily_at(3, 30))
def forget_links() -> None:
    """Forget the links that have run out."""
    with writing() as session:
        session.execute(delete(CheckLink).where(CheckLink.expires_at < clock.now()))
