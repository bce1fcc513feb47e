"""A deleted request is gone from the database's bytes and the files, and stays gone."""

import io
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe import create_app
from sccafe.core import checks, events, files, jobs, keys
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import Upload, take
from sccafe.counseling import reading, service
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.events import RequestGone
from sccafe.counseling.models import Message, OwnDraft, Removal, Request, RequestFile
from sccafe.counseling.service import deleting, drafts, retention
from sccafe.library import transfers
from sccafe.settings import Settings
from sccafe.site import backup
from sccafe.site import setup as site_setup
from sccafe.site.restore import restore
from tests import factories
from tests.conftest import settings_for
from tests.counseling import making, raw
from tests.counseling.agreeing import TEXT, asked, items, published, row_of
from tests.counseling.making import ASKER, DESK, EXPERT, OTHER

AsPerson = Callable[[str], FlaskClient]


def upload() -> Upload:
    return take(io.BytesIO("議事録の写しです。".encode()), "議事録.txt", 1024)


def with_everything() -> str:
    """An answered request of the member, with a file, a note, a draft, a rating and something typed; its ref."""
    asker, desk = making.actor(ASKER), making.actor(DESK)
    ref = service.send(asker, making.asked(), [upload()]).ref
    making.bring(ref, "answered", asker)
    service.note(desk, ref, "様子を見ます。")
    service.rate(asker, ref, "helped", "助かりました。")
    service.write(asker, ref, "もうひとつ聞かせてください。")
    service.save_draft(making.actor(EXPERT), ref, "書きかけの答え", 0)
    drafts.keep(asker, ref, {"body": "書きかけの返事"})
    return ref


def listed(app: Flask) -> list[str]:
    return keys.lines_in(app.config["SETTINGS"].data / "keys" / keys.DELETED_REQUESTS)


def tokens(ref: str) -> list[bytes]:
    """The wrapped key of a request and one of its messages, as they stand in the database."""
    data_key, text = db.session.execute(
        select(Request.data_key, Message.text).join(Message, Message.request_id == Request.id).where(Request.ref == ref)
    ).first() or ("", "")
    end_reading()
    return [data_key.encode(), str(text).encode()]


def rows_left() -> dict[str, int]:
    """How many rows the tables of requests hold, but for those that never name one."""
    left = {}
    for name, table in db.metadata.tables.items():
        if "request_id" in table.columns or name in ("counseling_requests", "counseling_own_drafts"):
            left[name] = db.session.scalar(select(func.count()).select_from(table)) or 0
    end_reading()
    return {name: count for name, count in left.items() if count}


def test_everything_of_it_goes_from_the_bytes_of_the_disk_and_its_ref_alone_is_kept(app: Flask, desk: None) -> None:
    ref = with_everything()
    folder = app.config["SETTINGS"].data / "files"
    assert raw.folder(folder)
    before = tokens(ref)
    jobs.run_due(app)
    assert all(token in raw.database(app) for token in before)
    deleting.delete(making.actor(ASKER), ref)
    jobs.run_due(app)
    after = raw.database(app)
    assert not any(token in after for token in before)
    assert list(files.store().names()) == []
    assert rows_left() == {}
    removal = db.session.execute(select(Removal.ref, Removal.what, Removal.capacity)).one()
    end_reading()
    assert tuple(removal) == (ref, "request", "asker")
    assert {name for name, rows in raw.tables(app).items() if ref.encode() in rows} == {"counseling_removals"}
    assert listed(app) == [ref]
    path = app.config["SETTINGS"].data / "keys" / keys.DELETED_REQUESTS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NotThere):
        reading.open_request(making.actor(ASKER), ref)
    assert [problem for problems in checks.run().values() for problem in problems] == []


def test_the_floors_above_are_told_while_the_rows_are_still_there(
    app: Flask, desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int, bool]] = []

    def note(event: RequestGone) -> None:
        rows = select(func.count()).select_from(Message).where(Message.request_id == event.request_id)
        seen.append((event.request_id, db.session.scalar(rows) or 0, event.actor_id is not None))

    ref = making.request("answered")
    at_desk = making.request("withdrawn")
    monkeypatch.setitem(events._handlers, RequestGone, [note])
    deleting.delete(making.actor(ASKER), ref)
    deleting.delete(making.actor(DESK), at_desk)
    # Who deletes their own is nobody's business.
    assert [row[1:] for row in seen] == [(2, False), (1, True)]


def test_the_asker_deletes_it_on_its_page_after_being_asked_once_more(
    app: Flask, desk: None, as_person: AsPerson
) -> None:
    ref = making.request("expert")
    browser, address = as_person(ASKER), f"/counseling/requests/{ref}/delete"
    asked = browser.get(address)
    assert asked.headers["Cache-Control"] == "no-store"
    assert making.BODY not in asked.get_data(as_text=True)
    assert f"/counseling/requests/{ref}/withdraw" in asked.get_data(as_text=True)
    assert browser.post(address, data=factories.form(browser, address)).status_code == 422
    assert making.state_of(ref) == "expert"
    done = browser.post(address, data=factories.form(browser, address, certain="y"))
    assert (done.status_code, done.location) == (303, "/counseling")
    assert making.state_of(ref) is None
    assert browser.get(address).status_code == 404


def test_whoever_has_the_code_deletes_it_without_an_account(app: Flask, desk: None, client: FlaskClient) -> None:
    ref = making.request("routing", asker="")
    address = f"/counseling/requests/{ref}/delete"
    assert client.get(address).status_code == 404
    making.give_code(client, ref)
    assert client.post(address, data=factories.form(client, address, certain="y")).location == "/counseling"
    assert making.state_of(ref) is None
    with client.session_transaction() as cookie:
        assert cookie["counseling_codes"] == {}


def test_the_desk_deletes_what_is_over_and_nothing_else(app: Flask, desk: None, as_person: AsPerson) -> None:
    running, over = making.request("expert"), making.request("withdrawn")
    browser = as_person(DESK)
    assert browser.get(f"/counseling/desk/{running}/delete").status_code == 403
    with pytest.raises(MayNot):
        deleting.delete(making.actor(DESK), running)
    address = f"/counseling/desk/{over}/delete"
    done = browser.post(address, data=factories.form(browser, address, certain="y"))
    assert (done.status_code, done.location) == (303, "/counseling/desk")
    assert (making.state_of(over), making.state_of(running)) == (None, "expert")


def test_nobody_else_deletes_or_learns_that_it_is_there(
    app: Flask, desk: None, as_person: AsPerson, client: FlaskClient
) -> None:
    ref = making.request("closed")
    for browser in (as_person(OTHER), client):
        for address in (f"/counseling/requests/{ref}/delete", f"/counseling/requests/{'X' * 10}/delete"):
            assert browser.get(address).status_code == 404
    assert as_person(OTHER).get(f"/counseling/desk/{ref}/delete").status_code == 404
    # The expert reads it still; deleting is the desk's, and the asker's on a page of their own.
    for browser in (as_person(EXPERT), as_person(ASKER)):
        assert browser.get(f"/counseling/desk/{ref}/delete").status_code == 404
    with pytest.raises(MayNot):
        deleting.delete(making.actor(EXPERT), ref)
    assert making.state_of(ref) == "closed"
    assert listed(app) == []


def test_a_deletion_that_a_crash_cut_off_is_finished_by_the_next_run(
    app: Flask, desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, other, asker = making.request("answered"), making.request("new"), making.actor(ASKER)

    def crash() -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(db.session(), "commit", crash)
    with pytest.raises(RuntimeError):
        deleting.delete(asker, ref)
    monkeypatch.undo()
    assert making.state_of(ref) == "answered"
    assert listed(app) == [ref]
    assert checks.run()["counseling: deleted requests"]
    deleting.delete_again()
    assert (making.state_of(ref), making.state_of(other)) == (None, "new")
    assert checks.run()["counseling: deleted requests"] == []


def test_each_machine_learns_from_the_database_what_another_one_deleted(app: Flask, desk: None) -> None:
    ref = making.request()
    deleting.delete(making.actor(ASKER), ref)
    (app.config["SETTINGS"].data / "keys" / keys.DELETED_REQUESTS).unlink()
    deleting.delete_again()
    assert listed(app) == [ref]


def test_a_line_that_a_crash_cut_off_does_not_grow_together_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "keys" / keys.DELETED_REQUESTS
    keys.add_lines(path, ["AAAA"])
    with path.open("a") as file:
        file.write("\nBB")
    keys.add_lines(path, ["CCCC", "AAAA"])
    assert keys.lines_in(path) == ["AAAA", "BB", "CCCC"]


# --- restoring ----------------------------------------------------------------------------------------


@pytest.fixture
def empty_place(tmp_path: Path, cluster: "object | None") -> Iterator[Settings]:
    address = cluster.create(f"t_{secrets.token_hex(6)}") if cluster else ""  # type: ignore[attr-defined]
    yield settings_for(tmp_path / "elsewhere", database_url=address)
    if cluster:
        cluster.drop(address)  # type: ignore[attr-defined]


def restored_refs(place: Settings) -> tuple[list[str], bytes, list[str]]:
    """What the place holds after a restore: requests, bytes, and names of files."""
    site = create_app(place)
    with site.app_context():
        refs = list(db.session.scalars(select(Request.ref).order_by(Request.id)))
        names = list(files.store().names())
        end_reading()
        held = raw.database(site)
        assert [problem for problems in checks.run().values() for problem in problems] == []
        db.session.remove()
        db.engine.dispose()
    return refs, held, names


@pytest.mark.parametrize("given", ["newer archive", "folder", "in its place"])
def test_an_older_backup_does_not_bring_it_back(
    app: Flask, desk: None, tmp_path: Path, empty_place: Settings, given: str
) -> None:
    settings = app.config["SETTINGS"]
    ref, kept = with_everything(), service.send(making.actor(ASKER), making.asked(), [upload()]).ref
    secret = tokens(ref)
    older = backup.make(settings, tmp_path / "older.tar.gz")
    deleting.delete(making.actor(ASKER), ref)
    keys_given: Path | None = None
    if given == "newer archive":
        keys_given = backup.make(settings, tmp_path / "newer.tar.gz").keys
    elif given == "folder":
        keys_given = settings.data / "keys"
    else:
        shutil.copytree(settings.data / "keys", empty_place.data / "keys")
    db.session.remove()
    brought = restore(empty_place, older.archive, keys_given, create_app)
    assert brought.files == (1 if settings.database_file else 2)
    refs, held, names = restored_refs(empty_place)
    assert refs == [kept]
    assert not any(token in held for token in secret)
    assert len(names) == 1
    assert keys.lines_in(empty_place.data / "keys" / keys.DELETED_REQUESTS) == [ref]


@pytest.mark.parametrize("answered", ["unpublish", "decline"])
def test_an_older_backup_does_not_publish_again_what_was_taken_back(
    app: Flask, desk: None, tmp_path: Path, empty_place: Settings, answered: str
) -> None:
    settings, asker = app.config["SETTINGS"], making.actor(ASKER)
    kept, _item_id = published(body="別の相談です。")
    # The asker has said yes: in the backup, the expert alone is missing.
    ref = asked()
    service.approve(asker, ref, 1)
    if answered == "unpublish":
        service.agree(making.actor(EXPERT), ref, 1)
    transfers.begin_export(factories.viewer_of(DESK), True)
    jobs.run_due(app)
    assert [name for name in files.store().names() if name.startswith("bundles/")]
    older = backup.make(settings, tmp_path / "older.tar.gz")
    if answered == "unpublish":
        service.unpublish(asker, ref)
    else:
        service.decline(asker, ref, 1)
    # Agreed to after that, and under the number that the text of before had after the restore.
    service.ask(making.actor(DESK), ref, TEXT, 1, asker_was_asked=True)
    newer = backup.make(settings, tmp_path / "newer.tar.gz").keys
    db.session.remove()
    restore(empty_place, older.archive, newer, create_app)
    site = create_app(empty_place)
    with site.app_context():
        assert row_of(ref).state == "withdrawn"
        assert row_of(kept).state == "published"
        assert items() == [row_of(kept).item_id]
        # What the library gave out at that time holds the words as well.
        in_exports = [name for name in files.store().names() if name.startswith("bundles/")]
        assert bool(in_exports) is (answered == "decline")
        assert [problem for problems in checks.run().values() for problem in problems] == []
        service.ask(making.actor(DESK), ref, TEXT, 1, asker_was_asked=True)
        service.agree(making.actor(EXPERT), ref, 2)
        assert service.approve(asker, ref, 2)
        deleting.delete_again()
        assert row_of(ref).state == "published"
        assert sorted(db.session.scalars(select(Request.ref))) == sorted([kept, ref])
        db.session.remove()
        db.engine.dispose()


def test_a_withdrawal_that_a_crash_cut_off_is_finished_by_the_next_run(
    app: Flask, desk: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, item_id = published()
    asker = making.actor(ASKER)

    def crash() -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(db.session(), "commit", crash)
    with pytest.raises(RuntimeError):
        service.unpublish(asker, ref)
    monkeypatch.undo()
    assert row_of(ref).state == "published"
    assert checks.run()["counseling: deleted requests"]
    assert site_setup.keep_deleted() == 1
    assert row_of(ref).state == "withdrawn"
    assert client.get(f"/library/{item_id}").status_code in (404, 410)
    assert checks.run()["counseling: deleted requests"] == []


def test_each_machine_learns_from_the_database_what_another_one_took_back(app: Flask, desk: None) -> None:
    ref, _item_id = published()
    service.unpublish(making.actor(ASKER), ref)
    before = listed(app)
    (app.config["SETTINGS"].data / "keys" / keys.DELETED_REQUESTS).unlink()
    deleting.delete_again()
    assert listed(app) == before
    assert making.state_of(ref) == "answered"


def test_with_the_older_list_the_place_s_own_is_kept_as_well(
    app: Flask, desk: None, tmp_path: Path, empty_place: Settings
) -> None:
    settings = app.config["SETTINGS"]
    first, second = making.request(), making.request(body="別の相談です。")
    deleting.delete(making.actor(ASKER), first)
    older = backup.make(settings, tmp_path / "older.tar.gz")
    # Only the list stands in the new place, as after a start that was broken off.
    keys.add_lines(empty_place.data / "keys" / keys.DELETED_REQUESTS, [second])
    db.session.remove()
    brought = restore(empty_place, older.archive, None, create_app)
    assert "may be back" in brought.remarks[-1]
    assert restored_refs(empty_place)[0] == []
    assert sorted(keys.lines_in(empty_place.data / "keys" / keys.DELETED_REQUESTS)) == sorted([first, second])


def test_a_database_copied_back_by_hand_loses_it_at_the_next_start(app: Flask, desk: None) -> None:
    ref = making.request()
    keys.add_lines(app.config["SETTINGS"].data / "keys" / keys.DELETED_REQUESTS, [ref])
    assert site_setup.keep_deleted() == 1
    assert site_setup.keep_deleted() == 0
    assert making.state_of(ref) is None


def test_a_draft_to_another_request_stays(app: Flask, desk: None) -> None:
    ref, other = making.request(), making.request(body="別の相談です。")
    for place in (ref, other, "new"):
        drafts.keep(making.actor(ASKER), place, {"body": "書きかけ"})
    deleting.delete(making.actor(ASKER), ref)
    assert sorted(db.session.scalars(select(OwnDraft.place))) == sorted([other, "new"])
    end_reading()


def test_bytes_that_stay_behind_are_swept_and_those_of_rows_are_not(app: Flask, desk: None) -> None:
    ref = service.send(making.actor(ASKER), making.asked(), [upload()]).ref
    with writing() as session:
        row = session.scalars(select(RequestFile)).one()
        old = row.stored.replace(row.stored.split("/")[1], "20250101")
        with files.store().open(row.stored) as file:
            files.store().put(old, io.BytesIO(file.read()))
        row.stored = old
    files.store().put(f"counseling/20250101/{'ab' * 16}", io.BytesIO(b"left behind"))
    assert making.state_of(ref) == "new"
    retention.sweep_files()
    assert old in list(files.store().names())
    assert f"counseling/20250101/{'ab' * 16}" not in list(files.store().names())
