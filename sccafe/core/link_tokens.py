"""Personal links: a token follows from random bits in the database and the site's key, and is looked up by its hash.

So a mail that has to be made a second time carries the same link, and the database alone opens nothing.
"""

import base64
import hashlib
import hmac
import secrets

from flask import current_app


def keyed(*parts: str) -> bytes:
    """What only this site can make of these words."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()


def seed() -> str:
    """128 random bits for one link."""
    return secrets.token_hex(16)


def token_of(purpose: str, seed: str) -> str:
    """The token of a link; the same bits give another one for another purpose."""
    return base64.urlsafe_b64encode(keyed(purpose, seed)).decode().rstrip("=")


def hashed(token: str) -> str:
    """What the database keeps of a token: it has enough entropy for a fast hash."""
    return hashlib.sha256(token.encode()).hexdigest()
