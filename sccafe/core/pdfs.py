"""Pages as PDF: made by a program of its own, one at a time in each process, and kept for whoever asks next."""

import hashlib
import json
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from flask import current_app

from sccafe.core import programs

_PROGRAM = Path(__file__).with_name("pdf_program.py")
#: Of this address space no more than 300 MB can be filled: twenty items of 6,000 characters each take 265 MB.
_LIMITS = programs.Limits(memory=360 * 1024**2, seconds=60, written=64 * 1024**2, wait=60)
#: One waits so long for the one that is made, and further ones not at all: pages need the other threads.
_PATIENCE = 30
_turn = threading.BoundedSemaphore(1)
_places = threading.BoundedSemaphore(2)
#: So many PDFs and bytes of them are kept by each process.
MOST_KEPT, MOST_BYTES = 32, 8 * 1024**2


class CannotMake(Exception):
    """Why there is no PDF: `missing` (this machine has no libraries for it), `busy`, or `much` (too long a page)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Kept:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def put(self, key: str, made: bytes) -> None:
        with self._lock:
            self._made[key] = made
            while len(self._made) > MOST_KEPT or sum(map(len, self._made.values())) > MOST_BYTES:
                self._made.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._made.clear()


def key_of(html: str, css: str) -> str:
    """The same for what gives the same PDF."""
    return hashlib.sha256(f"{html}\0{css}".encode()).hexdigest()[:32]


def of(html: str, css: str) -> bytes:
    """The PDF of a page that is whole in these two texts. Raises CannotMake. Slow: not inside a transaction."""
    kept: _Kept = current_app.extensions.setdefault("sccafe_pdfs", _Kept())
    key = key_of(html, css)
    if made := kept.get(key):
        return made
    if not _places.acquire(blocking=False):
        raise CannotMake("busy")
    try:
        if not _turn.acquire(timeout=_PATIENCE):
            raise CannotMake("busy")
        try:
            # Somebody may have asked for the same meanwhile.
            made = kept.get(key) or _made(html, css)
            kept.put(key, made)
        finally:
            _turn.release()
    finally:
        _places.release()
    return made


def forget() -> None:
    """Keep nothing of what was made until now: something that stood in it is gone for good."""
    kept: _Kept | None = current_app.extensions.get("sccafe_pdfs")
    if kept is not None:
        kept.clear()


def _made(html: str, css: str) -> bytes:
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps({"html": html, "css": css}).encode())
        given.flush()
        try:
            said = programs.run(_PROGRAM, [], given, _LIMITS)
        except programs.Ended as error:
            raise CannotMake("much") from error
    if not said.startswith(b"%PDF-"):
        raise CannotMake("missing")
    return said
