"""Backing a site up while it runs: database, files and settings in one archive, the keys in a second one.

The keys never lie in the archive: whoever finds it cannot read what is encrypted in the database.
"""

import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sccafe.core import clock, files, keys, migrations
from sccafe.settings import SETTINGS, Settings
from sccafe.site import archives, dumps

#: Encrypted into the manifest: what decrypts it are the right keys.
KEY_CHECK = "SC Café"
_ENDINGS = (".tar", ".tar.gz", ".tgz")


class BackupError(Exception):
    """Nothing was backed up or brought back; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    archive: Path
    keys: Path
    rows: int
    files: int


def keys_beside(archive: Path) -> Path:
    """The name of the archive of keys that belongs to an archive."""
    name = archive.name
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        name = name.removesuffix(ending)
    return archive.with_name(f"{name}-keys.tar")


def _target(settings: Settings, wanted: Path | None) -> Path:
    target = wanted or settings.data / "backups"
    if wanted is None or target.is_dir():
        target = target / f"sccafe-{clock.now().astimezone(clock.TOKYO):%Y%m%d-%H%M%S}.tar.gz"
    elif not target.name.endswith(_ENDINGS):
        raise BackupError(f"{target}: name a folder that is there, or a file that ends in .tar or .tar.gz.")
    for path in (target, keys_beside(target)):
        if path.exists():
            raise BackupError(f"{path} is there already; name another file.")
    return target


def _written(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def settings_lines(settings: Settings, secret: bool) -> str:
    """The settings that are not at their default, as a shell reads them: the secret ones, or all others.

    The folder of the data is left out: it belongs to the machine.
    """
    return "".join(
        f"{setting.variable}={shlex.quote(_written(getattr(settings, setting.field)))}\n"
        for setting in SETTINGS
        if setting.secret is secret
        and setting.field != "data"
        and getattr(settings, setting.field) != setting.parse(setting.default)
    )


def make(settings: Settings, wanted: Path | None = None) -> Made:
    """Write the two archives, inside an application context, each read again before it is kept; raises BackupError."""
    target = _target(settings, wanted)
    beside = keys_beside(target)
    try:
        _write_keys(settings, beside)
        rows, stored = _write_archive(settings, target)
    except (archives.Broken, dumps.DumpError, OSError) as error:
        beside.unlink(missing_ok=True)
        raise BackupError(f"The backup did not succeed, and nothing was kept of it: {error}") from error
    return Made(target, beside, sum(rows.values()), stored)


def _write_archive(settings: Settings, target: Path) -> tuple[dumps.Rows, int]:
    dump = dumps.of(settings)
    stored = 0
    with tempfile.TemporaryDirectory(prefix=".copying-", dir=target.parent) as work:
        copy = Path(work) / dump.name
        # The database before the files: whatever it names is still there, unless somebody deletes it meanwhile.
        rows = dump.make(copy)
        revision = migrations.revision()
        with archives.writing(target, lambda written: examine(written, dump, copy)) as archive:
            with copy.open("rb") as content:
                archive.add(dump.name, content)
            store = files.store()
            for name in store.names():
                try:
                    found = store.open(name)
                except FileNotFoundError:
                    continue  # deleted since
                with found:
                    archive.add(f"files/{name}", found)
                stored += 1
            archive.add_text("settings.env", settings_lines(settings, secret=False))
            archive.finish(
                made_at=clock.now().isoformat(timespec="seconds"),
                database=dump.kind,
                revision=revision,
                rows=rows,
                key_check=keys.encrypt(KEY_CHECK),
            )
    return rows, stored


def examine(archive: Path, dump: dumps.Dump, copy: Path) -> dict[str, Any]:
    """Read an archive whole, its database into `copy`, and compare the rows with those counted when it was made."""
    manifest = archives.read(archive, {dump.name: copy})
    if manifest.get("database") != dump.kind:
        raise archives.Broken(
            f"{archive.name} holds a {manifest.get('database')} database; this site's settings name {dump.kind}."
        )
    try:
        found = dump.examine(copy)
    except dumps.DumpError as error:
        raise archives.Broken(f"{archive.name}: {dump.name}: {error}") from error
    if found != manifest["rows"]:
        wrong = sorted(name for name in {*found, *manifest["rows"]} if found.get(name) != manifest["rows"].get(name))
        raise archives.Broken(f"{archive.name}: {dump.name} has other numbers of rows in: {', '.join(wrong)}.")
    return manifest


def _write_keys(settings: Settings, target: Path) -> None:
    with archives.writing(target, archives.read) as archive:
        for path in sorted((settings.data / "keys").glob("*")):
            if path.is_file():
                with path.open("rb") as content:
                    archive.add(f"keys/{path.name}", content)
        archive.add_text("secrets.env", settings_lines(settings, secret=True))
        archive.finish()
