"""A bundle of items as it lies there: a folder or a ZIP, of which nothing is believed before it is looked at."""

import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol, cast

from sccafe.library.faults import Fault, Unusable

#: A bundle may hold so many bytes when it is unpacked, in so many files.
MOST_MB: Final = 500
MOST_NAMES: Final = 20_000
#: Of an index, or of the one file of an item.
INDEX_MB: Final = 20
#: What programs leave in a folder without being asked.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Bundle(Protocol):
    """Names are paths from the bundle's own folder, with `/` between; every read is bounded."""

    #: How it is called in faults.
    name: str

    def names(self) -> list[str]: ...
    def open(self, name: str) -> BinaryIO: ...


def read_text_of(bundle: Bundle, name: str) -> bytes:
    """An index's bytes. Raises Unusable where it is larger than an index can be, or cannot be read."""
    with reading(name), bundle.open(name) as file:
        content = file.read(INDEX_MB * 1024**2 + 1)
    if len(content) > INDEX_MB * 1024**2:
        raise Unusable(Fault(name, 0, "", "index_size", str(INDEX_MB)))
    return content


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever a broken ZIP raises while this file is read is a fault of this file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Unusable(Fault(name, 0, "", "unreadable", type(error).__name__)) from error


@contextmanager
def opened(path: Path, name: str = "") -> Iterator[Bundle]:
    """The bundle at this path, `name` in its faults. Raises Unusable, with a fault for each name that cannot be."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise Unusable(Fault(name or path.name, 0, "", "zip", type(error).__name__)) from error
    with archive:
        yield _Zip(name or path.name, archive)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name as it stands there: zipfile takes all for cp437 that is not marked as UTF-8, and cuts at a zero byte.

    macOS packs UTF-8 without the mark, Japanese Windows cp932.
    """
    if not entry.flag_bits & 0x800:
        raw = entry.orig_filename.encode("cp437")
        for encoding in ("utf-8", "cp932"):
            try:
                return plain(raw.decode(encoding))
            except UnicodeDecodeError:
                continue
    return plain(entry.orig_filename)


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.rsplit("/", 1)[-1] in _LITTER[1:]


def _bad_name(name: str) -> bool:
    """Whether a name leads out of the bundle, or is none that every system can have."""
    parts = name.split("/")
    return (
        not name
        or "\\" in name
        or name.startswith("/")
        or any(part in ("", ".", "..") for part in parts)
        or (len(parts[0]) == 2 and parts[0][1] == ":")
        or any(unicodedata.category(character) == "Cc" for character in name)
    )


def plain(name: str) -> str:
    """A name as it is compared: composed, as macOS takes letters apart."""
    return unicodedata.normalize("NFC", name)


class _Folder:
    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._root = path.resolve()
        self._paths: dict[str, Path] = {}
        faults: list[Fault] = []
        size = 0
        for found in sorted(path.rglob("*")):
            name = found.relative_to(path).as_posix()
            if _is_litter(name) or any(part.startswith(".") for part in PurePosixPath(name).parts):
                continue
            if found.is_symlink():
                faults.append(Fault(name, 0, "", "link"))
            elif found.is_file():
                self._paths[plain(name)] = found
                size += found.stat().st_size
        _refuse(faults, self.name, len(self._paths), size)

    def names(self) -> list[str]:
        return list(self._paths)

    def open(self, name: str) -> BinaryIO:
        path = self._paths[name]
        if self._root not in path.resolve().parents:
            raise Unusable(Fault(name, 0, "", "link"))
        return path.open("rb")


class _Zip:
    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        faults: list[Fault] = []
        size = 0
        for entry in archive.infolist():
            if entry.is_dir() or _is_litter(entry.filename):
                continue
            name = _name_of(entry)
            if _bad_name(name):
                faults.append(Fault(_shown(name), 0, "", "path"))
            elif (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
                faults.append(Fault(name, 0, "", "link"))
            elif entry.flag_bits & 1:
                faults.append(Fault(name, 0, "", "password"))
            elif name in self._entries:
                faults.append(Fault(name, 0, "", "name_twice"))
            else:
                self._entries[name] = entry
            size += entry.file_size
        _refuse(faults, self.name, len(archive.infolist()), size)
        self._below_one_folder()

    def _below_one_folder(self) -> None:
        """Where everything lies in one folder, as when a folder was packed, that is the bundle."""
        heads = {name.split("/", 1)[0] for name in self._entries}
        if len(heads) == 1 and all("/" in name for name in self._entries):
            self._entries = {name.split("/", 1)[1]: entry for name, entry in self._entries.items()}

    def names(self) -> list[str]:
        return sorted(self._entries)

    def open(self, name: str) -> BinaryIO:
        # What it holds is never more than the size that it claims, which was counted above.
        return cast(BinaryIO, self._archive.open(self._entries[name]))


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:120]


def _refuse(faults: list[Fault], name: str, count: int, size: int) -> None:
    if count > MOST_NAMES:
        faults.append(Fault(name, 0, "", "many_files", str(MOST_NAMES)))
    if size > MOST_MB * 1024**2:
        faults.append(Fault(name, 0, "", "size", str(MOST_MB)))
    if faults:
        raise Unusable(*faults)
