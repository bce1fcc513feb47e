"""Signing in and out, forgotten passwords, sessions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from sccafe.accounts import addresses, handles, mails, passwords, proofs, queries, sessions
from sccafe.accounts.errors import HandleNeeded, NotLetIn, ProofInvalid, TooManyTries, WrongCredentials
from sccafe.accounts.models import User, UserSession
from sccafe.core import attempts
from sccafe.core.attempts import Limit
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading, locked, writing

#: Counted per account first, and generously per network: a whole city hall sits behind one address.
TRIES = Limit("sign_in", 10, timedelta(minutes=15))
TRIES_FROM_NETWORK = Limit("sign_in_network", 300, timedelta(minutes=15))
RESETS = Limit("reset", 5, timedelta(hours=1))
#: How long the typed password need not be typed again while somebody types their handle.
PROOF_SECONDS = 600


def sign_in(email: str, password: str, handle: str, remember: bool, network: str) -> None:
    """Sign this browser in. Slow.

    Raises TooManyTries before anything is hashed, WrongCredentials, NotLetIn, and HandleNeeded where several people
    share the address.
    """
    _refuse_too_many(email, network)
    candidates = queries.sign_in_candidates(email, handle)
    end_reading()
    if not candidates:
        passwords.pretend(password)
    matching = [row for row in candidates if passwords.fits(row.password_hash, password)]
    if not matching:
        _count_failure(email, network)
        raise WrongCredentials
    active = [row for row in matching if row.state == "active"]
    if not active:
        raise NotLetIn(matching[0].state, matching[0].state_reason)
    if len([row for row in candidates if row.state == "active"]) > 1:
        raise HandleNeeded(_signer().dumps([[row.id, row.password_hash[-8:]] for row in active]))
    _begin(active[0], password, remember, candidates if not handle else (), email)


def sign_in_as(email: str, proof: str, handle: str, remember: bool, network: str) -> None:
    """The second step at a shared address: the handle, with the proof that the password was right.

    Raises TooManyTries, WrongCredentials; ProofInvalid where the proof is too old.
    """
    _refuse_too_many(email, network)
    try:
        proven = {int(user_id): str(end) for user_id, end in _signer().loads(proof, max_age=PROOF_SECONDS)}
    except (BadData, ValueError, TypeError):
        raise ProofInvalid from None
    rows = queries.sign_in_candidates(email, handle) if handles.key(handle) else ()
    end_reading()
    row = next((row for row in rows if row.state == "active" and proven.get(row.id) == row.password_hash[-8:]), None)
    if row is None:
        _count_failure(email, network)
        raise WrongCredentials
    _begin(row, "", remember, (), email)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="password was right")


def _refuse_too_many(email: str, network: str) -> None:
    if attempts.exceeded(TRIES, addresses.key(email)) or attempts.exceeded(TRIES_FROM_NETWORK, network):
        end_reading()
        raise TooManyTries(15)


def _count_failure(email: str, network: str) -> None:
    with writing():
        attempts.record(TRIES, addresses.key(email))
        attempts.record(TRIES_FROM_NETWORK, network)


def _begin(row: Row[Any], password: str, remember: bool, alone: Sequence[Row[Any]], email: str) -> None:
    fresh = passwords.hash_password(password) if password and passwords.is_outdated(row.password_hash) else ""
    with writing() as session:
        user = session.execute(locked(select(User).where(User.id == row.id), User)).scalar_one_or_none()
        if user is None or user.state != "active" or user.password_hash != row.password_hash:
            raise WrongCredentials  # it has just been changed
        if fresh:
            user.password_hash = fresh
        if len(alone) == 1:
            # At a shared address one person's success must not give another's guesses a fresh start.
            attempts.forget(TRIES, addresses.key(email))
        sessions.begin(user.id, remember)


def sign_out(viewer: Viewer) -> None:
    """End the present session."""
    with writing() as session:
        session.execute(delete(UserSession).where(UserSession.id == viewer.session_id))


def end_session(viewer: Viewer, session_id: int) -> None:
    """End one of one's own sessions."""
    with writing() as session:
        session.execute(delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == viewer.user_id))


def end_other_sessions(viewer: Viewer) -> None:
    """End all of one's own sessions but the present one."""
    with writing() as session:
        session.execute(
            delete(UserSession).where(UserSession.user_id == viewer.user_id, UserSession.id != viewer.session_id)
        )


def ask_for_new_password(email: str) -> None:
    """Mail a link per person to an address that active people have; nothing tells whether any has.

    Raises TooManyTries, for known and unknown addresses alike.
    """
    email_key = addresses.key(email)
    with writing() as session:
        if attempts.exceeded(RESETS, email_key):
            raise TooManyTries(60)
        attempts.record(RESETS, email_key)
        people = session.scalars(
            select(User)
            .where(User.email_key == email_key, User.state == "active")
            .order_by(User.id)
            .limit(addresses.SHARED_BY_AT_MOST)
        ).all()
        links = [(user.handle, _reset_proof(session, user.id)) for user in people]
        if people:
            mails.new_password(people[0].email, people[0].locale, links)


def _reset_proof(session: Session, user_id: int) -> proofs.Proof:
    proof = proofs.make(session, user_id, proofs.PASSWORD)
    assert proof is not None  # without a form to follow from, the token is random
    return proof


def set_new_password(token: str, password: str) -> str:
    """Set a forgotten password anew; all sessions end and the link is used up. Slow.

    Gives the address to sign in with; raises ProofInvalid.
    """
    password_hash = passwords.hash_password(password)
    with writing() as session:
        row = proofs.find(session, token, proofs.PASSWORD)
        if row is None or row.used_at is not None:
            raise ProofInvalid
        user = session.execute(locked(select(User).where(User.id == row.user_id), User)).scalar_one()
        if user.state != "active":
            raise ProofInvalid
        user.password_hash = password_hash
        proofs.use_up(session, row)
        session.execute(delete(UserSession).where(UserSession.user_id == user.id))
        attempts.forget(TRIES, user.email_key)
        mails.password_changed(user.email, user.locale, user.handle)
        return user.email
