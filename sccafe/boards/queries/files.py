"""The files of posts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from sccafe.boards.models import Attachment
from sccafe.core.database import run

_FILES = (
    select(
        Attachment.post_id,
        Attachment.id,
        Attachment.name,
        Attachment.kind,
        Attachment.size,
        Attachment.width,
        Attachment.height,
    )
    .where(Attachment.post_id.in_(bindparam("posts", expanding=True)))
    .order_by(Attachment.post_id, Attachment.place)
)
_ONE_FILE = select(
    Attachment.post_id,
    Attachment.name,
    Attachment.kind,
    Attachment.media_type,
    Attachment.size,
    Attachment.stored,
    Attachment.picture,
    Attachment.created_at,
).where(Attachment.id == bindparam("file_id"))

Files = Mapping[int, Sequence[Row[Any]]]


def files_of(post_ids: Sequence[int]) -> Files:
    """The files of posts that another query has let the viewer read, by post: one statement, none without posts."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if post_ids:
        for row in run(_FILES, posts=list(post_ids)):
            found[row.post_id].append(row)
    return found


def files_of_rows(rows: Sequence[Row[Any]]) -> Files:
    """The same for rows of `posts_of_page`: nothing is asked where none of them has any."""
    return files_of([row.id for row in rows if row.file_count])


def file(file_id: int) -> Row[Any] | None:
    """A file, and the post that says who may have it: the caller asks whether the viewer reads that."""
    return run(_ONE_FILE, file_id=file_id).first()
