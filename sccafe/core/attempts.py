"""Tries at passwords and codes, counted in the database so that a restart forgets none.

Counted per account first and per address generously: a whole city hall sits behind one.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import Index, Select, String, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core import clock
from sccafe.core.database import Base, db, run, writing
from sccafe.core.jobs import daily_at, scheduled


class Attempt(Base):
    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_kind_who_at", "kind", "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What was tried: sign_in, code, reset …
    kind: Mapped[str] = mapped_column(String(20))
    #: A keyed hash of the account or the address; neither can be read back.
    who: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Limit:
    """At most `most` tries in `per`."""

    kind: str
    most: int
    per: timedelta


def _hashed(who: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, who.encode(), hashlib.sha256).hexdigest()[:32]


def exceeded(limit: Limit, who: str) -> bool:
    """Whether `who` has used up the tries; reads only."""
    if not current_app.config["SETTINGS"].rate_limits:
        return False
    since = clock.now() - limit.per
    count = db.session.scalar(
        select(func.count())
        .select_from(Attempt)
        .where(Attempt.kind == limit.kind, Attempt.who == _hashed(who), Attempt.at > since)
    )
    return (count or 0) >= limit.most


def counts(tries: Sequence[tuple[Limit, str]]) -> list[int]:
    """How often each of these was tried within its time, in one statement; reads only."""
    now = clock.now()
    values: dict[str, Any] = {}
    for place, (limit, who) in enumerate(tries):
        values |= {f"kind{place}": limit.kind, f"who{place}": _hashed(who), f"since{place}": now - limit.per}
    row = run(_counting(len(tries)), **values).one()
    return [int(count) for count in row]


@cache
def _counting(number: int) -> Select[Any]:
    return select(
        *(
            select(func.count())
            .select_from(Attempt)
            .where(
                Attempt.kind == bindparam(f"kind{place}"),
                Attempt.who == bindparam(f"who{place}"),
                Attempt.at > bindparam(f"since{place}"),
            )
            .scalar_subquery()
            for place in range(number)
        )
    )


def take(limit: Limit, who: str) -> bool:
    """Count one try and say that there was one left; False where they are used up. Inside `writing`.

    Of those who come at the same moment no more get one than are left.
    """
    if not current_app.config["SETTINGS"].rate_limits:
        return True
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        # One after the other until the commit; SQLite's writer is alone already.
        number = int.from_bytes(bytes.fromhex(_hashed(f"{limit.kind} {who}")[:16]), signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
    session.flush()
    if exceeded(limit, who):
        return False
    record(limit, who)
    session.flush()
    return True


def record(limit: Limit, who: str) -> None:
    """Count one try, inside `writing`."""
    db.session.add(Attempt(kind=limit.kind, who=_hashed(who), at=clock.now()))


def forget(limit: Limit, who: str) -> None:
    """Start afresh after a success, inside `writing`."""
    db.session.execute(delete(Attempt).where(Attempt.kind == limit.kind, Attempt.who == _hashed(who)))


@scheduled("attempts.clean_up", daily_at(3, 30))
def clean_up() -> None:
    with writing() as session:
        session.execute(delete(Attempt).where(Attempt.at < clock.now() - timedelta(days=2)))
