"""The secretariat's own families of spellings: every write."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from sccafe.boards.erasing import REMOVED
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.database import db, locked, writing
from sccafe.core.events import emit
from sccafe.search import families, policy, spelling
from sccafe.search.events import SpellingsChanged
from sccafe.search.families import Family
from sccafe.search.models import SpellingFamily

#: More than anybody reads through; all are held in memory.
MOST_FAMILIES = 500


class Full(ValueError):
    """There are MOST_FAMILIES already."""


def save_family(viewer: Viewer, family_id: int | None, family: Family) -> int:
    """Keep a new family, or what an old one says now; its id. Raises MayNot, NotThere, Full.

    The same new family sent again is the one that is there.
    """
    if not policy.may_keep_spellings(viewer):
        raise MayNot("role")
    text = families.as_typed(family)
    with writing() as session:
        same = session.scalar(select(SpellingFamily.id).where(SpellingFamily.text == text).limit(1))
        if family_id is None and same is not None:
            return same
        if family_id is not None:
            row = _row(session, family_id)
        elif (session.scalar(select(func.count(SpellingFamily.id))) or 0) >= MOST_FAMILIES:
            raise Full
        else:
            row = SpellingFamily()
            session.add(row)
        row.text, row.changed_at = text, clock.now()
        session.flush()
        emit(SpellingsChanged(row.id, "added" if family_id is None else "changed", viewer.user_id))
        made = row.id
    spelling.forget()
    return made


def remove_family(viewer: Viewer, family_id: int) -> None:
    """Let these spellings be different words again. Raises MayNot, NotThere."""
    if not policy.may_keep_spellings(viewer):
        raise MayNot("role")
    with writing() as session:
        session.delete(_row(session, family_id))
        emit(SpellingsChanged(family_id, "removed", viewer.user_id))
    spelling.forget()


def _row(session: Any, family_id: int) -> SpellingFamily:
    statement = locked(select(SpellingFamily).where(SpellingFamily.id == family_id), SpellingFamily)
    row: SpellingFamily | None = session.scalars(statement).one_or_none()
    if row is None:
        raise NotThere
    return row


def words_erased(keys: Sequence[tuple[Any, ...]]) -> None:
    """Words have gone from these families: a spelling without them goes, and a family of one spelling too."""
    for row in db.session.scalars(select(SpellingFamily).where(SpellingFamily.id.in_([key[0] for key in keys]))):
        db.session.refresh(row)
        left = [line for line in row.text.split("\n") if REMOVED not in line]
        if len(left) > 1:
            row.text = "\n".join(left)
        else:
            db.session.delete(row)
    db.session.flush()
    spelling.forget()
