"""Receipt codes: what opens a request for whoever has no account.

A code has 16 characters of 31, which is 79 bits. It is stored as argon2id with one secret salt of the site, so that it
is found by an index and the database alone opens nothing.
"""

import hashlib
import math
import secrets
import threading
import unicodedata
from typing import Final

from argon2.low_level import Type, hash_secret_raw

from sccafe.core import link_tokens

#: Digits and letters without 0 and O, 1, I and L, which look alike.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH, GROUP = 16, 4
BITS: Final = LENGTH * math.log2(len(ALPHABET))

#: Two hashes at a time in each process: one takes 19 MB and a core. Tries never take more than one of the two
#: (opening.py), so that nobody who sends a request waits behind those who guess.
_AT_ONCE: Final = threading.BoundedSemaphore(2)


def new(once: str = "") -> str:
    """A code as it is shown, XXXX-XXXX-XXXX-XXXX; the same form sent again gets the same one."""
    if not once:
        return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
    number = int.from_bytes(link_tokens.keyed("receipt code", once))
    characters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[rest])
    return shown("".join(characters))


def shown(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def letters(written: str) -> str:
    """Letters and digits of what somebody typed, in any case, width and spacing: the same for the same try."""
    plain = unicodedata.normalize("NFKC", written[:200]).upper()
    return "".join(character for character in plain if character.isalnum())


def typed(written: str) -> str | None:
    """The code in what somebody typed; None where it cannot be one."""
    code = letters(written)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def mark(receipt_hash: str) -> str:
    """By which a browser is known to have given this very code, and not one before it."""
    return receipt_hash[:16]


def hashed(code: str) -> str:
    """What the database keeps; takes about 20 ms and 19 MB, so never inside a transaction and only after throttling."""
    salt = hashlib.sha256(link_tokens.keyed("receipt salt")).digest()[:16]
    plain = code.replace("-", "").encode()
    with _AT_ONCE:
        made = hash_secret_raw(plain, salt, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID)
    return made.hex()
