"""Where files are kept: the folder, and an S3-compatible store behind botocore's stubber."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from sccafe.core.files import FolderStore, S3Store, store_of
from sccafe.settings import read


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


@pytest.fixture
def s3() -> Iterator[tuple[S3Store, Stubber]]:
    client = boto3.client("s3", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield S3Store("cafe", "site/", client), stubber
        stubber.assert_no_pending_responses()


def test_a_file_comes_back_as_it_was_put(folder: FolderStore) -> None:
    folder.put("2026/11/ab.jpg", io.BytesIO(b"one"))
    folder.put("2026/11/ab.jpg", io.BytesIO(b"two"))
    with folder.open("2026/11/ab.jpg") as file:
        assert file.read() == b"two"
    assert list(folder.names()) == ["2026/11/ab.jpg"]


def test_a_file_that_could_not_be_written_whole_is_not_there(folder: FolderStore) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 3:
                raise OSError("the other end has gone")
            return super().read(4)

    with pytest.raises(OSError, match="gone"):
        folder.put("ab.jpg", Breaking(b"0123456789"))
    assert list(folder.names()) == []
    assert [name for _, _, names in os.walk(folder.folder) for name in names] == []


def test_a_missing_file_is_told_and_can_be_deleted_again(folder: FolderStore) -> None:
    with pytest.raises(FileNotFoundError):
        folder.open("ab.jpg")
    folder.put("ab.jpg", io.BytesIO(b""))
    folder.delete("ab.jpg")
    folder.delete("ab.jpg")
    assert list(folder.names()) == []


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../keys/secret_key", "a/../b", "a//b", ".hidden", "a/.hidden", "a b", "あ", "a\n", "a/"],
)
def test_a_name_that_we_would_not_make_is_refused_by_both(
    name: str, folder: FolderStore, s3: tuple[S3Store, Stubber]
) -> None:
    for store in (folder, s3[0]):
        for act in (store.open, store.delete, lambda name, store=store: store.put(name, io.BytesIO())):
            with pytest.raises(ValueError, match="not a file's name"):
                act(name)


def test_the_s3_store_keeps_everything_under_its_prefix(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    there = {"Bucket": "cafe", "Key": "site/ab.jpg"}
    stubber.add_response("put_object", {}, {**there, "Body": ANY})
    stubber.add_response("get_object", {"Body": StreamingBody(io.BytesIO(b"one"), 3)}, there)
    stubber.add_response("delete_object", {}, there)
    store.put("ab.jpg", io.BytesIO(b"one"))
    assert store.open("ab.jpg").read() == b"one"
    store.delete("ab.jpg")


def test_a_file_missing_from_the_s3_store_is_told_in_the_same_way(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(FileNotFoundError):
        store.open("ab.jpg")


def test_the_s3_store_lists_all_pages_without_the_prefix(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    asked: dict[str, Any] = {"Bucket": "cafe", "Prefix": "site/"}
    first = {"Contents": [{"Key": "site/a.jpg"}], "IsTruncated": True, "NextContinuationToken": "more"}
    stubber.add_response("list_objects_v2", first, asked)
    stubber.add_response(
        "list_objects_v2", {"Contents": [{"Key": "site/b/c.jpg"}]}, {**asked, "ContinuationToken": "more"}
    )
    assert list(store.names()) == ["a.jpg", "b/c.jpg"]


def test_the_setting_alone_chooses_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    settings = read({"SCCAFE_DATA": str(tmp_path)})
    assert isinstance(store_of(settings), FolderStore)
    remote = store_of(replace(settings, files_url="s3://cafe/site", s3_endpoint="http://127.0.0.1:9000"))
    assert isinstance(remote, S3Store)
    assert (remote.bucket, remote.prefix) == ("cafe", "site/")
    assert remote.client.meta.endpoint_url == "http://127.0.0.1:9000"
