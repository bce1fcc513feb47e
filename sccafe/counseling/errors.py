"""What counseling refuses, and why."""

from sccafe.boards import threads
from sccafe.boards.threads import NotThere

__all__ = ["Clash", "MayNot", "NotThere"]


class MayNot(threads.MayNot):
    """The request can be read but this cannot be done with it now; `why` says what keeps one from it (words.py)."""


class Clash(ValueError):
    """Somebody has saved the draft meanwhile: `text` stands there, `saved` is its count, `editor_id` who it was."""

    def __init__(self, text: str, saved: int, editor_id: int | None) -> None:
        super().__init__("saved meanwhile")
        self.text, self.saved, self.editor_id = text, saved, editor_id
