"""What people have typed in the library, for 「完全に消す」: every version of every item, and what was said of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from sccafe.core.database import db
from sccafe.core.events import emit
from sccafe.library import likeness
from sccafe.library.events import ItemChanged
from sccafe.library.models import (
    Comment,
    File,
    Item,
    Report,
    Selection,
    SelectionItem,
    Transfer,
    Version,
    VersionFile,
)
from sccafe.library.service import touch
from sccafe.moderation.erasing import holds_text

Keys = Sequence[tuple[Any, ...]]


def _changed(ids: Iterable[int]) -> None:
    """What lists show of these items is another: inside the transaction of the erasure."""
    session = db.session()
    for item in session.scalars(select(Item).where(Item.id.in_(set(ids))).order_by(Item.id)).all():
        session.refresh(item)
        touch(session, item)
        emit(ItemChanged(item.id))


def _items(keys: Keys) -> None:
    _changed(key[0] for key in keys)


def _versions(keys: Keys) -> None:
    these = Version.id.in_([key[0] for key in keys])
    # Whoever has such a version open in a form is told of the change, and does not write the words back.
    db.session.execute(
        update(Version).where(these).values(saved=Version.saved + 1), execution_options={"synchronize_session": False}
    )
    session = db.session()
    current = select(Item.id, Version.sheet).join(Version, Version.id == func.coalesce(Item.open_id, Item.published_id))
    for row in session.execute(current.where(these)).all():
        likeness.keep(session, row.id, row.sheet)
    _changed(session.scalars(select(Version.item_id).where(these)).all())


holds_text(
    _l("資料の題名と紹介、公開をやめた理由など"),
    Item.title,
    Item.summary,
    Item.archived_reason,
    Item.work_note,
    then=_items,
)
holds_text(_l("資料の版"), Version.sheet, Version.html, Version.note, then=_versions)
holds_text(_l("資料を確かめるときの、ひとこと"), Comment.text)
holds_text(_l("資料のファイルの名前と中の文"), File.name, File.text)
holds_text(_l("資料のファイルの説明"), VersionFile.description)
holds_text(
    _l("試してみた"), Report.place, Report.changed, Report.source, Report.html, Report.cost, Report.hidden_reason
)
holds_text(_l("特集"), Selection.title, Selection.source, Selection.html)
holds_text(_l("特集のひとこと"), SelectionItem.note)
holds_text(_l("資料の取り込みと書き出し"), Transfer.name, Transfer.counts, Transfer.faults, Transfer.notes)
