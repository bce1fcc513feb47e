"""Mail addresses as people type them."""

import unicodedata
from functools import cache

from email_validator import EmailNotValidError, validate_email

#: So many people may share one mailbox; each sign-in there tries the password against all of them.
SHARED_BY_AT_MOST = 10


class WrongAddress(ValueError):
    """This cannot be a mail address."""


class DisposableAddress(ValueError):
    """A mailbox that is thrown away; nobody can be reached there tomorrow."""


def key(email: str) -> str:
    """What an address is found by."""
    return email.strip().lower()


@cache
def _disposable() -> frozenset[str]:
    # 10,000 names that only sign-up needs: loaded by the first one.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def check(written: str) -> str:
    """The address as it is stored; raises WrongAddress."""
    # An input method in Japanese mode types ａ＠ｂ．ｊｐ: that is meant well and can be read.
    text = unicodedata.normalize("NFKC", written).strip()
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise WrongAddress(written) from None
    address: str | None = found.ascii_email
    if address is None or len(address) > 254:
        raise WrongAddress(written)
    return address


def check_lasting(written: str) -> str:
    """As `check`, for an address that somebody is to be reached at; also raises DisposableAddress."""
    address = check(written)
    parts = key(address).rpartition("@")[2].split(".")
    if any(".".join(parts[index:]) in _disposable() for index in range(len(parts) - 1)):
        raise DisposableAddress(written)
    return address
