"""What else is worth reading beside an item."""

from typing import Any

from sqlalchemy import Row

from sccafe.core.audience import Viewer
from sccafe.library import queries
from sccafe.library.shelf import shelf

#: How much it counts that two items have a value of this facet in common.
_WEIGHTS = {"theme": 3, "prefecture": 2, "function": 1, "stage": 1, "partner": 1}


def related(viewer: Viewer, item_id: int, tags: str, most: int = 4) -> list[Row[Any]]:
    """Rows as lists show them (queries.rows) of what has most in common with an item; `tags` as in Item.tags."""
    weights = {tag: weight for tag in tags.split() if (weight := _WEIGHTS.get(tag.partition(":")[0]))}
    return queries.rows(viewer, shelf().alike(viewer, weights, most, but=item_id))
