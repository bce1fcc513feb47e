"""The record of what the secretariat did: it can be added to, and any other change of it is found.

Every entry carries a hash over itself and the hash before it. Its reason stands beside it (see AuditReason), held by a
salted digest in the chain, so that a resident's name can be erased from a reason and nothing else can be changed.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select, update

from sccafe.core import clock
from sccafe.core.database import db, is_writing
from sccafe.moderation.models import AuditEntry, AuditReason

#: The action of an entry that names the reasons from which words were erased.
WORDS_ERASED = "words.erased"
#: Keeps two writers apart on PostgreSQL: an arbitrary number that nothing else of ours locks.
_LOCK = 4_021_977
_STREAMED = {"yield_per": 500}


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(entry: Any, previous: str) -> str:
    return _sha256(
        _canonical(
            {
                "at": entry.at.isoformat(timespec="microseconds"),
                "actor_id": entry.actor_id,
                "action": entry.action,
                "subject_kind": entry.subject_kind,
                "subject_id": entry.subject_id,
                "details": entry.details,
                "reason_digest": entry.reason_digest,
                "previous": previous,
            }
        )
    )


def _digest(salt: str, reason: str) -> str:
    return _sha256(salt + "\0" + reason)


def keep_others_out() -> None:
    """Let nobody else write the record until the commit; SQLite's writer is alone already.

    Two who read the same last hash would fork the chain. Called first by writes that lock rows of their own, so that
    nobody waits in a circle.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def record(
    action: str, subject_kind: str, subject_id: int, actor_id: int | None, reason: str = "", **details: Any
) -> int:
    """Append an entry in the present transaction and give its id; `details` hold ids and states, never texts."""
    if not is_writing():
        raise RuntimeError("the record is written inside writing()")
    session = db.session()
    keep_others_out()
    previous = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or ""
    salt = secrets.token_hex(16)
    entry = AuditEntry(
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=_canonical(details),
        reason_digest=_digest(salt, reason) if reason else "",
    )
    entry.hash = _hash(entry, previous)
    session.add(entry)
    session.flush()
    if reason:
        session.add(AuditReason(entry_id=entry.id, text=reason, salt=salt))
        session.flush()
    return entry.id


def reasons_with(clean: Callable[[str], str]) -> dict[int, str]:
    """The reasons that `clean` would change, as they would read then, by their entry's id."""
    rows = db.session.execute(select(AuditReason.entry_id, AuditReason.text), execution_options=_STREAMED)
    return {row.entry_id: new for row in rows if (new := clean(row.text)) != row.text}


def erase_from_reasons(clean: Callable[[str], str], actor_id: int | None, reason: str, places: int) -> int:
    """Erase words from the reasons, and write down of which ones; `places` counts where else they were erased."""
    changed = reasons_with(clean)
    entry_id = record(WORDS_ERASED, "words", 0, actor_id, reason, places=places + len(changed), reasons=sorted(changed))
    session = db.session()
    for number, text in changed.items():
        session.execute(
            update(AuditReason)
            .where(AuditReason.entry_id == number)
            .values(text=text[:1000], salt="", erased_by=entry_id)
            .execution_options(synchronize_session=False)
        )
    return len(changed)


def verify() -> Iterator[str]:
    """Walk the whole record and yield one line for each thing that was changed, removed or slipped in."""
    previous = ""
    #: Entry of an erasure -> the entries whose reasons it names, and those that claim to be among them.
    named: dict[int, set[int]] = {}
    claimed: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.action,
            AuditEntry.subject_kind,
            AuditEntry.subject_id,
            AuditEntry.details,
            AuditEntry.reason_digest,
            AuditEntry.hash,
            AuditReason.text,
            AuditReason.salt,
            AuditReason.erased_by,
        )
        .outerjoin(AuditReason, AuditReason.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id),
        execution_options=_STREAMED,
    )
    for row in rows:
        if row.hash != _hash(row, previous):
            yield f"audit entry {row.id} does not follow from the one before it"
        previous = row.hash
        if row.action == WORDS_ERASED:
            named[row.id] = _reasons_named(row.details)
        if row.erased_by is not None:
            claimed[row.erased_by].add(row.id)
        elif (row.text is None and row.reason_digest) or (
            row.text is not None and row.reason_digest != _digest(row.salt, row.text)
        ):
            yield f"the reason of audit entry {row.id} is not the one that was written"
    for erasure, entries in claimed.items():
        for number in sorted(entries - named.get(erasure, set())):
            yield f"the reason of audit entry {number} was erased, but no entry says so"


def _reasons_named(details: str) -> set[int]:
    try:
        return set(json.loads(details).get("reasons", ()))
    except (ValueError, TypeError, AttributeError):
        return set()  # the entry's own hash tells that it was changed
