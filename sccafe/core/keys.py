"""The site's keys: they stand in a folder of their own, beside the database and never in it.

A running process takes up a new key from the file of keys by itself, so that a key is added without a moment in which
one process writes what another cannot read.
"""

import logging
import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app

log = logging.getLogger(__name__)

#: The names of requests that were deleted for good, a line each: no backup may bring them back (sccafe/counseling).
DELETED_REQUESTS = "deleted_requests"
#: Size, inode and moment: what tells that the file of keys is another one.
_Mark = tuple[int, int, int]


def _kept(path: Path, fresh: str) -> str:
    """What the file holds; written once with `fresh`, readable by its owner alone, also when two start at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _parsed(written: str) -> list[str]:
    return [key.strip() for key in written.replace("\n", ",").split(",") if key.strip()]


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_ino, found.st_mtime_ns


class SiteKeys:
    """The keys of a site, the newest first: of its settings, or of its file, which is read again where it changes."""

    def __init__(self, folder: Path, written: str) -> None:
        self.folder = folder
        #: None where the settings name the keys.
        self.path = None if written else folder / "encryption_keys"
        self._seen: _Mark | None = None
        if self.path is not None:
            written = _kept(self.path, Fernet.generate_key().decode())
            self._seen = _mark(self.path)
        self._use(written)

    def _use(self, written: str) -> None:
        fernets = [Fernet(key) for key in _parsed(written)]
        self._all, self._newest, self.count = MultiFernet(fernets), fernets[0], len(fernets)

    def _look(self) -> None:
        """Take up what stands in the file now; one that is gone or cannot be used changes nothing."""
        mark = _mark(self.path) if self.path is not None else None
        if self.path is None or mark is None or mark == self._seen:
            return
        self._seen = mark
        try:
            self._use(self.path.read_text())
        except (OSError, ValueError, IndexError) as error:
            log.warning("the file of keys cannot be used, the former keys stay: %s", type(error).__name__)

    def all(self) -> MultiFernet:
        self._look()
        return self._all

    def newest(self) -> Fernet:
        self._look()
        return self._newest

    def add(self) -> None:
        """Put a fresh key before the others in the file: all that is written from now on is under it."""
        assert self.path is not None
        self._write([Fernet.generate_key().decode(), *_parsed(self.path.read_text())])

    def drop_older(self) -> int:
        """Leave the newest key alone in the file; gives how many went."""
        assert self.path is not None
        newest, *older = _parsed(self.path.read_text())
        self._write([newest])
        return len(older)

    def _write(self, keys: list[str]) -> None:
        assert self.path is not None
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            _append(unfinished, "\n".join(keys) + "\n")
            unfinished.replace(self.path)
            _sync_folder(self.path.parent)
        finally:
            unfinished.unlink(missing_ok=True)
        self._look()


def init_app(app: Flask, folder: Path, secret_key: str, encryption_keys: str) -> None:
    """Load the keys given by the settings, or those of the folder, made at the first start."""
    app.config["SECRET_KEY"] = secret_key or _kept(folder / "secret_key", secrets.token_urlsafe(48))
    app.extensions["sccafe_keys"] = SiteKeys(folder, encryption_keys)


def of_site() -> SiteKeys:
    return cast(SiteKeys, current_app.extensions["sccafe_keys"])


def encrypt(text: str) -> str:
    return of_site().all().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of `encrypt`; raises cryptography's InvalidToken where no key of the site fits."""
    return of_site().all().decrypt(token.encode()).decode()


def renewed(token: str) -> str:
    """The same text under the site's newest key; raises InvalidToken where no key of the site fits."""
    return of_site().all().rotate(token.encode()).decode()


def is_newest(token: str) -> bool:
    """Whether the site's newest key alone opens it."""
    try:
        of_site().newest().decrypt(token.encode())
    except InvalidToken:
        return False
    return True


# --- what stands beside the keys, because a backup of the database must not take it back -------------


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def lines_in(path: Path) -> list[str]:
    """The lines of such a list; none where there is no list."""
    try:
        return path.read_text().split()
    except FileNotFoundError:
        return []


def add_lines(path: Path, lines: Collection[str]) -> None:
    """Add to a list what does not stand in it; on the disk when this returns, readable by its owner alone."""
    known = set(lines_in(path))
    fresh = [line for line in dict.fromkeys(lines) if line not in known]
    if fresh:
        is_new = not path.exists()
        # Begins with a line break of its own: what a crash cut off must not grow together with the next.
        _append(path, "".join(f"\n{line}" for line in fresh) + "\n")
        if is_new:
            _sync_folder(path.parent)
