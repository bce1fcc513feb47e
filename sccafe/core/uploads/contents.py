"""What a file that was taken says, and how its pages look: both by programs of their own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sccafe.core import files, programs
from sccafe.core.uploads import inspecting

#: Kinds that say something.
READABLE = frozenset({"pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "text", "csv"})
_PROGRAM = Path(__file__).with_name("reading.py")
_LIMITS = programs.Limits(memory=1024**3, seconds=15, written=1024**2, wait=40)


#: A picture of a page waits so long for its turn; it is asked for again with the page.
_PATIENCE = 15


@dataclass(frozen=True)
class Contents:
    """`text` is what a document says, bounded and without control characters; `pages` how many a PDF has, else 0."""

    text: str
    pages: int


NOTHING = Contents("", 0)


def of(stored: str, kind: str) -> Contents:
    """What the file of this name in the store says: nothing where it cannot be read, whatever the reason.

    Raises FileNotFoundError. Slow: not inside a transaction.
    """
    with _at_hand(stored) as file:
        try:
            said = json.loads(programs.run(_PROGRAM, [kind], file, _LIMITS))
        except (programs.Ended, ValueError):
            return NOTHING
    return Contents(said["text"], said["pages"])


def page(stored: str, number: int) -> BinaryIO | None:
    """A page of a PDF in the store as a picture (WebP), counted from 1; None where it cannot be made.

    Raises FileNotFoundError, or Refused where many wait. Slow: not inside a transaction.
    """
    made = inspecting.temporary()
    with _at_hand(stored) as file, inspecting.temporary() as unused:
        if "refused" in inspecting.draw("page", file, made, unused, str(number), patience=_PATIENCE):
            return None
    made.seek(0)
    return made


@contextmanager
def _at_hand(stored: str) -> Iterator[BinaryIO]:
    """A file of the store as one of this machine, which a program can be given. Raises FileNotFoundError."""
    with inspecting.temporary() as file:
        with files.store().open(stored) as content:
            shutil.copyfileobj(content, file)
        file.flush()
        yield file
