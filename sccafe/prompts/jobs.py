"""Mails that go out some at a time, and what is forgotten afterwards."""

from sqlalchemy import delete, select, update

from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.core.jobs import daily_at, enqueue, job, scheduled
from sccafe.core.mail import queue_rendered
from sccafe.prompts.mails import RENDERER
from sccafe.prompts.models import EnteredPost, Prompt, PromptRecipient
from sccafe.prompts.policy import RECIPIENTS_KEPT
from sccafe.prompts.service import MAIL

#: So many in one transaction: other writers wait no longer than for these.
BATCH = 100


@job(MAIL)
def hand_over(prompt_id: int) -> None:
    """Hand the mails of some recipients to the outbox, and leave the others to the next job of this kind."""
    with writing() as session:
        waiting = (
            select(PromptRecipient.id)
            .where(PromptRecipient.prompt_id == prompt_id, PromptRecipient.queued.is_(False))
            .order_by(PromptRecipient.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        ids = list(session.scalars(waiting))
        for recipient_id in ids:
            queue_rendered(RENDERER, recipient_id)
        session.execute(update(PromptRecipient).where(PromptRecipient.id.in_(ids)).values(queued=True))
        if len(ids) == BATCH:
            enqueue(MAIL, prompt_id=prompt_id)


@scheduled("prompts.forget_recipients", daily_at(3, 25))
def forget_recipients() -> None:
    """Forget whom a prompt was sent to, some time after its deadline, and links to entered posts that have run out."""
    with writing() as session:
        over = select(Prompt.id).where(Prompt.deadline < clock.now() - RECIPIENTS_KEPT)
        session.execute(delete(PromptRecipient).where(PromptRecipient.prompt_id.in_(over)))
        session.execute(delete(EnteredPost).where(EnteredPost.expires_at < clock.now()))
