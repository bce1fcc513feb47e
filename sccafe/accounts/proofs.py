"""Mailed proofs: a link and, for addresses, a short code that can be typed where an office filter eats links."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import Confirmation, User
from sccafe.accounts.sessions import hashed
from sccafe.core import clock
from sccafe.core.database import insert_once, locked

SIGN_UP, EMAIL, PASSWORD = "sign_up", "email", "password"
LIFETIME = {SIGN_UP: timedelta(days=3), EMAIL: timedelta(days=3), PASSWORD: timedelta(hours=2)}
#: After so many wrong codes only the link still works.
WRONG_CODES = 5


@dataclass(frozen=True)
class Proof:
    """What is mailed; the database holds hashes of both."""

    token: str
    code: str

    @property
    def code_in_groups(self) -> str:
        return f"{self.code[:4]} {self.code[4:]}"


def _keyed(*parts: object) -> bytes:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, ":".join(map(str, parts)).encode(), hashlib.sha256).digest()


def _code_hash(purpose: str, user_id: int, code: str) -> str:
    return _keyed("code", purpose, user_id, code).hex()


def plain_code(written: str) -> str:
    """A typed code without its spaces and hyphens, in ASCII digits."""
    text = unicodedata.normalize("NFKC", written)
    return "".join(character for character in text if character not in " -‐−ー\u3000")


def make(session: Session, user_id: int, purpose: str, new_email: str = "", once: str = "") -> Proof | None:
    """A new proof, inside `writing`; None where the form `once` has made it already."""
    # The token follows from the form that asked for it, so that pressing twice makes one row and one mail. Without
    # the site's key it cannot be guessed.
    raw = _keyed("proof", purpose, user_id, once) if once else secrets.token_bytes(32)
    proof = Proof(base64.urlsafe_b64encode(raw).decode().rstrip("="), f"{secrets.randbelow(10**8):08}")
    values = {
        "user_id": user_id,
        "purpose": purpose,
        "token_hash": hashed(proof.token),
        "code_hash": _code_hash(purpose, user_id, proof.code) if purpose != PASSWORD else "",
        "new_email": new_email,
        "wrong_codes": 0,
        "expires_at": clock.now() + LIFETIME[purpose],
    }
    return proof if insert_once(session, Confirmation, values) else None


def find(session: Session, token: str, purpose: str) -> Confirmation | None:
    """The row of a link that is not too old, used or not, inside `writing`."""
    return session.execute(
        locked(
            select(Confirmation).where(
                Confirmation.token_hash == hashed(token),
                Confirmation.purpose == purpose,
                Confirmation.expires_at > clock.now(),
            ),
            Confirmation,
        )
    ).scalar_one_or_none()


def find_by_code(
    session: Session, purpose: str, code: str, *, email_key: str = "", user_id: int = 0
) -> Confirmation | None:
    """The open row that this code belongs to, inside `writing`; where there is none the wrong try is counted."""
    whose = Confirmation.user_id == user_id if user_id else User.email_key == email_key
    rows = session.scalars(
        select(Confirmation)
        .join(User, User.id == Confirmation.user_id)
        .where(
            whose,
            Confirmation.purpose == purpose,
            Confirmation.used_at.is_(None),
            Confirmation.expires_at > clock.now(),
            Confirmation.wrong_codes < WRONG_CODES,
        )
        .with_for_update(of=Confirmation)
    ).all()
    for row in rows:
        if hmac.compare_digest(row.code_hash, _code_hash(purpose, row.user_id, code)):
            return row
    session.execute(
        update(Confirmation)
        .where(Confirmation.id.in_([row.id for row in rows]))
        .values(wrong_codes=Confirmation.wrong_codes + 1)
        .execution_options(synchronize_session=False)
    )
    return None


def use_up(session: Session, row: Confirmation) -> None:
    """This proof is spent, and so are all others of the same person for the same thing."""
    row.used_at = clock.now()
    session.flush()
    session.execute(
        delete(Confirmation).where(
            Confirmation.user_id == row.user_id, Confirmation.purpose == row.purpose, Confirmation.id != row.id
        )
    )


def withdraw(session: Session, user_id: int, purpose: str) -> None:
    """Links already mailed for this thing work no longer."""
    session.execute(delete(Confirmation).where(Confirmation.user_id == user_id, Confirmation.purpose == purpose))
