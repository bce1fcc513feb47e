"""Passwords: what is refused, and argon2id."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sccafe.accounts import handles

LEAST, MOST = 8, 200

#: OWASP's figures; 21 ms.
_hasher = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)

#: Of 8 characters and more; shorter ones are refused by their length.
_COMMON_WORDS = (
    "12345678 123456789 1234567890 0123456789 01234567 11111111 00000000 87654321 12341234 11223344 123123123 "
    "1q2w3e4r 1qaz2wsx 1qazxsw2 1q2w3e4r5t qwertyui qwertyuiop qwerty123 qwerty12 asdfghjk asdfghjkl asdf1234 "
    "zxcvbnm123 password password1 password12 password123 passw0rd p@ssw0rd p@ssword iloveyou sunshine princess "
    "football baseball welcome1 welcome123 superman computer internet abcd1234 abc12345 abcdefgh a1234567 aa123456 "
    "aaaaaaaa abcabcab administrator admin123 changeme letmein1 starwars whatever trustno1 sakura123 sakurasakura "
    "nekoneko makoto123 doraemon pokemon1 pikachu1 hellokitty takahashi shakyo123 seikatsu sccafe123 coordinator "
    "kaigo123 fukushi123 japan123 tokyo123 tokyo2020 tokyo2021 osaka123 himitsu1 himitsuhimitsu pasuwaado"
)
_COMMON = frozenset(_COMMON_WORDS.split(" "))


def _plain(password: str) -> str:
    # The same keys give other characters in an input method's full-width mode.
    return unicodedata.normalize("NFKC", password)


def has_right_length(password: str) -> bool:
    return LEAST <= len(_plain(password)) <= MOST


def is_common(password: str) -> bool:
    """Whether it is among the first that anybody would try."""
    plain = _plain(password).casefold()
    return plain in _COMMON or len(set(plain)) < 3


def is_like(password: str, email: str, handle: str) -> bool:
    """Whether it is nothing but the address or the handle, which others can see."""
    plain = handles.key(password)
    address = email.strip().casefold()
    return plain in {address, address.partition("@")[0], handles.key(handle)} - {""}


def hash_password(password: str) -> str:
    """argon2id; slow, so never inside `writing`."""
    return _hasher.hash(_plain(password))


def fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed; slow."""
    try:
        return _hasher.verify(password_hash, _plain(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed with other figures than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's")


def pretend(password: str) -> None:
    """Spend the time of one check where there is nothing to check."""
    fits(_nobodys(), password)
