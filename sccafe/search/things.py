"""What a page shows of the things that were found, read from their own tables through the wall.

An entry says where a word stands; what may be shown is asked again of the thing itself. So an entry that came to be
wrong, by whatever mistake, shows nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Row, Select, cast, null, select, union_all

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.library.models import ON_SHELF, File, Item, VersionFile

#: The kind of an entry and its number.
Thing = tuple[str, int]


def things(viewer: Viewer, wanted: Iterable[Thing]) -> dict[Thing, Row[Any]]:
    """The rows of these things, of those that the viewer may read; one statement for each of posts, library, people."""
    refs: dict[str, list[int]] = {}
    for kind, ref in wanted:
        refs.setdefault(kind, []).append(ref)
    found: dict[Thing, Row[Any]] = {}
    if "post" in refs:
        found |= _by_ref("post", db.session.execute(_posts(viewer, refs["post"])).all())
    if "item" in refs or "file" in refs:
        found |= _of_library(viewer, refs)
    people = "person" if viewer.signed_in else "handle"
    if people in refs:
        found |= _by_ref(people, db.session.execute(_people(refs[people])).all())
    return found


def _by_ref(kind: str, rows: Sequence[Row[Any]]) -> dict[Thing, Row[Any]]:
    return {(kind, row.ref): row for row in rows}


def _posts(viewer: Viewer, post_ids: Sequence[int]) -> Select[Any]:
    return (
        select(
            Post.id.label("ref"),
            Post.number,
            Post.alias,
            Post.guest_name,
            Post.created_at,
            User.handle,
            User.role,
            Topic.id.label("topic_id"),
            Topic.title,
            Topic.state,
            Topic.accepted_post_id,
            Board.slug,
            Board.kind.label("board_kind"),
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(User, User.id == Post.author_id)
        .where(
            Post.id.in_(post_ids),
            Post.state == "published",
            Topic.visibility == "published",
            readable(Topic.audience, viewer),
        )
    )


_OF_ITEM = (
    Item.id.label("item_id"),
    Item.kind.label("item_kind"),
    Item.title,
    Item.prefecture,
    Item.municipality,
    Item.checked_on,
)


def _of_library(viewer: Viewer, refs: Mapping[str, Sequence[int]]) -> dict[Thing, Row[Any]]:
    """Items, and files with the item that they belong to; `file_id` is NULL for an item itself."""
    may_read = (ON_SHELF, readable(Item.audience, viewer))
    selects: list[Select[Any]] = []
    if "item" in refs:
        selects.append(
            select(cast(null(), Integer).label("file_id"), *_OF_ITEM).where(Item.id.in_(refs["item"]), *may_read)
        )
    if "file" in refs:
        selects.append(
            select(File.id.label("file_id"), *_OF_ITEM)
            .join(VersionFile, VersionFile.file_id == File.id)
            .join(Item, Item.published_id == VersionFile.version_id)
            .where(File.id.in_(refs["file"]), *may_read)
        )
    rows: Sequence[Row[Any]] = db.session.execute(union_all(*selects) if len(selects) > 1 else selects[0]).all()
    return {("item", row.item_id) if row.file_id is None else ("file", row.file_id): row for row in rows}


def _people(user_ids: Sequence[int]) -> Select[Any]:
    return select(User.id.label("ref"), User.handle, User.role, User.prefecture, User.municipality).where(
        User.id.in_(user_ids), User.state == "active"
    )
