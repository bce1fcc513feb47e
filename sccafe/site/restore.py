"""Bringing a backup back into an empty place: all of it, or nothing.

Everything is checked first, and the database is brought up to date beside its place. The files, the keys and the
database then go to where they belong, the database last: while it is not there, the place is not a site.
"""

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
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
from sccafe.counseling.service import deleting
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
    """Bring a backup back; raises BackupError, and then nothing has been changed.

    `keys_archive` may also be the folder keys of a site. Requests for counsel that were deleted since the backup was
    made, and published answers that were taken back, do not come back: the lists of them that lie with the keys, and in
    the place itself, are put together.
    """
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
            gone = _check_keys_and_upgrade(make_app(staged), staged, manifest)
            with _files_brought_back(store, archive, gone) as count:
                # A key that is there is one that fitted: it stays.
                new_keys = _move_keys(work / "keys", settings.data / "keys")
                try:
                    keys.add_lines(_deleted_list(settings.data), keys.lines_in(_deleted_list(work)))
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
    remarks = _remarks(settings, archive, secrets)
    if keys_archive is None and manifest["rows"].get("counseling_requests"):
        remarks.append(
            f"Requests for counsel that were deleted after {made_at}, and answers that were taken back, may be back. "
            "Where a newer list of them is found"
            f" (deleted_requests, with the keys), add its lines to {_deleted_list(settings.data)} and start the site."
        )
    return BroughtBack(sum(manifest["rows"].values()), count, made_at, remarks)


def _refuse_full_place(settings: Settings, dump: dumps.Dump, store: files.Store) -> None:
    if not dump.is_empty():
        where = settings.database_file or "the database of SCCAFE_DATABASE_URL"
        raise BackupError(f"There is a site already in {where}. A backup is brought back into an empty place only.")
    if next(store.names(), None) is not None:
        where = settings.files_url or settings.data / "files"
        raise BackupError(f"There are files already in {where}. A backup is brought back into an empty place only.")


def _deleted_list(data: Path) -> Path:
    return data / "keys" / keys.DELETED_REQUESTS


def _lay_out_keys(settings: Settings, archive: Path, keys_archive: Path | None, folder: Path) -> str:
    """Put the keys that the site will have into `folder`; gives the secret settings of the time of the backup.

    The list of deleted requests is that of the place and that of the keys given, together.
    """
    kept = settings.data / "keys"
    beside = keys_archive or keys_beside(archive)
    is_kept = kept.is_dir() and any(path.name != keys.DELETED_REQUESTS for path in kept.iterdir())
    given, secrets = _keys_given(beside) if beside.exists() else ({}, "")
    if not (is_kept or given or (settings.secret_key and settings.encryption_keys)):
        raise BackupError(
            f"The keys are missing: there is no {beside}. Name their archive with --keys, or put the keys into {kept}."
        )
    folder.mkdir(mode=0o700)
    for name, content in given.items():
        if not is_kept or name == keys.DELETED_REQUESTS:
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(content)
    for path in kept.iterdir() if kept.is_dir() else ():
        if path.is_file() and path.name != keys.DELETED_REQUESTS:
            shutil.copy2(path, folder / path.name)
    keys.add_lines(folder / keys.DELETED_REQUESTS, keys.lines_in(_deleted_list(settings.data)))
    return "" if is_kept else secrets


def _keys_given(beside: Path) -> tuple[dict[str, bytes], str]:
    """The files of an archive of keys, or of a folder of them, and the secret settings that lie there."""
    if beside.is_dir():
        return {path.name: path.read_bytes() for path in beside.iterdir() if path.is_file()}, ""
    archives.read(beside)
    found, secrets = {}, ""
    for name, content in archives.members(beside):
        if name == "secrets.env":
            secrets = content.read().decode()
        elif name.startswith("keys/"):
            found[Path(name).name] = content.read()
    return found, secrets


def _check_keys_and_upgrade(app: Flask, staged: Settings, manifest: dict[str, Any]) -> Collection[str]:
    """Gives the names of the files that are not to come back."""
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
    return _upgrade(app, staged) if staged.database_file is not None else ()


def _upgrade(app: Flask, settings: Settings) -> Collection[str]:
    """Bring the database up to date and delete again what was deleted; gives the names of the files of that."""
    with app.app_context():
        migrations.make_database(settings)
        gone = deleting.again()
        db.session.remove()
        if settings.database_file is not None:
            with db.engine.connect() as connection:  # everything into the one file that is moved
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.engine.dispose()
    return gone


@contextmanager
def _files_brought_back(store: files.Store, archive: Path, gone: Collection[str]) -> Iterator[int]:
    """Put the archive's files into the store but for those that are `gone`; taken out again where the block fails."""
    done: list[str] = []
    try:
        for name, content in archives.members(archive):
            if name.startswith("files/"):
                stored = name.removeprefix("files/")
                if stored in gone:
                    continue
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
