"""Who may do what to keep order: one table. Whoever may not use a page of the desk finds nothing there."""

from typing import Final

from sccafe.core.audience import Role, Viewer

_STAFF: Final[frozenset[Role]] = frozenset({"secretariat", "admin"})
_SIGNED_IN: Final[frozenset[Role]] = _STAFF | {"member", "expert", "industry"}

#: action -> who may do it. Measures against accounts are in accounts/policy.py.
TABLE: Final[dict[str, frozenset[Role]]] = {
    "report": _SIGNED_IN,  # any post that they can read, but not their own
    "see_desk": _STAFF,  # open reports and held posts
    "decide": _STAFF,  # close or hand on a report, approve or refuse a held post
    "measure": _STAFF,  # hide, restore, lock, pin, move
    "erase": _STAFF,  # remove a text or a name for good
    "read_record": _STAFF,
    "ask_identity": frozenset({"admin"}),  # who wrote an anonymous post
    "decide_identity": _STAFF,  # and never on one's own request
    "be_assigned": _STAFF,  # look after a report
}


def may(viewer: Viewer, action: str) -> bool:
    """Whether this viewer may do what the table names."""
    return viewer.role in TABLE[action]


def may_report(viewer: Viewer, mine: bool, state: str) -> bool:
    """A published post of somebody else."""
    return may(viewer, "report") and state == "published" and not mine
