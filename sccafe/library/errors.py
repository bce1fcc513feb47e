"""What the library refuses, and why."""

from typing import Any

from sccafe.boards import threads
from sccafe.boards.threads import NotThere

__all__ = ["Clash", "Incomplete", "MayNot", "NotAnOwner", "NotThere", "Talked"]


class MayNot(threads.MayNot):
    """The viewer can read the thing but may not do this; `why` is one of policy's reasons."""


class Talked(MayNot):
    """Fewer people were to read an item than read the topic in which it is talked about."""

    def __init__(self) -> None:
        super().__init__("talked")


class Incomplete(ValueError):
    """It cannot be published yet; `parts` are the keys of what is missing in its sheet."""

    def __init__(self, parts: list[str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = parts


class Clash(ValueError):
    """Somebody else has saved meanwhile: `sheet` is what stands there, `saved` its count, `editor_id` theirs."""

    def __init__(self, sheet: dict[str, Any], saved: int, editor_id: int | None) -> None:
        super().__init__("saved meanwhile")
        self.sheet, self.saved, self.editor_id = sheet, saved, editor_id


class NotAnOwner(ValueError):
    """No active person of this handle may own an item; `field` says which was meant: owner or successor."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field
