"""What the search tells the record."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpellingsChanged:
    """A family of the secretariat's own was `added`, `changed` or `removed`."""

    family_id: int
    what: str
    actor_id: int | None
