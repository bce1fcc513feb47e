"""特集: items that the secretariat puts together. What is typed, and every write."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sccafe.core import clock, markup, text_rules
from sccafe.core.audience import AUDIENCES, Viewer
from sccafe.core.database import insert_once, locked, writing
from sccafe.library import policy
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.models import Item, Selection, SelectionItem

TITLE_LENGTH, NOTE_LENGTH, TEXT_LENGTH = 80, 200, 5000
MOST_ITEMS = 60


class Wrong(ValueError):
    """A line that cannot be taken: `why` is unread, unknown, twice, long or many; `at` its number from 1; `said` it."""

    def __init__(self, why: str, at: int, said: str) -> None:
        super().__init__(f"line {at}: {why}")
        self.why, self.at, self.said = why, at, said


class Saved(ValueError):
    """Somebody else has saved the selection meanwhile."""


@dataclass(frozen=True)
class Chosen:
    """One line: an item and a word on why it is here. `at` is the line's number."""

    item_id: int
    note: str
    at: int


_LINE = re.compile(r"(?:(?:https?://[^/\s]+)?/library/)?(\d{1,9})(?:[/?#.][^\s]*)?(?:\s+(.*))?")


def lines(text: str) -> list[Chosen]:
    """The items of lines such as 「12 ひとこと」 or 「https://…/library/12 ひとこと」, in their order. Raises Wrong."""
    found: list[Chosen] = []
    for at, written in enumerate(text_rules.normalise(text).splitlines(), 1):
        line = written.strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise Wrong("unread", at, line)
        item_id, note = int(match[1]), " ".join((match[2] or "").split())
        if any(each.item_id == item_id for each in found):
            raise Wrong("twice", at, line)
        if len(note) > NOTE_LENGTH:
            raise Wrong("long", at, line)
        if len(found) == MOST_ITEMS:
            raise Wrong("many", at, line)
        found.append(Chosen(item_id, note, at))
    return found


@dataclass(frozen=True)
class Said:
    """What a selection says, ready to be stored."""

    title: str
    source: str
    html: str
    audience: str
    items: Sequence[Chosen]


def prepare(title: str, text: str, audience: str, items: Sequence[Chosen]) -> Said:
    """Render the text. Raises text_rules.TextRefused. Slow: not inside a transaction."""
    source = text_rules.normalise(text).strip()
    return Said(title[:TITLE_LENGTH], source, markup.render(source) if source else "", audience, items)


def make(viewer: Viewer, said: Said, once: str = "") -> int:
    """A new selection's id; the same form sent again gives the same. Raises MayNot, Wrong."""
    _check(viewer, said)
    key = hashlib.sha256(f"{viewer.user_id}\0{once or secrets.token_hex(16)}".encode()).hexdigest()
    values = {
        "title": said.title,
        "source": said.source,
        "html": said.html,
        "audience": said.audience,
        "author_id": viewer.user_id,
        "created_at": clock.now(),
        "once_key": key,
    }
    with writing() as session:
        is_new = insert_once(session, Selection, values)
        selection_id = session.scalars(select(Selection.id).where(Selection.once_key == key)).one()
        if is_new:
            _put(session, selection_id, said.items)
        return selection_id


def change(viewer: Viewer, selection_id: int, said: Said, seen: str = "") -> None:
    """Replace what a selection says. Raises NotThere, MayNot, Wrong; Saved where somebody saved it after `seen`."""
    _check(viewer, said)
    with writing() as session:
        row = session.scalars(locked(select(Selection).where(Selection.id == selection_id), Selection)).one_or_none()
        if row is None:
            raise NotThere
        if seen != state_of(row.edited_at):
            raise Saved
        row.title, row.source, row.html, row.audience = said.title, said.source, said.html, said.audience
        row.edited_at = clock.now()
        session.execute(delete(SelectionItem).where(SelectionItem.selection_id == selection_id))
        _put(session, selection_id, said.items)


def state_of(edited_at: datetime | None) -> str:
    """What a form carries to know whether somebody else has saved meanwhile."""
    return edited_at.isoformat() if edited_at else ""


def text_of(items: Iterable[tuple[int, str]]) -> str:
    """The lines again, for the form, of ids and notes."""
    return "\n".join(f"{item_id} {note}".strip() for item_id, note in items)


def _check(viewer: Viewer, said: Said) -> None:
    if not policy.may_curate(viewer) or said.audience not in AUDIENCES:
        raise MayNot("role")


def _put(session: Session, selection_id: int, items: Sequence[Chosen]) -> None:
    known = set(session.scalars(select(Item.id).where(Item.id.in_([each.item_id for each in items]))))
    for place, each in enumerate(items, 1):
        if each.item_id not in known:
            raise Wrong("unknown", each.at, str(each.item_id))
        session.add(SelectionItem(selection_id=selection_id, item_id=each.item_id, place=place, note=each.note))
    session.flush()
