"""Who may ask, where the answers may go, and who may be asked."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sccafe.core.audience import ROLES, VISITOR, Role, Viewer, audiences_of, may_read

#: Boards on which a prompt may open its topic.
KINDS: Final = frozenset({"exchange", "questions", "meeting", "industry"})
#: So many pasted addresses at a time.
MOST_ADDRESSES: Final = 2000
#: How long after its deadline a prompt still knows whom it was sent to.
RECIPIENTS_KEPT: Final = timedelta(days=30)
#: How long somebody can confirm or withdraw what was entered for them by the mailed link.
ENTERED_KEPT: Final = timedelta(days=60)


def may_ask(viewer: Viewer) -> bool:
    """Write prompts, send them, read the answers that are not published."""
    return viewer.is_staff


def may_open_on(kind: str, archived: bool) -> bool:
    return kind in KINDS and not archived


def roles_reading(audience: str, chosen: Collection[str] = ROLES) -> list[Role]:
    """Which of the chosen roles may read this audience: nobody is asked what they may not read."""
    return [role for role in ROLES if role in chosen and audience in audiences_of(role)]


def may_be_sent_to_addresses(audience: str) -> bool:
    """Somebody without an account reads what a visitor reads."""
    return may_read(audience, VISITOR)
