"""Who may do what with accounts, profiles and roles."""

from typing import Final

from sccafe.core.audience import ROLES, STAFF_ROLES, Role, Viewer

#: Who may answer counseling requests as an expert.
EXPERT_ROLES: Final[frozenset[Role]] = frozenset({"member", "expert", "secretariat", "admin"})
#: What the secretariat may invite or let people in as; an admin may give every role.
_GIVEN_BY_STAFF: Final[frozenset[Role]] = frozenset({"member", "expert", "industry"})
_GIVEN_BY_ADMINS: Final[frozenset[Role]] = frozenset(ROLES)
#: So often in a year: each handle given up leads to its owner and is kept from everybody else.
HANDLE_CHANGES_A_YEAR = 3

#: What a profile shows to everybody, to signed-in readers besides, and to the secretariat besides.
SHOWN_TO_ALL: Final = ("handle", "role", "coordinator_layer", "experience_years", "prefecture")
SHOWN_TO_SIGNED_IN: Final = ("affiliation", "municipality", "population", "about")
SHOWN_TO_STAFF: Final = ("real_name", "email", "state", "state_reason", "created_at")


def shown_of_profile(viewer: Viewer) -> tuple[str, ...]:
    """The columns of a profile that this viewer is shown."""
    shown: tuple[str, ...] = SHOWN_TO_ALL
    if viewer.signed_in:
        shown += SHOWN_TO_SIGNED_IN
    if viewer.is_staff:
        shown += SHOWN_TO_STAFF
    return shown


def may_see_profile(viewer: Viewer, state: str) -> bool:
    """Active people are seen by all; others by the secretariat alone."""
    return state == "active" or viewer.is_staff


def may_manage_people(viewer: Viewer) -> bool:
    """See the people's pages: approvals, invitations, people, experts."""
    return viewer.is_staff


def roles_to_give(viewer: Viewer) -> frozenset[Role]:
    """The roles that this person may invite or let somebody in as."""
    if viewer.may_administer:
        return _GIVEN_BY_ADMINS
    return _GIVEN_BY_STAFF if viewer.is_staff else frozenset()


def may_change_role(viewer: Viewer, role: Role, is_last_admin: bool) -> bool:
    """Whether `viewer` may give somebody who has `role` another one; the last admin stays one."""
    return viewer.may_administer and not (role == "admin" and is_last_admin)


def may_suspend(viewer: Viewer, user_id: int, role: Role) -> bool:
    """The secretariat suspends members, experts and companies; admins also staff; nobody themselves."""
    if not viewer.is_staff or viewer.user_id == user_id:
        return False
    return viewer.may_administer or role not in STAFF_ROLES


def may_restore(viewer: Viewer, user_id: int, role: Role) -> bool:
    """Whoever may suspend may restore."""
    return may_suspend(viewer, user_id, role)


def may_set_counseling_desk(viewer: Viewer, role: Role) -> bool:
    """Admins choose which staff members read counseling requests."""
    return viewer.may_administer and role in STAFF_ROLES


def may_manage_experts(viewer: Viewer) -> bool:
    return viewer.is_staff


def may_be_expert(role: Role) -> bool:
    return role in EXPERT_ROLES


def may_bear_staff_words(role: Role) -> bool:
    """Handles such as 事務局 are for those who are."""
    return role in STAFF_ROLES
