"""Items with files, for the tests of what is done with them."""

import io
from typing import Any

from sqlalchemy import select

from sccafe.core.database import db, end_reading
from sccafe.core.uploads import Upload, take
from sccafe.library import service
from sccafe.library.models import File, Item
from tests import factories

Sent = tuple[bytes, str]


def people() -> None:
    """みどり hands in, はるか reads, みせばん is of a company, なかむら of the secretariat."""
    for handle, role in (
        ("みどり", "member"),
        ("はるか", "member"),
        ("みせばん", "industry"),
        ("なかむら", "secretariat"),
    ):
        factories.person(handle, role)


def uploads(*sent: Sent) -> list[Upload]:
    return [take(io.BytesIO(content), name, 10 * 1024**2) for content, name in sent]


def item_with(*sent: Sent, shown_to: str = "public", publish: bool = True, **said: Any) -> int:
    """An item of みどり's with these files, on the shelf where `publish`; its id."""
    values = {"kind": "case", "title": "移動販売", "body": "月に二度。", "municipality": "132012"} | said
    values.setdefault("sources", [{"title": "地域の報告", "year": 2023}])
    changes = service.FileChanges(added=uploads(*sent))
    item = service.hand_in(factories.viewer_of("みどり"), service.prepare(values), changes)
    assert item.open_id is not None
    if publish:
        service.publish(factories.viewer_of("なかむら"), item.open_id, shown_to)
    return item.id


def files_of(item_id: int) -> list[File]:
    found = db.session.scalars(
        select(File).where(File.item_id == item_id).order_by(File.id).execution_options(populate_existing=True)
    ).all()
    end_reading()
    return list(found)


def downloads_of(item_id: int) -> int:
    found = db.session.scalar(select(Item.download_count).where(Item.id == item_id))
    end_reading()
    assert found is not None
    return found
