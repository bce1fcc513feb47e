"""What a hand-out shows of an item: its published sheet, and what a reader on paper has to be told beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from sccafe.core.formats import date_text, day_text
from sccafe.library import shown


@dataclass(frozen=True)
class Leaf:
    """One item."""

    id: int
    sheet: shown.SheetShown
    files: Sequence[str]
    address: str
    #: When this version was published, and when somebody last said that it is right.
    published: str
    checked: str
    is_overdue: bool


def leaf(row: Row[Any], files: Sequence[str], site: str, language: str) -> Leaf:
    """What is shown of a row of `queries.published`; `site` is the site's address."""
    return Leaf(
        id=row.id,
        sheet=shown.sheet(row.sheet, row.html, language),
        files=files,
        address=f"{site}/library/{row.id}",
        published=date_text(row.version_published_at, language),
        checked=day_text(row.checked_on, language) if row.checked_on else "",
        is_overdue=shown.is_overdue(row.due_on) or row.needs_work,
    )
