"""What time does to bookmarks."""

import logging

from sccafe.bookmarks import queries, service
from sccafe.core.database import db, end_reading
from sccafe.core.jobs import daily_at, scheduled

log = logging.getLogger(__name__)


@scheduled("bookmarks.remind", daily_at(7))
def remind() -> None:
    """Remind everybody whose day has come; one that fails keeps nobody else waiting and is tried again with the job."""
    waiting = queries.due(service.today())
    end_reading()
    failed: Exception | None = None
    for bookmark_id in waiting:
        try:
            service.remind(bookmark_id)
        except Exception as error:
            db.session.rollback()
            log.warning("bookmark %s: its reminder failed: %s", bookmark_id, type(error).__name__)
            failed = error
    if failed is not None:
        raise failed


@scheduled("bookmarks.clean_up", daily_at(3, 30))
def clean_up() -> None:
    service.forget_removed()
