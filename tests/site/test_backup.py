"""Backing up while the site runs, and bringing it back into an empty place: all of it, or nothing."""

import gzip
import io
import json
import secrets
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select

from sccafe import create_app
from sccafe.accounts.models import User
from sccafe.boards.models import Post, Topic
from sccafe.cli import sccafe
from sccafe.core import checks, files, migrations, uploads
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail, queue
from sccafe.library import service as library
from sccafe.library.models import File
from sccafe.settings import Settings
from sccafe.site import archives, backup, dumps
from sccafe.site.backup import BackupError, Made, keys_beside
from sccafe.site.restore import BroughtBack, restore
from tests import factories, postgres
from tests.conftest import settings_for


@pytest.fixture
def full(app: Flask) -> Flask:
    """A site with people, a conversation, files and a mail that waits."""
    factories.person("みどり")
    factories.person("はるか", role="expert")
    topic = factories.topic("みどり", factories.board())
    factories.answer("はるか", topic, "返信です。")
    files.store().put("2026/photo.jpg", io.BytesIO(b"picture" * 1000))
    files.store().put("2026/paper.pdf", io.BytesIO(secrets.token_bytes(3000)))
    with writing():
        queue("midori@example.jp", "件名", "秘密の本文")
    return app


@pytest.fixture
def made(full: Flask, tmp_path: Path) -> Made:
    return backup.make(full.config["SETTINGS"], tmp_path / "site.tar.gz")


@pytest.fixture
def empty_place(tmp_path: Path, cluster: "postgres.Cluster | None") -> Iterator[Settings]:
    """Settings of a new place, with an empty database where the site is on PostgreSQL."""
    folder = tmp_path / "elsewhere"
    address = cluster.create(f"t_{secrets.token_hex(6)}") if cluster else ""
    yield settings_for(folder, database_url=address)
    if cluster:
        cluster.drop(address)


def bring_back(place: Settings, made: Made, keys: Path | None = None) -> BroughtBack:
    return restore(place, made.archive, keys, create_app)


def left_in(place: Settings) -> list[str]:
    """What a refused restore has left behind."""
    left = [str(path.relative_to(place.data)) for path in place.data.rglob("*") if path.is_file()]
    return left if dumps.of(place).is_empty() else [*left, "a database"]


def members(archive: Path) -> dict[str, bytes]:
    return {name: content.read() for name, content in archives.members(archive)}


def write(archive: Path, content: dict[str, bytes]) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def test_everything_comes_back_elsewhere(full: Flask, made: Made, empty_place: Settings) -> None:
    before = {
        "people": db.session.scalars(select(User.handle).order_by(User.id)).all(),
        "posts": db.session.execute(select(Post.id, Post.path, Post.html, Post.created_at).order_by(Post.id)).all(),
    }
    end_reading()
    brought = bring_back(empty_place, made)
    assert (brought.rows, brought.files) == (made.rows, 2)
    again = create_app(empty_place)
    with again.app_context():
        assert db.session.scalars(select(User.handle).order_by(User.id)).all() == before["people"]
        after = db.session.execute(select(Post.id, Post.path, Post.html, Post.created_at).order_by(Post.id)).all()
        assert after == before["posts"]
        assert db.session.scalars(select(OutboxMail.body).where(OutboxMail.renderer == "")).one() == "秘密の本文"
        with files.store().open("2026/photo.jpg") as file:
            assert file.read() == b"picture" * 1000
        assert [problem for problems in checks.run().values() for problem in problems] == []
        assert again.config["SECRET_KEY"] == full.config["SECRET_KEY"]
        assert again.test_client().get("/readyz").status_code == 200
        db.session.remove()
        db.engine.dispose()
    assert [path.name for path in empty_place.data.iterdir() if path.name.startswith(".")] == []


def test_the_keys_lie_apart_and_only_their_owner_can_read_either_file(full: Flask, made: Made) -> None:
    written = b"".join(members(made.archive).values())
    for name in ("secret_key", "encryption_keys"):
        key = (full.config["SETTINGS"].data / "keys" / name).read_bytes().strip()
        assert key not in written
        assert members(made.keys)[f"keys/{name}"].strip() == key
    for path in (made.archive, made.keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_settings_are_kept_and_secret_ones_with_the_keys(full: Flask, tmp_path: Path, empty_place: Settings) -> None:
    settings = replace(
        full.config["SETTINGS"], base_url="https://cafe.example.jp", smtp_password="it's a secret", proxies=1
    )
    made = backup.make(settings, tmp_path / "site.tar")
    assert members(made.archive)["settings.env"].decode().splitlines() == [
        "SCCAFE_BASE_URL=https://cafe.example.jp",
        "SCCAFE_RATE_LIMITS=off",
        "SCCAFE_JOB_THREAD=off",
        "SCCAFE_PROXIES=1",
    ]
    assert "SCCAFE_SMTP_PASSWORD='it'\"'\"'s a secret'" in members(made.keys)["secrets.env"].decode()
    remarks = "\n".join(bring_back(empty_place, made).remarks)
    assert "SCCAFE_BASE_URL=https://cafe.example.jp" in remarks
    assert "SCCAFE_SMTP_PASSWORD" in remarks
    assert "a secret" not in remarks


def test_a_backup_made_while_people_write_is_whole(full: Flask, tmp_path: Path, empty_place: Settings) -> None:
    topic = db.session.scalars(select(Topic.id)).one()
    end_reading()
    enough, ended = threading.Event(), threading.Event()

    def write_on() -> None:
        with full.app_context():
            number = 0
            while not ended.is_set() and number < 500:
                number += 1
                factories.answer("はるか", topic, f"{number}回目の返信です。")
                if number == 3:
                    enough.set()
            db.session.remove()

    writer = threading.Thread(target=write_on)
    writer.start()
    assert enough.wait(30)
    made = backup.make(full.config["SETTINGS"], tmp_path / "site.tar.gz")
    ended.set()
    writer.join()
    bring_back(empty_place, made)
    with create_app(empty_place).app_context():
        assert [problem for problems in checks.run().values() for problem in problems] == []
        assert db.session.scalars(select(func.count()).select_from(Post)).one() >= 5
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("taken", ["database", "files", "keys"])
def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(made: Made, empty_place: Settings, taken: str) -> None:
    if taken == "files":
        (empty_place.data / "files").mkdir(parents=True)
        (empty_place.data / "files" / "old.jpg").write_bytes(b"old")
    else:
        other = create_app(empty_place)  # makes keys of its own
        if taken == "database":
            with other.app_context():
                migrations.make_database(empty_place)
                factories.person("そこの人")
                db.engine.dispose()
    before = left_in(empty_place)
    with pytest.raises(BackupError, match="already in" if taken != "keys" else "The keys are not those of this backup"):
        bring_back(empty_place, made)
    assert left_in(empty_place) == before


def database_member(content: dict[str, bytes]) -> str:
    return next(name for name in content if name.startswith("database."))


def spoilt_file(content: dict[str, bytes]) -> dict[str, bytes]:
    return {**content, "files/2026/photo.jpg": b"PICTURE" * 1000}


def missing_file(content: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in content.items() if name != "files/2026/paper.pdf"}


def added_file(content: dict[str, bytes]) -> dict[str, bytes]:
    return {"files/../keys/secret_key": b"mine", **content}


def spoilt_database(content: dict[str, bytes]) -> dict[str, bytes]:
    name = database_member(content)
    middle = len(content[name]) // 2
    # Turned over, as there may be nothing but zeros.
    other = bytes(255 - byte for byte in content[name][middle : middle + 64])
    return {**content, name: content[name][:middle] + other + content[name][middle + 64 :]}


def without_manifest(content: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in content.items() if name != "manifest.json"}


def strange_manifest(content: dict[str, bytes]) -> dict[str, bytes]:
    return {**content, "manifest.json": b"{"}


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (spoilt_file, "files/2026/photo.jpg"),
        (missing_file, "files/2026/paper.pdf is missing"),
        (added_file, "files/../keys/secret_key"),
        (spoilt_database, "database."),
        (without_manifest, "manifest.json is missing"),
        (strange_manifest, "manifest.json cannot be read"),
    ],
)
def test_a_broken_archive_is_refused_with_the_name_of_the_broken_part(
    made: Made, empty_place: Settings, spoil: Callable[[dict[str, bytes]], dict[str, bytes]], part: str
) -> None:
    write(made.archive, spoil(members(made.archive)))
    with pytest.raises(BackupError) as error:
        bring_back(empty_place, made)
    assert part in str(error.value)
    assert left_in(empty_place) == []


@pytest.mark.parametrize("keep", [0, 20, 0.5, 0.99])
def test_an_archive_that_was_cut_off_is_refused(made: Made, empty_place: Settings, keep: float) -> None:
    whole = made.archive.read_bytes()
    made.archive.write_bytes(whole[: keep if isinstance(keep, int) else int(len(whole) * keep)])
    with pytest.raises(BackupError, match=r"site\.tar\.gz"):
        bring_back(empty_place, made)
    assert left_in(empty_place) == []


def test_rows_that_went_missing_inside_a_sound_database_are_noticed(made: Made, empty_place: Settings) -> None:
    content = members(made.archive)
    manifest = json.loads(content["manifest.json"])
    manifest["rows"]["posts"] += 1
    write(made.archive, {**content, "manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BackupError, match="other numbers of rows in: posts"):
        bring_back(empty_place, made)
    assert left_in(empty_place) == []


def test_a_backup_of_a_newer_version_is_refused(made: Made, empty_place: Settings) -> None:
    content = members(made.archive)
    manifest = json.loads(content["manifest.json"]) | {"revision": "9999"}
    write(made.archive, {**content, "manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BackupError, match="newer version of SC Café"):
        bring_back(empty_place, made)
    assert left_in(empty_place) == []


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    app: Flask, tmp_path: Path, empty_place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older version stands for itself: a schema with one step less, and the step is taken on the way back."""
    scripts = migrations._scripts()
    steps = [script.revision for script in scripts.walk_revisions()]
    if len(steps) > 1:
        downgrade(revision="-1")
    made = backup.make(app.config["SETTINGS"], tmp_path / "site.tar")
    upgrade()
    bring_back(empty_place, made)
    with create_app(empty_place).app_context():
        assert migrations.revision() == migrations.newest()
        db.engine.dispose()


def test_without_its_keys_a_backup_is_refused(made: Made, empty_place: Settings) -> None:
    made.keys.rename(made.keys.with_name("elsewhere.tar"))
    with pytest.raises(BackupError, match="The keys are missing"):
        bring_back(empty_place, made)
    assert left_in(empty_place) == []
    bring_back(empty_place, made, made.keys.with_name("elsewhere.tar"))


def test_keys_from_the_settings_serve_as_well(made: Made, full: Flask, empty_place: Settings) -> None:
    kept = full.config["SETTINGS"].data / "keys"
    made.keys.unlink()
    given = replace(
        empty_place,
        secret_key=(kept / "secret_key").read_text().strip(),
        encryption_keys=f"{Fernet.generate_key().decode()},{(kept / 'encryption_keys').read_text().strip()}",
    )
    bring_back(given, made)
    with create_app(given).app_context():
        assert db.session.scalars(select(OutboxMail.body).where(OutboxMail.renderer == "")).one() == "秘密の本文"
        db.session.remove()
        db.engine.dispose()
    assert not (empty_place.data / "keys").exists() or not any((empty_place.data / "keys").iterdir())


def test_a_backup_that_fails_leaves_nothing_behind(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise OSError("the disk has gone")

    monkeypatch.setattr(files.store(), "open", broken)
    with pytest.raises(BackupError, match="the disk has gone"):
        backup.make(full.config["SETTINGS"], tmp_path / "kept" / "site.tar.gz")
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_file_deleted_while_the_backup_runs_is_no_failure(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [*files.store().names(), "2026/gone.jpg"]
    monkeypatch.setattr(files.store(), "names", lambda: iter(listed))
    assert backup.make(full.config["SETTINGS"], tmp_path / "site.tar").files == 2


def test_a_backup_is_never_written_over(made: Made, full: Flask) -> None:
    before = made.archive.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        backup.make(full.config["SETTINGS"], made.archive)
    assert made.archive.read_bytes() == before


def test_the_name_decides_what_is_written(full: Flask, tmp_path: Path) -> None:
    settings = full.config["SETTINGS"]
    plain = backup.make(settings, tmp_path / "site.tar")
    assert plain.archive.read_bytes()[:2] != b"\x1f\x8b"
    assert plain.keys == tmp_path / "site-keys.tar"
    into_folder = backup.make(settings, tmp_path)
    assert into_folder.archive.parent == tmp_path
    assert gzip.decompress(into_folder.archive.read_bytes())
    assert keys_beside(into_folder.archive).exists()
    with pytest.raises(BackupError, match=r"ends in \.tar or \.tar\.gz"):
        backup.make(settings, tmp_path / "site.zip")


def test_the_commands_say_what_they_did(
    full: Flask, tmp_path: Path, empty_place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = full.test_cli_runner()
    made = runner.invoke(sccafe, ["backup"])
    assert made.exit_code == 0, made.output
    assert "read again and found whole" in made.output
    (archive,) = (full.config["SETTINGS"].data / "backups").glob("*.tar.gz")
    for name in ("data", "database_url", "rate_limits"):
        value = getattr(empty_place, name)
        monkeypatch.setenv(f"SCCAFE_{name.upper()}", "off" if value is False else str(value))
    brought = runner.invoke(sccafe, ["restore", str(archive)])
    assert brought.exit_code == 0, brought.output
    assert "and 2 files of" in brought.output
    again = runner.invoke(sccafe, ["restore", str(archive)])
    assert again.exit_code == 1
    assert "into an empty place only" in again.output


def test_the_files_of_the_library_come_back_with_their_items(app: Flask, empty_place: Settings, tmp_path: Path) -> None:
    factories.person("みどり")
    upload = uploads.take(io.BytesIO("名簿のひな形".encode()), "ひな形.txt", 1024)
    said = library.prepare({"title": "ひな形", "body": "使ってください。"})
    library.hand_in(factories.viewer_of("みどり"), said, library.FileChanges(added=[upload]))
    made = backup.make(app.config["SETTINGS"], tmp_path / "site.tar.gz")
    [name] = list(files.store().names())
    assert name.startswith("library/")
    db.session.remove()
    assert bring_back(empty_place, made).files == 1
    site = create_app(empty_place)
    with site.app_context():
        stored = db.session.scalar(select(File.stored))
        end_reading()
        assert stored == name
        with files.store().open(name) as file:
            assert file.read().decode() == "名簿のひな形"
        db.session.remove()
        db.engine.dispose()
