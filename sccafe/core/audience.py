"""The wall: who may read what.

Everything that can be read carries one audience, a short string. A Viewer holds the audiences they belong to. Reading
is one clause, `readable(Thing.audience, viewer)`, in every list, page, feed, count, notice and mail.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import InstrumentedAttribute

PUBLIC: Final = "public"
NETWORK: Final = "network"  # members and companies
MEMBERS: Final = "members"
EXPERTS: Final = "experts"
INDUSTRY: Final = "industry"
STAFF: Final = "staff"

#: What an administrator can choose for a board; a room's boards carry `room:<id>`.
AUDIENCES: Final = (PUBLIC, NETWORK, MEMBERS, EXPERTS, INDUSTRY, STAFF)

Role = Literal["visitor", "member", "expert", "industry", "secretariat", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)[1:]
STAFF_ROLES: Final = frozenset({"secretariat", "admin"})

_OF_ROLE: Final[dict[Role, frozenset[str]]] = {
    "visitor": frozenset({PUBLIC}),
    "member": frozenset({PUBLIC, NETWORK, MEMBERS}),
    "expert": frozenset({PUBLIC, NETWORK, MEMBERS, EXPERTS}),
    "industry": frozenset({PUBLIC, NETWORK, INDUSTRY}),
    "secretariat": frozenset(AUDIENCES),
    "admin": frozenset(AUDIENCES),
}


def room(room_id: int) -> str:
    """The audience of one room."""
    return f"room:{room_id}"


def audiences_of(role: Role, rooms: Iterable[int] = ()) -> frozenset[str]:
    return _OF_ROLE[role] | {room(number) for number in rooms}


@dataclass(frozen=True)
class Viewer:
    """Who is asking; built once per request. Flask-Login keeps it as its user."""

    user_id: int | None = None
    role: Role = "visitor"
    audiences: frozenset[str] = field(default_factory=lambda: _OF_ROLE["visitor"])
    handle: str = ""
    locale: str = ""
    session_id: int | None = None
    session_token: str = ""
    unread_notices: int = 0
    joined_at: datetime | None = None
    #: The first post of a person new to the site may be held for approval.
    has_posted: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def may_administer(self) -> bool:
        return self.role == "admin"

    # What Flask-Login asks of its user.
    is_authenticated = signed_in
    is_active = signed_in

    @property
    def is_anonymous(self) -> bool:
        return self.user_id is None

    def get_id(self) -> str:
        return self.session_token


VISITOR: Final = Viewer()


def readable(
    audience: InstrumentedAttribute[str] | ColumnElement[str], viewer: Viewer | None = None
) -> ColumnElement[bool]:
    """The clause that lets through what a viewer may read, and nothing else.

    Without a viewer it is for a statement built once: `reader` gives the values it is then run with.
    """
    if viewer is None:
        return audience.in_(bindparam("audiences", expanding=True))
    return audience.in_(sorted(viewer.audiences))


def reader(viewer: Viewer) -> dict[str, Any]:
    """Who is reading, for statements built once: `audiences` for `readable`, and `reader_id` (None for a visitor)."""
    return {"audiences": sorted(viewer.audiences), "reader_id": viewer.user_id}


def may_read(audience: str, viewer: Viewer) -> bool:
    """The same rule for one thing at hand."""
    return audience in viewer.audiences


def loses(readers: str, before: str, after: str) -> bool:
    """Whether some of those who read `readers` could read `before` and cannot read `after`.

    Who is in a room is not asked: anybody with an account may be.
    """
    is_room = readers not in AUDIENCES
    return any(
        before in held and after not in held
        for role, held in _OF_ROLE.items()
        if (role != "visitor" if is_room else readers in held)
    )


def system(role: Role = "admin") -> Any:
    """The viewer as which commands and jobs act: nobody's account, all of a role's rights."""
    return Viewer(user_id=None, role=role, audiences=_OF_ROLE[role])
