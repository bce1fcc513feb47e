"""Files of items: read with the item, in parts where a download has broken off, and counted."""

import io
from collections.abc import Callable
from typing import Any, BinaryIO
from urllib.parse import quote

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from sccafe.core.files import S3Store
from sccafe.library import service
from tests import factories
from tests import files as made
from tests.library.with_files import downloads_of, files_of, item_with, people, uploads

Browser = Callable[[str], FlaskClient]

BOOKLET = (made.pdf(drawing="1 0 0 rg " + "1 1 9 9 re f " * 4000), "手引き.pdf")
PHOTO = (made.photograph((600, 400)), "集会所.jpg")


@pytest.fixture
def readers(app: Flask) -> None:
    people()


def address(file: Any) -> str:
    return f"/library/files/{file.id}/{quote(file.name, safe='')}"


def test_a_file_comes_as_it_was_sent_and_a_picture_as_one_of_ours(readers: None, client: FlaskClient) -> None:
    booklet, photo = files_of(item_with(BOOKLET, PHOTO))
    saved = client.get(address(booklet))
    assert saved.data == BOOKLET[0]
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=file.pdf")
    assert saved.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(address(photo)).headers["Content-Disposition"].startswith("inline")
    small = client.get(f"/library/files/{booklet.id}/thumbnail")
    assert Image.open(io.BytesIO(small.data)).size == (booklet.width, booklet.height)


def test_a_file_is_read_by_those_who_read_its_item(readers: None, as_person: Browser, client: FlaskClient) -> None:
    (file,) = files_of(item_with(BOOKLET, shown_to="members"))
    for browser, status in ((client, 404), (as_person("みせばん"), 404), (as_person("はるか"), 200)):
        for path in (address(file), f"/library/files/{file.id}/thumbnail"):
            assert browser.get(path).status_code == status
            assert browser.head(path).status_code == status


def test_a_file_of_a_version_in_work_is_for_those_who_work_on_it(
    readers: None, as_person: Browser, client: FlaskClient
) -> None:
    item_id = item_with(BOOKLET)
    begun = service.begin(factories.viewer_of("みどり"), item_id)
    said = service.Said(begun.sheet, begun.html)
    changes = service.FileChanges(added=uploads((b"next", "next.txt")))
    service.save(factories.viewer_of("みどり"), begun.id, said, begun.saved, changes)
    _booklet, coming = files_of(item_id)
    assert [as_person(who).get(address(coming)).status_code for who in ("みどり", "なかむら", "はるか")] == [
        200,
        200,
        404,
    ]
    assert client.get(address(coming)).status_code == 404


# --- ranges ---------------------------------------------------------------------------------------


def test_a_download_that_broke_off_goes_on_where_it_stopped(readers: None, client: FlaskClient) -> None:
    item_id = item_with(BOOKLET)
    (file,) = files_of(item_id)
    content = BOOKLET[0]
    broken = client.get(address(file), buffered=False)
    got = next(iter(broken.response))
    broken.close()
    assert 0 < len(got) < len(content)
    rest = client.get(
        address(file), headers={"Range": f"bytes={len(got)}-", "If-Range": broken.headers["ETag"]}, buffered=False
    )
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {len(got)}-{len(content) - 1}/{len(content)}"
    assert rest.headers["Accept-Ranges"] == "bytes"
    assert got + rest.data == content
    assert downloads_of(item_id) == 1, "the rest of a download is no second one"


def test_what_has_changed_meanwhile_is_sent_whole(readers: None, client: FlaskClient) -> None:
    (file,) = files_of(item_with(BOOKLET))
    for since in ('"another"', "Mon, 01 Jan 2024 00:00:00 GMT"):
        whole = client.get(address(file), headers={"Range": "bytes=5-", "If-Range": since})
        assert (whole.status_code, whole.data) == (200, BOOKLET[0])
    for wanted, status in (("bytes=999999-", 416), ("bytes=-4", 206), ("bytes=9-2", 416)):
        assert client.get(address(file), headers={"Range": wanted}).status_code == status


def test_a_store_far_away_gives_the_same_parts(
    readers: None, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that one cannot move about in: what comes before the range is read and dropped."""
    (file,) = files_of(item_with(BOOKLET))
    far = boto3.client("s3", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(far) as stubber:
        for _ in range(2):
            body: BinaryIO = io.BytesIO(BOOKLET[0])
            stubber.add_response("get_object", {"Body": StreamingBody(body, len(BOOKLET[0]))})
        monkeypatch.setitem(app.extensions, "sccafe_files", S3Store("cafe", "", far))
        whole = client.get(address(file))
        assert whole.data == BOOKLET[0]
        rest = client.get(address(file), headers={"Range": "bytes=30000-", "If-Range": whole.headers["ETag"]})
        assert (rest.status_code, rest.data) == (206, BOOKLET[0][30000:])
        assert rest.headers["Content-Range"] == f"bytes 30000-{len(BOOKLET[0]) - 1}/{len(BOOKLET[0])}"


# --- counts ---------------------------------------------------------------------------------------


def test_whole_downloads_by_readers_are_counted(readers: None, as_person: Browser, client: FlaskClient) -> None:
    item_id = item_with(BOOKLET, PHOTO)
    booklet, photo = files_of(item_id)
    client.get(address(booklet))
    as_person("はるか").get(address(booklet), headers={"Range": "bytes=0-"})
    assert downloads_of(item_id) == 2
    client.head(address(booklet))
    client.get(address(booklet), headers={"Range": "bytes=0-99"})
    client.get(address(booklet), headers={"If-None-Match": client.head(address(booklet)).headers["ETag"]})
    client.get(address(photo))
    client.get(f"/library/files/{booklet.id}/thumbnail")
    as_person("なかむら").get(address(booklet))
    assert downloads_of(item_id) == 2
