"""How often items are read: counted in the memory of each process, and written together.

A page that is read costs no write of its own. What was counted is written by the reading that finds so many of them
waiting, or the first of them waiting for so long, and when the process ends in order; where it is killed, what it had
counted since then is lost, at most MOST readings.
"""

import logging
import threading
import time

from flask import current_app
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from sccafe.core.database import db, end_reading, writing
from sccafe.core.ending import at_end
from sccafe.library.models import Item

log = logging.getLogger(__name__)

#: So many readings, or the first of them for so many seconds, wait to be written.
MOST, SECONDS = 50, 60.0


class ViewCounts:
    """What this process has counted and not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[int, int] = {}
        self._waiting = 0
        self._since = 0.0

    def add(self, item_id: int, number: int = 1) -> bool:
        """Count readings of an item; says whether it is time to write."""
        with self._lock:
            now = time.monotonic()
            if not self._counts:
                self._since = now
            self._counts[item_id] = self._counts.get(item_id, 0) + number
            self._waiting += number
            return self._waiting >= MOST or now - self._since >= SECONDS

    def take(self) -> dict[int, int]:
        """All that was counted; from here on it is the caller's."""
        with self._lock:
            taken, self._counts, self._waiting = self._counts, {}, 0
            return taken


def counts() -> ViewCounts:
    """The counts of this process."""
    found: ViewCounts = current_app.extensions.setdefault("sccafe_view_counts", ViewCounts())
    return found


def count(item_id: int) -> None:
    """Count one reading; now and then this writes, and ends the reading for it."""
    if counts().add(item_id):
        end_reading()
        write()


@at_end
def write() -> None:
    """Write what was counted. A database that is away costs a warning and no page: it is tried again later."""
    taken = counts().take()
    if not taken:
        return
    try:
        with writing() as session:
            # In the order of their ids: two processes that write the same items wait and do not lock each other out.
            for item_id, number in sorted(taken.items()):
                session.execute(update(Item).where(Item.id == item_id).values(view_count=Item.view_count + number))
    except DBAPIError as error:
        db.session.rollback()
        log.warning("view counts wait: %s", type(error).__name__)
        for item_id, number in taken.items():
            counts().add(item_id, number)
