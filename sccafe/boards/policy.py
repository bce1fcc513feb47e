"""Who may do what on a board: one table, and the few rules that hang on a topic or a post."""

from dataclasses import replace
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
    return why_not_answer(archived=archived, locked=locked, opens_at=opens_at, closes_at=closes_at, now=now)


def why_not_answer(
    *,
    archived: bool,
    locked: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> str:
    """The same for whoever answers by a personal link: they were asked, so no role is needed, and none goes before."""
    if archived:
        return "archived"
    if locked:
        return "locked"
    if opens_at and now < opens_at:
        return "before"
    return "closed" if closes_at and now >= closes_at else ""


def may_write_for_others(viewer: Viewer) -> bool:
    """Enter what somebody said by telephone, by fax or at a meeting."""
    return viewer.is_staff


def may_have_written(person: Viewer, kind: str) -> bool:
    """Whether words of this person may stand on such a board: as if they had written them here themselves."""
    return not person.signed_in or person.role in TABLE[kind][1]


def why_not_vote(
    viewer: Viewer,
    kind: str,
    *,
    archived: bool,
    locked: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> str:
    """As why_not_reply; but the period holds for the secretariat too: after it the numbers are what they are."""
    return why_not_reply(
        replace(viewer, role="member") if viewer.role in STAFF_ROLES else viewer,
        kind,
        archived=archived,
        locked=locked,
        opens_at=opens_at,
        closes_at=closes_at,
        now=now,
    )


def is_over(*, archived: bool, locked: bool, closes_at: datetime | None, now: datetime) -> bool:
    """Whether nobody can vote any more, and nobody will."""
    return archived or locked or (closes_at is not None and now >= closes_at)


def may_see_results(results: str, over: bool, voted: bool) -> bool:
    """The numbers of a poll, whoever looks: at its end everybody, before that whoever has voted where it says so."""
    return over or (results == "after_vote" and voted)


def may_arrange_meetings(viewer: Viewer) -> bool:
    """Set the period and the poll, write the outcome."""
    return viewer.is_staff


def may_react(viewer: Viewer, kind: str) -> bool:
    return viewer.role in TABLE[kind][2]


def may_report(viewer: Viewer) -> bool:
    """Anyone signed in may report any post they can read."""
    return viewer.signed_in


def may_be_anonymous(kind: str, anonymous_allowed: bool) -> bool:
    return TABLE[kind][3] and anonymous_allowed


def may_edit(viewer: Viewer, mine: bool, state: str, locked: bool) -> bool:
    """The writer, while the post stands or waits and the topic is not locked."""
    return viewer.signed_in and mine and state in ("published", "held") and (not locked or viewer.is_staff)


def may_delete(viewer: Viewer, mine: bool, state: str, locked: bool) -> bool:
    """The writer; the secretariat hides instead, with a reason."""
    return may_edit(viewer, mine, state, locked)


def may_accept(viewer: Viewer, kind: str, asked: bool, archived: bool) -> bool:
    """Whoever asked, and the secretariat."""
    return kind == "questions" and not archived and viewer.signed_in and (viewer.is_staff or asked)


def may_see_raised(viewer: Viewer) -> bool:
    """Questions that wait too long are put before experts and the secretariat."""
    return viewer.role in STAFF or viewer.role == "expert"


def may_moderate(viewer: Viewer) -> bool:
    """Hide, restore, lock, pin, move, approve, erase."""
    return viewer.is_staff


def may_manage_boards(viewer: Viewer) -> bool:
    return viewer.is_staff
