"""Text blocks: passages that desk and experts put into their answers."""

import re
from collections.abc import Mapping

from sqlalchemy import select

from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import TextBlock
from sccafe.counseling.service.stepping import Actor, desk_only

#: More than one finds in a list.
MOST = 100


def filled(source: str, values: Mapping[str, str]) -> str:
    """The passage with its {placeholders} filled in; those that nobody knows stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1]) or found[0], source)


def add(actor: Actor, title: str, source: str) -> int:
    """Make a block; its id. Raises NotThere for whoever is not of the desk, and ValueError past MOST."""
    with writing() as session:
        desk_only(session, actor)
        if len(session.scalars(select(TextBlock.id)).all()) >= MOST:
            raise ValueError("too many")
        block = TextBlock(title=title, source=source, changed_at=clock.now())
        session.add(block)
        session.flush()
        return block.id


def change(actor: Actor, block_id: int, title: str, source: str) -> None:
    """Raises NotThere for whoever is not of the desk, and where there is no such block."""
    with writing() as session:
        desk_only(session, actor)
        block = session.get(TextBlock, block_id)
        if block is None:
            raise NotThere
        block.title, block.source, block.changed_at = title, source, clock.now()


def delete(actor: Actor, block_id: int) -> None:
    """Take a block away; answers that hold its words keep them. One that is gone already is no error."""
    with writing() as session:
        desk_only(session, actor)
        block = session.get(TextBlock, block_id)
        if block is not None:
            session.delete(block)
