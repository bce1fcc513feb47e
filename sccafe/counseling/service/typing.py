"""What somebody of the desk or an expert is typing on the page of a request, and has not sent.

The page has several forms: whoever sends one must not lose what stands in the others. It is kept with the drafts of
signed-in people, under the request's ref, so that it goes when they go.
"""

import json
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from sccafe.core import text_rules
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling.models import Message, Note, OwnDraft, Request
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service import drafts
from sccafe.counseling.service.stepping import Actor, forget_own_draft, hold

#: The forms whose words are kept.
PARTS: Final = ("answer", "ask_back", "note", "enter")
#: Longer than any text that could be sent.
_MOST: Final = 40_000


def kept(actor: Actor, ref: str) -> dict[str, str]:
    """The words by form; for the answer also, under "saved", which saving of the shared draft the writer saw."""
    fields = db.session.scalar(
        select(OwnDraft.fields).where(OwnDraft.user_id == actor.viewer.user_id, OwnDraft.place == ref)
    )
    return _known(fields)


def _known(fields: str | None) -> dict[str, str]:
    known = json.loads(fields or "{}")
    return {part: str(known[part]) for part in (*PARTS, "saved") if known.get(part)}


def keep(actor: Actor, ref: str, part: str, text: str, saved: int = 0) -> None:
    """Keep the words of one form; empty ones are forgotten, and so is what was sent a moment ago and arrives late.

    Nothing is kept for whoever does not work on the request any more.
    """
    user_id = actor.viewer.user_id
    if user_id is None or part not in PARTS or len(text) > _MOST:
        return
    with writing() as session:
        if not hold(session, ref, actor) - {"asker"}:
            return
        # Nobody else writes here now: the request is held.
        own = select(OwnDraft.fields).where(OwnDraft.user_id == user_id, OwnDraft.place == ref)
        words = _known(session.scalar(own))
        words.pop(part, None)
        if part == "answer":
            words.pop("saved", None)
        if text.strip() and not _was_sent(session, user_id, ref, part, text):
            words |= {part: text} | ({"saved": str(saved)} if part == "answer" else {})
        if words:
            drafts.put(session, user_id, ref, words)
        else:
            forget_own_draft(session, user_id, ref)


def _was_sent(session: Session, user_id: int, ref: str, part: str, text: str) -> bool:
    """Whether this is what was said last: in the conversation, or in this person's own last note."""
    which: Select[Any]
    if part == "note":
        which = select(Note.text, Request.data_key).join(Request, Request.id == Note.request_id)
        which = which.where(Note.author_id == user_id).order_by(Note.id.desc()).limit(1)
    else:
        which = select(Message.text, Request.data_key).join(Request, Request.id == Message.request_id)
        which = which.where(Message.number == Request.last_number)
    last = session.execute(which.where(Request.ref == ref)).first()
    if last is None or last.text is None:
        return False
    return Seal.of(last.data_key).open(last.text) == text_rules.normalise(text)


def forget(actor: Actor, ref: str, part: str) -> None:
    """What was typed has been sent, or shall be gone."""
    found = kept(actor, ref)
    end_reading()
    if part in found:
        keep(actor, ref, part, "")
