"""What people change of their own account."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sccafe.accounts import addresses, handles, mails, passwords, policy, proofs, queries
from sccafe.accounts.errors import (
    HandleTaken,
    HandleUnusable,
    MailboxFull,
    ProofInvalid,
    TooManyHandles,
    TooManyTries,
    WrongPassword,
)
from sccafe.accounts.events import ProfileChanged
from sccafe.accounts.models import Confirmation, FormerHandle, User, UserSession
from sccafe.core import attempts, clock
from sccafe.core.attempts import Limit
from sccafe.core.audience import Role, Viewer
from sccafe.core.database import end_reading, locked, writing
from sccafe.core.events import emit

#: How long a handle that was given up leads to its owner.
HANDLE_KEPT = timedelta(days=365)

#: Wrong present passwords typed in the settings: a browser left open must not be a place to guess.
PASSWORDS = Limit("own_password", 10, timedelta(minutes=15))
NEW_EMAILS = Limit("new_email", 5, timedelta(hours=1))
CODES = Limit("email_code", proofs.WRONG_CODES, timedelta(hours=1))


@dataclass(frozen=True)
class Details:
    """What somebody says about their work: keys of the taxonomies, and where it is."""

    coordinator_layer: str = ""
    affiliation: str = ""
    experience_years: str = ""
    prefecture: str = ""
    municipality: str = ""
    population: str = ""


def _myself(session: Session, viewer: Viewer) -> User:
    return session.execute(locked(select(User).where(User.id == viewer.user_id), User)).scalar_one()


def change_profile(viewer: Viewer, *, handle: str, real_name: str, about: str, locale: str, details: Details) -> None:
    """Save the profile form. Raises HandleUnusable, HandleTaken, TooManyHandles."""
    try:
        with writing() as session:
            user = _myself(session, viewer)
            if handle != user.handle:
                _change_handle(session, user, handle)
            user.real_name, user.about, user.locale = real_name, about, locale
            for name, value in asdict(details).items():
                setattr(user, name, value)
            emit(ProfileChanged(user.id))
    except IntegrityError:
        raise HandleTaken from None


def _change_handle(session: Session, user: User, handle: str) -> None:
    role = cast(Role, user.role)
    problem = handles.problem(handle, of_staff=policy.may_bear_staff_words(role))
    if problem:
        raise HandleUnusable(problem)
    key = handles.key(handle)
    if key != user.handle_key:
        if queries.handle_is_taken(handle, by_other_than=user.id):
            raise HandleTaken
        # Whoever goes back to a handle of their own takes none away from others.
        goes_back = session.get(FormerHandle, key) is not None
        if not goes_back and queries.handles_given_up(user.id) >= policy.HANDLE_CHANGES_A_YEAR:
            raise TooManyHandles
        # A row of somebody else whose year is over makes way.
        session.execute(delete(FormerHandle).where(FormerHandle.handle_key.in_((key, user.handle_key))))
        session.add(FormerHandle(handle_key=user.handle_key, user_id=user.id, until=clock.now() + HANDLE_KEPT))
    user.handle, user.handle_key = handle, key
    session.flush()


def choose_language(viewer: Viewer, locale: str) -> None:
    """Remember the language that a person reads."""
    with writing() as session:
        session.execute(update(User).where(User.id == viewer.user_id).values(locale=locale))


def _check_password(viewer: Viewer, password: str) -> None:
    """Raises TooManyTries, WrongPassword; slow, so outside `writing`."""
    who = str(viewer.user_id)
    exceeded = attempts.exceeded(PASSWORDS, who)
    password_hash = queries.own_account(viewer.user_id or 0).password_hash
    end_reading()
    if exceeded:
        raise TooManyTries(15)
    fits = passwords.fits(password_hash, password)
    with writing():
        if fits:
            attempts.forget(PASSWORDS, who)
        else:
            attempts.record(PASSWORDS, who)
    if not fits:
        raise WrongPassword


def change_password(viewer: Viewer, present: str, new: str) -> None:
    """Set another password; all other sessions end. Slow. Raises TooManyTries, WrongPassword."""
    _check_password(viewer, present)
    password_hash = passwords.hash_password(new)
    with writing() as session:
        user = _myself(session, viewer)
        user.password_hash = password_hash
        session.flush()
        session.execute(delete(UserSession).where(UserSession.user_id == user.id, UserSession.id != viewer.session_id))
        proofs.withdraw(session, user.id, proofs.PASSWORD)
        mails.password_changed(user.email, user.locale, user.handle)


def ask_for_new_email(viewer: Viewer, email: str, password: str) -> None:
    """Mail a proof to the new address; nothing changes yet. Slow. Raises TooManyTries, WrongPassword."""
    _check_password(viewer, password)
    with writing() as session:
        who = str(viewer.user_id)
        if attempts.exceeded(NEW_EMAILS, who):
            raise TooManyTries(60)
        attempts.record(NEW_EMAILS, who)
        attempts.forget(CODES, who)
        user = _myself(session, viewer)
        proofs.withdraw(session, user.id, proofs.EMAIL)
        proof = proofs.make(session, user.id, proofs.EMAIL, new_email=email)
        if proof is not None:
            mails.confirm_new_email(email, user.locale, user.handle, proof)


def confirm_new_email(token: str) -> str:
    """Confirm by the mailed link, also from another device; gives the handle. Raises ProofInvalid, MailboxFull."""
    with writing() as session:
        row = proofs.find(session, token, proofs.EMAIL)
        if row is None:
            raise ProofInvalid
        return _take_new_email(session, row)


def confirm_new_email_by_code(viewer: Viewer, code: str) -> None:
    """Confirm by the typed code. Raises ProofInvalid, TooManyTries, MailboxFull."""
    who = str(viewer.user_id)
    with writing() as session:
        if attempts.exceeded(CODES, who):
            raise TooManyTries(60)
        row = proofs.find_by_code(session, proofs.EMAIL, proofs.plain_code(code), user_id=viewer.user_id or 0)
        if row is not None:
            _take_new_email(session, row)
            return
        attempts.record(CODES, who)
    raise ProofInvalid


def _take_new_email(session: Session, row: Confirmation) -> str:
    user = session.execute(locked(select(User).where(User.id == row.user_id), User)).scalar_one()
    if user.state != "active":
        raise ProofInvalid
    if row.used_at is None:
        before, key = user.email, addresses.key(row.new_email)
        if key != user.email_key and queries.people_at(row.new_email) >= addresses.SHARED_BY_AT_MOST:
            raise MailboxFull
        user.email, user.email_key = row.new_email, key
        proofs.use_up(session, row)
        # A link for a new password that lies in the old mailbox is worth nothing now.
        proofs.withdraw(session, user.id, proofs.PASSWORD)
        mails.email_changed(before, user.locale, user.handle)
    return user.handle
