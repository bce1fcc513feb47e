"""The list beside the site's keys of what is gone for good: deleted requests, and texts that were taken back.

A line is on the disk before the change that it tells of is committed. So what an older backup brings back of it can be
told from what is there by right, and a crash between the two leaves something that the next run finishes.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from sccafe.core import keys

#: The job that follows whatever was removed.
FORGET: Final = "counseling.forget_pages"
#: Before the seed of a text that was taken back. A seed is drawn anew whenever a text is begun, so that what is agreed
#: to later is another one, also where an older backup counts its versions a second time. The refs of requests have no
#: colon.
_TEXT: Final = "publication:"


def add_requests(refs: Collection[str]) -> None:
    """These requests are deleted."""
    keys.add_lines(_list(), refs)


def add_texts(seeds: Collection[str]) -> None:
    """These texts are taken back."""
    keys.add_lines(_list(), [_TEXT + seed for seed in seeds])


def requests() -> list[str]:
    """The refs of all deleted requests."""
    return [line for line in keys.lines_in(_list()) if not line.startswith(_TEXT)]


def texts() -> list[str]:
    """The seeds of all texts that were taken back."""
    return [line.removeprefix(_TEXT) for line in keys.lines_in(_list()) if line.startswith(_TEXT)]


def _list() -> Path:
    return keys.of_site().folder / keys.DELETED_REQUESTS
