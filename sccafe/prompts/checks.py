"""A prompt's figures, counted again: `sccafe check`."""

from collections.abc import Iterator

from sqlalchemy import case, func, or_, select

from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.prompts.models import Prompt, PromptRecipient


@check("prompts: figures")
def figures() -> Iterator[str]:
    """Recipients go, with their account or with time, and the figures stay: they are never too low."""
    opened = func.count(case((PromptRecipient.opened, PromptRecipient.id)))
    answered = func.count(case((PromptRecipient.answered, PromptRecipient.id)))
    rows = db.session.execute(
        select(
            Prompt.id,
            Prompt.sent_count,
            Prompt.opened_count,
            Prompt.answered_count,
            func.count(PromptRecipient.id).label("sent"),
            opened.label("opened"),
            answered.label("answered"),
        )
        .outerjoin(PromptRecipient, PromptRecipient.prompt_id == Prompt.id)
        .group_by(Prompt.id, Prompt.sent_count, Prompt.opened_count, Prompt.answered_count)
        .having(
            or_(
                Prompt.sent_count < func.count(PromptRecipient.id),
                Prompt.opened_count < opened,
                Prompt.answered_count < answered,
                Prompt.opened_count < Prompt.answered_count,
            )
        )
        .order_by(Prompt.id)
    )
    for row in rows:
        yield (
            f"prompt {row.id}: it says sent {row.sent_count}, opened {row.opened_count}, answered "
            f"{row.answered_count}; there are {row.sent}, {row.opened} and {row.answered}"
        )
