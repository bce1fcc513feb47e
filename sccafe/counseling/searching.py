"""Finding requests at the desk by what stands in them: there is no index of sealed texts, so the newest are opened."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import receipts
from sccafe.counseling.desk_queries import of_others
from sccafe.counseling.models import Message, Request
from sccafe.counseling.reading import record
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service.stepping import Actor, desk_only

#: So many requests are opened, the newest first.
MOST_OPENED: Final = 500
MOST_FOUND: Final = 50
#: A single letter finds everything and says nothing.
LEAST: Final = 2


@dataclass(frozen=True)
class Hit:
    """A request that was found; nothing of what stands in it."""

    id: int
    ref: str
    category: str
    state: str


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def find(actor: Actor, written: str) -> list[Hit]:
    """The requests of this ref, or with all these words in subject and messages, the newest first; at most MOST_FOUND.

    That each was found is recorded before the caller sees it. Raises NotThere for whoever is not of the desk.
    """
    words = _plain(written).split()
    desk_only(db.session(), actor)
    found = _by_ref(actor, written)
    if not found and sum(map(len, words)) >= LEAST:
        found = _by_words(actor, words)
    end_reading()
    if found:
        with writing() as session:
            desk_only(session, actor)
            # One that was deleted meanwhile is gone from the list as well.
            there = set(session.scalars(select(Request.id).where(Request.id.in_([hit.id for hit in found]))))
            found = [hit for hit in found if hit.id in there]
            # In the order in which all others lock requests.
            for hit in sorted(found, key=lambda hit: hit.id):
                record(session, hit.id, actor.viewer.user_id, "desk", "search")
    return found


def _by_ref(actor: Actor, written: str) -> list[Hit]:
    letters = unicodedata.normalize("NFKC", written[:40]).upper()
    ref = "".join(character for character in letters if character in receipts.ALPHABET)
    if len(ref) != len("".join(letters.split())):
        return []
    rows = db.session.execute(
        select(Request.id, Request.ref, Request.category, Request.state).where(Request.ref == ref, of_others(actor))
    ).all()
    return [Hit(*row) for row in rows]


def _by_words(actor: Actor, words: Sequence[str]) -> list[Hit]:
    rows = db.session.execute(
        select(*(Request.id, Request.ref, Request.category, Request.state, Request.data_key, Request.matter))
        .where(of_others(actor))
        .order_by(Request.id.desc())
        .limit(MOST_OPENED)
    ).all()
    texts: dict[int, list[str]] = {}
    if rows:
        for message in db.session.execute(
            select(Message.request_id, Message.text)
            .where(Message.request_id >= rows[-1].id, Message.text.is_not(None))
            .order_by(Message.id)
        ):
            texts.setdefault(message.request_id, []).append(message.text)
    found: list[Hit] = []
    for row in rows:
        seal = Seal.of(row.data_key)
        said = _plain("\n".join((seal.open_matter(row.matter).subject, *map(seal.open, texts.get(row.id, ())))))
        if all(word in said for word in words):
            found.append(Hit(row.id, row.ref, row.category, row.state))
            if len(found) == MOST_FOUND:
                break
    return found
