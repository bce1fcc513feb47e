"""Measures of the secretariat: roles, suspension, the counseling desk, experts."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sccafe.accounts import experts_pictures, mails, policy, proofs, queries
from sccafe.accounts.errors import LastAdmin, MayNot, NoSuchPerson
from sccafe.accounts.events import (
    AccountRestored,
    AccountSuspended,
    CounselingDeskChanged,
    ExpertChanged,
    RoleChanged,
)
from sccafe.accounts.models import ExpertProfile, User, UserSession
from sccafe.core.audience import ROLES, Role, Viewer
from sccafe.core.database import locked, writing
from sccafe.core.events import emit
from sccafe.core.uploads import Picture


def person(session: Session, user_id: int, *states: str) -> User:
    """The row for a change, inside `writing`; raises NoSuchPerson, also where the state is none of these."""
    user = session.execute(locked(select(User).where(User.id == user_id), User)).scalar_one_or_none()
    if user is None or (states and user.state not in states):
        raise NoSuchPerson
    return user


def _hold_admins(session: Session) -> None:
    """Two admins who demote each other at the same moment must not both succeed, nor wait for each other for ever."""
    session.execute(locked(select(User.id).where(User.role == "admin").order_by(User.id), User))


def _is_last_admin(user: User) -> bool:
    return user.role == "admin" and user.state == "active" and queries.active_admins() <= 1


def change_role(actor: Viewer, user_id: int, role: str) -> None:
    """Give somebody another role. Raises NoSuchPerson, LastAdmin, MayNot."""
    with writing() as session:
        _hold_admins(session)
        user = person(session, user_id, "active", "suspended", "awaiting_approval")
        last = _is_last_admin(user)
        before = cast(Role, user.role)
        if role not in ROLES or not policy.may_change_role(actor, before, last):
            raise LastAdmin if last and actor.may_administer and role in ROLES else MayNot
        if role == before:
            return
        user.role = role
        if user.counseling_desk and not policy.may_set_counseling_desk(actor, role):
            user.counseling_desk = False
            emit(CounselingDeskChanged(user_id, actor.user_id, False))
        if not policy.may_be_expert(role):
            profile = session.get(ExpertProfile, user_id)
            if profile is not None and profile.active:
                profile.active = False
                emit(ExpertChanged(user_id, actor.user_id))
        emit(RoleChanged(user_id, actor.user_id, before, role))


def suspend_account(actor: Viewer, user_id: int, reason: str) -> None:
    """End somebody's sessions and let them in no more; the reason is shown at sign-in and mailed.

    Raises NoSuchPerson where the account is not active, LastAdmin, MayNot.
    """
    with writing() as session:
        _hold_admins(session)
        user = person(session, user_id, "active")
        if not policy.may_suspend(actor, user_id, cast(Role, user.role)):
            raise MayNot
        if _is_last_admin(user):
            raise LastAdmin
        user.state = "suspended"
        user.state_reason = reason
        session.flush()
        session.execute(delete(UserSession).where(UserSession.user_id == user_id))
        proofs.withdraw(session, user_id, proofs.PASSWORD)
        proofs.withdraw(session, user_id, proofs.EMAIL)
        mails.suspended(user.email, user.locale, user.handle, reason)
        emit(AccountSuspended(user_id, actor.user_id, reason))


def restore_account(actor: Viewer, user_id: int, reason: str) -> None:
    """Let a suspended or refused person in again. Raises NoSuchPerson, MayNot."""
    with writing() as session:
        user = person(session, user_id, "suspended")
        if not policy.may_restore(actor, user_id, cast(Role, user.role)):
            raise MayNot
        user.state = "active"
        user.state_reason = ""
        mails.restored(user.email, user.locale, user.handle, reason)
        emit(AccountRestored(user_id, actor.user_id, reason))


def set_counseling_desk(actor: Viewer, user_id: int, belongs: bool) -> None:
    """Say whether a staff member reads counseling requests. Raises NoSuchPerson, MayNot."""
    with writing() as session:
        user = person(session, user_id, "active")
        if not policy.may_set_counseling_desk(actor, cast(Role, user.role)):
            raise MayNot
        if user.counseling_desk != belongs:
            user.counseling_desk = belongs
            emit(CounselingDeskChanged(user_id, actor.user_id, belongs))


def save_expert_profile(
    actor: Viewer,
    user_id: int,
    *,
    fields: Sequence[str],
    sentence: str,
    capacity: int,
    away_until: date | None,
    active: bool,
    note: str,
    employer: str = "",
    picture: Picture | None = None,
    remove_picture: bool = False,
) -> None:
    """Make or change what an expert answers; without a `picture` the one before stays, unless it is to be removed.

    Raises NoSuchPerson, MayNot (also for who cannot be an expert).
    """
    with experts_pictures.placed(picture) as stored, writing() as session:
        user = person(session, user_id, "active")
        if not policy.may_manage_experts(actor) or (active and not policy.may_be_expert(cast(Role, user.role))):
            raise MayNot
        profile = session.get(ExpertProfile, user_id) or ExpertProfile(user_id=user_id)
        profile.fields = ",".join(fields)
        profile.sentence = sentence
        profile.capacity = capacity
        profile.away_until = away_until
        profile.active = active
        profile.note = note
        profile.employer = employer
        if stored.name or remove_picture:
            stored.former, profile.picture = profile.picture or "", stored.name
        session.add(profile)
        emit(ExpertChanged(user_id, actor.user_id))
