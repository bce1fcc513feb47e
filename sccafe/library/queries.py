"""Every read of the library: always with the viewer, in a bounded number of statements."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from sccafe.accounts.models import User
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run
from sccafe.library import policy
from sccafe.library.models import ON_SHELF, Comment, File, Item, Report, Use, Version, VersionFile

PER_PAGE = 20

_ROW: tuple[Any, ...] = (
    Item.id,
    Item.kind,
    Item.title,
    Item.summary,
    Item.collection,
    Item.prefecture,
    Item.municipality,
    Item.population,
    Item.checked_on,
    Item.due_on,
    Item.needs_work,
    Item.published_at,
    Item.use_count,
    Item.report_count,
    Item.report_well_count,
)
_ROWS = select(*_ROW).where(Item.id.in_(bindparam("ids", expanding=True)), readable(Item.audience))

_owner = aliased(User)
_author = aliased(User)
_editor = aliased(User)
_reviewer = aliased(User)


def rows(viewer: Viewer, ids: Sequence[int]) -> list[Row[Any]]:
    """What lists show of these items, in this order, as far as the viewer may read them."""
    found = {row.id: row for row in run(_ROWS, ids=list(ids), **reader(viewer))} if ids else {}
    return [found[item_id] for item_id in ids if item_id in found]


_NEWEST = (
    select(Item.id, Item.title)
    .where(readable(Item.audience), ON_SHELF, Item.published_at.is_not(None))
    .order_by(Item.published_at.desc(), Item.id.desc())
    .limit(bindparam("most"))
)


def newest(viewer: Viewer, most: int) -> Sequence[Row[Any]]:
    """id and title of what came to the shelf last, for home."""
    return run(_NEWEST, most=most, **reader(viewer)).all()


def addresses(viewer: Viewer, most: int) -> Sequence[Row[Any]]:
    """For the sitemap: id and checked_on of the items that this viewer may read."""
    return db.session.execute(
        select(Item.id, Item.checked_on)
        .where(readable(Item.audience, viewer), ON_SHELF)
        .order_by(Item.id.desc())
        .limit(most)
    ).all()


# --- one item ----------------------------------------------------------------------------------------------


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    """Items that the viewer handed in or answers for."""
    if viewer.user_id is None:
        return false()
    return or_(Item.author_id == viewer.user_id, Item.owner_id == viewer.user_id)


def _workable(viewer: Viewer) -> ColumnElement[bool]:
    return true() if policy.may_curate(viewer) else _mine(viewer)


_PAGE: Select[Any] = (
    select(
        *_ROW,
        Item.audience,
        Item.shown_to,
        Item.published_id,
        Item.open_id,
        Item.owner_id,
        Item.author_id,
        Item.successor_id,
        Item.archived_at,
        Item.archived_reason,
        Item.view_count,
        Item.download_count,
        Item.topic_id,
        Version.number,
        Version.sheet,
        Version.html,
        Version.published_at.label("version_published_at"),
        _owner.handle.label("owner_handle"),
        _author.handle.label("author_handle"),
        exists().where(Use.item_id == Item.id, Use.user_id == bindparam("reader_id")).label("used"),
        select(func.count(Report.id))
        .where(Report.item_id == Item.id, Report.outcome == "partly", Report.hidden_reason == "")
        .correlate(Item)
        .scalar_subquery()
        .label("report_partly_count"),
    )
    .join(Version, Version.id == Item.published_id)
    .outerjoin(_owner, _owner.id == Item.owner_id)
    .outerjoin(_author, _author.id == Item.author_id)
    .where(Item.id == bindparam("item_id"), readable(Item.audience), ON_SHELF)
)


def item(viewer: Viewer, item_id: int) -> Row[Any] | None:
    """An item on the shelf with its published version, as far as the viewer may read it."""
    return run(_PAGE, item_id=item_id, **reader(viewer)).first()


_PUBLISHED: Select[Any] = (
    select(*_ROW, Item.published_id, Version.sheet, Version.html, Version.published_at.label("version_published_at"))
    .join(Version, Version.id == Item.published_id)
    .where(Item.id.in_(bindparam("ids", expanding=True)), readable(Item.audience), ON_SHELF)
)


def published(viewer: Viewer, ids: Sequence[int]) -> list[Row[Any]]:
    """The published versions of these items, in this order, as far as the viewer may read them."""
    found = {row.id: row for row in run(_PUBLISHED, ids=list(ids), **reader(viewer))} if ids else {}
    return [found[item_id] for item_id in ids if item_id in found]


def workable(viewer: Viewer, item_id: int) -> Row[Any] | None:
    """An item in any state, for its own people and the secretariat; with the open version's state, None without one."""
    return db.session.execute(
        select(
            *_ROW,
            Item.audience,
            Item.shown_to,
            Item.published_id,
            Item.open_id,
            Item.last_number,
            Item.owner_id,
            Item.author_id,
            Item.successor_id,
            Item.archived_at,
            Item.archived_reason,
            Version.state.label("open_state"),
            Version.number.label("open_number"),
            _owner.handle.label("owner_handle"),
            _author.handle.label("author_handle"),
        )
        .outerjoin(Version, Version.id == Item.open_id)
        .outerjoin(_owner, _owner.id == Item.owner_id)
        .outerjoin(_author, _author.id == Item.author_id)
        .where(Item.id == item_id, _workable(viewer))
    ).first()


_VERSION: Select[Any] = (
    select(
        Version.id,
        Version.item_id,
        Version.number,
        Version.state,
        Version.sheet,
        Version.html,
        Version.saved,
        Version.note,
        Version.created_at,
        Version.saved_at,
        Version.submitted_at,
        Version.published_at,
        Version.author_id,
        Version.reviewer_id,
        Item.title,
        Item.open_id,
        Item.published_id,
        Item.owner_id,
        Item.author_id.label("item_author_id"),
        _author.handle.label("author_handle"),
        _editor.handle.label("editor_handle"),
        _reviewer.handle.label("reviewer_handle"),
    )
    .join(Item, Item.id == Version.item_id)
    .outerjoin(_author, _author.id == Version.author_id)
    .outerjoin(_editor, _editor.id == Version.editor_id)
    .outerjoin(_reviewer, _reviewer.id == Version.reviewer_id)
)


def version(viewer: Viewer, version_id: int) -> Row[Any] | None:
    """A version in any state, for the item's own people and the secretariat."""
    return db.session.execute(_VERSION.where(Version.id == version_id, _workable(viewer))).first()


def versions(viewer: Viewer, item_id: int) -> Sequence[Row[Any]]:
    """All versions of an item, newest first, for its own people and the secretariat."""
    return db.session.execute(
        _VERSION.where(Version.item_id == item_id, _workable(viewer)).order_by(Version.number.desc())
    ).all()


def version_numbered(viewer: Viewer, item_id: int, number: int) -> Row[Any] | None:
    """One of an item's versions by its number, for its own people and the secretariat."""
    return db.session.execute(
        _VERSION.where(Version.item_id == item_id, Version.number == number, _workable(viewer))
    ).first()


def comments(viewer: Viewer, item_id: int) -> Sequence[Row[Any]]:
    """What was said beside the parts of a sheet, in the order of time, for those who work on it."""
    return db.session.execute(
        select(
            Comment.id,
            Comment.part,
            Comment.text,
            Comment.created_at,
            Comment.done_at,
            Comment.author_id,
            _author.handle.label("handle"),
        )
        .join(Item, Item.id == Comment.item_id)
        .outerjoin(_author, _author.id == Comment.author_id)
        .where(Comment.item_id == item_id, _workable(viewer))
        .order_by(Comment.id)
    ).all()


# --- files -------------------------------------------------------------------------------------------------

_FILES = (
    select(
        File.id,
        File.name,
        File.kind,
        File.size,
        File.width,
        File.height,
        File.page_count,
        VersionFile.version_id,
        VersionFile.description,
    )
    .join(VersionFile, VersionFile.file_id == File.id)
    .where(VersionFile.version_id == bindparam("version_id"))
    .order_by(VersionFile.place, File.id)
)


def files_of(version_id: int) -> Sequence[Row[Any]]:
    """The files of a version that the viewer was let read, in their order."""
    return run(_FILES, version_id=version_id).all()


def digests_of(version_id: int) -> set[str]:
    """By what the files of a version are known again when they are sent a second time."""
    named = select(File.digest).join(VersionFile, VersionFile.file_id == File.id)
    return set(db.session.scalars(named.where(VersionFile.version_id == version_id)))


def file_names(version_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the files of versions that the viewer was let read, by version, in their order."""
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(VersionFile.version_id, File.name)
        .join(File, File.id == VersionFile.file_id)
        .where(VersionFile.version_id.in_(version_ids))
        .order_by(VersionFile.version_id, VersionFile.place)
    )
    for row in rows:
        found.setdefault(row.version_id, []).append(row.name)
    return found


def file(viewer: Viewer, file_id: int) -> Row[Any] | None:
    """A file of a published version for whoever reads the item; of any version for those who work on it."""
    published = exists().where(VersionFile.file_id == File.id, VersionFile.version_id == Item.published_id)
    return db.session.execute(
        select(
            File.id,
            File.item_id,
            File.name,
            File.kind,
            File.media_type,
            File.size,
            File.stored,
            File.picture,
            File.width,
            File.height,
            File.page_count,
            File.created_at,
            Item.title.label("item_title"),
        )
        .join(Item, Item.id == File.item_id)
        .where(
            File.id == file_id,
            or_(and_(readable(Item.audience, viewer), ON_SHELF, published), _workable(viewer)),
        )
    ).first()


# --- lists of one's own, and the desk's --------------------------------------------------------------------

_WORK: Select[Any] = (
    select(
        Item.id,
        Item.kind,
        Item.title,
        Item.published_id,
        Item.archived_at,
        Item.due_on,
        Item.checked_on,
        Item.needs_work,
        Version.id.label("version_id"),
        Version.state,
        Version.number,
        Version.submitted_at,
        Version.saved_at,
        _owner.handle.label("owner_handle"),
        _author.handle.label("author_handle"),
        _reviewer.handle.label("reviewer_handle"),
    )
    .outerjoin(Version, Version.id == Item.open_id)
    .outerjoin(_owner, _owner.id == Item.owner_id)
    .outerjoin(_author, _author.id == Item.author_id)
    .outerjoin(_reviewer, _reviewer.id == Version.reviewer_id)
)


def own_items(viewer: Viewer, most: int = 200) -> Sequence[Row[Any]]:
    """What the viewer handed in or answers for, what is being worked on first."""
    return db.session.execute(
        _WORK.where(_mine(viewer)).order_by(Item.open_id.is_(None), Item.id.desc()).limit(most)
    ).all()


def to_review(viewer: Viewer, most: int = 200) -> Sequence[Row[Any]]:
    """For the secretariat's desk: versions that wait or are looked at, the longest waiting first."""
    if not policy.may_curate(viewer):
        return []
    return db.session.execute(
        _WORK.where(Version.state.in_(("submitted", "review")))
        .order_by(case((Version.state == "submitted", 0), else_=1), Version.submitted_at)
        .limit(most)
    ).all()


def off_shelf(viewer: Viewer, most: int = 200) -> Sequence[Row[Any]]:
    """For the secretariat's desk: what is not on the shelf and waits for nobody there, newest first."""
    if not policy.may_curate(viewer):
        return []
    waits = Version.state.in_(("submitted", "review"))
    return db.session.execute(
        _WORK.where(or_(Item.published_id.is_(None), Item.archived_at.is_not(None)), or_(Version.id.is_(None), ~waits))
        .order_by(Item.id.desc())
        .limit(most)
    ).all()


# --- reports -----------------------------------------------------------------------------------------------


def reports(viewer: Viewer, item_id: int, most: int = 100) -> Sequence[Row[Any]]:
    """試してみた of an item, newest first; of hidden ones the viewer's own, or all for the secretariat."""
    stands = or_(Report.hidden_reason == "", Report.user_id == (viewer.user_id or 0))
    shown = true() if policy.may_curate(viewer) else stands
    return db.session.execute(
        select(
            Report.id,
            Report.user_id,
            Report.place,
            Report.since,
            Report.changed,
            Report.outcome,
            Report.source,
            Report.html,
            Report.cost,
            Report.hidden_reason,
            Report.created_at,
            Report.edited_at,
            User.handle,
        )
        .join(User, User.id == Report.user_id)
        .join(Item, Item.id == Report.item_id)
        .where(Report.item_id == item_id, readable(Item.audience, viewer), shown)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(most)
    ).all()
