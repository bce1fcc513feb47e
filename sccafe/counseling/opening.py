"""Trying a receipt code: slowed before anything is hashed or looked up, and never refused for good.

The first tries are answered at once. Whoever tries more is told to wait, and gets a signed ticket for this very code
with which it is tried after the wait: so neither a city hall behind one address nor somebody who guesses from there
keeps the rightful asker out. Whatever is not found is answered in one way: wrong, no code at all, deleted, or expired.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from sccafe.connections import line
from sccafe.core import attempts, clock, link_tokens
from sccafe.core.attempts import Limit
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import receipts
from sccafe.counseling.models import Request

#: Tries that found nothing and are answered at once: of one code, from one address, and over the whole site.
BY_CODE: Final = Limit("receipt_code", 5, timedelta(hours=1))
BY_ADDRESS: Final = Limit("receipt_address", 10, timedelta(hours=1))
OVER_SITE: Final = Limit("receipt_site", 300, timedelta(minutes=10))
#: Each further try waits so much longer, up to the most; in seconds.
LONGER, LONGEST = 5, 60
#: How long a ticket is good.
TICKET = timedelta(minutes=15)
#: Tries of one connection that have waited: so many a minute, as tickets can be fetched side by side; in seconds, when
#: the others are to come again with the same ticket.
WAITED: Final = Limit("receipt_waited", 20, timedelta(minutes=1))
AGAIN: Final = 10
#: One try is hashed at a time. So long another waits for its turn, and so long it is told to wait where that does not
#: come; in seconds.
turn: Final = threading.Lock()
PATIENCE, BUSY = 1.0, 5


@dataclass(frozen=True)
class Tried:
    """`ref` where the code opened a request. Else `wait`: the seconds to wait before the same code and `ticket` are
    sent again; 0 means that there is no such code."""

    ref: str = ""
    wait: int = 0
    ticket: str = ""
    #: Of the code that opened it (`receipts.mark`).
    mark: str = ""


@dataclass(frozen=True)
class _Try:
    letters: str
    #: Each limit, and who is counted by it.
    counted: tuple[tuple[Limit, str], ...]

    @property
    def mark(self) -> str:
        """What only this site can make of this code: tickets carry it."""
        return link_tokens.keyed("receipt ticket", self.letters).hex()[:32]


def try_code(written: str, address: str, ticket: str = "") -> Tried:
    """Open a request by what somebody typed, from `address`; begins and ends with no transaction open.

    Takes about 20 ms where it is tried, and next to nothing where it has to wait.
    """
    letters = receipts.letters(written)
    this = _Try(letters, ((BY_CODE, letters), (BY_ADDRESS, line(address)), (OVER_SITE, "")))
    is_limited = bool(current_app.config["SETTINGS"].rate_limits)
    has_waited = False
    counts = [0, 0, 0]
    if is_limited:
        counts = attempts.counts(this.counted)
        end_reading()
        over = [place for place, (limit, _who) in enumerate(this.counted) if counts[place] >= limit.most]
        if over:
            said = _ticket(ticket, this, counts[0])
            if said is None:
                return _slowed(this, counts, over)
            left = said["at"] + said["wait"] - clock.now().timestamp()
            if left > 0:
                return Tried(wait=int(left) + 1, ticket=ticket)
            if not _goes_on(line(address)):
                return Tried(wait=AGAIN, ticket=ticket)
            has_waited = True
    # Without limits nobody is sent away, and all take their turn.
    if not turn.acquire(timeout=PATIENCE if is_limited else -1):
        return Tried(wait=BUSY, ticket=ticket if has_waited else _new_ticket(this, BUSY, counts[0]))
    try:
        found = receipts.hashed(letters)
    finally:
        turn.release()
    ref = db.session.scalar(select(Request.ref).where(Request.receipt_hash == found))
    end_reading()
    if ref is None and is_limited:
        # One that has waited does not count for the site: a single address must not slow all others.
        with writing():
            for limit, who in this.counted[: 2 if has_waited else 3]:
                attempts.record(limit, who)
    return Tried(ref, mark=receipts.mark(found)) if ref else Tried()


def _goes_on(connection: str) -> bool:
    """Take one of the tries that a connection has for tickets whose wait is over; False where there is none now."""
    is_full = attempts.exceeded(WAITED, connection)
    end_reading()
    if is_full:
        return False
    with writing():
        return attempts.take(WAITED, connection)


def _slowed(this: _Try, counts: list[int], over: list[int]) -> Tried:
    """Tell to wait, by the limit that is exceeded most; counted as long as that lets the wait grow."""
    waits = {place: min(LONGEST, LONGER * (counts[place] - this.counted[place][0].most + 1)) for place in over}
    growing = [place for place, wait in waits.items() if wait < LONGEST]
    if growing:
        with writing():
            for place in growing:
                attempts.record(*this.counted[place])
    wait = max(waits.values())
    return Tried(wait=wait, ticket=_new_ticket(this, wait, counts[0] + (0 in growing)))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", "counseling receipt")


def _new_ticket(this: _Try, wait: int, tries: int) -> str:
    said = {"code": this.mark, "at": int(clock.now().timestamp()), "wait": wait, "tries": tries}
    return str(_signer().dumps(said))


def _ticket(ticket: str, this: _Try, tries: int) -> dict[str, Any] | None:
    """What a ticket says, if it is one for this code and still good: it is spent once its code has been tried."""
    try:
        said: dict[str, Any] = _signer().loads(ticket)
    except BadSignature:
        return None
    is_old = said["at"] + TICKET.total_seconds() < clock.now().timestamp()
    return None if is_old or said["code"] != this.mark or tries > said["tries"] else said
