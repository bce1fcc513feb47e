"""Files of posts: sent with a text, read by whoever reads it, and gone with it."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from PIL import Image
from sqlalchemy import func, inspect, select, text
from werkzeug.test import TestResponse

from sccafe.boards import attachments, erasing, jobs, measures, service
from sccafe.boards.models import Attachment, Post, Reaction
from sccafe.boards.threads import MayNot
from sccafe.core import checks, clock, files, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import Upload, placing, take
from sccafe.moderation import erasing as words_erasing
from tests import factories
from tests import files as made
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]
Sent = tuple[bytes, str]

PDF: Sent = (made.pdf(), "令和8年度 予定表.pdf")
PHOTO: Sent = (made.photograph((600, 400)), "サロンの様子.jpg")
TABLE: Sent = ("名前,数\r\n".encode("cp932"), "集計.csv")


def uploads(*sent: Sent) -> list[Upload]:
    return [take(io.BytesIO(content), name, 10 * 1024**2) for content, name in sent]


def send(
    client: FlaskClient, form_at: str, address: str, *sent: Sent, partial: bool = False, **fields: str
) -> TestResponse:
    """Send a form with files, as a browser does; without any it sends one without a name."""
    chosen = [(io.BytesIO(content), name) for content, name in sent] or [(io.BytesIO(), "")]
    return client.post(
        address,
        data={**factories.form(client, form_at, **fields), "files": chosen},
        content_type="multipart/form-data",
        headers={"HX-Request": "true"} if partial else {},
    )


def reply(client: FlaskClient, topic: int, *sent: Sent, **fields: Any) -> TestResponse:
    return send(client, f"/topics/{topic}", f"/topics/{topic}/reply", *sent, **({"body": "添えます。"} | fields))


def rows() -> list[Any]:
    found = db.session.execute(select(Attachment).order_by(Attachment.post_id, Attachment.place)).scalars().all()
    end_reading()
    return list(found)


def stored() -> set[str]:
    return set(files.store().names())


def count(column: Any = Post.id) -> int:
    found = db.session.scalar(select(func.count(column)))
    end_reading()
    return found or 0


def address(row: Attachment) -> str:
    return f"/files/{row.id}/{quote(row.name, safe='')}"


@pytest.fixture
def topic(town: dict[str, int]) -> int:
    return factories.topic("みどり", town["exchange"])


@pytest.fixture
def with_files(topic: int) -> int:
    """The id of an answer of はるか with a photograph, a PDF and a table."""
    return service.reply(
        factories.viewer_of("はるか"), topic, None, service.prepare("添えます。"), files=uploads(PHOTO, PDF, TABLE)
    ).post_id


# --- sending --------------------------------------------------------------------------------------


def test_a_reply_takes_its_files_and_shows_them_below_its_text(topic: int, as_person: Browser) -> None:
    assert reply(as_person("はるか"), topic, PHOTO, PDF, TABLE).status_code == 303
    shown = as_person("みどり").get(f"/topics/{topic}").text
    photo, pdf, table = rows()
    assert f'<img src="/files/{photo.id}/thumbnail" width="480" height="320" alt="サロンの様子.jpg"' in shown
    assert f'<a href="{address(photo)}"><img' in shown
    assert f'<img src="/files/{pdf.id}/thumbnail" width="480"' in shown
    assert f'<a href="{address(pdf)}">令和8年度 予定表.pdf</a> <span class="quiet">PDF、1KB</span>' in shown
    assert f'<a href="{address(table)}">集計.csv</a> <span class="quiet">CSV、1KB</span>' in shown
    assert [row.place for row in rows()] == [1, 2, 3]
    assert db.session.scalar(select(Post.file_count).where(Post.number == 2)) == 3
    assert len(stored()) == 5


def test_a_new_topic_takes_them_as_well(town: dict[str, int], as_person: Browser, client: FlaskClient) -> None:
    response = send(
        as_person("みどり"),
        "/boards/questions/new",
        "/boards/questions/new",
        PDF,
        title="様式",
        body="これは何ですか。",
    )
    assert response.status_code == 303
    assert "令和8年度 予定表.pdf" in client.get(response.location, follow_redirects=True).text


def test_htmx_gets_the_new_post_with_its_files(topic: int, as_person: Browser) -> None:
    part = reply(as_person("はるか"), topic, PDF, partial=True).text
    assert "<html" not in part
    assert 'class="files"' in part
    assert "令和8年度 予定表.pdf" in part


def test_sending_the_same_form_twice_makes_one_post_with_its_files_once(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    for _ in range(2):
        assert reply(client, topic, PDF, PHOTO, once="form-1").status_code == 303
    assert count() == 2
    assert len(rows()) == 2
    assert len(stored()) == 4
    # Another file is another post, and so is none.
    reply(client, topic, PHOTO, once="form-1")
    reply(client, topic, once="form-1")
    assert count() == 4
    assert len(rows()) == 3


def test_the_form_folds_its_field_and_says_what_may_be_sent(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    for page in (f"/topics/{topic}", f"/topics/{topic}/reply", "/boards/questions/new"):
        shown = client.get(page).text
        assert re.search(r'<details class="fold"><summary>ファイルを付ける', shown)
        assert 'enctype="multipart/form-data"' in shown
        assert "ひとつ10MBまで、5個まで" in shown


def test_a_site_that_takes_no_files_has_no_field_for_them(app: Flask, topic: int, as_person: Browser) -> None:
    from dataclasses import replace

    app.config["SETTINGS"] = replace(app.config["SETTINGS"], files_per_post=0)
    client = as_person("はるか")
    assert "ファイルを付ける" not in client.get(f"/topics/{topic}").text
    assert reply(client, topic, PDF).status_code == 303
    assert rows() == []


# --- refusing -------------------------------------------------------------------------------------


def test_a_refused_file_is_named_and_nothing_typed_is_lost(topic: int, as_person: Browser) -> None:
    response = reply(as_person("はるか"), topic, PDF, (made.SVG, "絵.png"), body="長く考えて書いた文", once="form-1")
    assert response.status_code == 422
    assert "長く考えて書いた文</textarea>" in response.text
    assert 'value="form-1"' in response.text
    assert "「絵.png」：この種類のファイルは付けられません。" in response.text
    assert "予定表.pdf」" not in response.text
    assert "もう一度選んでください" in response.text
    assert re.search(r'<details class="fold" open>', response.text)
    assert count() == 1
    assert stored() == set()


def test_a_refused_topic_says_the_same_and_its_accepted_files_are_to_be_chosen_again(
    town: dict[str, int], as_person: Browser
) -> None:
    response = send(
        as_person("みどり"), "/boards/questions/new", "/boards/questions/new", PDF, title="", body="題名を忘れた"
    )
    assert response.status_code == 422
    assert "題名を忘れた</textarea>" in response.text
    assert "ファイルはまだ付いていません" in response.text
    assert stored() == set()


def test_a_look_before_sending_says_that_files_are_to_be_chosen_again(topic: int, as_person: Browser) -> None:
    response = reply(as_person("はるか"), topic, PDF, do="preview", body="**見え方**")
    assert "<strong>見え方</strong>" in response.text
    assert "ファイルはまだ付いていません" in response.text
    assert count() == 1


def test_too_many_files_and_one_too_large_are_refused_with_the_limit(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    many = reply(client, topic, *[TABLE] * 6)
    assert many.status_code == 422
    assert "ファイルは5個までです" in many.text
    large = reply(client, topic, (b"a" * (10 * 1024**2 + 1), "大きな表.csv"), body="書いた文")
    assert large.status_code == 422
    assert "「大きな表.csv」：ひとつのファイルは10MBまでです" in large.text
    assert "書いた文</textarea>" in large.text
    assert count() == 1


def test_a_name_cannot_break_out_of_the_page(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    reply(client, topic, (b"a", "'><script>alert(1)\u202etxt.exe"))
    shown = client.get(f"/topics/{topic}").text
    assert "<script>alert" not in shown
    assert "\u202e" not in shown
    assert rows()[0].name == "'><script>alert(1)txt.exe.txt"
    refused = reply(client, topic, (b"\0", "\u202e<b>a.exe")).text
    assert "「&lt;b&gt;a.exe」" in refused


def test_a_body_larger_than_all_files_together_is_refused_by_its_length(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")

    class Unread(io.BytesIO):
        """As long as is said, and nobody reads it."""

        def __init__(self, length: int) -> None:
            super().__init__()
            self.length, self.at = length, 0

        def seek(self, position: int, whence: int = 0) -> int:
            self.at = self.length if whence == 2 else position
            return self.at

        def tell(self) -> int:
            return self.at

        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

    token = factories.form(client, f"/topics/{topic}")["csrf_token"]
    for path, most in ((f"/topics/{topic}/reply", 52), ("/preview", 16)):
        response = client.post(
            path,
            input_stream=Unread(most * 1024**2 + 1),
            content_type="multipart/form-data; boundary=x",
            headers={"X-CSRFToken": token},
        )
        assert response.status_code == 413
        assert f"一度に受け取れるのは{most}MBまでです" in response.text
    assert count() == 1


def test_a_form_that_could_not_be_taken_asks_for_its_files_again(app: Flask, topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    app.config["WTF_CSRF_ENABLED"] = True
    response = reply(client, topic, PDF, csrf_token="wrong", body="書いた文")
    assert response.status_code == 400
    assert "書いた文</textarea>" in response.text
    assert '<input type="file" id="again-files" name="files" multiple' in response.text
    assert 'enctype="multipart/form-data"' in response.text.partition('id="again"')[2][:200]


def test_files_of_a_form_carried_through_the_sign_in_are_to_be_chosen_again(topic: int, client: FlaskClient) -> None:
    fields = {**factories.form(client, "/sign-in"), "body": "書いた文"}
    sent = {**fields, "files": [(io.BytesIO(PDF[0]), PDF[1])]}
    refused = client.post(f"/topics/{topic}/reply", data=sent, content_type="multipart/form-data")
    assert refused.status_code == 401
    proof = {"email": factories.email_of("はるか"), "password": factories.PASSWORD}
    carried = client.post("/sign-in", data={**fields, **proof, "carry": factories.hidden(refused, "carry")})
    assert "書いた文</textarea>" in carried.text
    assert 'id="again-files"' in carried.text


# --- one transaction ------------------------------------------------------------------------------


def test_a_post_that_fails_leaves_no_file_behind(topic: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []

    def fails(*_: object) -> None:
        seen.append(stored())
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(service, "published", fails)
    with pytest.raises(RuntimeError):
        service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("文"), files=uploads(PDF))
    assert len(seen[0]) == 2
    assert stored() == set()
    assert rows() == []
    assert count() == 1


def test_a_store_that_fails_leaves_no_post_behind(topic: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put = files.FolderStore.put

    def fails_at_second(store: files.FolderStore, name: str, content: Any) -> None:
        if stored():
            raise OSError("the disk is full")
        put(store, name, content)

    monkeypatch.setattr(files.FolderStore, "put", fails_at_second)
    with pytest.raises(OSError, match="full"):
        service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("文"), files=uploads(PDF))
    assert stored() == set()
    assert count() == 1


def test_what_no_row_names_is_swept_when_it_is_older_than_a_day(with_files: int) -> None:
    with clock.pretending(clock.now() - timedelta(days=2)):
        lost = placing.new_name("attachments")
    fresh = placing.new_name("attachments")
    for name in (lost, fresh, "elsewhere/20200101/kept"):
        files.store().put(name, io.BytesIO(b"lost"))
    before = stored()
    attachments.sweep_files()
    assert before - stored() == {lost}
    with clock.pretending(clock.now() + timedelta(days=3)):
        attachments.sweep_files()
    assert before - stored() == {lost, fresh}


def test_check_names_files_without_bytes_and_counts_that_are_wrong(with_files: int) -> None:
    def problems() -> list[str]:
        return [line for name in ("files: kept in the store", "posts: number of files") for line in checks.run()[name]]

    assert problems() == []
    photo, pdf, _table = rows()
    files.store().delete(photo.stored)
    files.store().delete(pdf.picture)
    with writing() as session:
        session.execute(text("UPDATE posts SET file_count = 1 WHERE id = :id"), {"id": with_files})
    assert problems() == [
        f"file {photo.id} of post {with_files}: {photo.stored} is not in the store",
        f"file {pdf.id} of post {with_files}, its picture: {pdf.picture} is not in the store",
        f"post {with_files}: file_count is 1, there are 3 files",
    ]


def test_no_column_says_who_sent_a_file() -> None:
    columns = {column.name for column in inspect(Attachment).columns}
    assert not {name for name in columns if "user" in name or "author" in name or "_by" in name}


# --- serving --------------------------------------------------------------------------------------


def test_a_picture_is_shown_and_everything_else_is_saved(with_files: int, client: FlaskClient) -> None:
    photo, pdf, table = rows()
    shown = client.get(address(photo))
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert not Image.open(io.BytesIO(shown.data)).getexif()
    saved = client.get(address(pdf))
    assert saved.data == PDF[0]
    assert saved.headers["Content-Disposition"] == f"attachment; filename=file.pdf; filename*=UTF-8''{quote(PDF[1])}"
    assert client.get(address(table)).headers["Content-Type"] == "text/csv; charset=Shift_JIS"
    for row in (photo, pdf):
        small = client.get(f"/files/{row.id}/thumbnail")
        assert small.mimetype == "image/webp"
        assert Image.open(io.BytesIO(small.data)).size == (row.width, row.height)
    assert client.get(f"/files/{table.id}/thumbnail").status_code == 404


def test_a_file_can_do_nothing_in_a_browser(with_files: int, client: FlaskClient) -> None:
    photo, pdf, table = rows()
    for path in (address(photo), address(pdf), address(table), f"/files/{pdf.id}/thumbnail"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Vary"] == "Cookie"
        assert "Set-Cookie" not in headers


def test_a_part_of_a_file_is_sent_and_nothing_where_it_has_not_changed(with_files: int, client: FlaskClient) -> None:
    photo, pdf, _table = rows()
    part = client.get(address(pdf), headers={"Range": "bytes=2-5"})
    assert part.status_code == 206
    assert part.data == PDF[0][2:6]
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(PDF[0])}"
    assert client.get(address(pdf), headers={"Range": "bytes=999999-"}).status_code == 416
    for path in (address(pdf), f"/files/{photo.id}/thumbnail"):
        first = client.get(path)
        assert int(first.headers["Content-Length"]) == len(first.data)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        since = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert since.status_code == 304
        head = client.head(path)
        assert head.headers["Content-Length"] == first.headers["Content-Length"]


def test_a_file_whose_bytes_are_gone_is_not_there(with_files: int, client: FlaskClient) -> None:
    row = rows()[0]
    files.store().delete(row.stored)
    assert client.get(address(row)).status_code == 404
    assert client.get("/files/999999/a.pdf").status_code == 404
    assert client.get("/files/999999/thumbnail").status_code == 404


def may_read(as_person: Browser, app: Flask, row: Attachment) -> set[str]:
    """Who gets this file; the small picture goes with it."""
    browsers = {handle: as_person(handle) for handle in ("みどり", "はるか", "さくら", "なかむら", "みせばん")}
    found = set()
    for handle, browser in {**browsers, "visitor": app.test_client()}.items():
        answers = {browser.get(path).status_code for path in (address(row), f"/files/{row.id}/thumbnail")}
        assert answers in ({200}, {404})
        found |= {handle} if answers == {200} else set()
    return found


def test_a_file_is_read_by_whoever_reads_its_post(
    app: Flask, town: dict[str, int], topic: int, with_files: int, as_person: Browser
) -> None:
    photo = rows()[0]
    everybody = {"みどり", "はるか", "さくら", "なかむら", "みせばん", "visitor"}
    assert may_read(as_person, app, photo) == everybody
    staff = factories.viewer_of("なかむら")
    measures.hide_post(staff, with_files, "確かめるため")
    assert may_read(as_person, app, photo) == {"はるか", "なかむら"}
    measures.restore_post(staff, with_files, "確かめました")
    measures.move_topic(staff, topic, town["members-lounge"], "会員だけの話のため")
    assert may_read(as_person, app, photo) == everybody - {"みせばん", "visitor"}
    measures.change_topic(staff, topic, "hidden", "確かめるため")
    assert may_read(as_person, app, photo) == {"なかむら"}
    measures.change_topic(staff, topic, "restored", "確かめました")
    service.delete_post(factories.viewer_of("はるか"), with_files)
    assert may_read(as_person, app, photo) == {"はるか", "なかむら"}
    service.undo_delete(factories.viewer_of("はるか"), with_files)
    assert may_read(as_person, app, photo) == everybody - {"みせばん", "visitor"}


def test_files_of_a_held_post_are_seen_by_its_writer_and_by_the_desk(
    app: Flask, town: dict[str, int], as_person: Browser
) -> None:
    factories.person("わかば", has_posted=False)
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    new = as_person("わかば")
    send(new, "/boards/questions/new", "/boards/questions/new", PHOTO, title="はじめて", body="はじめまして。")
    photo = rows()[0]
    assert may_read(as_person, app, photo) == {"なかむら"}
    assert new.get(address(photo)).status_code == 200
    assert "サロンの様子.jpg" in new.get("/topics/1").text
    assert f"/files/{photo.id}/thumbnail" in as_person("なかむら").get("/moderation").text


def test_a_hidden_or_deleted_post_shows_its_files_to_nobody_else(
    topic: int, with_files: int, as_person: Browser, client: FlaskClient
) -> None:
    measures.hide_post(factories.viewer_of("なかむら"), with_files, "確かめるため")
    assert "/files/" not in client.get(f"/topics/{topic}").text
    assert "/files/" not in as_person("みどり").get(f"/topics/{topic}").text
    assert "/files/" in as_person("はるか").get(f"/topics/{topic}").text
    measures.restore_post(factories.viewer_of("なかむら"), with_files, "確かめました")
    service.delete_post(factories.viewer_of("はるか"), with_files)
    assert "/files/" not in as_person("はるか").get(f"/topics/{topic}").text


# --- going ----------------------------------------------------------------------------------------


def test_erasing_a_post_takes_the_bytes_of_its_files_out_of_the_store(
    topic: int, with_files: int, as_person: Browser, client: FlaskClient
) -> None:
    row = rows()[0]
    client.get(f"/topics/{topic}")
    erasing.erase_post(factories.viewer_of("なかむら"), with_files, "個人のこと")
    assert rows() == []
    assert stored() == set()
    assert db.session.scalar(select(Post.file_count).where(Post.id == with_files)) == 0
    assert as_person("なかむら").get(address(row)).status_code == 404
    assert "/files/" not in client.get(f"/topics/{topic}").text


def test_an_erasure_that_fails_keeps_the_files(with_files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored()

    def fails(_event: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(erasing, "emit", fails)
    with pytest.raises(RuntimeError):
        erasing.erase_post(factories.viewer_of("なかむら"), with_files, "個人のこと")
    assert stored() == before
    assert len(rows()) == 3


def test_a_store_that_cannot_be_reached_does_not_undo_an_erasure(
    with_files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(files.FolderStore, "delete", lambda *_: (_ for _ in ()).throw(OSError("away")))
        erasing.erase_post(factories.viewer_of("なかむら"), with_files, "個人のこと")
    assert rows() == []
    assert len(stored()) == 5
    with clock.pretending(clock.now() + timedelta(days=2)):
        attachments.sweep_files()
    assert stored() == set()


def test_a_deleted_post_keeps_its_files_for_a_week(with_files: int) -> None:
    service.delete_post(factories.viewer_of("はるか"), with_files)
    jobs.empty_deleted()
    assert len(stored()) == 5
    with clock.pretending(clock.now() + timedelta(days=8)):
        jobs.empty_deleted()
    assert rows() == []
    assert stored() == set()


def test_words_are_erased_from_the_names_of_files_and_from_the_pages_kept(topic: int, client: FlaskClient) -> None:
    sent = uploads((PDF[0], "山田 花子さん.pdf"))
    service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("添えます。"), files=sent)
    assert "山田 花子さん.pdf" in client.get(f"/topics/{topic}").text
    words_erasing.erase_words(factories.viewer_of("なかむら"), "山田花子", "住民のお名前のため")
    shown = client.get(f"/topics/{topic}").text
    assert "花子" not in shown
    assert "〔削除しました〕さん.pdf" in shown
    assert quote("〔削除しました〕") in client.get(f"/files/{rows()[0].id}/x").headers["Content-Disposition"]


# --- cost -----------------------------------------------------------------------------------------


def test_files_cost_one_statement_and_pages_without_any_none(
    town: dict[str, int], as_person: Browser, client: FlaskClient, statements: Statements
) -> None:
    asker, helper = factories.viewer_of("みどり"), factories.viewer_of("はるか")
    topic = factories.topic("みどり", town["questions"])

    def cost(browser: FlaskClient) -> int:
        browser.get(f"/topics/{topic}")
        with statements:
            browser.get(f"/topics/{topic}")
        return len(statements)

    reader = as_person("さくら")
    for _ in range(30):
        factories.answer("はるか", topic)
    service.accept_answer(asker, factories.post_id(topic, 29))
    cost(client)
    without = cost(client), cost(reader)
    assert not any("attachments" in sql for sql in statements)
    for number in range(3):
        service.reply(
            helper,
            topic,
            factories.post_id(topic, 1 + number),
            service.prepare("添えます。"),
            files=uploads(TABLE),
        )
    with_some = cost(client), cost(reader)
    assert with_some == (without[0] + 1, without[1] + 1)
    assert with_some[0] <= 5
    assert with_some[1] <= 8


def test_an_accepted_answer_shows_its_files_above_too(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["questions"])
    factories.answer("さくら", topic)
    answer = service.reply(
        factories.viewer_of("はるか"), topic, None, service.prepare("様式です。"), files=uploads(TABLE)
    ).post_id
    service.accept_answer(factories.viewer_of("みどり"), answer)
    assert client.get(f"/topics/{topic}").text.count("集計.csv</a>") == 2


# --- the schema -----------------------------------------------------------------------------------


def test_the_migration_goes_down_and_up_with_rows_in_it(topic: int, with_files: int) -> None:
    service.react(factories.viewer_of("みせばん"), with_files, "useful")
    db.session.remove()
    downgrade(revision="0003")
    columns = {column["name"] for column in inspect(db.engine).get_columns("posts")}
    assert "file_count" not in columns
    assert "attachments" not in inspect(db.engine).get_table_names()
    upgrade()
    # What hangs on posts has stayed; of their files nothing is known any more.
    assert (count(Post.id), count(Reaction.post_id), rows()) == (2, 1, [])
    assert db.session.scalars(select(Post.file_count)).all() == [0, 0]
    end_reading()


# --- anonymous posts --------------------------------------------------------------------------------


def test_a_document_is_not_taken_with_an_anonymous_post_for_it_may_name_who_made_it(
    topic: int, as_person: Browser
) -> None:
    client = as_person("はるか")
    response = reply(client, topic, PDF, PHOTO, body="名前は出さない文", anonymous="y")
    assert response.status_code == 422
    assert "作った人の名前が残っていることがあります" in response.text
    assert "名前は出さない文" in response.text
    assert rows() == []
    with pytest.raises(MayNot):
        viewer, naming = factories.viewer_of("はるか"), service.Naming(anonymous=True)
        service.reply(viewer, topic, None, service.prepare("文"), naming=naming, files=uploads(PDF))
    assert rows() == []


def test_pictures_and_plain_text_are_taken_with_an_anonymous_post(topic: int, as_person: Browser) -> None:
    assert reply(as_person("はるか"), topic, PHOTO, TABLE, anonymous="y").status_code == 303
    assert len(rows()) == 2
