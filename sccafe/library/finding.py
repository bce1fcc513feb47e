"""What a reader has chosen in the list of the library, as an address holds it, and what that choice leaves."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from sccafe.accounts.queries import own_town
from sccafe.core import taxonomy, web
from sccafe.core.audience import Viewer
from sccafe.library import queries
from sccafe.library.models import KINDS
from sccafe.library.said import saying
from sccafe.library.shelf import FACETS, SORTS, Found, shelf

PATH = "/library"
LONGEST = 200
#: Of towns like the reader's own: so many beside the list, and on a page of their own.
BESIDE, ALIKE = 3, 40

_YEAR = re.compile(r"[12][0-9]{3}")


def _of_list(name: str) -> Callable[[str], bool]:
    return lambda value: taxonomy.has(name, value)


_KNOWN: Mapping[str, Callable[[str], bool]] = {
    "kind": KINDS.__contains__,
    "collection": _of_list("library_collection"),
    "theme": _of_list("theme"),
    "prefecture": lambda value: value in taxonomy.prefectures(),
    "population": _of_list("population_band"),
    "stage": _of_list("stage"),
    "function": _of_list("sc_function"),
    "partner": _of_list("partner"),
    "year": lambda value: _YEAR.fullmatch(value) is not None,
}


@dataclass(frozen=True)
class Choice:
    """Values of facets that there are, what is looked for, and in which order."""

    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    query: str = ""
    sort: str = SORTS[0]

    @property
    def is_empty(self) -> bool:
        """Whether the whole library is shown."""
        return not self.facets and not self.query

    def values(self) -> Iterator[tuple[str, str]]:
        """Each chosen value with its facet, in the order of the page."""
        for facet in FACETS:
            for value in self.facets.get(facet, ()):
                yield facet, value

    def arguments(self) -> dict[str, Sequence[str]]:
        """As an address has them; what needs no saying is left out."""
        found: dict[str, Sequence[str]] = {"q": [self.query] if self.query else []}
        found |= {facet: self.facets.get(facet, ()) for facet in FACETS}
        found["sort"] = [self.sort] if self.sort != SORTS[0] else []
        return {name: values for name, values in found.items() if values}

    def address(self, **also: str) -> str:
        arguments = self.arguments() | {name: [value] for name, value in also.items()}
        return PATH + ("?" + urlencode(arguments, doseq=True) if arguments else "")

    def without(self, facet: str, value: str) -> "Choice":
        left = tuple(each for each in self.facets.get(facet, ()) if each != value)
        return replace(self, facets={**self.facets, facet: left})


def choice_of(arguments: "MultiDict[str, str]") -> Choice:
    """What an address says; values that nobody knows are left aside."""
    facets = {
        facet: found
        for facet in FACETS
        if (found := tuple(dict.fromkeys(each for each in arguments.getlist(facet) if _KNOWN[facet](each))))
    }
    sort = arguments.get("sort", "")
    return Choice(facets, _plain(arguments.get("q", "")), sort if sort in SORTS else SORTS[0])


def _plain(text: str) -> str:
    """Words with one space between them; no database takes control characters."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    text = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(text.split())[:LONGEST]


# --- what is left of it --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Town:
    """Where a reader works, as far as they have said."""

    prefecture: str
    population: str

    @property
    def is_known(self) -> bool:
        return bool(self.prefecture or self.population)


@dataclass(frozen=True)
class Listed:
    """A page of the list: what the choice leaves, its rows, and cases of towns like the reader's own."""

    found: Found
    rows: Sequence[Row[Any]]
    #: None for those who have none, or where something is chosen.
    town: Town | None
    alike: Sequence[Row[Any]]

    @property
    def pages(self) -> int:
        """That can be asked for."""
        return min(web.DIRECT_PAGES, max(1, -(-self.found.total // queries.PER_PAGE)))


def listed(viewer: Viewer, choice: Choice, page: int) -> Listed:
    """One page of what a choice leaves, in at most seven statements."""
    within = saying(choice.query) if choice.query else None
    offset = (page - 1) * queries.PER_PAGE
    found = shelf().find(viewer, choice.facets, choice.sort, offset, queries.PER_PAGE, within)
    town = own_town_of(viewer) if choice.is_empty and page == 1 else None
    near = _alike(viewer, town, BESIDE) if town and town.is_known else []
    rows = {row.id: row for row in queries.rows(viewer, [*found.ids, *near])}
    return Listed(found, _in_order(rows, found.ids), town, _in_order(rows, near))


def _in_order(rows: Mapping[int, Row[Any]], ids: Sequence[int]) -> list[Row[Any]]:
    return [rows[item_id] for item_id in ids if item_id in rows]


def own_town_of(viewer: Viewer) -> Town | None:
    """None for visitors."""
    if viewer.user_id is None:
        return None
    row = own_town(viewer.user_id)
    return Town(row.prefecture, row.population)


def of_like_towns(viewer: Viewer) -> tuple[Town | None, Sequence[Row[Any]]]:
    """The reader's own town, and cases of towns like it, the likest first."""
    town = own_town_of(viewer)
    return town, queries.rows(viewer, _alike(viewer, town, ALIKE)) if town else []


def _alike(viewer: Viewer, town: Town, most: int) -> list[int]:
    """Those of the same size in the same prefecture first, then of either, the newest first."""
    size = f"population:{town.population}" if town.population else ""
    place = f"prefecture:{town.prefecture}" if town.prefecture else ""
    wanted = {tags: 1 for tags in (size, place) if tags}
    if size and place:
        wanted[f"{size} {place}"] = 1
    return shelf().alike(viewer, wanted, most, among="kind:case")
