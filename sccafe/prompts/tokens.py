"""The links of prompts and of what was entered for somebody: made here, and known in the database by hashes alone."""

import secrets

from sccafe.accounts import addresses
from sccafe.boards.unsigned import link_of as link_of
from sccafe.core import link_tokens
from sccafe.core.link_tokens import hashed as hashed
from sccafe.core.link_tokens import seed as seed


def token_of(seed: str) -> str:
    """The token of a recipient's link."""
    return link_tokens.token_of("prompt answer", seed)


def fresh() -> str:
    """A token that is mailed once."""
    return secrets.token_urlsafe(32)


def address_hash(address: str) -> str:
    """What an address is found by once it is encrypted or gone."""
    return link_tokens.keyed("prompt address", addresses.key(address)).hex()
