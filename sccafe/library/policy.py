"""Who may do what in the library, and the steps that a version takes: two tables."""

from dataclasses import dataclass
from typing import Final, Literal

from sccafe.boards.policy import SIGNED_IN, WRITERS
from sccafe.core.audience import Viewer

Who = Literal["own", "staff"]


@dataclass(frozen=True)
class Step:
    """From which states a version can take it, where it leads, and who may: its own people or the secretariat."""

    before: frozenset[str]
    after: str
    who: frozenset[Who]


_OWN: Final[frozenset[Who]] = frozenset({"own"})
_STAFF: Final[frozenset[Who]] = frozenset({"staff"})

#: Every step there is; what is not listed is refused.
STEPS: Final[dict[str, Step]] = {
    "submit": Step(frozenset({"draft", "returned"}), "submitted", _OWN | _STAFF),
    "take_back": Step(frozenset({"submitted"}), "draft", _OWN),
    "take": Step(frozenset({"submitted"}), "review", _STAFF),
    "send_back": Step(frozenset({"submitted", "review"}), "returned", _STAFF),
    "publish": Step(frozenset({"draft", "submitted", "review", "returned"}), "published", _STAFF),
}

#: In which states a version's words can be changed, and by whom: the secretariat also puts what waits into the sheet.
SAVED_BY: Final[dict[str, frozenset[Who]]] = {
    "draft": _OWN | _STAFF,
    "returned": _OWN | _STAFF,
    "submitted": _STAFF,
    "review": _STAFF,
}


def parts_of(viewer: Viewer, is_own: bool) -> frozenset[Who]:
    """In which capacities somebody acts; `is_own` where they handed the item in or answer for it."""
    own = _OWN if is_own and viewer.role in WRITERS else frozenset()
    return own | (_STAFF if viewer.is_staff else frozenset())


def may_hand_in(viewer: Viewer) -> bool:
    return viewer.role in WRITERS


def may_take(viewer: Viewer, step: str, state: str, is_own: bool) -> bool:
    """Whether a version in this state can take a step of STEPS at this viewer's hand."""
    found = STEPS[step]
    return state in found.before and bool(found.who & parts_of(viewer, is_own))


def may_save(viewer: Viewer, state: str, is_own: bool) -> bool:
    return bool(SAVED_BY.get(state, frozenset()) & parts_of(viewer, is_own))


def may_curate(viewer: Viewer) -> bool:
    """The desk: review, shelves, archiving, selections, import and export."""
    return viewer.is_staff


def may_own(role: str) -> bool:
    """Answer for an item; whoever loses such a role hands their items on."""
    return role in WRITERS


def may_confirm(viewer: Viewer, is_owner: bool) -> bool:
    """Say that a published item is still right, or that it needs work."""
    return is_owner or viewer.is_staff


def may_use(viewer: Viewer) -> bool:
    """Press 「使った」."""
    return viewer.role in SIGNED_IN


def may_report(viewer: Viewer) -> bool:
    """Tell how it went with 試してみた."""
    return viewer.role in WRITERS


def counts_as_download(viewer: Viewer, kind: str) -> bool:
    """Whether a file fetched counts: pictures are shown in the page, and the secretariat looks after what it keeps."""
    return kind != "image" and not viewer.is_staff
