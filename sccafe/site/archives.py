"""One tar file whose last member, the manifest, names all others with their size and SHA-256.

It appears under its own name only when it is whole and on the disk.
"""

import gzip
import hashlib
import io
import json
import os
import secrets
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

MANIFEST = "manifest.json"
#: Raised where it changes in a way that older code could not read.
FORMAT = 1
_CHUNK = 1024 * 1024


class Broken(Exception):
    """The archive cannot be used; the message names the part of it that is not right."""


class Writer:
    def __init__(self, tar: tarfile.TarFile, folder: Path) -> None:
        self._tar = tar
        self._folder = folder  # beside the archive: there is room for it, which /tmp need not have
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: BinaryIO) -> None:
        """Add everything that `content` gives; its length need not be known."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(max_size=16 * _CHUNK, dir=str(self._folder)) as whole:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                whole.write(chunk)
            size = whole.tell()
            whole.seek(0)
            self._put(name, size, cast(BinaryIO, whole))
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_text(self, name: str, text: str) -> None:
        self.add(name, io.BytesIO(text.encode()))

    def _put(self, name: str, size: int, content: BinaryIO) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
        self._tar.addfile(entry, content)

    def finish(self, **facts: Any) -> None:
        manifest = json.dumps({"format": FORMAT, **facts, "members": self.members}, indent=1, ensure_ascii=False)
        content = manifest.encode()
        self._put(MANIFEST, len(content), io.BytesIO(content))


@contextmanager
def writing(path: Path, check: Callable[[Path], object]) -> Iterator[Writer]:
    """Write an archive, readable by its owner alone; compressed where the name ends in gz.

    When the block has ended and everything is on the disk, `check` is called with the file; then it gets its name.
    Whatever fails leaves nothing behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz" if path.name.endswith("gz") else "w") as tar:
                yield Writer(tar, path.parent)
            file.flush()
            os.fsync(file.fileno())
        check(unfinished)
        unfinished.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        unfinished.unlink(missing_ok=True)


class _Place:
    """How far an archive has been read, for the message where it cannot be read on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = "its beginning"

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Broken(f"{self.path.name} cannot be read on from {self.name}: {error}.") from error


def members(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The archive's members one after the other, each to be read before the next; raises Broken.

    What a broken member raises while it is read is its reader's to catch: `read` does.
    """
    place = _Place(path)
    with place.told(), tarfile.open(path, "r:*") as tar:
        for entry in tar:
            place.name = entry.name
            content = tar.extractfile(entry) if entry.isreg() else None
            if content is None:
                raise Broken(f"{path.name}: {entry.name} is not a file.")
            yield entry.name, cast(BinaryIO, content)


def read(path: Path, keep: dict[str, Path] | None = None) -> dict[str, Any]:
    """Read an archive to its end and compare everything with its manifest, which is given back; raises Broken.

    Members named in `keep` are written to the path that stands there.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    place = _Place(path)
    for name, content in members(path):
        place.name = name
        with place.told():
            if name == MANIFEST:
                manifest = _manifest(path, content.read())
            else:
                found[name] = _measured(content, (keep or {}).get(name))
    if manifest is None:
        raise Broken(f"{path.name}: {MANIFEST} is missing; the archive ends after {place.name}.")
    for name in sorted({*found, *manifest["members"]}):
        if name not in found:
            raise Broken(f"{path.name}: {name} is missing.")
        if found[name] != manifest["members"].get(name):
            raise Broken(f"{path.name}: {name} is not as the manifest says; it has been changed or damaged.")
    return manifest


def _manifest(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise Broken(f"{path.name}: {MANIFEST} cannot be read.") from error
    if manifest.get("format") != FORMAT:
        raise Broken(f"{path.name}: {MANIFEST} is of format {manifest.get('format')!r}; this version reads {FORMAT}.")
    return manifest


def _measured(content: BinaryIO, keep: Path | None) -> dict[str, Any]:
    """Size and SHA-256 of a member, which is written to `keep` where that is given."""
    digest, size = hashlib.sha256(), 0
    with keep.open("wb") if keep else nullcontext() as kept:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if kept:
                kept.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}
