"""What the index does after the response."""

from sqlalchemy import select

from sccafe.core.database import db
from sccafe.core.jobs import Job, enqueue, job
from sccafe.search.index import index

#: The job that follows where something was taken out for good.
FORGET = "search.forget"


def forget_soon() -> None:
    """Let the index forget what is taken out in this transaction, once it is committed."""
    if db.session.scalar(select(Job.id).where(Job.name == FORGET, Job.state == "waiting").limit(1)) is None:
        enqueue(FORGET)


@job(FORGET)
def forget() -> None:
    """Leave nothing of what was taken out of the index; tried again until nobody reads the old pages."""
    index().forget()
