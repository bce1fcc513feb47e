"""Approval and invitations."""

import secrets
from datetime import timedelta
from typing import cast

from sqlalchemy import select

from sccafe.accounts import mails, policy
from sccafe.accounts.errors import MayNot, NoSuchPerson
from sccafe.accounts.events import AccountApproved, AccountRefused, InvitationMade, InvitationWithdrawn, RoleChanged
from sccafe.accounts.models import Invitation
from sccafe.accounts.service.people import person
from sccafe.accounts.sessions import hashed
from sccafe.core import clock
from sccafe.core.audience import Role, Viewer
from sccafe.core.database import locked, writing
from sccafe.core.events import emit

INVITATION_LIFETIME = timedelta(days=14)


def approve_account(actor: Viewer, user_id: int, role: str = "member") -> None:
    """Let a waiting person in, as this role. Raises NoSuchPerson where nobody waits, MayNot."""
    with writing() as session:
        user = person(session, user_id, "awaiting_approval")
        if not policy.may_manage_people(actor) or role not in policy.roles_to_give(actor):
            raise MayNot
        before, user.role, user.state = user.role, role, "active"
        mails.approved(user.email, user.locale, user.handle)
        emit(AccountApproved(user_id, actor.user_id))
        if before != role:
            emit(RoleChanged(user_id, actor.user_id, before, role))


def refuse_account(actor: Viewer, user_id: int, reason: str) -> None:
    """Do not let a waiting person in; the reason is mailed and shown at sign-in. Raises NoSuchPerson, MayNot."""
    with writing() as session:
        user = person(session, user_id, "awaiting_approval")
        if not policy.may_manage_people(actor):
            raise MayNot
        user.state, user.state_reason = "suspended", reason
        mails.refused(user.email, user.locale, user.handle, reason)
        emit(AccountRefused(user_id, actor.user_id, reason))


def invite(actor: Viewer, role: str, note: str = "", email: str = "") -> str:
    """An invitation for one person; gives its token, which is mailed where there is an address. Raises MayNot."""
    if actor.user_id is None or cast(Role, role) not in policy.roles_to_give(actor):
        raise MayNot
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with writing() as session:
        made = Invitation(
            token_hash=hashed(token),
            email=email,
            role=role,
            note=note,
            created_by=actor.user_id,
            created_at=now,
            expires_at=now + INVITATION_LIFETIME,
        )
        session.add(made)
        session.flush()
        if email:
            mails.invitation(email, actor.locale, role, token)
        emit(InvitationMade(made.id, actor.user_id, role))
    return token


def withdraw_invitation(actor: Viewer, invitation_id: int) -> None:
    """An invitation not yet used works no longer. Raises NoSuchPerson where there is none, MayNot."""
    with writing() as session:
        row = session.execute(
            locked(select(Invitation).where(Invitation.id == invitation_id, Invitation.used_at.is_(None)), Invitation)
        ).scalar_one_or_none()
        if not policy.may_manage_people(actor):
            raise MayNot
        if row is None:
            raise NoSuchPerson
        row.expires_at = min(row.expires_at, clock.now())
        emit(InvitationWithdrawn(invitation_id, actor.user_id))
