"""What the library has on a question that is being typed."""

import re
from typing import Any

from sqlalchemy import Row

from sccafe.boards.similar import Similar, offers
from sccafe.boards.suggesting import themes_for
from sccafe.core.audience import Viewer
from sccafe.library import queries
from sccafe.library.sheet import normalised
from sccafe.library.shelf import shelf

#: So many on the same themes are compared with the words that were typed.
_COMPARED = 40
#: Words without a dictionary: what is written in Chinese characters, katakana or letters without a break.
_WORD = re.compile(r"[一-鿿々]{2,}|[ァ-ヺー]{3,}|[a-z][a-z0-9]{2,}")
_MOST_WORDS = 8


@offers
def items(viewer: Viewer, text: str, most: int) -> list[Similar]:
    """Items on the themes that the text speaks of, those that share its words first; then those titled by its words."""
    if most <= 0:
        return []
    words = list(dict.fromkeys(_WORD.findall(normalised(text))))[:_MOST_WORDS]
    on_themes = shelf().alike(viewer, {f"theme:{theme}": 1 for theme in themes_for(text)}, _COMPARED)
    found = queries.rows(viewer, on_themes)
    found.sort(key=lambda row: -sum(word in normalised(f"{row.title} {row.summary}") for word in words))
    if words and len(found) < most:
        known = {row.id for row in found}
        found += [row for row in queries.titled(viewer, words, most) if row.id not in known]
    return [Similar(f"/library/{row.id}", row.title, _kind(row)) for row in found[:most]]


def _kind(row: Row[Any]) -> str:
    if row.kind == "qa" and row.collection == "counseling":
        return "counseling"
    return "case" if row.kind == "case" else "material"
