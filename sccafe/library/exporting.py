"""Everything on the shelf as a bundle that can be imported again: a folder or a ZIP, one file for each item."""

import io
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import yaml
from sqlalchemy import Row, func, select, update

from sccafe.accounts.models import User
from sccafe.core import clock, taxonomy
from sccafe.core import files as core_files
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, end_reading, writing
from sccafe.library import policy
from sccafe.library.errors import MayNot
from sccafe.library.intake import Told
from sccafe.library.models import ON_SHELF, File, Item, Version, VersionFile

_AT_ONCE: Final = 200
#: Most file systems hold no longer name, in bytes.
_NAME_BYTES: Final = 240
#: Texts of these characters alone are written as they are; all others with escapes, so that nothing is lost on the way.
_PLAIN = re.compile(r"[\t\n -~\u00a1-\u2027\u202f-\ud7ff\uf900-\ufdff\ufe10-\ufefe\uff00-\uffef\U00010000-\U0001fffd]*")


class Target(Protocol):
    """Where a bundle is written."""

    def add(self, name: str, content: BinaryIO) -> None: ...


@dataclass
class Exported:
    """How many items went out, and the names of files that the store has no more."""

    items: int = 0
    lost: list[str] = field(default_factory=list)


def export(viewer: Viewer, target: Target, everything: bool = False, told: Told | None = None) -> Exported:
    """Write what is on the shelf to the target; with `everything` also drafts and what was archived. Raises MayNot."""
    if not policy.may_curate(viewer):
        raise MayNot("role")
    _give_refs()
    wanted = select(Item.id).where(readable(Item.audience, viewer)).order_by(Item.id)
    if not everything:
        wanted = wanted.where(ON_SHELF)
    ids = list(db.session.scalars(wanted))
    end_reading()
    done = Exported()
    for start in range(0, len(ids), _AT_ONCE):
        rows, files = _rows(viewer, ids[start : start + _AT_ONCE])
        for row in rows:
            names = list(_names(row.ref, files.get(row.version_id, [])))
            for name, file in names:
                try:
                    with core_files.store().open(file.stored) as content:
                        target.add(name, content)
                except FileNotFoundError:
                    done.lost.append(name)
            kept = [(name, file.description) for name, file in names if name not in done.lost]
            target.add(f"{row.ref}.yaml", io.BytesIO(as_yaml(_values(row, kept)).encode()))
            done.items += 1
        if told:
            told(done.items, len(ids))
    return done


def _give_refs() -> None:
    """Let every item have a name that no other site's items have: by it the same bundle finds them again."""
    nameless = list(db.session.scalars(select(Item.id).where(Item.ref.is_(None))))
    end_reading()
    if nameless:
        with writing() as session:
            for item_id in nameless:
                ref = f"item-{item_id}-{secrets.token_hex(3)}"
                session.execute(update(Item).where(Item.id == item_id, Item.ref.is_(None)).values(ref=ref))


def _rows(viewer: Viewer, ids: Sequence[int]) -> tuple[Sequence[Row[Any]], dict[int, list[Row[Any]]]]:
    """Items with the version that stands for them, and the files of each version."""
    rows = db.session.execute(
        select(
            Item.ref,
            Item.shown_to,
            Item.published_id,
            Item.archived_at,
            Item.checked_on,
            User.handle.label("owner"),
            Version.id.label("version_id"),
            Version.sheet,
        )
        .join(Version, Version.id == func.coalesce(Item.published_id, Item.open_id))
        .outerjoin(User, User.id == Item.owner_id)
        .where(Item.id.in_(ids), readable(Item.audience, viewer))
        .order_by(Item.id)
    ).all()
    files: dict[int, list[Row[Any]]] = {}
    for file in db.session.execute(
        select(VersionFile.version_id, VersionFile.description, File.name, File.stored)
        .join(File, File.id == VersionFile.file_id)
        .where(VersionFile.version_id.in_([row.version_id for row in rows]))
        .order_by(VersionFile.version_id, VersionFile.place, File.id)
    ):
        files.setdefault(file.version_id, []).append(file)
    end_reading()
    return rows, files


def _names(ref: str, files: Sequence[Row[Any]]) -> Iterator[tuple[str, Row[Any]]]:
    """Each file with a name of its own in the bundle, also where capital letters count for nothing."""
    seen: set[str] = set()
    for file in files:
        stem, _dot, ending = file.name.rpartition(".")
        while len(f"{stem}.{ending}".encode()) > _NAME_BYTES:
            stem = stem[:-1]
        name, number = f"{stem}.{ending}", 2
        place = f"{ref}/{name}"
        while place.lower() in seen:
            # In a folder of its own, so that the file keeps its name.
            place, number = f"{ref}/{number}/{name}", number + 1
        seen.add(place.lower())
        yield f"files/{place}", file


def _values(row: Row[Any], files: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """An item as the one file of a bundle says it."""
    state = "draft" if row.published_id is None else "archived" if row.archived_at else ""
    own = {
        "ref": row.ref,
        "audience": row.shown_to,
        "state": state,
        "owner": row.owner or "",
        "checked_on": row.checked_on.isoformat() if row.checked_on else "",
    }
    said = dict(row.sheet)
    town = taxonomy.municipalities().get(said.get("municipality", ""))
    if "prefecture" in said:
        said["prefecture"] = taxonomy.prefectures().get(said["prefecture"], said["prefecture"])
    if town:
        said["municipality"] = town.name
    named = [
        {"name": name, "description": description} if description else {"name": name} for name, description in files
    ]
    values = {key: value for key, value in own.items() if value} | said
    return values | ({"files": named} if named else {})


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as lines; what another program could take for something else is in quotes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if not _PLAIN.fullmatch(text) or "\t" in text:
        style = '"'
    elif "\n" in text:
        # A block would not keep a blank before its first line or behind any other.
        lines = text.split("\n")
        style = '"' if lines[0][:1] in ("", " ") or any(line.endswith(" ") for line in lines) else "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(values: dict[str, Any]) -> str:
    """These values as a YAML text that importing.py reads as the same."""
    return yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


# --- where to ----------------------------------------------------------------------------------------------


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, name: str, content: BinaryIO) -> None:
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file)


class Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._at = clock.now().astimezone(clock.TOKYO).timetuple()[:6]

    def add(self, name: str, content: BinaryIO) -> None:
        entry = zipfile.ZipInfo(name, self._at)
        entry.external_attr = 0o100644 << 16
        # Pictures and documents are compressed already.
        entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".yaml") else zipfile.ZIP_STORED
        with self._archive.open(entry, "w", force_zip64=True) as file:
            shutil.copyfileobj(content, file)


@contextmanager
def target_at(path: Path) -> Iterator[Target]:
    """A folder, or a ZIP where the name says so. Raises FileExistsError where something is there already."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(path)
    if path.suffix.lower() != ".zip":
        path.mkdir(parents=True, exist_ok=True)
        yield Folder(path)
        return
    unfinished = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        with zipfile.ZipFile(unfinished, "x") as archive:
            yield Zip(archive)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
