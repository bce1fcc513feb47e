"""What pages show of 試してみた: each report, and all of them in one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.formats import Moment, known_text, moment
from sccafe.library import policy, words
from sccafe.library.models import OUTCOMES

_CHIPS = {"well": "done", "partly": "live", "not": "plain"}
#: So many changes stand above the reports, each cut to a line.
_MOST, _LENGTH = 5, 80


@dataclass(frozen=True, slots=True)
class ReportShown:
    id: int
    handle: str
    #: Kind of the chip, and how it went.
    chip: str
    outcome: str
    place: str
    #: The month it began, in words.
    since: str
    changed: str
    cost: str
    html: Markup
    at: Moment
    edited: Moment | None
    hidden_reason: str
    mine: bool
    may_hide: bool


def reports(who: Viewer, rows: Iterable[Row[Any]], language: str) -> list[ReportShown]:
    """The rows of `queries.reports` as the item's page shows them."""
    now, may_hide = clock.now(), policy.may_curate(who)
    return [
        ReportShown(
            id=row.id,
            handle=row.handle,
            chip=_CHIPS[row.outcome],
            outcome=words.outcome(row.outcome),
            place=row.place,
            since=known_text(row.since, language) if row.since else "",
            changed=row.changed,
            cost=row.cost,
            html=Markup(row.html),  # noqa: S704  the renderer's own
            at=moment(row.created_at, language, now),
            edited=moment(row.edited_at, language, now) if row.edited_at else None,
            hidden_reason=row.hidden_reason,
            mine=row.user_id == who.user_id,
            may_hide=may_hide,
        )
        for row in rows
    ]


def summary(row: Row[Any]) -> list[tuple[str, str, int]]:
    """How it went elsewhere, of a row of `queries.item`: (kind of the chip, words, how many), the good first."""
    counts = {"well": row.report_well_count, "partly": row.report_partly_count}
    counts["not"] = row.report_count - sum(counts.values())
    return [(_CHIPS[key], words.outcome(key), counts[key]) for key in OUTCOMES if counts[key]]


def changes(rows: Iterable[Row[Any]]) -> list[tuple[int, str]]:
    """What people did otherwise than in the item: (the report's id, one line); of one report alone nothing."""
    found = [(row.id, " ".join(row.changed.split())) for row in rows if row.changed and not row.hidden_reason]
    cut = [(number, text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…") for number, text in found]
    return cut[:_MOST] if len(cut) > 1 else []
