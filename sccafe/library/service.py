"""Every write on the way of an item: handed in, saved, reviewed, published, archived."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards.models import Topic
from sccafe.core import clock, markup, site_settings
from sccafe.core.audience import AUDIENCES, PUBLIC, STAFF, Viewer, loses
from sccafe.core.database import joining, locked, writing
from sccafe.core.events import emit
from sccafe.core.uploads import Upload
from sccafe.library import files, kept, likeness, policy, sheet
from sccafe.library.errors import Clash, Incomplete, MayNot, NotThere, Talked
from sccafe.library.events import (
    ItemArchived,
    ItemChanged,
    ItemPublished,
    VersionReturned,
    VersionSubmitted,
    VersionTakenBack,
)
from sccafe.library.models import ON_SHELF, Item, Version
from sccafe.library.sheet import Sheet

#: After how many months an item is checked again.
CHECK_AFTER = site_settings.declare("check_library_after", 12, choices=tuple(range(1, 37)))
#: Marks our locks on PostgreSQL among others of the same database.
_LOCK = 7302


@dataclass(frozen=True)
class Said:
    """What a version says, ready to be stored: its sheet, and the safe HTML of its texts."""

    sheet: Sheet
    html: Mapping[str, str]


def prepare(values: Mapping[str, Any]) -> Said:
    """Check and render a sheet. Raises sheet.Wrong, or text_rules.TextRefused for a text that cannot be rendered."""
    cleaned = sheet.clean(values)
    if not cleaned.get("title"):
        raise sheet.Wrong("title", "missing")
    return Said(cleaned, sheet.rendered(cleaned))


@dataclass(frozen=True)
class FileChanges:
    """What becomes of a version's files: taken away, described anew, added."""

    removed: Collection[int] = ()
    descriptions: Mapping[int, str] | None = None
    added: Sequence[Upload] = ()
    added_descriptions: Sequence[str] = ()


NO_FILES = FileChanges()


def hand_in(
    viewer: Viewer, said: Said, changes: FileChanges = NO_FILES, *, submit: bool = True, once: str = ""
) -> Item:
    """Make an item of a title and a text; the secretariat is asked to look at it, unless it stays a draft.

    The same form (`once`) with the same words and files gives the item that was made of it. Raises MayNot.
    """
    key = _key(viewer, once, said, changes)
    if not policy.may_hand_in(viewer):
        raise MayNot("role" if viewer.signed_in else "sign_in")
    with files.storing(changes.added, changes.added_descriptions) as stored, joining() as session:
        _check_active(session, viewer)
        before = session.scalars(select(Item).where(Item.idempotency_key == key)).first() if key else None
        if before is not None:
            return before
        now = clock.now()
        item = Item(
            idempotency_key=key,
            audience=STAFF,
            shown_to=PUBLIC,
            kind=said.sheet["kind"],
            title=said.sheet["title"],
            author_id=viewer.user_id,
            owner_id=viewer.user_id,
            created_at=now,
            last_number=1,
        )
        session.add(item)
        session.flush()
        version = _new_version(session, viewer, item, said)
        stored.add_to(session, item.id, version.id)
        likeness.keep(session, item.id, said.sheet)
        item.open_id = version.id
        touch(session, item)
        if submit:
            _submit(viewer, item, version)
        return item


def _key(viewer: Viewer, once: str, said: Said, changes: FileChanges) -> str | None:
    """The hash that makes two sendings of one form one item; other words, or other files, are a new one."""
    if not once:
        return None
    words = json.dumps(said.sheet, sort_keys=True)
    sent = (str(viewer.user_id), once[:100], words, *(f"{file.digest} {file.name}" for file in changes.added))
    return hashlib.sha256("\0".join(sent).encode()).hexdigest()


def begin(viewer: Viewer, item_id: int, from_id: int | None = None) -> Version:
    """The version to work on: the open one, or a new one made of the published, or of an older one (`from_id`).

    Where `from_id` is given, what stands in the open version gives way to it. Raises NotThere or MayNot.
    """
    with joining() as session:
        item = _item(session, viewer, item_id)
        is_own = is_of(viewer, item)
        open_one = _version(session, item, item.open_id) if item.open_id else None
        source = _version(session, item, from_id or item.published_id or 0) if from_id or not open_one else None
        if open_one is not None:
            if not policy.may_save(viewer, open_one.state, is_own):
                raise MayNot(open_one.state)
            if source is not None and source.id != open_one.id:
                _save(viewer, open_one, Said(source.sheet, source.html))
                files.put_links(session, source.id, open_one.id)
                likeness.keep(session, item.id, source.sheet)
            return open_one
        assert source is not None
        if kept.is_kept(session, item.id):
            raise MayNot("kept")
        if not policy.may_save(viewer, "draft", is_own):
            raise MayNot("role")
        item.last_number += 1
        version = _new_version(session, viewer, item, Said(source.sheet, source.html))
        files.copy_links(session, source.id, version.id)
        likeness.keep(session, item.id, source.sheet)
        item.open_id = version.id
        session.flush()
        return version


def save(viewer: Viewer, version_id: int, said: Said, seen: int, changes: FileChanges = NO_FILES) -> Version:
    """Replace what an open version says. Raises NotThere, MayNot; Clash where somebody saved after `seen`."""
    with files.storing(changes.added, changes.added_descriptions) as stored, joining() as session:
        item, version = _open(session, viewer, version_id)
        if not policy.may_save(viewer, version.state, is_of(viewer, item)):
            raise MayNot(version.state)
        if version.saved != seen:
            raise Clash(version.sheet, version.saved, version.editor_id)
        _save(viewer, version, said)
        files.take_from(session, version.id, changes.removed)
        files.describe(session, version.id, changes.descriptions or {})
        stored.add_to(session, item.id, version.id)
        likeness.keep(session, item.id, said.sheet)
        if item.published_id is None:
            item.title, item.kind = said.sheet["title"], said.sheet["kind"]
        return version


def _save(viewer: Viewer, version: Version, said: Said) -> None:
    version.sheet, version.html, version.renderer = said.sheet, dict(said.html), markup.RENDERER_VERSION
    version.saved += 1
    version.editor_id, version.saved_at = viewer.user_id, clock.now()


def _new_version(session: Session, viewer: Viewer, item: Item, said: Said) -> Version:
    now = clock.now()
    version = Version(
        item_id=item.id,
        number=item.last_number,
        state="draft",
        sheet=said.sheet,
        html=dict(said.html),
        renderer=markup.RENDERER_VERSION,
        saved=1,
        author_id=viewer.user_id,
        editor_id=viewer.user_id,
        created_at=now,
        saved_at=now,
    )
    session.add(version)
    session.flush()
    return version


# --- the steps (policy.STEPS) ------------------------------------------------------------------------------


def submit(viewer: Viewer, version_id: int) -> None:
    """Ask the secretariat to look at it. Raises NotThere or MayNot."""
    with writing() as session:
        item, version = _open(session, viewer, version_id)
        _submit(viewer, item, version)


def _submit(viewer: Viewer, item: Item, version: Version) -> None:
    _step(viewer, item, version, "submit")
    version.submitted_at = clock.now()
    emit(VersionSubmitted(item.id, version.id, viewer.user_id))


def take_back(viewer: Viewer, version_id: int) -> None:
    """Go on working on what waits for the secretariat. Raises NotThere or MayNot."""
    with writing() as session:
        item, version = _open(session, viewer, version_id)
        _step(viewer, item, version, "take_back")
        emit(VersionTakenBack(item.id, version.id))


def take(viewer: Viewer, version_id: int) -> None:
    """Look at a version as its reviewer. Raises NotThere or MayNot."""
    with writing() as session:
        item, version = _open(session, viewer, version_id)
        _step(viewer, item, version, "take")
        version.reviewer_id = viewer.user_id


def send_back(viewer: Viewer, version_id: int, note: str) -> None:
    """Send a version back to who works on it, with a word on why. Raises NotThere or MayNot."""
    with writing() as session:
        item, version = _open(session, viewer, version_id)
        _step(viewer, item, version, "send_back")
        version.note = note[:2000]
        version.reviewer_id = version.reviewer_id or viewer.user_id
        emit(VersionReturned(item.id, version.id, item.author_id, item.owner_id, viewer.user_id))


def publish(
    viewer: Viewer, version_id: int, shown_to: str | None = None, seen: int | None = None, *, is_told: bool = True
) -> Item:
    """Put a version on the shelf; the one before is replaced.

    Where it came with many others, nobody is told of it (`is_told`): only what follows from what it says is renewed.
    Raises NotThere, MayNot, Incomplete; Clash where `seen` is given and somebody saved after it.
    """
    with joining() as session:
        item, version = _open(session, viewer, version_id)
        missing = sheet.missing(version.sheet)
        if policy.may_take(viewer, "publish", version.state, is_of(viewer, item)):
            if seen is not None and version.saved != seen:
                raise Clash(version.sheet, version.saved, version.editor_id)
            if missing:
                raise Incomplete(missing)
        _step(viewer, item, version, "publish")
        if shown_to is not None and shown_to in AUDIENCES:
            _check_topic(session, item, shown_to)
            item.shown_to = shown_to
        now, is_new = clock.now(), item.published_at is None
        session.execute(
            update(Version).where(Version.item_id == item.id, Version.state == "published", Version.id != version.id)
            .values(state="replaced")
        )  # fmt: skip
        version.published_at, version.reviewer_id = now, version.reviewer_id or viewer.user_id
        item.published_id, item.open_id = version.id, None
        item.published_at = item.published_at or now
        item.archived_at, item.archived_reason = None, ""
        confirmed(item)
        _show(session, item, version.sheet)
        if is_told:
            emit(ItemPublished(item.id, version.id, item.author_id, item.owner_id, viewer.user_id, is_new))
        return item


def _step(viewer: Viewer, item: Item, version: Version, name: str) -> None:
    if not policy.may_take(viewer, name, version.state, is_of(viewer, item)):
        raise MayNot(version.state if version.state in policy.SAVED_BY else "role")
    version.state = policy.STEPS[name].after


# --- on the shelf, and off it ------------------------------------------------------------------------------


def archive(viewer: Viewer, item_id: int, reason: str, *, is_told: bool = True) -> None:
    """Take an item off the shelf; its people are shown the reason. Raises NotThere or MayNot."""
    with joining() as session:
        item = _item(session, viewer, item_id)
        if not policy.may_curate(viewer):
            raise MayNot("role")
        if item.published_id is None or item.archived_at is not None:
            raise MayNot("archived")
        _check_kept(session, item)
        item.archived_at, item.archived_reason = clock.now(), reason[:1000]
        _show(session, item, None)
        if is_told:
            emit(ItemArchived(item.id, item.owner_id, viewer.user_id, reason))


def put_back(viewer: Viewer, item_id: int, *, is_told: bool = True) -> None:
    """Put an archived item on the shelf again. Raises NotThere or MayNot."""
    with joining() as session:
        item = _item(session, viewer, item_id)
        if not policy.may_curate(viewer):
            raise MayNot("role")
        if item.published_id is None or item.archived_at is None:
            raise MayNot("published")
        item.archived_at, item.archived_reason = None, ""
        _show(session, item, _version(session, item, item.published_id).sheet)
        if is_told:
            emit(ItemArchived(item.id, item.owner_id, viewer.user_id, ""))


def change_audience(viewer: Viewer, item_id: int, shown_to: str) -> None:
    """Say who may read an item. Raises NotThere, MayNot; Talked where its topic would go on naming it to others."""
    with joining() as session:
        item = _item(session, viewer, item_id)
        if not policy.may_curate(viewer) or shown_to not in AUDIENCES:
            raise MayNot("role")
        _check_topic(session, item, shown_to)
        _check_kept(session, item)
        item.shown_to = shown_to
        if item.published_id is not None and item.archived_at is None:
            item.audience = shown_to
        touch(session, item)
        emit(ItemChanged(item.id))


def _check_kept(session: Session, item: Item) -> None:
    """Whoever agreed to such an item reads that everybody can read it, and takes it back where they agreed to it."""
    if kept.is_kept(session, item.id):
        raise MayNot("kept")


def _check_topic(session: Session, item: Item, shown_to: str) -> None:
    """Raises Talked where people who could read the item no longer could, and would still read its title in a topic."""
    audience = session.scalar(select(Topic.audience).where(Topic.id == item.topic_id, Topic.visibility != "deleted"))
    if audience is not None and loses(audience, item.shown_to, shown_to):
        raise Talked


def _show(session: Session, item: Item, said: Sheet | None) -> None:
    """Let lists show this sheet of the item, or nothing of it."""
    if said is None:
        item.audience, item.tags = STAFF, ""
    else:
        item.audience, item.tags = item.shown_to, sheet.tags_of(said)
        item.kind, item.title = said["kind"], said["title"]
        for name in ("summary", "collection", "prefecture", "municipality", "population"):
            setattr(item, name, said.get(name, ""))
    touch(session, item)
    emit(ItemChanged(item.id))


def was_read(session: Session, item_id: int, file_id: int) -> None:
    """Let an item on the shelf be found by what this file says now, if readers have it; inside `writing`."""
    item = session.scalars(locked(select(Item).where(Item.id == item_id, ON_SHELF), Item)).one_or_none()
    if item is not None and files.is_in(session, item.published_id or 0, file_id):
        emit(ItemChanged(item.id))


def touch(session: Session, item: Item) -> None:
    """Give an item the next revision, so that every process takes it up; inside `writing`."""
    if session.get_bind().dialect.name == "postgresql":
        # One after the other: a lower revision that is committed later would be passed over.
        session.execute(select(func.pg_advisory_xact_lock(_LOCK, 0)))
    item.revision = (session.scalar(select(func.max(Item.revision))) or 0) + 1
    session.flush()


def confirmed(item: Item) -> None:
    """It is right today, and looked at again in time; inside `writing`."""
    today = clock.today()
    item.checked_on, item.due_on = today, months_later(today, site_settings.get(CHECK_AFTER))
    item.asked_at, item.asked_count = None, 0
    item.needs_work, item.work_note = False, ""


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


# --- loading, inside `writing` -----------------------------------------------------------------------------


def is_of(viewer: Viewer, item: Item) -> bool:
    """Whether the viewer handed it in or answers for it."""
    return viewer.user_id is not None and viewer.user_id in (item.author_id, item.owner_id)


def _item(session: Session, viewer: Viewer, item_id: int) -> Item:
    """An item that the viewer works on: their own, or any for the secretariat. Raises NotThere."""
    item = session.scalars(locked(select(Item).where(Item.id == item_id), Item)).one_or_none()
    if item is None or not (policy.may_curate(viewer) or is_of(viewer, item)):
        raise NotThere
    return item


#: For the writes of other files of this feature.
item_for_writing, new_version, show = _item, _new_version, _show


def _version(session: Session, item: Item, version_id: int) -> Version:
    version = session.scalars(
        locked(select(Version).where(Version.id == version_id, Version.item_id == item.id), Version)
    ).one_or_none()
    if version is None:
        raise NotThere
    return version


def _open(session: Session, viewer: Viewer, version_id: int) -> tuple[Item, Version]:
    """The open version of an item that the viewer works on. Raises NotThere, or MayNot for one that is open no more."""
    item_id = session.scalar(select(Version.item_id).where(Version.id == version_id))
    item = _item(session, viewer, item_id or 0)
    if item.open_id != version_id:
        raise MayNot("published")
    return item, _version(session, item, version_id)


def _check_active(session: Session, viewer: Viewer) -> None:
    # Locked, so that of two forms sent at once the second one finds what the first one made.
    state = select(User.state).where(User.id == viewer.user_id)
    if viewer.user_id is not None and session.scalar(locked(state, User)) != "active":
        raise MayNot("sign_in")
