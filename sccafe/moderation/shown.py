"""What the desk's pages show: rows of the database turned into words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.boards import files_shown
from sccafe.boards import shown as boards_shown
from sccafe.boards.files_shown import FileShown
from sccafe.boards.queries import Files
from sccafe.core import clock
from sccafe.core.formats import Moment, moment
from sccafe.core.markup import plain
from sccafe.moderation import words

EXCERPT = 120


def writer_name(row: Any) -> str:
    """Alias or handle; whoever wrote under an alias stays unknown here too."""
    return boards_shown.writer_name(row.alias, row.guest_name, row.handle)


def post_state(state: str) -> str:
    """What stands beside a post at the desk; nothing for a published one."""
    labels: dict[str, str] = {"held": _("確認待ち"), "hidden": _("非表示"), "deleted": _("書いた人が削除")}
    return labels.get(state, "")


@dataclass(frozen=True, slots=True)
class PostCard:
    """A whole post outside its topic."""

    id: int
    title: str
    href: str
    board: str
    name: str
    initial: str
    at: Moment
    html: Markup
    state: str
    state_label: str
    state_reason: str
    files: Sequence[FileShown] = ()


def post_cards(rows: Sequence[Row[Any]], files: Files, locale: str) -> list[PostCard]:
    """`files` are those of the posts, for whoever decides on a text has to see them as well."""
    return [replace(_post_card(row, locale), files=files_shown.of(files.get(row.id, ()), locale)) for row in rows]


def _post_card(row: Row[Any], locale: str) -> PostCard:
    name = writer_name(row)
    board = (row.board_title_en or row.board_title) if locale == "en" else row.board_title
    return PostCard(
        id=row.id,
        title=row.title,
        href=f"/posts/{row.id}",
        board=board,
        name=name,
        initial=name[:1],
        at=moment(row.created_at, locale),
        html=Markup(row.html),  # noqa: S704
        state=row.state,
        state_label=post_state(row.state),
        state_reason=row.state_reason,
    )


@dataclass(slots=True)
class ReportedPost:
    """One line of the desk: a post and all open reports of it."""

    href: str
    title: str
    name: str
    excerpt: str
    state_label: str
    since: Moment
    assignee: str
    mine: bool
    count: int = 0
    reasons: list[str] = field(default_factory=list)


def reported_posts(rows: Iterable[Row[Any]], user_id: int | None, locale: str) -> list[ReportedPost]:
    """Several reports of one post are one line."""
    now = clock.now()
    lines: dict[int, ReportedPost] = {}
    for row in rows:
        line = lines.get(row.post_id)
        if line is None:
            line = lines[row.post_id] = ReportedPost(
                href=f"/moderation/reports/{row.id}",
                title=row.title,
                name=writer_name(row),
                excerpt=plain(row.html, EXCERPT),
                state_label=post_state(row.post_state),
                since=moment(row.created_at, locale, now),
                assignee=row.assignee or "",
                mine=row.assignee_id is not None and row.assignee_id == user_id,
            )
        line.count += 1
        reason = words.report_reason(row.reason)
        if reason not in line.reasons:
            line.reasons.append(reason)
    return list(lines.values())


@dataclass(frozen=True, slots=True)
class ReportShown:
    id: int
    reason: str
    note: str
    reporter: str
    assignee: str
    at: Moment
    state: str
    state_label: str
    decision: str
    closed_by: str
    closed: Moment | None


def reports(rows: Iterable[Row[Any]], locale: str) -> list[ReportShown]:
    now = clock.now()
    return [
        ReportShown(
            id=row.id,
            reason=words.report_reason(row.reason),
            note=row.note,
            reporter=row.reporter,
            assignee=row.assignee or "",
            at=moment(row.created_at, locale, now),
            state=row.state,
            state_label=words.report_state(row.state),
            decision=row.decision,
            closed_by=row.closed_by or "",
            closed=moment(row.closed_at, locale, now) if row.closed_at else None,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One entry of the record."""

    id: int
    action: str
    subject: str
    href: str
    actor: str
    at: Moment
    reason: str
    details: str


_PAGES = {
    "post": "/posts/%s",
    "topic": "/topics/%s",
    "report": "/moderation/reports/%s",
    "user": "/admin/people/%s",
    "board": "/admin/boards/%s",
    "prompt": "/prompts/%s",
    "item": "/library/%s",
}


def entries(rows: Iterable[Row[Any]], locale: str) -> list[EntryShown]:
    now = clock.now()
    kinds = words.audit_kinds()
    shown = []
    for row in rows:
        page = _PAGES.get(row.subject_kind, "")
        number = f" {row.subject_id}" if page else ""
        shown.append(
            EntryShown(
                id=row.id,
                action=words.audit_action(row.action),
                subject=kinds.get(row.subject_kind, row.subject_kind) + number,
                href=page % row.subject_id if page else "",
                actor=_("自動") if row.actor_id is None else row.actor or _("退会した人"),
                at=moment(row.at, locale, now),
                reason=row.reason or "",
                details=words.audit_details(row),
            )
        )
    return shown
