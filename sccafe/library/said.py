"""Which items say some words, kept by the words: who has looked for something goes on to choose among it.

Nothing but a look into every text finds words of any length, which at 50,000 items takes a tenth of a second. So an
answer is kept, as a set of bits by the items' ids, and afterwards only the items that have changed since are looked
into: what an item says changes with its revision. The answers are nobody's: the shelf asks the wall.
"""

import threading
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import Select, bindparam, func, select

from sccafe.core.database import db, run
from sccafe.library.models import Item, ItemText
from sccafe.library.sheet import normalised
from sccafe.library.shelf import places_of, set_of

#: So many answers of some kilobytes are kept in each process.
MOST_KEPT = 300
#: Where more than so many items have changed, all are looked into again.
MOST_CHANGED = 500

#: With the newest revision that is known, so that a database that has not even that is noticed.
_CHANGED = (
    select(Item.id, Item.revision)
    .where(Item.revision >= bindparam("known"))
    .order_by(Item.revision.desc())
    .limit(MOST_CHANGED + 1)
)
_NEWEST = select(Item.revision).order_by(Item.revision.desc()).limit(1)


class Said:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: By their words: up to which revision, and the ids as a set of bits.
        self._kept: dict[tuple[str, ...], tuple[int, int]] = {}

    def ids(self, words: Sequence[str]) -> list[int]:
        """Ids of the items on the shelf that say all these words, whoever may read them, in at most three statements.

        Some may be of items that are gone for good: no id comes a second time.
        """
        # The longest first: it mostly leaves the fewest texts to look into for the others.
        key = tuple(sorted({normalised(word) for word in words}, key=lambda word: (-len(word), word)))
        kept = self._kept.get(key)
        found = self._followed(key, *kept) if kept else None
        if found is None:
            newest = run(_NEWEST).scalar() or 0
            found = newest, set_of(db.session.scalars(_saying(key)))
        with self._lock:
            if key not in self._kept and len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = found
        return places_of(found[1])

    @staticmethod
    def _followed(key: tuple[str, ...], known: int, members: int) -> tuple[int, int] | None:
        """A kept answer brought up to date; None where it cannot be."""
        changed = run(_CHANGED, known=known).all()
        if not changed or len(changed) > MOST_CHANGED:
            return None
        if len(changed) == 1 and changed[0].revision == known:
            return known, members
        ids = [row.id for row in changed]
        saying = set_of(db.session.scalars(_saying(key).where(ItemText.item_id.in_(ids))))
        return changed[0].revision, members & ~set_of(ids) | saying


def _saying(words: Sequence[str]) -> Select[tuple[int]]:
    # Of 50,000 texts SQLite's `LIKE` takes 151 ms, and this 117: the texts and the words are normalised already.
    place_in = func.strpos if db.engine.dialect.name == "postgresql" else func.instr
    return select(ItemText.item_id).where(*(place_in(ItemText.text, word) > 0 for word in words))


def said() -> Said:
    """What this process keeps."""
    found: Said = current_app.extensions.setdefault("sccafe_said", Said())
    return found
