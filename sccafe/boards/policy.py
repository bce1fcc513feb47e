"""Who may do what on a board: one table, and the few rules that hang on a topic or a post."""

from datetime import datetime

from sccafe.core.audience import STAFF_ROLES, Role, Viewer

WRITERS: frozenset[Role] = frozenset({"member", "expert", "secretariat", "admin"})
STAFF: frozenset[Role] = frozenset({"secretariat", "admin"})
SIGNED_IN: frozenset[Role] = WRITERS | {"industry"}

#: kind -> (start a topic, reply, react and report, anonymous posts)
TABLE: dict[str, tuple[frozenset[Role], frozenset[Role], frozenset[Role], bool]] = {
    "exchange": (WRITERS, WRITERS, SIGNED_IN, True),
    "questions": (WRITERS, WRITERS, SIGNED_IN, True),
    "meeting": (STAFF, WRITERS, SIGNED_IN, True),
    "industry": (STAFF, WRITERS, SIGNED_IN, True),
    "news": (STAFF, WRITERS, SIGNED_IN, False),
}


def may_start(viewer: Viewer, kind: str, start: str, archived: bool) -> bool:
    """`start` is the board's narrowing: empty, or `staff`."""
    if archived or (start == "staff" and viewer.role not in STAFF_ROLES):
        return False
    return viewer.role in TABLE[kind][0]


def why_not_reply(
    viewer: Viewer,
    kind: str,
    *,
    archived: bool,
    locked: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> str:
    """Empty where the viewer may reply; else sign_in, role, archived, locked, before or closed."""
    if not viewer.signed_in:
        return "sign_in"
    if viewer.role not in TABLE[kind][1]:
        return "role"
    if archived:
        return "archived"
    if viewer.role in STAFF_ROLES:
        return ""
    if locked:
        return "locked"
    if opens_at and now < opens_at:
        return "before"
    if closes_at and now >= closes_at:
        return "closed"
    return ""


def may_react(viewer: Viewer, kind: str) -> bool:
    return viewer.role in TABLE[kind][2]


def may_report(viewer: Viewer) -> bool:
    """Anyone signed in may report any post they can read."""
    return viewer.signed_in


def may_be_anonymous(kind: str, anonymous_allowed: bool) -> bool:
    return TABLE[kind][3] and anonymous_allowed


def may_edit(viewer: Viewer, author_id: int | None, state: str, locked: bool) -> bool:
    """The writer, while the post stands or waits and the topic is not locked."""
    return bool(
        viewer.signed_in
        and author_id == viewer.user_id
        and state in ("published", "held")
        and (not locked or viewer.is_staff)
    )


def may_delete(viewer: Viewer, author_id: int | None, state: str, locked: bool) -> bool:
    """The writer; the secretariat hides instead, with a reason."""
    return may_edit(viewer, author_id, state, locked)


def may_accept(viewer: Viewer, kind: str, starter_id: int | None, archived: bool) -> bool:
    """Whoever asked, and the secretariat."""
    return (
        kind == "questions"
        and not archived
        and viewer.signed_in
        and (viewer.is_staff or (starter_id is not None and starter_id == viewer.user_id))
    )


def may_moderate(viewer: Viewer) -> bool:
    """Hide, restore, lock, pin, move, approve, erase."""
    return viewer.is_staff


def may_manage_boards(viewer: Viewer) -> bool:
    return viewer.is_staff
