"""What the index does after the response."""

from sccafe.core.database import writing
from sccafe.core.jobs import job
from sccafe.search.index import index

#: The job that follows where something was taken out for good.
MERGE = "search.merge"


@job(MERGE)
def merge() -> None:
    """Let the index forget what was taken out of it; others write in between."""
    more = True
    while more:
        with writing() as session:
            more = index().stay_small(session)
