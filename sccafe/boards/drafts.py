"""Every write of drafts: kept while somebody types, thrown away, taken back, gone once they are sent."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from sccafe.boards import policy, queries
from sccafe.boards.models import Draft, SentForm
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, taxonomy, text_rules
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading, insert_once, writing

#: So many drafts of one person; of more, the oldest go.
MOST = 100
#: A text as long as this cannot be sent, but is not to be lost while it is made shorter.
BODY_LENGTH, TITLE_LENGTH = 100_000, 400

_PLACE = re.compile(r"(board|topic)/([1-9][0-9]{0,9})(?:/([1-9][0-9]{0,9}))?")
_HIGHEST_ID = 2**31 - 1
_BLANK: dict[str, Any] = {"title": "", "themes": "", "anonymous": False}
#: Marks our locks on PostgreSQL among others of the same database.
_LOCK = 7301


@dataclass(frozen=True)
class Place:
    """What a draft is for: a new topic on a board, an answer to a topic, or to one of its posts."""

    board_id: int | None = None
    topic_id: int | None = None
    parent_id: int | None = None

    def __str__(self) -> str:
        if self.board_id is not None:
            return f"board/{self.board_id}"
        return f"topic/{self.topic_id}" + (f"/{self.parent_id}" if self.parent_id is not None else "")


def read_place(written: str) -> Place | None:
    """The place of this name; None for what names none."""
    found = _PLACE.fullmatch(written)
    if found is None:
        return None
    kind, number, parent = found[1], int(found[2]), int(found[3]) if found[3] else None
    if max(number, parent or 0) > _HIGHEST_ID or (kind == "board" and parent is not None):
        return None
    return Place(board_id=number) if kind == "board" else Place(topic_id=number, parent_id=parent)


@dataclass(frozen=True)
class Words:
    """What stands in a form. None is what the form has no field for: it stays as it was kept."""

    body: str
    title: str | None = None
    themes: Iterable[str] | None = None
    anonymous: bool | None = None

    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = {"body": text_rules.normalise(self.body)[:BODY_LENGTH]}
        if self.title is not None:
            found["title"] = " ".join(text_rules.normalise(self.title).split())[:TITLE_LENGTH]
        if self.themes is not None:
            keys = dict.fromkeys(key for key in self.themes if taxonomy.has("theme", key))
            found["themes"] = ",".join(keys)[:400]
        if self.anonymous is not None:
            found["anonymous"] = self.anonymous
        return found


def _sent_key(viewer: Viewer, once: str) -> str:
    return hashlib.sha256(f"draft\0{viewer.user_id}\0{once[:100]}".encode()).hexdigest()


def _one_at_a_time(session: Session, viewer: Viewer) -> None:
    """Let no two transactions write drafts of one person at once; SQLite's writer is alone already.

    Without it, a draft that is being kept could outlive the post that is being made of it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK, viewer.user_id)))


@dataclass(frozen=True)
class Kept:
    """What became of a text: kept `at` a time; or not, for it was empty, `sent` already, or another is `newer`."""

    at: datetime | None = None
    sent: bool = False
    newer: bool = False


@dataclass(frozen=True)
class Late:
    """A text that the browser kept meanwhile: when it was typed, and which draft was on the page at that time."""

    typed_at: datetime
    #: When that draft had been kept; None where there was none.
    based_on: datetime | None
    #: Whether the server had kept this very text; where it has no longer, it was sent or thrown away elsewhere.
    was_kept: bool = False


def keep(viewer: Viewer, place: Place, words: Words, once: str = "", late: Late | None = None) -> Kept:
    """Keep what stands in a form; empty fields throw its draft away.

    A text of a form (`once`) that was sent meanwhile is not kept, nor a `late` one where a newer one is there. Raises
    NotThere where the viewer cannot read the place, MayNot where people of their role do not write there.
    """
    _refuse_unless_writes_there(viewer, place)
    end_reading()
    now, values = clock.now(), words.values()
    empty = not values["body"] and not values.get("title")
    with writing() as session:
        _one_at_a_time(session, viewer)
        if once and session.get(SentForm, _sent_key(viewer, once)) is not None:
            return Kept(sent=True)
        this = (Draft.user_id == viewer.user_id, Draft.place == str(place))
        if empty:
            # The words of before stay, so that this can be taken back.
            session.execute(update(Draft).where(*this, Draft.discarded_at.is_(None)).values(discarded_at=now))
            return Kept()
        kept = session.execute(select(Draft.id, Draft.body, Draft.discarded_at, Draft.updated_at).where(*this)).first()
        if late and late.was_kept and (kept is None or kept.discarded_at is not None):
            return Kept()
        if kept is not None:
            if late and kept.discarded_at is None and _is_newer(kept.updated_at, late):
                # The very text may have come already, as the last thing that a page sent when it was left.
                return Kept(kept.updated_at) if kept.body == values["body"] else Kept(newer=True)
            if kept.discarded_at is not None:
                values = _BLANK | values
            values |= {"updated_at": now, "discarded_at": None}
            session.execute(update(Draft).where(Draft.id == kept.id).values(**values))
            return Kept(now)
        values |= {"user_id": viewer.user_id, "place": str(place), "updated_at": now}
        insert_once(session, Draft, _BLANK | values)
        _drop_oldest(session, viewer)
    return Kept(now)


def _is_newer(kept_at: datetime, late: Late) -> bool:
    """Clocks of two machines differ; a text that was written on top of this very draft is the newer one for certain."""
    if late.based_on is not None and abs((kept_at - late.based_on).total_seconds()) < 0.002:
        return False
    return kept_at > late.typed_at


def _refuse_unless_writes_there(viewer: Viewer, place: Place) -> None:
    """A draft is kept of what its writer reads, also where the place was closed while they wrote."""
    if not viewer.signed_in:
        raise MayNot("sign_in")
    if place.board_id is not None:
        board = queries.board_by_id(viewer, place.board_id)
        if board is None:
            raise NotThere
        if not policy.may_start(viewer, board.kind, board.start, archived=False):
            raise MayNot("start")
        return
    topic = queries.topic(viewer, place.topic_id or 0)
    if topic is None:
        raise NotThere
    if viewer.role not in policy.TABLE[topic.kind][1]:
        raise MayNot("role")
    if place.parent_id is not None and queries.post_of_topic(viewer, topic.id, place.parent_id) is None:
        raise NotThere


def _drop_oldest(session: Session, viewer: Viewer) -> None:
    surplus = (
        select(Draft.id)
        .where(Draft.user_id == viewer.user_id)
        .order_by(Draft.discarded_at.is_not(None), Draft.updated_at.desc(), Draft.id.desc())
        .offset(MOST)
    )
    gone = list(session.scalars(surplus.limit(MOST)))
    if gone:
        session.execute(delete(Draft).where(Draft.id.in_(gone)))


def forget_sent(session: Session, viewer: Viewer, place: Place, once: str) -> None:
    """The text was sent: inside the transaction of its post, and last in it, for it waits for a draft being kept."""
    _one_at_a_time(session, viewer)
    if once:
        insert_once(session, SentForm, {"key": _sent_key(viewer, once), "at": clock.now()})
    session.execute(
        delete(Draft)
        .where(Draft.user_id == viewer.user_id, Draft.place == str(place))
        .execution_options(synchronize_session=False)
    )


def discard(viewer: Viewer, draft_id: int) -> Place:
    """Throw a draft away; for a day it can be taken back. Raises NotThere for one that is not the viewer's own."""
    return _set_discarded(viewer, draft_id, clock.now())


def bring_back(viewer: Viewer, draft_id: int) -> Place:
    """Take back what was thrown away. Raises NotThere."""
    return _set_discarded(viewer, draft_id, None)


def _set_discarded(viewer: Viewer, draft_id: int, at: datetime | None) -> Place:
    with writing() as session:
        place = session.scalar(
            update(Draft)
            .where(Draft.id == draft_id, Draft.user_id == viewer.user_id)
            .values(discarded_at=at)
            .returning(Draft.place)
            .execution_options(synchronize_session=False)
        )
        found = read_place(place) if place else None
        if found is None or not viewer.signed_in:
            raise NotThere
        return found
