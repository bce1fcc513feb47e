"""What the pages on the way to the shelf show of items, of what was noticed and of what was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.formats import Moment, moment
from sccafe.core.language import gettext as _
from sccafe.library import likeness, policy, review, review_words, shown, words
from sccafe.library.review import Alike, FileSeen

#: A chip's look for each state.
_LOOKS = {"draft": "plain", "submitted": "open", "review": "live", "returned": "open", None: "done"}


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list of those who work on it."""

    id: int
    title: str
    kind: str
    href: str
    chip: str
    state: str
    next_step: str
    author: str
    reviewer: str
    at: Moment | None


def item_lines(rows: Iterable[Row[Any]], language: str, at_desk: bool) -> list[ItemLine]:
    """Rows of `queries.own_items`, `to_review` or `off_shelf`; at the desk each leads to its review."""
    now = clock.now()
    found = []
    for row in rows:
        published, archived = row.published_id is not None, row.archived_at is not None
        when = row.submitted_at if row.state in ("submitted", "review") else row.archived_at or row.saved_at
        found.append(
            ItemLine(
                id=row.id,
                title=row.title,
                kind=words.kind(row.kind),
                href=f"/library/desk/{row.id}" if at_desk else f"/library/{row.id}/edit",
                chip=_LOOKS[row.state] if row.state or not archived else "plain",
                state=review_words.standing(row.state, published, archived),
                next_step=review_words.next_step(row.state, published, archived, row.needs_work),
                author=row.author_handle or "",
                reviewer=row.reviewer_handle or "",
                at=moment(when, language, now) if when else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Notice:
    """What the automatic checks noticed in a part; `href` leads to the other item, where there is one."""

    part: str
    label: str
    text: str
    href: str


def noticed(who: Viewer, item_id: int, sheet: dict[str, Any], files: Sequence[Row[Any]]) -> list[Notice]:
    """What the checks say of a sheet with these files; of other items only those that `who` may read are named."""
    alike = [Alike(part, said, row.id, row.title) for part, said, row in likeness.others(who, item_id, sheet)]
    seen = [FileSeen(row.name, row.kind, row.size, row.description) for row in files]
    place = "/library/desk" if policy.may_curate(who) else "/library"
    return [
        Notice(
            found.part,
            shown.label(found.part, sheet.get("kind", "case")),
            review_words.finding(found),
            f"{place}/{found.item_id}" if found.item_id else "",
        )
        for found in review.findings(sheet, seen, alike)
    ]


@dataclass(frozen=True, slots=True)
class CommentShown:
    id: int
    text: str
    name: str
    at: Moment
    done: bool


def comments_by_part(rows: Iterable[Row[Any]], language: str) -> dict[str, list[CommentShown]]:
    """Rows of `queries.comments`, by the part that each stands beside."""
    now = clock.now()
    found: dict[str, list[CommentShown]] = {}
    for row in rows:
        shown = CommentShown(
            row.id,
            row.text,
            row.handle or _("退会した人"),
            moment(row.created_at, language, now),
            row.done_at is not None,
        )
        found.setdefault(row.part, []).append(shown)
    return found
