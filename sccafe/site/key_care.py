"""Looking after the site's keys: how many there are, what is under which, and a new one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sccafe.core import keys, rekeying
from sccafe.core.rekeying import Counted


class NotYet(Exception):
    """Nothing was done; the message says why and what to do."""


@dataclass
class Status:
    lines: list[str] = field(default_factory=list)
    #: Whether something is under none of the keys.
    is_wrong: bool = False


def _counted() -> dict[str, Counted]:
    return {rekeying.name_of(column): rekeying.count(column) for column in rekeying.columns()}


def status() -> Status:
    """What there is, in lines for people; it names no key."""
    site, said = keys.of_site(), Status()
    where = f"in {site.path}" if site.path else "in SCCAFE_ENCRYPTION_KEYS"
    found = _counted()
    said.lines.append(f"{site.count} {'key' if site.count == 1 else 'keys'} {where}.")
    for name, counted in found.items():
        line = f"{name}: {counted.newest} under the newest key, {counted.older} under an older one"
        if counted.lost:
            line += f", {counted.lost} under none of these keys"
            said.is_wrong = True
        said.lines.append(line)
    older = sum(counted.older for counted in found.values())
    if older:
        said.lines.append(f"{older} values wait for the newest key: `sccafe keys rotate` brings them under it.")
    elif site.count > 1:
        said.lines.append(_older_may_go(site))
    if said.is_wrong:
        said.lines.append(
            "What is under none of these keys cannot be read: put the missing key back, behind the others."
        )
    return said


def rotate() -> Iterator[str]:
    """Add a key where no rotation is under way, and bring everything under the newest; says what it does.

    Raises NotYet where the settings name the keys and no new one stands there.
    """
    site = keys.of_site()
    waits = any(counted.older for counted in _counted().values())
    if waits:
        yield "Going on with what is not under the newest key yet."
    elif site.path is not None:
        site.add()
        yield f"A new key stands first in {site.path}. The running site takes it up by itself."
        yield "Keep a copy of that file apart from the backups: from now on they need it."
    else:
        raise NotYet(
            "The keys stand in SCCAFE_ENCRYPTION_KEYS, which only you can change. Put a new key before the others, a"
            " comma between, start every process of the site anew, and run this again. On several machines put it last"
            " everywhere first, then first everywhere, so that none meets what it cannot read. A new key: python -c"
            ' "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
    for column in rekeying.columns():
        if changed := rekeying.renew(column):
            yield f"{rekeying.name_of(column)}: {changed} brought under the newest key."
    if any(counted.older for counted in _counted().values()):
        yield "Some were written meanwhile with an older key: run this again once every process has started anew."
    else:
        yield "Everything is under the newest key."
        yield _older_may_go(site)


def forget() -> Iterator[str]:
    """Leave the newest key alone. Raises NotYet where something is under an older one."""
    site = keys.of_site()
    if site.path is None:
        raise NotYet(
            "The keys stand in SCCAFE_ENCRYPTION_KEYS: take the older ones out there, and start the site anew."
        )
    found = _counted()
    if sum(counted.older + counted.lost for counted in found.values()):
        raise NotYet("Something is not under the newest key: `sccafe keys status` says what.")
    yield f"{site.drop_older()} older keys taken out of {site.path}."


def _older_may_go(site: keys.SiteKeys) -> str:
    how = "`sccafe keys forget`" if site.path else "take them out of SCCAFE_ENCRYPTION_KEYS"
    return (
        f"The older keys are needed for no row any more and may go ({how}). Backups made until now still need them:"
        " keep them with those as long as you keep those."
    )
