"""What `sccafe check` looks at here."""

from collections.abc import Iterator

from sccafe.core.checks import check
from sccafe.moderation import audit


@check("record of measures")
def audit_record() -> Iterator[str]:
    """Whether the record is as it was written."""
    yield from audit.verify()
