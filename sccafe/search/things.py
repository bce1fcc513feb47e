"""What a page shows of the things that were found, read from their own tables through the wall.

An entry says where a word stands; what may be shown is asked again of the thing itself. So an entry that came to be
wrong, by whatever mistake, shows nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Integer, Row, Select, Text, bindparam, case, cast, func, null, select

from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, of_these, run
from sccafe.library.models import ON_SHELF, File, Item, Version, VersionFile
from sccafe.search import entries

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
            Post.html,
            Post.alias,
            Post.guest_name,
            Post.created_at,
            User.handle,
            User.role,
            Topic.id.label("topic_id"),
            Topic.title,
            Topic.state,
            Topic.accepted_post_id,
            Topic.outcome_html,
            *entries.BESIDE_POST,
            Board.kind.label("board_kind"),
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(User, User.id == Post.author_id)
        .where(
            Post.id.in_(_of("posts")),
            of_these(Post.state) == "published",
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
    Item.published_at,
)


#: Cut in the database: a document can be as long as a book.
_FIRST_PART = func.substr(File.text, 1, entries.LONGEST).label("text")


@cache
def _of_library() -> Select[Any]:
    """Items, and files with the item that they belong to; `file_id` is NULL for an item itself."""
    said = (Version.sheet, Version.html)
    items = (
        select(
            cast(null(), Integer).label("file_id"),
            cast(null(), Text).label("name"),
            cast(null(), Text).label("text"),
            *_OF_ITEM,
            *said,
        )
        .join(Version, Version.id == Item.published_id)
        .where(Item.id.in_(_of("items")))
    )
    files = (
        select(
            File.id.label("file_id"),
            File.name,
            _FIRST_PART,
            *_OF_ITEM,
            *(cast(null(), each.type).label(each.key) for each in said),
        )
        .join(VersionFile, VersionFile.file_id == File.id)
        .join(Item, Item.published_id == VersionFile.version_id)
        .where(File.id.in_(_of("files")))
    )
    both = items.where(ON_SHELF, readable(Item.audience)).union_all(files.where(ON_SHELF, readable(Item.audience)))
    return select(both.subquery())


@cache
def _people() -> Select[Any]:
    columns = (User.handle, User.role, User.prefecture, User.municipality, User.about)
    return select(User.id.label("ref"), *columns).where(User.id.in_(_of("people")), of_these(User.state) == "active")


# --- what they say -------------------------------------------------------------------------------------------


def texts(there: Mapping[Thing, Row[Any]], parts: Mapping[Thing, int]) -> dict[Thing, str]:
    """Of these things, as `things` gives them, that part of their text (from 1) which was found; as they say it now."""
    found = {}
    for thing, row in there.items():
        whole = _SAID[thing[0]](row)
        found[thing] = next(islice(entries.parts(whole), parts[thing] - 1, None), whole)
    later = {ref: part for (kind, ref), part in parts.items() if kind == "file" and part > 1 and ("file", ref) in there}
    return found | (_later_parts(later) if later else {})


_SAID: dict[str, Callable[[Any], str]] = {
    "post": entries.said_by_post,
    "item": entries.said_by_item,
    "file": lambda row: row.text or "",
    "person": entries.said_by_person,
    "handle": entries.said_to_visitors,
}


def _later_parts(parts: Mapping[int, int]) -> dict[Thing, str]:
    """Of files, by their numbers."""
    step = entries.LONGEST - entries.REPEATED
    begin = case({ref: (part - 1) * step + 1 for ref, part in parts.items()}, value=File.id)
    rows = db.session.execute(
        select(File.id, func.substr(File.text, begin, entries.LONGEST)).where(File.id.in_(list(parts)))
    )
    return {("file", number): text or "" for number, text in rows}
