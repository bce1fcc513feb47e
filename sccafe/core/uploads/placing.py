"""Putting files into the store beside the rows that name them, which no transaction spans.

So bytes are there before their row and go after it: what is lost on the way is a file that no row names, which `sweep`
takes away.
"""

import logging
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sccafe.core import clock, files
from sccafe.core.uploads.inspecting import Upload

log = logging.getLogger(__name__)

_AT_ONCE = 500


@dataclass
class Placed:
    """Files that lie in the store and have no row yet."""

    #: Of each file, in their order, what every table of files has: name, kind, media_type, size in bytes, stored,
    #: picture, width, height, created_at.
    rows: list[dict[str, Any]] = field(default_factory=list)
    #: Set by whoever has written their rows: else they are taken out again.
    is_kept: bool = False


@contextmanager
def placing(folder: str, uploads: Sequence[Upload]) -> Iterator[Placed]:
    """Put files into this folder of the store, for a `writing` block inside this one that writes their rows."""
    placed = Placed()
    is_written = False
    try:
        for upload in uploads:
            picture = upload.picture
            row: dict[str, Any] = {
                "name": upload.name,
                "kind": upload.kind,
                "media_type": upload.media_type,
                "size": upload.size,
                "stored": new_name(folder),
                "picture": new_name(folder) if picture else "",
                "width": picture.width if picture else 0,
                "height": picture.height if picture else 0,
                "created_at": clock.now(),
            }
            placed.rows.append(row)
            files.store().put(row["stored"], upload.content)
            if picture:
                files.store().put(row["picture"], picture.content)
        yield placed
        is_written = placed.is_kept
    finally:
        if not is_written:
            remove([name for row in placed.rows for name in (row["stored"], row["picture"])])


def new_name(folder: str) -> str:
    """A name that no file has and nobody can guess."""
    # The day stands in the name, so that every store can tell what is older than a day.
    return f"{folder}/{clock.now():%Y%m%d}/{secrets.token_hex(16)}"


def page_name(stored: str, number: int) -> str:
    """The name of the picture of a page: it follows from the file's own, and is named by no row."""
    return f"{stored}.{number}.webp"


def remove(names: Sequence[str]) -> None:
    """Take bytes out of the store; what cannot be reached now is swept up tomorrow."""
    for name in filter(None, names):
        try:
            files.store().delete(name)
        except Exception as error:
            log.warning("a file stays in the store until it is swept: %s", type(error).__name__)


def sweep(folder: str, known: Callable[[Sequence[str]], Collection[str]]) -> None:
    """Remove from a folder of the store what no row names and is older than a day: `known` says which are named.

    The pictures of a file's pages stay as long as the file's own name is known.
    """
    pattern = re.compile(f"({re.escape(folder)}" + r"/(\d{8})/[0-9a-f]{32})(?:\.\d+\.webp)?")
    before = f"{clock.now() - timedelta(days=1):%Y%m%d}"
    found = ((name, pattern.fullmatch(name)) for name in files.store().names())
    old = [(name, match[1]) for name, match in found if match and match[2] < before]
    for start in range(0, len(old), _AT_ONCE):
        some = old[start : start + _AT_ONCE]
        named = known([own for _name, own in some])
        for name, own in some:
            if own not in named:
                files.store().delete(name)
