"""The number in the header, counted again: `sccafe check`."""

from collections.abc import Iterator

from sqlalchemy import and_, func, select

from sccafe.accounts.models import User
from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.notifications.models import Notice


@check("people: number of unread notices")
def unread_notices() -> Iterator[str]:
    found = func.count(Notice.id)
    rows = db.session.execute(
        select(User.id, User.unread_notices, found.label("found"))
        .outerjoin(Notice, and_(Notice.user_id == User.id, Notice.on_site, Notice.read_at.is_(None)))
        .group_by(User.id, User.unread_notices)
        .having(User.unread_notices != found)
        .order_by(User.id)
    )
    for row in rows:
        yield f"person {row.id}: unread_notices is {row.unread_notices}, there are {row.found}"
