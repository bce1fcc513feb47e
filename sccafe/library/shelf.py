"""What stands on the shelves, held in memory as sets of bits: which items carry a tag, and who may read them.

Counts that follow every choice would be a dozen groupings over all items for each page: at 50,000 items more than a
quarter of a second in the database, and under two milliseconds here, where a set is a number and choosing is `&`. Each
process keeps its own shelf and brings it up to date by the items' revisions, with one statement in the request that
asks; so what is shown is what is committed.
"""

import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, select

from sccafe.core import pdfs
from sccafe.core.audience import Viewer
from sccafe.core.database import db, run
from sccafe.library.models import Item

#: By what items are found, in the order of the page.
FACETS = ("kind", "collection", "theme", "prefecture", "population", "stage", "function", "partner", "year")
SORTS = ("new", "used", "checked")

Chosen = Mapping[str, Sequence[str]]

#: Ids only rise and never come back: items that are gone while others came change their sum where not their number.
#: All of it stands in the index of revisions.
_STATE = select(func.coalesce(func.max(Item.revision), 0), func.count(Item.id), func.coalesce(func.sum(Item.id), 0))
_COLUMNS = (
    Item.id,
    Item.revision,
    Item.audience,
    Item.tags,
    Item.published_at,
    Item.use_count,
    Item.checked_on,
)
_CHANGED = select(*_COLUMNS).where(Item.revision > bindparam("known")).order_by(Item.revision)


@dataclass(frozen=True)
class Found:
    """What a choice leaves: how many, the ids of one page, and how many each value of each facet would leave."""

    total: int
    ids: list[int]
    counts: dict[str, dict[str, int]]


class Shelf:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._revision = self._sum_of_ids = 0
        #: An item's place in every set, by its id; and the ids by their places.
        self._places: dict[int, int] = {}
        self._ids = array("l")
        #: The set of each tag and, as `audience:public`, of each audience.
        self._sets: dict[str, int] = {}
        #: By what is sorted, and below it the id: one number, as tuples took four times the room of all the rest.
        self._keys = {sort: array("q") for sort in SORTS}
        #: The places in each order as last asked for, and in which orders something has moved since.
        self._orders: dict[str, list[int]] = {sort: [] for sort in SORTS}
        self._stale: set[str] = set()

    # --- keeping up ---------------------------------------------------------------------------------------

    def _state(self) -> tuple[int, int, int]:
        """What _STATE says of the items that are taken up."""
        return self._revision, len(self._ids), self._sum_of_ids

    def _catch_up(self) -> None:
        state = tuple(run(_STATE).one())
        if state[0] > self._revision:
            self._take_up(run(_CHANGED, known=self._revision))
        if state != self._state():
            self._look_again()

    def _look_again(self) -> None:
        """The database has less than the shelf. Either this request began to read before another one that brought the
        shelf up to date: then nothing is to be done, and beginning anew at 50,000 items would cost both of them half a
        second. Or items were taken away for good, or an older database was put in place. What is committed by now says
        which."""
        with db.engine.connect() as connection:
            if tuple(connection.execute(_STATE).one()) != self._state():
                self._clear()
                # What is gone for good shall stand in no PDF that this process keeps either.
                pdfs.forget()
                self._take_up(connection.execute(_CHANGED, {"known": -1}))

    def _take_up(self, rows: Iterable[Any]) -> None:
        """Take items up one by one: all rows at once would take four times the room that the shelf has in the end."""
        try:
            self._take_each_up(rows)
        except BaseException:
            self._clear()  # the database failed halfway
            raise

    def _take_each_up(self, rows: Iterable[Any]) -> None:
        added: dict[str, list[int]] = {}
        changed: list[int] = []
        for row in rows:
            place = self._places.get(row.id)
            if place is None:
                place = self._places[row.id] = len(self._ids)
                self._ids.append(row.id)
                self._sum_of_ids += row.id
                for sort in SORTS:
                    self._keys[sort].append(-1)
                    self._orders[sort].append(place)
            else:
                changed.append(place)
            self._sort(place, "new", int(row.published_at.timestamp()) if row.published_at else 0, row.id)
            self._sort(place, "used", row.use_count, row.id)
            self._sort(place, "checked", row.checked_on.toordinal() if row.checked_on else 0, row.id)
            for tag in (*row.tags.split(), f"audience:{row.audience}"):
                added.setdefault(tag, []).append(place)
            self._revision = max(self._revision, row.revision)
        if changed:
            kept = ~set_of(changed)
            for tag in self._sets:
                self._sets[tag] &= kept
        for tag, places in added.items():
            self._sets[tag] = self._sets.get(tag, 0) | set_of(places)

    def _sort(self, place: int, sort: str, by: int, item_id: int) -> None:
        key = by << 31 | item_id
        if self._keys[sort][place] != key:
            self._keys[sort][place] = key
            self._stale.add(sort)

    def _order(self, sort: str) -> list[int]:
        if sort in self._stale:
            # Where little has moved, sorting what was sorted before is a tenth of sorting it anew.
            self._orders[sort].sort(key=self._keys[sort].__getitem__, reverse=True)
            self._stale.discard(sort)
        return self._orders[sort]

    # --- asking -------------------------------------------------------------------------------------------

    def _readable(self, viewer: Viewer) -> int:
        found = 0
        for audience in viewer.audiences:
            found |= self._sets.get(f"audience:{audience}", 0)
        return found & self._any("kind")

    def _any(self, facet: str) -> int:
        """Every item that carries some value of a facet; all that stand on a shelf have a kind."""
        found = 0
        for tag, members in self._sets.items():
            if tag.startswith(f"{facet}:"):
                found |= members
        return found

    def find(
        self, viewer: Viewer, chosen: Chosen, sort: str, offset: int, limit: int, within: Iterable[int] | None = None
    ) -> Found:
        """The items that carry one of the chosen values of each facet; `within` are ids that a search has left."""
        with self._lock:
            self._catch_up()
            base = self._readable(viewer)
            if within is not None:
                base &= set_of([self._places[item] for item in within if item in self._places])
            by_facet = {facet: self._chosen(facet, values) for facet, values in chosen.items() if values}
            left = base
            for members in by_facet.values():
                left &= members
            counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
            others = {facet: self._without(facet, base, by_facet) for facet in by_facet}
            for tag, members in self._sets.items():
                facet, _colon, value = tag.partition(":")
                if facet in counts:
                    count = (members & others.get(facet, left)).bit_count()
                    if count:
                        counts[facet][value] = count
            return Found(left.bit_count(), self._page(left, sort, offset, limit), counts)

    def _chosen(self, facet: str, values: Iterable[str]) -> int:
        found = 0
        for value in values:
            found |= self._sets.get(f"{facet}:{value}", 0)
        return found

    @staticmethod
    def _without(facet: str, base: int, by_facet: Mapping[str, int]) -> int:
        """What is left without one facet's own choice: its values are counted beside each other."""
        for other, members in by_facet.items():
            if other != facet:
                base &= members
        return base

    def _page(self, left: int, sort: str, offset: int, limit: int) -> list[int]:
        members = left.to_bytes((len(self._ids) >> 3) + 1, "little")
        found: list[int] = []
        for place in self._order(sort):
            if members[place >> 3] >> (place & 7) & 1:
                if offset:
                    offset -= 1
                    continue
                found.append(self._ids[place])
                if len(found) == limit:
                    break
        return found

    def alike(self, viewer: Viewer, tags: Mapping[str, int], most: int, but: int = 0, among: str = "") -> list[int]:
        """The ids of items by the weights of the tags that they carry, the heaviest first, then the newest.

        Several tags with spaces between weigh where all of them are carried; `among` is a tag that all have to carry,
        `but` the id of an item that is left out.
        """
        with self._lock:
            self._catch_up()
            base = self._readable(viewer)
            if among:
                base &= self._sets.get(among, 0)
            weights: dict[int, int] = {}
            for wanted, weight in tags.items():
                members = base
                for tag in wanted.split():
                    members &= self._sets.get(tag, 0)
                for place in self._newest(members):
                    weights[place] = weights.get(place, 0) + weight
            newest = self._keys["new"]
            best = sorted(weights, key=lambda place: (weights[place], newest[place]), reverse=True)
            return [self._ids[place] for place in best if self._ids[place] != but][:most]

    def _newest(self, members: int) -> list[int]:
        """The places of the newest _LOOKED_AT of a set, in no order."""
        if members.bit_count() <= _LOOKED_AT:
            return places_of(members)
        whole = members.to_bytes((len(self._ids) >> 3) + 1, "little")
        found = (place for place in self._order("new") if whole[place >> 3] >> (place & 7) & 1)
        return list(islice(found, _LOOKED_AT))


#: Of each tag, so many of the newest are looked at for what is alike.
_LOOKED_AT = 500


def set_of(places: Iterable[int]) -> int:
    """The set of these places: through bytes, as setting single bits of a long number copies it each time."""
    places = list(places)
    if not places:
        return 0
    members = bytearray((max(places) >> 3) + 1)
    for place in places:
        members[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(members, "little")


def places_of(members: int) -> list[int]:
    """The places in a set: the other way round."""
    whole = members.to_bytes((members.bit_length() >> 3) + 1, "little")
    return [at << 3 | bit for at, byte in enumerate(whole) if byte for bit in range(8) if byte >> bit & 1]


def shelf() -> Shelf:
    """The shelf of this process."""
    found: Shelf = current_app.extensions.setdefault("sccafe_shelf", Shelf())
    return found
