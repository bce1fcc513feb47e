"""The files of posts: kept with their post in one transaction, and gone with it (core/uploads/placing.py)."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from sccafe.boards.models import Attachment, Post
from sccafe.core.database import after_commit, db, end_reading
from sccafe.core.jobs import daily_at, scheduled
from sccafe.core.uploads import Upload
from sccafe.core.uploads.placing import Placed, placing, remove, sweep

_FOLDER = "attachments"
_AT_ONCE = 500


def digest_of(uploads: Sequence[Upload]) -> str:
    """A short text that is the same where the same files are sent under the same names; empty without any."""
    if not uploads:
        return ""
    return hashlib.sha256("\0".join(f"{upload.digest} {upload.name}" for upload in uploads).encode()).hexdigest()


class Stored:
    """Files that lie in the store and have no row yet."""

    def __init__(self, placed: Placed) -> None:
        self._placed = placed

    def attach_to(self, session: Session, post: Post) -> None:
        """Write the rows, inside `writing`."""
        for place, row in enumerate(self._placed.rows, 1):
            session.add(Attachment(post_id=post.id, place=place, **row))
        post.file_count = len(self._placed.rows)
        session.flush()
        self._placed.is_kept = True


@contextmanager
def storing(uploads: Sequence[Upload]) -> Iterator[Stored]:
    """Put the files into the store, for a `writing` block inside this one that attaches them to a post.

    Where it fails, or writes no post, they are taken out again.
    """
    with placing(_FOLDER, uploads) as placed:
        yield Stored(placed)


def remove_from(session: Session, post_ids: Sequence[int]) -> None:
    """Take all files from these posts for good, inside `writing`; their bytes go with the commit."""
    for start in range(0, len(post_ids), _AT_ONCE):
        some = post_ids[start : start + _AT_ONCE]
        rows = session.execute(select(Attachment.stored, Attachment.picture).where(Attachment.post_id.in_(some))).all()
        if rows:
            session.execute(delete(Attachment).where(Attachment.post_id.in_(some)))
            session.execute(update(Post).where(Post.id.in_(some)).values(file_count=0))
            after_commit(partial(remove, [name for row in rows for name in row]))


@scheduled("boards.sweep_files", daily_at(3, 30))
def sweep_files() -> None:
    """Remove from the store what no row names and is older than a day."""
    sweep(_FOLDER, _named)


def _named(names: Sequence[str]) -> Collection[str]:
    rows = db.session.execute(
        select(Attachment.stored, Attachment.picture).where(
            or_(Attachment.stored.in_(names), Attachment.picture.in_(names))
        )
    ).all()
    end_reading()
    return {name for row in rows for name in row}
