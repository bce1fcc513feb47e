"""Where files are kept: a local folder or an S3-compatible store, by setting alone.

A name is a relative path of letters, digits, `-`, `_`, `.` and `/`, made by us and never taken from an upload. Who may
read a file is not decided here.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from flask import Flask, current_app

from sccafe.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a file's name: {name!r}")
    return name


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others may be reading: they see the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


class Store(Protocol):
    """A file is there whole or not at all. Opening a missing one raises FileNotFoundError; deleting it is no error."""

    def put(self, name: str, content: BinaryIO) -> None: ...
    def open(self, name: str) -> BinaryIO: ...
    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[str]: ...


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: BinaryIO) -> None:
        path = self.folder / _checked(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with unfinished.open("wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        return (self.folder / _checked(name)).open("rb")

    def delete(self, name: str) -> None:
        (self.folder / _checked(name)).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.folder).as_posix()


class S3Store:
    """Needs the extra `s3`; credentials come from boto3's own places."""

    def __init__(self, bucket: str, prefix: str, client: Any) -> None:
        self.bucket, self.prefix, self.client = bucket, prefix, client

    def _key(self, name: str) -> str:
        return self.prefix + _checked(name)

    def put(self, name: str, content: BinaryIO) -> None:
        self.client.put_object(Bucket=self.bucket, Key=self._key(name), Body=content)

    def open(self, name: str) -> BinaryIO:
        try:
            return cast(BinaryIO, self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"])
        except self.client.exceptions.NoSuchKey as error:
            raise FileNotFoundError(name) from error

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def names(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"].removeprefix(self.prefix)


def store_of(settings: Settings) -> Store:
    """The store that these settings name."""
    if not settings.files_url:
        return FolderStore(settings.data / "files")
    parts = urlsplit(settings.files_url)
    import boto3  # an extra: only sites with such a store have it

    prefix = parts.path.strip("/")
    client = boto3.client("s3", endpoint_url=settings.s3_endpoint or None)
    return S3Store(parts.netloc, f"{prefix}/" if prefix else "", client)


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["sccafe_files"] = store_of(settings)


def store() -> Store:
    """The store of the running site."""
    return cast(Store, current_app.extensions["sccafe_files"])
