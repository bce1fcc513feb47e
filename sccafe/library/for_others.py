"""Items of upper floors: put on the shelf at the word of people whom the library does not know, and taken away again.

Such an item has no author and no owner. What it says is what those people agreed to (kept.py keeps it so).
"""

from sqlalchemy.orm import Session

from sccafe.core import clock, pdfs
from sccafe.core.audience import PUBLIC, STAFF, VISITOR
from sccafe.core.database import after_commit, joining
from sccafe.core.events import emit
from sccafe.library import likeness, removing, transfers
from sccafe.library.events import ItemPublished, ItemRemoved
from sccafe.library.models import Item
from sccafe.library.service import Said, confirmed, new_version, show


def publish(said: Said) -> Item:
    """Put a new item on the shelf for everybody, inside the `writing` block of its feature or one of its own."""
    with joining() as session:
        now = clock.now()
        item = Item(
            audience=STAFF,
            shown_to=PUBLIC,
            kind=said.sheet["kind"],
            title=said.sheet["title"],
            created_at=now,
            last_number=1,
        )
        session.add(item)
        session.flush()
        version = new_version(session, VISITOR, item, said)
        version.state, version.published_at = "published", now
        likeness.keep(session, item.id, said.sheet)
        item.published_id, item.published_at = version.id, now
        confirmed(item)
        show(session, item, said.sheet)
        emit(ItemPublished(item.id, version.id, None, None, None, True))
        return item


def take_away(session: Session, item_id: int) -> list[str]:
    """Take an item away for good, inside `writing`, with everything that holds its words.

    Versions, texts, likenesses, its place in selections, what was told of it, the files of exports, and the PDFs that
    this process keeps; shelves and PDFs of other processes follow with their next look at the shelf.
    Gives the names that files with its words had in the store.
    """
    emit(ItemRemoved(item_id))
    removing.remove_items(session, [item_id])
    names = transfers.forget_exports(session)
    after_commit(pdfs.forget)
    return names
