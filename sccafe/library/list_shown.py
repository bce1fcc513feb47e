"""The list of the library in words: its facets with their counts, what is chosen, its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row

from sccafe.core import clock, taxonomy
from sccafe.core.formats import known_text
from sccafe.core.language import gettext as _
from sccafe.library import words
from sccafe.library.finding import Choice, Town
from sccafe.library.models import KINDS
from sccafe.library.shelf import FACETS, SORTS, Found

#: Facets with many values: the fullest stand open, the others are folded.
_LONG, _OPEN = frozenset({"theme", "prefecture", "partner", "year"}), 6
_LISTS = {
    "collection": "library_collection",
    "theme": "theme",
    "population": "population_band",
    "stage": "stage",
    "function": "sc_function",
    "partner": "partner",
}


@cache
def _names(locale: str) -> dict[str, dict[str, str]]:
    """What the values of each facet are called, in their order; years have none. Made once for each language."""
    found = {
        facet: {option.key: option.label(locale) for option in taxonomy.options(_LISTS[facet])} for facet in _LISTS
    }
    found["kind"] = {kind: words.kind(kind) for kind in KINDS}
    found["prefecture"] = taxonomy.prefectures()
    return found


def value_name(facet: str, value: str, locale: str) -> str:
    """What a value of a facet is called; the empty string for a retired one."""
    if facet == "year":
        return _("%(year)s年", year=value)
    return _names(locale)[facet].get(value, "")


# --- facets --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facet:
    """A facet with its values as (value, name, count, chosen): those that stand open, and those that are folded."""

    key: str
    name: str
    values: Sequence[tuple[str, str, int, bool]]
    folded: Sequence[tuple[str, str, int, bool]]

    @property
    def is_open(self) -> bool:
        """Whether something that would be folded is chosen."""
        return any(chosen for _value, _name, _count, chosen in self.folded)


def facets(found: Found, choice: Choice, locale: str) -> list[Facet]:
    """Those in which something is left to choose, or chosen."""
    shown = []
    for facet in FACETS:
        values = _values(facet, found.counts[facet], choice.facets.get(facet, ()), locale)
        if values:
            upto = _OPEN if facet in _LONG and len(values) > _OPEN + 1 else len(values)
            shown.append(Facet(facet, words.facet(facet), values[:upto], values[upto:]))
    return shown


def _values(
    facet: str, counts: Mapping[str, int], chosen: Sequence[str], locale: str
) -> list[tuple[str, str, int, bool]]:
    there = {*counts, *chosen}
    if facet == "year":
        return [(year, value_name(facet, year, locale), counts.get(year, 0), year in chosen) for year in
                sorted(there, reverse=True)]  # fmt: skip
    names = _names(locale)[facet]
    values = [(value, name, counts.get(value, 0), value in chosen) for value, name in names.items() if value in there]
    if facet in _LONG:
        # A facet's counts do not follow its own choice: what is ticked stays where it is.
        values.sort(key=lambda each: -each[2])
    return values


def chips(choice: Choice, locale: str) -> list[tuple[str, str]]:
    """What is chosen, each with the address of the list without it."""
    found = [
        (value_name(facet, value, locale), choice.without(facet, value).address()) for facet, value in choice.values()
    ]
    if choice.query:
        found.append((_("「%(words)s」", words=choice.query), Choice(choice.facets, "", choice.sort).address()))
    return found


def sorts(choice: Choice) -> list[tuple[str, str, bool]]:
    """The orders: name, address, and whether it is the present one."""
    names = {"new": _("新しい順"), "used": _("よく使われた順"), "checked": _("最近確認した順")}
    return [(names[sort], Choice(choice.facets, choice.query, sort).address(), sort == choice.sort) for sort in SORTS]


# --- rows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in a list."""

    id: int
    title: str
    summary: str
    #: What kind of thing it is, or that it should have been looked at again; and which colour that has.
    chip: str
    chip_kind: str
    #: Where, how large, when it was last found to be right; on which shelf, who used it.
    about: list[str]
    use: list[str]


@cache
def _frames(locale: str) -> dict[str, str]:
    """The sentences around the values of a row, looked up once for each language."""
    return {
        "due": _("確認の時期を過ぎています"),
        "population": _("人口%(band)s", band="%s"),
        "checked": _("%(month)sに確認", month="%s"),
        "used": _("使った %(count)s人", count="%s"),
        "tried": _("試してみた %(count)s件", count="%s"),
        "well": _("試してみた %(count)s件（うち うまくいった %(well)s）", count="%s", well="%s"),
    }


def rows(found: Sequence[Row[Any]], locale: str) -> list[ItemRow]:
    """Rows of queries.rows as lists show them."""
    today = clock.today()
    names, frames = _names(locale), _frames(locale)
    return [_row(row, today, names, frames, locale) for row in found]


def _row(
    row: Row[Any], today: date, names: Mapping[str, Mapping[str, str]], frames: Mapping[str, str], locale: str
) -> ItemRow:
    is_due = row.due_on is not None and row.due_on < today
    band = names["population"].get(row.population, "")
    about = [
        taxonomy.place(row.prefecture, row.municipality),
        frames["population"] % band if band else "",
        frames["checked"] % known_text(f"{row.checked_on:%Y-%m}", locale) if row.checked_on else "",
    ]
    use = [names["collection"].get(row.collection, ""), frames["used"] % row.use_count if row.use_count else ""]
    if row.report_well_count:
        use.append(frames["well"] % (row.report_count, row.report_well_count))
    elif row.report_count:
        use.append(frames["tried"] % row.report_count)
    return ItemRow(
        id=row.id,
        title=row.title,
        summary=row.summary,
        chip=frames["due"] if is_due else names["kind"][row.kind],
        chip_kind="open" if is_due else "role",
        about=[text for text in about if text],
        use=[text for text in use if text],
    )


# --- towns like the reader's own -----------------------------------------------------------------------------


def town_name(town: Town, locale: str) -> str:
    """As far as the reader has said: 東京都、人口1万～5万人."""
    band = value_name("population", town.population, locale)
    parts = [taxonomy.prefectures().get(town.prefecture, ""), _("人口%(band)s", band=band) if band else ""]
    return _("、").join(part for part in parts if part)


def why_alike(row: Row[Any], town: Town) -> str:
    """Why an item is shown to somebody of this town."""
    same_size = bool(town.population) and row.population == town.population
    if bool(town.prefecture) and row.prefecture == town.prefecture:
        return _("同じ都道府県、同じ大きさのまち") if same_size else _("同じ都道府県")
    return _("同じ大きさのまち")
