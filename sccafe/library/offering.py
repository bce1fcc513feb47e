"""What the library has on a question that is being typed."""

from typing import Any

from sqlalchemy import Row

from sccafe.boards.similar import Similar, offers
from sccafe.boards.suggesting import themes_for
from sccafe.core.audience import Viewer
from sccafe.library import queries
from sccafe.library.shelf import shelf


@offers
def items(viewer: Viewer, text: str, most: int) -> list[Similar]:
    """Items on the themes that the text speaks of: most themes in common first. By its words the search finds them."""
    on_themes = shelf().alike(viewer, {f"theme:{theme}": 1 for theme in themes_for(text)}, most)
    return [similar(row) for row in queries.rows(viewer, on_themes)]


def similar(row: Row[Any]) -> Similar:
    """What is offered of an item: a row with its id, title, kind and collection."""
    return Similar(f"/library/{row.id}", row.title, _kind(row))


def _kind(row: Row[Any]) -> str:
    if row.kind == "qa" and row.collection == "counseling":
        return "counseling"
    return "case" if row.kind == "case" else "material"
