"""What the site's own pages tell the record."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PageEdited:
    slug: str
    locale: str
    actor_id: int | None


@dataclass(frozen=True)
class SettingsChanged:
    """(key, new value) of everything that was changed."""

    changed: tuple[tuple[str, Any], ...]
    actor_id: int | None
