"""From the sign-up form to a confirmed address."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sccafe.accounts import addresses, handles, mails, passwords, policy, proofs, queries, registration
from sccafe.accounts.errors import (
    HandleTaken,
    HandleUnusable,
    InvitationNeeded,
    MailboxFull,
    ProofInvalid,
    TooManyTries,
)
from sccafe.accounts.events import AccountConfirmed
from sccafe.accounts.models import Confirmation, Invitation, User
from sccafe.accounts.service.own_account import Details
from sccafe.accounts.sessions import hashed
from sccafe.core import attempts, clock
from sccafe.core.attempts import Limit
from sccafe.core.audience import Role
from sccafe.core.database import end_reading, locked, writing
from sccafe.core.events import emit

#: Nobody's mailbox is filled through our forms.
MAILS = Limit("sign_up_mail", 20, timedelta(days=1))
CODES = Limit("code", proofs.WRONG_CODES, timedelta(hours=1))
CODES_FROM_NETWORK = Limit("code_network", 100, timedelta(hours=1))


@dataclass(frozen=True)
class Confirmed:
    """Whose address was confirmed, and what they are now: active or awaiting_approval."""

    email: str
    handle: str
    state: str


def sign_up(
    *,
    email: str,
    password: str,
    handle: str,
    details: Details,
    locale: str = "",
    once: str = "",
    invitation: str = "",
) -> None:
    """Begin an account and mail its proof, or mail it again to whoever sends the same form again.

    Nothing tells whether the address is known: who shares a mailbox gets an account of their own. Slow. Raises
    InvitationNeeded, HandleUnusable, HandleTaken.
    """
    begun = queries.begun_sign_up(email, handle)
    end_reading()
    # Exactly one slow step on every way through.
    is_same = passwords.fits(begun.password_hash, password) if begun else False
    password_hash = "" if begun else passwords.hash_password(password)
    try:
        with writing() as session:
            invited = _invitation(session, invitation, begun.id if begun else None)
            role: Role = invited.role if invited else "member"  # type: ignore[assignment]
            problem = handles.problem(handle, of_staff=policy.may_bear_staff_words(role))
            if problem:
                raise HandleUnusable(problem)
            if begun and is_same:
                user = session.get(User, begun.id)
                if user is not None and user.state == "unconfirmed":
                    _mail(session, user, once)
                return
            if begun or queries.handle_is_taken(handle):
                raise HandleTaken
            if attempts.exceeded(MAILS, addresses.key(email)):
                return
            if queries.people_at(email) >= addresses.SHARED_BY_AT_MOST:
                attempts.record(MAILS, addresses.key(email))
                mails.mailbox_is_full(email, locale)
                return
            user = User(
                handle=handle,
                handle_key=handles.key(handle),
                email=email,
                email_key=addresses.key(email),
                password_hash=password_hash,
                role=role,
                locale=locale,
                created_at=clock.now(),
                **asdict(details),
            )
            session.add(user)
            session.flush()
            if invited:
                invited.used_by, invited.used_at = user.id, clock.now()
            _mail(session, user, once)
    except IntegrityError:
        # Somebody else took the handle between the look and the write.
        raise HandleTaken from None


def _invitation(session: Session, token: str, begun_by: int | None) -> Invitation | None:
    """The invitation of this form; None where none is needed. Raises InvitationNeeded."""
    if not token:
        if registration.needs_invitation():
            raise InvitationNeeded
        return None
    row = session.execute(
        locked(
            select(Invitation).where(Invitation.token_hash == hashed(token), Invitation.expires_at > clock.now()),
            Invitation,
        )
    ).scalar_one_or_none()
    if row is None or (row.used_at is not None and row.used_by != begun_by):
        raise InvitationNeeded
    return row


def _mail(session: Session, user: User, once: str) -> None:
    if attempts.exceeded(MAILS, user.email_key):
        return
    proof = proofs.make(session, user.id, proofs.SIGN_UP, once=once)
    if proof is not None:
        attempts.record(MAILS, user.email_key)
        attempts.forget(CODES, user.email_key)
        mails.confirm_sign_up(user.email, user.locale, user.handle, proof, queries.people_at(user.email) > 0)


def mail_confirmation_again(email: str) -> None:
    """Mail new proofs to every unconfirmed account at this address; nothing tells whether there is one."""
    with writing() as session:
        waiting = session.scalars(
            select(User)
            .where(User.email_key == addresses.key(email), User.state == "unconfirmed")
            .order_by(User.id.desc())
            .limit(addresses.SHARED_BY_AT_MOST)
        )
        for user in waiting:
            _mail(session, user, "")
        attempts.forget(CODES, addresses.key(email))


def confirm_address(token: str) -> Confirmed:
    """Confirm by the mailed link; doing it twice is well. Raises ProofInvalid, MailboxFull."""
    with writing() as session:
        row = proofs.find(session, token, proofs.SIGN_UP)
        if row is None:
            raise ProofInvalid
        return _confirm(session, row)


def confirm_address_by_code(email: str, code: str, network: str) -> Confirmed:
    """Confirm by the code typed for an address. Raises ProofInvalid, TooManyTries, MailboxFull."""
    email_key = addresses.key(email)
    with writing() as session:
        if attempts.exceeded(CODES, email_key) or attempts.exceeded(CODES_FROM_NETWORK, network):
            raise TooManyTries(60)
        row = proofs.find_by_code(session, proofs.SIGN_UP, proofs.plain_code(code), email_key=email_key)
        if row is not None:
            attempts.forget(CODES, email_key)
            return _confirm(session, row)
        # The same for an address that nobody has: the answer must not tell.
        attempts.record(CODES, email_key)
        attempts.record(CODES_FROM_NETWORK, network)
    raise ProofInvalid


def _confirm(session: Session, row: Confirmation) -> Confirmed:
    user = session.execute(locked(select(User).where(User.id == row.user_id), User)).scalar_one()
    if row.used_at is None and user.state == "unconfirmed":
        if queries.people_at(user.email) >= addresses.SHARED_BY_AT_MOST:
            raise MailboxFull
        invited = session.scalar(select(Invitation.id).where(Invitation.used_by == user.id).limit(1)) is not None
        waits = registration.needs_approval(invited)
        user.state = "awaiting_approval" if waits else "active"
        proofs.use_up(session, row)
        emit(AccountConfirmed(user.id, awaits_approval=waits))
    return Confirmed(user.email, user.handle, user.state)
