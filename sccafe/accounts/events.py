"""What accounts tell the floors above."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountConfirmed:
    """An address was confirmed; `awaits_approval` where the secretariat has to let the person in."""

    user_id: int
    awaits_approval: bool


@dataclass(frozen=True)
class AccountApproved:
    """A person was let in; the reason of a refusal goes with AccountRefused."""

    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class AccountRefused:
    user_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class AccountSuspended:
    user_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class AccountRestored:
    user_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class RoleChanged:
    user_id: int
    actor_id: int | None
    before: str
    after: str


@dataclass(frozen=True)
class CounselingDeskChanged:
    """A staff member reads counseling requests from now on, or no longer."""

    user_id: int
    actor_id: int | None
    belongs: bool


@dataclass(frozen=True)
class InvitationMade:
    invitation_id: int
    actor_id: int | None
    role: str


@dataclass(frozen=True)
class InvitationWithdrawn:
    invitation_id: int
    actor_id: int | None


@dataclass(frozen=True)
class ExpertChanged:
    """An expert profile was made, changed or ended."""

    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class ProfileChanged:
    """What a profile shows was written: by its owner, or when a command made the person."""

    user_id: int
