"""What the holder of a personal link does: answer, change the answer, ask for no more such mail.

Opening the page counts nothing and changes nothing: mail filters and previews open every link before its reader does.
A prompt counts as opened where somebody touches its field (static/js/answer.js says so with a form of its own) or
sends an answer. Without JavaScript an opening without an answer is not counted; the figure is too low then, never
too high.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sccafe.boards import by_link
from sccafe.boards.service import Naming, Text
from sccafe.boards.threads import MayNot, NotThere
from sccafe.boards.unsigned import Coming
from sccafe.core import clock
from sccafe.core.database import insert_once, locked, writing
from sccafe.prompts import queries, tokens
from sccafe.prompts.models import PrivateAnswer, Prompt, PromptRecipient, RefusedAddress
from sccafe.prompts.queries import Asked

Shown = Literal["named", "anonymous", "private"]
SHOWN: tuple[Shown, ...] = ("named", "anonymous", "private")


@dataclass(frozen=True)
class Taken:
    """What became of an answer: published, held (`waits`), or kept for the secretariat."""

    post_id: int | None = None
    waits: bool = False


def _asked(session: Session, token: str) -> Asked:
    """What the link opens now, kept from other writers; raises NotThere, MayNot."""
    session.execute(
        locked(select(PromptRecipient.id).where(PromptRecipient.token_hash == tokens.hashed(token)), PromptRecipient)
    )
    found = queries.asked(token)
    if found is None:
        raise NotThere
    if found.why:
        raise MayNot(found.why)
    return found


def answer(token: str, shown: Shown, name: str, text: Text) -> Taken:
    """Take the answer of a link's holder, in place of what came by this link before.

    `name` is that of somebody without an account; a member's named answer stands under their handle. Raises NotThere
    for a link that opens nothing; MayNot where no answer is taken.
    """
    link = tokens.link_of(token)
    with writing() as session:
        asked = _asked(session, token)
        whose = (PrivateAnswer.prompt_id == asked.prompt_id, PrivateAnswer.link == link)
        coming = Coming(link=link, guest_name=name)
        if shown == "private":
            by_link.withdraw(asked.viewer, asked.topic_id, coming)
            values = {"name": name, "source": text.source, "written_at": clock.now()}
            fresh = insert_once(session, PrivateAnswer, {"prompt_id": asked.prompt_id, "link": link} | values)
            if not fresh:
                session.execute(update(PrivateAnswer).where(*whose).values(**values))
            taken = Taken()
        else:
            naming = Naming(anonymous=shown == "anonymous")
            written = by_link.answer(asked.viewer, asked.topic_id, text, naming, coming)
            session.execute(delete(PrivateAnswer).where(*whose))
            taken = Taken(written.post_id, written.number is None)
        _count(session, asked.recipient_id, asked.prompt_id, answered=True)
        return taken


def touched(token: str) -> None:
    """Somebody has put the cursor into the field: count the prompt as opened, once. Raises NotThere, MayNot."""
    with writing() as session:
        asked = _asked(session, token)
        _count(session, asked.recipient_id, asked.prompt_id, answered=False)


def _count(session: Session, recipient_id: int, prompt_id: int, *, answered: bool) -> None:
    before = session.execute(
        select(PromptRecipient.opened, PromptRecipient.answered).where(PromptRecipient.id == recipient_id)
    ).one()
    opens, answers = not before.opened, answered and not before.answered
    if not opens and not answers:
        return
    session.execute(
        update(PromptRecipient)
        .where(PromptRecipient.id == recipient_id)
        .values(opened=True, answered=before.answered or answers)
    )
    session.execute(
        update(Prompt)
        .where(Prompt.id == prompt_id)
        .values(opened_count=Prompt.opened_count + int(opens), answered_count=Prompt.answered_count + int(answers))
    )


def set_refusing(token: str, refuses: bool) -> None:
    """Send no more prompts to the address of this link, or send them again. Raises NotThere."""
    with writing() as session:
        found = session.scalar(
            select(PromptRecipient.address_hash).where(PromptRecipient.token_hash == tokens.hashed(token))
        )
        if found is None:
            raise NotThere
        if refuses:
            insert_once(session, RefusedAddress, {"address_hash": found})
        else:
            session.execute(delete(RefusedAddress).where(RefusedAddress.address_hash == found))
