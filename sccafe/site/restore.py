"""Bringing a backup back into an empty place: all of it, or nothing.

Everything is checked first, and the database is brought up to date beside its place. The files, the keys and the
database then go to where they belong, the database last: while it is not there, the place is not a site.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.fernet import InvalidToken
from flask import Flask
from sqlalchemy import text

from sccafe.core import files, keys, migrations
from sccafe.core.database import db
from sccafe.core.formats import full_text
from sccafe.settings import Settings
from sccafe.site import archives, dumps
from sccafe.site.backup import KEY_CHECK, BackupError, examine, keys_beside, settings_lines

MakeApp = Callable[[Settings], Flask]


@dataclass(frozen=True)
class BroughtBack:
    rows: int
    files: int
    made_at: str
    #: What is left to do, a line each.
    remarks: list[str]


def restore(settings: Settings, archive: Path, keys_archive: Path | None, make_app: MakeApp) -> BroughtBack:
    """Bring a backup back; raises BackupError, and then nothing has been changed."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    dump = dumps.of(settings)
    store = files.store_of(settings)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.data) as folder:
        work = Path(folder)
        try:
            _refuse_full_place(settings, dump, store)
            staged = replace(settings, data=work)
            if settings.database_file is not None:
                staged = replace(staged, database_url="")
            copy = staged.database_file or work / dump.name
            manifest = examine(archive, dump, copy)
            secrets = _lay_out_keys(settings, archive, keys_archive, work / "keys")
            _check_keys_and_upgrade(make_app(staged), staged, manifest)
            with _files_brought_back(store, archive) as count:
                # A key that is there is one that fitted: it stays.
                new_keys = _move_keys(work / "keys", settings.data / "keys")
                try:
                    dump.bring_back(copy)
                except BaseException:
                    for path in new_keys:
                        path.unlink()
                    raise
        except (archives.Broken, dumps.DumpError, OSError, ValueError) as error:
            raise BackupError(f"Nothing was brought back. {error}") from error
        if settings.database_file is None:
            _upgrade(make_app(settings), settings)
    made_at = full_text(datetime.fromisoformat(manifest["made_at"]), "en")
    return BroughtBack(sum(manifest["rows"].values()), count, made_at, _remarks(settings, archive, secrets))


def _refuse_full_place(settings: Settings, dump: dumps.Dump, store: files.Store) -> None:
    if not dump.is_empty():
        where = settings.database_file or "the database of SCCAFE_DATABASE_URL"
        raise BackupError(f"There is a site already in {where}. A backup is brought back into an empty place only.")
    if next(store.names(), None) is not None:
        where = settings.files_url or settings.data / "files"
        raise BackupError(f"There are files already in {where}. A backup is brought back into an empty place only.")


def _lay_out_keys(settings: Settings, archive: Path, keys_archive: Path | None, folder: Path) -> str:
    """Put the keys that the site will have into `folder`; gives the secret settings of the time of the backup."""
    kept = settings.data / "keys"
    if kept.is_dir() and any(kept.iterdir()):
        shutil.copytree(kept, folder)
        return ""
    folder.mkdir(mode=0o700)
    beside = keys_archive or keys_beside(archive)
    if not beside.exists():
        if settings.secret_key and settings.encryption_keys:
            return ""
        raise BackupError(
            f"The keys are missing: there is no {beside}. Name their archive with --keys, or put the keys into {kept}."
        )
    archives.read(beside)
    secrets = ""
    for name, content in archives.members(beside):
        if name == "secrets.env":
            secrets = content.read().decode()
        elif name.startswith("keys/"):
            path = folder / Path(name).name
            path.touch(mode=0o600)
            path.write_bytes(content.read())
    return secrets


def _check_keys_and_upgrade(app: Flask, staged: Settings, manifest: dict[str, Any]) -> None:
    with app.app_context():
        if not migrations.is_known(manifest["revision"]):
            raise BackupError(
                f"The backup was made by a newer version of SC Café (schema {manifest['revision']}); this one knows "
                f"schemas up to {migrations.newest()}. Bring it back with that version, or a newer one."
            )
        try:
            right = keys.decrypt(manifest["key_check"]) == KEY_CHECK
        except InvalidToken:
            right = False
        if not right:
            raise BackupError(
                "The keys are not those of this backup. Move the folder keys away if another start has made it, and "
                "name the archive of keys that was made with the backup (--keys). Where the keys stood in "
                "SCCAFE_ENCRYPTION_KEYS, set that as secrets.env in the archive of keys says."
            )
    if staged.database_file is not None:
        _upgrade(app, staged)


def _upgrade(app: Flask, settings: Settings) -> None:
    with app.app_context():
        migrations.make_database(settings)
        if settings.database_file is not None:
            with db.engine.connect() as connection:  # everything into the one file that is moved
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.engine.dispose()


@contextmanager
def _files_brought_back(store: files.Store, archive: Path) -> Iterator[int]:
    """Put the archive's files into the store; they are taken out again where the block fails."""
    done: list[str] = []
    try:
        for name, content in archives.members(archive):
            if name.startswith("files/"):
                stored = name.removeprefix("files/")
                with tempfile.SpooledTemporaryFile(max_size=2**24) as whole:
                    # A store may read it twice, which inside a compressed archive means from its very beginning.
                    shutil.copyfileobj(content, whole)
                    whole.seek(0)
                    store.put(stored, cast(BinaryIO, whole))
                done.append(stored)
        yield len(done)
    except BaseException:
        for stored in done:
            store.delete(stored)
        raise


def _move_keys(folder: Path, target: Path) -> list[Path]:
    target.mkdir(mode=0o700, exist_ok=True)
    moved = []
    for path in folder.iterdir():
        if not (target / path.name).exists():
            path.rename(target / path.name)
            moved.append(target / path.name)
    return moved


def _remarks(settings: Settings, archive: Path, secrets: str) -> list[str]:
    """Which settings were otherwise when the backup was made."""
    before = next(
        (content.read().decode() for name, content in archives.members(archive) if name == "settings.env"), ""
    )
    now = settings_lines(settings, secret=False).splitlines()
    remarks = [f"At the time of the backup: {line}" for line in before.splitlines() if line not in now]
    now_secret = settings_lines(settings, secret=True).splitlines()
    remarks += [
        f"{line.split('=')[0]} was set, and is not as it was: see secrets.env in the archive of keys."
        for line in secrets.splitlines()
        if line not in now_secret
    ]
    return remarks
