"""Taking a bundle in: what it would change, and the change itself, all or nothing in one transaction.

An item is found again by its `ref`. Nobody is told of what comes this way: a mail for each of two thousand items would
be read by nobody.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask import current_app
from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sccafe.accounts import handles
from sccafe.accounts.models import User
from sccafe.boards.models import Topic
from sccafe.core import files as core_files
from sccafe.core import site_settings, text_rules
from sccafe.core.audience import Viewer, loses
from sccafe.core.database import db, end_reading, writing
from sccafe.core.events import emit
from sccafe.core.uploads import Refused, Upload, take
from sccafe.library import fault_words, files, importing, kept, policy, service, sheet
from sccafe.library.bundles import Bundle, reading
from sccafe.library.errors import Clash, MayNot, NotThere
from sccafe.library.events import ItemChanged
from sccafe.library.faults import Fault, Unusable
from sccafe.library.importing import Given, Named
from sccafe.library.models import File, Item, Version, VersionFile
from sccafe.library.service import Said

_CHUNK: Final = 64 * 1024
_AT_ONCE: Final = 500

#: Is told how many of how many items have been looked at.
Told = Callable[[int, int], None]


@dataclass
class Outcome:
    """What a bundle would do, or has done: titles, and what keeps it from being taken in."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    #: What is worth a look and keeps nothing back.
    notes: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """An item of this site that a bundle speaks of."""

    id: int
    #: As in a bundle: published, draft or archived.
    state: str
    #: The version that stands for it, and whether another is being worked on beside it.
    version_id: int
    is_being_changed: bool
    sheet: dict[str, Any]
    shown_to: str
    #: Who reads the topic in which it is talked about; None without one.
    topic_audience: str | None
    owner_id: int | None
    checked_on: date | None


@dataclass(frozen=True)
class _KnownFile:
    id: int
    digest: str
    size: int
    stored: str


@dataclass
class _Plan:
    """What becomes of one item of a bundle."""

    given: Given
    known: _Known | None
    owner_id: int | None
    #: None where no new version is needed.
    said: Said | None = None
    #: For each file that the item names: the id of one that is here already, or 0 for one that came.
    file_ids: list[int] = field(default_factory=list)
    stored: files.Stored | None = None
    is_changed: bool = False


def look(viewer: Viewer, bundle: Bundle, told: Told | None = None) -> Outcome:
    """What taking it in would do; nothing is kept. Slow. Raises MayNot."""
    with ExitStack() as stack, fault_words.in_japanese():
        return _planned(viewer, bundle, told, stack, keep=False)[1]


def take_in(viewer: Viewer, bundle: Bundle, told: Told | None = None) -> Outcome:
    """Take it in, unless something is wrong with it: then nothing is changed. Slow. Raises MayNot."""
    try:
        with ExitStack() as stack:
            with fault_words.in_japanese():
                plans, outcome = _planned(viewer, bundle, told, stack, keep=True)
            if not outcome.faults:
                with writing() as session:
                    for plan in plans:
                        _write(session, viewer, plan)
            return outcome
    except (IntegrityError, Clash, NotThere) as error:
        return Outcome(faults=[Fault(bundle.name, 0, "", "meanwhile", type(error).__name__)])


# --- looking -----------------------------------------------------------------------------------------------


def _planned(
    viewer: Viewer, bundle: Bundle, told: Told | None, stack: ExitStack, keep: bool
) -> tuple[list[_Plan], Outcome]:
    """What becomes of each item that is new or changed; with `keep`, its files lie in the store until `stack` ends."""
    if not policy.may_curate(viewer):
        raise MayNot("role")
    found = importing.read(bundle)
    outcome = Outcome(faults=found.faults)
    items = [given for given in found.items if given.ref]
    known, titles = _known([given.ref for given in items]), _titles()
    owners = _people(given.owner for given in items)
    known_files = _known_files([each.id for each in known.values()])
    links = _links([each.version_id for each in known.values()])
    end_reading()
    plans = []
    for number, given in enumerate(items, 1):
        plan = _Plan(given, known.get(given.ref), owners.get(handles.key(given.owner)) if given.owner else None)
        if given.owner and plan.owner_id is None:
            outcome.notes.append(given.fault("owner", "owner", given.owner))
        refs = titles.get(importing.title_key(given.sheet), [])
        if refs and given.ref not in refs:
            outcome.faults.append(given.fault("title", "title_exists", given.sheet.get("title", "")))
        here = known_files.get(plan.known.id, []) if plan.known else []
        before = links.get(plan.known.version_id, []) if plan.known else []
        outcome.faults += _plan_files(bundle, plan, here, stack, keep)
        outcome.faults += [fault for fault in _compare(plan, before) if fault not in outcome.faults]
        if plan.known is None:
            outcome.new.append(given.sheet.get("title", ""))
        elif plan.is_changed:
            outcome.changed.append(given.sheet.get("title", ""))
        else:
            outcome.unchanged += 1
        if plan.is_changed:
            plans.append(plan)
        if told:
            told(number, len(items))
    return plans, outcome


def _compare(plan: _Plan, before: Sequence[tuple[int, str]]) -> Iterator[Fault]:
    """Whether something is to be done, and whether it needs a new version."""
    given, known = plan.given, plan.known
    wanted = list(zip(plan.file_ids, (named.description for named in given.files), strict=False))
    is_said_anew = known is None or known.sheet != given.sheet or list(before) != wanted
    if is_said_anew:
        html: dict[str, str] = {}
        for key in sheet.TEXTS:
            try:
                html |= sheet.rendered({key: given.sheet.get(key, "")})
            except text_rules.TextRefused as refused:
                yield given.fault(key, f"text_{refused.rule}")
        plan.said = Said(given.sheet, html)
    plan.is_changed = (
        is_said_anew
        or known is None
        or known.state != given.state
        or known.shown_to != given.audience
        or plan.owner_id not in (None, known.owner_id)
        or (given.checked_on is not None and (known.checked_on is None or given.checked_on > known.checked_on))
    )
    if known is not None and known.state != "draft" and given.state == "draft":
        yield given.fault("state", "no_draft")
    if known is not None and known.topic_audience and loses(known.topic_audience, known.shown_to, given.audience):
        yield given.fault("audience", "talked", given.audience)
    if known is not None and known.is_being_changed and is_said_anew:
        yield given.fault("ref", "being_changed", given.ref)
    is_elsewhere = known is not None and (known.state, known.shown_to) != (given.state, given.audience)
    if known is not None and (is_said_anew or is_elsewhere) and kept.refuses(known.id, known.sheet):
        yield given.fault("ref", "kept", given.ref)


def _plan_files(bundle: Bundle, plan: _Plan, here: Sequence[_KnownFile], stack: ExitStack, keep: bool) -> list[Fault]:
    """Look into every file of an item; those that are not here yet are put into the store where they are kept."""
    faults, uploads = [], list[Upload]()
    digests = set()
    for named in plan.given.files:
        try:
            digest, size = _measured(bundle, named)
            if digest in digests:
                raise Unusable(_of_file(plan.given, named, "file_twice", named.name))
            digests.add(digest)
            file_id = _same(here, digest, size)
            if not file_id:
                upload = _taken(bundle, plan.given, named)
                if keep:
                    uploads.append(upload)
            plan.file_ids.append(file_id)
        except Unusable as unusable:
            faults += [
                fault if fault.key else _of_file(plan.given, named, "file_unreadable", named.name)
                for fault in unusable.faults
            ]
    if uploads and not faults:
        plan.stored = stack.enter_context(files.storing(uploads))
        for upload in uploads:  # the store has them: thousands of open temporary files would be too many
            upload.content.close()
            if upload.picture:
                upload.picture.content.close()
    return faults


def _of_file(given: Given, named: Named, why: str, said: str) -> Fault:
    return Fault(given.file, named.line, "files", why, said)


def _most() -> int:
    return int(current_app.config["SETTINGS"].file_mb) * 1024**2


def _measured(bundle: Bundle, named: Named) -> tuple[str, int]:
    """The digest and the size of a file, read no further than what may be kept."""
    digest, size, most = hashlib.sha256(), 0, _most()
    with reading(named.name), bundle.open(named.name) as content:
        while size <= most and (piece := content.read(_CHUNK)):
            size += len(piece)
            digest.update(piece)
    return digest.hexdigest(), size


def _same(here: Sequence[_KnownFile], digest: str, size: int) -> int:
    """The id of the same file: as it was sent once, or as it is kept, which is how it was exported; 0 for none."""
    for known in here:
        if known.digest == digest or (known.size == size and _digest_in_store(known.stored) == digest):
            return known.id
    return 0


def _digest_in_store(name: str) -> str:
    try:
        digest = hashlib.sha256()
        with core_files.store().open(name) as content:
            while piece := content.read(_CHUNK):
                digest.update(piece)
        return digest.hexdigest()
    except FileNotFoundError:
        return ""


def _taken(bundle: Bundle, given: Given, named: Named) -> Upload:
    try:
        with reading(named.name), bundle.open(named.name) as content:
            return take(content, named.name, _most())
    except Refused as refused:
        raise Unusable(_of_file(given, named, "file", f"{named.name}|{refused.message}")) from refused


def uploads_of(bundle: Bundle, given: Given) -> list[Upload]:
    """The files of an item, ready to be stored. Slow. Raises Unusable."""
    return [_taken(bundle, given, named) for named in given.files]


def _pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    values = list(values)
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _known(refs: Iterable[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    version_id = func.coalesce(Item.published_id, Item.open_id)
    for some in _pieces(refs):
        rows = db.session.execute(
            select(
                Item.id,
                Item.ref,
                Item.published_id,
                Item.open_id,
                Item.archived_at,
                Item.shown_to,
                Topic.audience.label("topic_audience"),
                Item.owner_id,
                Item.checked_on,
                Version.id.label("version_id"),
                Version.sheet,
            )
            .join(Version, Version.id == version_id)
            .outerjoin(Topic, and_(Topic.id == Item.topic_id, Topic.visibility != "deleted"))
            .where(Item.ref.in_(some))
        )
        for row in rows:
            found[row.ref] = _Known(
                id=row.id,
                state="draft" if row.published_id is None else "archived" if row.archived_at else "published",
                version_id=row.version_id,
                is_being_changed=row.published_id is not None and row.open_id is not None,
                sheet=row.sheet,
                shown_to=row.shown_to,
                topic_audience=row.topic_audience,
                owner_id=row.owner_id,
                checked_on=row.checked_on,
            )
    return found


def _titles() -> dict[str, list[str]]:
    """By every title of the site, as titles are compared, the refs of the items that have it (empty without one)."""
    found: dict[str, list[str]] = {}
    for row in db.session.execute(select(Item.title, Item.ref)):
        found.setdefault(importing.title_key({"title": row.title}), []).append(row.ref or "")
    return found


def _people(named: Iterable[str]) -> dict[str, int]:
    keys = {handles.key(handle) for handle in named if handle}
    found: dict[str, int] = {}
    for some in _pieces(keys):
        rows = db.session.execute(
            select(User.handle_key, User.id).where(User.handle_key.in_(some), User.state == "active")
        )
        found |= {row.handle_key: row.id for row in rows}
    return found


def _known_files(item_ids: Iterable[int]) -> dict[int, list[_KnownFile]]:
    found: dict[int, list[_KnownFile]] = {}
    for some in _pieces(item_ids):
        rows = db.session.execute(
            select(File.id, File.item_id, File.digest, File.size, File.stored)
            .where(File.item_id.in_(some))
            .order_by(File.id)
        )
        for row in rows:
            found.setdefault(row.item_id, []).append(_KnownFile(row.id, row.digest, row.size, row.stored))
    return found


def _links(version_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """The files of versions in their order, each with its description."""
    found: dict[int, list[tuple[int, str]]] = {}
    for some in _pieces(version_ids):
        rows = db.session.execute(
            select(VersionFile.version_id, VersionFile.file_id, VersionFile.description)
            .where(VersionFile.version_id.in_(some))
            .order_by(VersionFile.version_id, VersionFile.place, VersionFile.file_id)
        )
        for row in rows:
            found.setdefault(row.version_id, []).append((row.file_id, row.description))
    return found


# --- writing, inside one `writing` -------------------------------------------------------------------------


def put_new(
    session: Session, author: Viewer, publisher: Viewer, given: Given, said: Said, stored: files.Stored | None = None
) -> Item:
    """An item that was not here, in the state that it says; inside `writing`."""
    item = service.hand_in(author, said, submit=False)
    item.ref, item.shown_to = given.ref, given.audience
    assert item.open_id is not None
    if stored is not None:
        added = stored.add_to(session, item.id, item.open_id)
        files.put_in_order(session, item.open_id, added, [named.description for named in given.files])
    if given.state != "draft":
        service.publish(publisher, item.open_id, given.audience, is_told=False)
    if given.state == "archived":
        service.archive(publisher, item.id, "", is_told=False)
    return item


def _write(session: Session, viewer: Viewer, plan: _Plan) -> None:
    given = plan.given
    if plan.known is None:
        assert plan.said is not None
        item = put_new(session, viewer, viewer, given, plan.said, plan.stored)
    else:
        item = _change(session, viewer, plan, plan.known)
    if plan.owner_id is not None:
        item.owner_id = plan.owner_id
    is_newer = plan.said is not None or item.checked_on is None or (given.checked_on or date.min) > item.checked_on
    if given.checked_on is not None and given.state != "draft" and is_newer:
        item.checked_on = given.checked_on
        item.due_on = service.months_later(given.checked_on, site_settings.get(service.CHECK_AFTER))
    session.flush()
    emit(ItemChanged(item.id))


def _change(session: Session, viewer: Viewer, plan: _Plan, known: _Known) -> Item:
    given, version_id = plan.given, known.version_id
    if plan.said is not None:
        version = service.begin(viewer, known.id)
        version = service.save(viewer, version.id, plan.said, version.saved)
        version_id = version.id
        added = iter(plan.stored.add_to(session, known.id, version_id) if plan.stored else ())
        file_ids = [file_id or next(added) for file_id in plan.file_ids]
        files.put_in_order(session, version_id, file_ids, [named.description for named in given.files])
    is_open = plan.said is not None or known.state == "draft"
    if is_open and given.state != "draft":
        service.publish(viewer, version_id, given.audience, is_told=False)
    elif known.state == "archived" and given.state == "published":
        service.put_back(viewer, known.id, is_told=False)
    item = session.get(Item, known.id)
    if item is None:
        raise NotThere
    if given.state == "archived" and item.archived_at is None:
        service.archive(viewer, known.id, "", is_told=False)
    if item.shown_to != given.audience:
        service.change_audience(viewer, known.id, given.audience)
    # Whatever else is changed in this transaction is seen with this revision.
    service.touch(session, item)
    return item
