"""What a page shows of the things that were found, read from their own tables through the wall.

An entry says where a word stands; what may be shown is asked again of the thing itself. So an entry that came to be
wrong, by whatever mistake, shows nothing.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, cast, null, select

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import run
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
        rows = run(_posts(), posts=refs["post"], **reader(viewer))
        found |= {("post", row.ref): row for row in rows}
    if "item" in refs or "file" in refs:
        rows = run(_of_library(), items=refs.get("item", []), files=refs.get("file", []), **reader(viewer))
        found |= {("item", row.item_id) if row.file_id is None else ("file", row.file_id): row for row in rows}
    # Visitors are shown less of people, and find an entry of its own.
    people = "person" if viewer.signed_in else "handle"
    if people in refs:
        found |= {(people, row.ref): row for row in run(_people(), people=refs[people])}
    return found


def _of(name: str) -> Any:
    return bindparam(name, expanding=True)


@cache
def _posts() -> Select[Any]:
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
            Board.kind.label("board_kind"),
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(User, User.id == Post.author_id)
        .where(
            Post.id.in_(_of("posts")),
            Post.state == "published",
            Topic.visibility == "published",
            readable(Topic.audience),
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


@cache
def _of_library() -> Select[Any]:
    """Items, and files with the item that they belong to; `file_id` is NULL for an item itself."""
    items = select(cast(null(), Integer).label("file_id"), *_OF_ITEM).where(Item.id.in_(_of("items")))
    files = (
        select(File.id.label("file_id"), *_OF_ITEM)
        .join(VersionFile, VersionFile.file_id == File.id)
        .join(Item, Item.published_id == VersionFile.version_id)
        .where(File.id.in_(_of("files")))
    )
    both = items.where(ON_SHELF, readable(Item.audience)).union_all(files.where(ON_SHELF, readable(Item.audience)))
    return select(both.subquery())


@cache
def _people() -> Select[Any]:
    return select(User.id.label("ref"), User.handle, User.role, User.prefecture, User.municipality).where(
        User.id.in_(_of("people")), User.state == "active"
    )
