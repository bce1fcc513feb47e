"""Who is told what: the kinds of notices, and which of them can be switched off."""

from typing import Final

from sccafe.core.audience import Viewer
from sccafe.library import policy as library
from sccafe.moderation import policy as moderation

#: About what somebody else wrote: a muted topic tells none of these.
OF_CONVERSATION: Final = ("reply", "answer", "accepted")
#: Only for people who may read the topic; `approved` of an account has none.
OF_TOPICS: Final = (*OF_CONVERSATION, "approved", "waiting", "reminder", "review")
#: About an item of the library: for those who may read it, who handed it in or who answer for it.
OF_ITEMS: Final = ("submitted", "returned", "published", "check", "work", "tried", "handed")
#: Those of items that wait for the secretariat.
OF_DESK: Final = ("submitted", "work")
#: A request of counseling: for those who may open it, and always told, on the site and by mail.
OF_REQUESTS: Final = "counsel"
#: What is told of one to an expert who has nothing more to do with it; it leads to no request.
OVER: Final = "over"
#: Told on the site alone: nobody has to act on them at once.
WITHOUT_MAIL: Final = (*OF_DESK, "tried", "handed")
#: Measures and approvals always reach the person concerned.
OF_EVERYBODY: Final = (*OF_CONVERSATION, "reminder")
OF_OWNERS: Final = ("returned", "published", "check", "tried", "handed")
SWITCHABLE: Final = (*OF_EVERYBODY, *OF_OWNERS, "report", "waiting", "review", *OF_DESK)


def may_see_reports(viewer: Viewer) -> bool:
    return moderation.may(viewer, "see_desk")


def switchable(viewer: Viewer) -> tuple[str, ...]:
    """The kinds that this person can switch off, in the order of their page."""
    if may_see_reports(viewer):
        return SWITCHABLE
    return (*OF_EVERYBODY, *OF_OWNERS) if library.may_own(viewer.role) else OF_EVERYBODY
