"""Every read of accounts that decides something or fills a form; what pages show of people is in people_shown.py."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select

from sccafe.accounts import addresses, handles
from sccafe.accounts.models import Confirmation, ExpertProfile, FormerHandle, Invitation, User, UserSession
from sccafe.accounts.sessions import hashed
from sccafe.core import clock
from sccafe.core.database import db, run

#: Those who can sign in come first, then those who are told why they cannot.
_BY_STATE = case({"active": 0, "suspended": 1, "awaiting_approval": 2}, value=User.state, else_=3)


def sign_in_candidates(email: str, handle: str = "") -> Sequence[Row[Any]]:
    """Whom an address may mean, at most as many as may share one: id, handle_key, password_hash, state, reason."""
    statement = select(User.id, User.handle_key, User.password_hash, User.state, User.state_reason).where(
        User.email_key == addresses.key(email)
    )
    if handle:
        statement = statement.where(User.handle_key == handles.key(handle))
    return db.session.execute(statement.order_by(_BY_STATE, User.id.desc()).limit(addresses.SHARED_BY_AT_MOST)).all()


def begun_sign_up(email: str, handle: str) -> Row[Any] | None:
    """id and password_hash of an unconfirmed account with this address and handle."""
    return db.session.execute(
        select(User.id, User.password_hash).where(
            User.email_key == addresses.key(email),
            User.handle_key == handles.key(handle),
            User.state == "unconfirmed",
        )
    ).first()


def people_at(email: str) -> int:
    """How many confirmed accounts share this address."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(User)
            .where(User.email_key == addresses.key(email), User.state != "unconfirmed")
        )
        or 0
    )


def handle_is_taken(handle: str, by_other_than: int | None = None) -> bool:
    """Whether somebody else has this handle, or had it within the last year."""
    handle_key = handles.key(handle)
    has = select(User.id).where(User.handle_key == handle_key)
    had = select(FormerHandle.user_id).where(FormerHandle.handle_key == handle_key, FormerHandle.until > clock.now())
    owners = {*db.session.scalars(has), *db.session.scalars(had)}
    return bool(owners - {by_other_than})


def handles_given_up(user_id: int) -> int:
    """How many handles this person has given up within the last year."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(FormerHandle)
            .where(FormerHandle.user_id == user_id, FormerHandle.until > clock.now())
        )
        or 0
    )


def proof(token: str, purpose: str) -> Row[Any] | None:
    """Whose unused link this is: user_id, handle, email, new_email."""
    return db.session.execute(
        select(User.id.label("user_id"), User.handle, User.email, Confirmation.new_email)
        .join(User, User.id == Confirmation.user_id)
        .where(
            Confirmation.token_hash == hashed(token),
            Confirmation.purpose == purpose,
            Confirmation.used_at.is_(None),
            Confirmation.expires_at > clock.now(),
        )
    ).first()


def new_email_waiting(user_id: int) -> str:
    """The address that this person has asked for and not confirmed yet."""
    return (
        db.session.scalar(
            select(Confirmation.new_email)
            .where(
                Confirmation.user_id == user_id,
                Confirmation.purpose == "email",
                Confirmation.used_at.is_(None),
                Confirmation.expires_at > clock.now(),
            )
            .order_by(Confirmation.id.desc())
            .limit(1)
        )
        or ""
    )


def open_invitation(token: str) -> Row[Any] | None:
    """role and email of an invitation that can be accepted."""
    return db.session.execute(
        select(Invitation.role, Invitation.email).where(
            Invitation.token_hash == hashed(token), Invitation.used_at.is_(None), Invitation.expires_at > clock.now()
        )
    ).first()


def own_account(user_id: int) -> Row[Any]:
    """What the forms of the settings are filled with."""
    return db.session.execute(
        select(
            User.handle,
            User.email,
            User.role,
            User.password_hash,
            User.locale,
            User.real_name,
            User.coordinator_layer,
            User.affiliation,
            User.experience_years,
            User.prefecture,
            User.municipality,
            User.population,
            User.about,
        ).where(User.id == user_id)
    ).one()


def own_town(user_id: int) -> Row[Any]:
    """Where a person works, and how large that is."""
    return run(_TOWN, user_id=user_id).one()


_TOWN = select(User.prefecture, User.municipality, User.population).where(User.id == bindparam("user_id"))


def own_sessions(user_id: int) -> Sequence[Row[Any]]:
    """The live sessions of a person, newest first: id, agent, created_at, last_seen_on."""
    return db.session.execute(
        select(UserSession.id, UserSession.agent, UserSession.created_at, UserSession.last_seen_on)
        .where(UserSession.user_id == user_id, UserSession.expires_at > clock.now())
        .order_by(UserSession.id.desc())
    ).all()


def owner_of_former_handle(handle: str) -> str | None:
    """The present handle of the active person who gave this one up within the last year."""
    return db.session.scalar(
        select(User.handle)
        .join(FormerHandle, FormerHandle.user_id == User.id)
        .where(FormerHandle.handle_key == handles.key(handle), FormerHandle.until > clock.now(), User.state == "active")
    )


def person_by_handle(handle: str) -> Row[Any] | None:
    """id, handle and role of an active person."""
    return db.session.execute(
        select(User.id, User.handle, User.role).where(User.handle_key == handles.key(handle), User.state == "active")
    ).first()


def active_admins() -> int:
    return (
        db.session.scalar(select(func.count()).select_from(User).where(User.role == "admin", User.state == "active"))
        or 0
    )


def expert_profile(user_id: int) -> Row[Any] | None:
    """The expert profile of a person, with their handle."""
    return db.session.execute(
        select(
            ExpertProfile.user_id,
            User.handle,
            ExpertProfile.fields,
            ExpertProfile.sentence,
            ExpertProfile.employer,
            ExpertProfile.picture.label("picture_name"),
            ExpertProfile.capacity,
            ExpertProfile.away_until,
            ExpertProfile.active,
            ExpertProfile.note,
        )
        .join(User, User.id == ExpertProfile.user_id)
        .where(ExpertProfile.user_id == user_id)
    ).first()
