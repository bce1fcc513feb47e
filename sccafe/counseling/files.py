"""Files of requests: sealed before they reach the store, and opened for those who may read their request."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from sccafe.core import files
from sccafe.core.uploads import Upload
from sccafe.core.uploads.placing import Placed, placing
from sccafe.counseling.models import RequestFile
from sccafe.counseling.sealing import Seal

FOLDER = "counseling"


@contextmanager
def sealed(seal: Seal, uploads: Sequence[Upload]) -> Iterator[Placed]:
    """Put sealed files into the store, for a `writing` block inside this one that writes their rows with `keep`."""
    closed = [replace(upload, content=io.BytesIO(seal.close_bytes(_bytes(upload))), picture=None) for upload in uploads]
    with placing(FOLDER, closed) as placed:
        yield placed


def keep(session: Session, seal: Seal, request_id: int, message_id: int, placed: Placed) -> None:
    """Write the rows of files that lie in the store."""
    for row in placed.rows:
        session.add(
            RequestFile(
                request_id=request_id,
                message_id=message_id,
                name=seal.close(row["name"]),
                kind=row["kind"],
                media_type=row["media_type"],
                size=row["size"],
                stored=row["stored"],
                created_at=row["created_at"],
            )
        )
    session.flush()
    placed.is_kept = True


def content(seal: Seal, stored: str) -> bytes:
    """The bytes as they were sent; raises FileNotFoundError where they are gone."""
    with files.store().open(stored) as file:
        return seal.open_bytes(file.read())


def _bytes(upload: Upload) -> bytes:
    upload.content.seek(0)
    return upload.content.read()
