"""The ways to write a word on this site: our own file's, the secretariat's, and SudachiPy's where it is wanted."""

import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from sccafe.core.audience import Viewer
from sccafe.core.database import run
from sccafe.core.site_settings import CACHE_SECONDS
from sccafe.search import families, folding, sudachi
from sccafe.search import nearest as nearest_words
from sccafe.search.families import MOST, Family
from sccafe.search.models import SpellingFamily
from sccafe.search.variants import Variants
from sccafe.search.wanted import Spelling

_KEPT = "sccafe_spellings"
_FAMILIES = select(SpellingFamily.id, SpellingFamily.text).order_by(SpellingFamily.id)


class _Kept(NamedTuple):
    until: float
    rows: tuple[tuple[int, str], ...]
    variants: Variants


def spellings(typed: str) -> tuple[Spelling, ...]:
    """All ways to write a word, at most MOST; the first is the word as it was typed, folded."""
    return with_normal_form(typed, present().of(typed))


def nearest(viewer: Viewer, typed: str) -> str | None:
    """For zero hits: the nearest word of which the viewer would find something; None where there is none."""
    return nearest_words.nearest(viewer, typed, spellings)


def present() -> Variants:
    """What is equal on this site, at most CACHE_SECONDS old."""
    kept: _Kept | None = current_app.extensions.get(_KEPT)
    now = time.monotonic()
    if kept is None or kept.until < now:
        rows = tuple((row.id, row.text) for row in run(_FAMILIES))
        variants = kept.variants if kept is not None and kept.rows == rows else made_of(rows)
        kept = current_app.extensions[_KEPT] = _Kept(now + CACHE_SECONDS, rows, variants)
    return kept.variants


def made_of(rows: Iterable[tuple[int, str]]) -> Variants:
    """What is equal where the secretariat has these rows of families, by id and text."""
    own = [family for _number, text in rows if (family := stored(text))]
    if not own:
        return _supplied()
    supplied = families.supplied()
    return Variants([*supplied.families, *own], supplied.other_words)


@cache
def _supplied() -> Variants:
    supplied = families.supplied()
    return Variants(supplied.families, supplied.other_words)


def stored(text: str) -> Family:
    """The family of a row; none where it is no family any more, because words were erased from it."""
    try:
        return families.typed_family(text)
    except families.Wrong:
        return ()


def forget() -> None:
    """Let this process read the families again: they were changed."""
    current_app.extensions.pop(_KEPT, None)


def with_normal_form(typed: str, found: Sequence[Spelling]) -> tuple[Spelling, ...]:
    """The ways to write a word and SudachiPy's one, where the site uses it and there is room."""
    if current_app.config["SETTINGS"].sudachi and len(found) < MOST:
        normal = folding.fold(sudachi.normal_form(typed))
        if normal and not any(not each.whole and each.text in normal for each in found):
            return (*found, Spelling(normal))
    return tuple(found)
