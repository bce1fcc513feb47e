"""The wall in the index: who may find an entry is one of eight circles of readers, and stands in its number.

So the index is asked for words alone, and whoever may read little or much waits for nothing: a look at the number
leaves out what somebody may not find, before anything is counted.
"""

from typing import NamedTuple

from sccafe.core.audience import AUDIENCES, Viewer

#: Of rooms the number says only that it is one; which one, the entry says itself.
ROOMS = len(AUDIENCES)
#: Found by visitors alone, as others find the fuller entry of the same thing.
VISITORS = ROOMS + 1
CIRCLES = VISITORS + 1


class Readers(NamedTuple):
    """Whom a query is for: their circles, and the audiences of their rooms."""

    circles: tuple[int, ...]
    rooms: tuple[str, ...]


#: Whatever there is: for what asks the wall afterwards.
EVERYBODY = Readers(tuple(range(CIRCLES)), ())


def circle_of(kind: str, audience: str) -> int:
    """The circle of an entry: what is no known audience is taken for a room, which nobody finds without a key."""
    if kind == "handle":
        return VISITORS
    return AUDIENCES.index(audience) if audience in AUDIENCES else ROOMS


def of_reader(viewer: Viewer) -> Readers:
    """What the viewer may find."""
    own = [number for number, audience in enumerate(AUDIENCES) if audience in viewer.audiences]
    if not viewer.signed_in:
        own.append(VISITORS)
    return Readers(tuple(own), tuple(sorted(viewer.audiences - set(AUDIENCES))))
