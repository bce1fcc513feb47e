"""Recognising what comes a second time: the same title, or a source at the same address, however they were typed."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.library.models import Item, Likeness
from sccafe.library.sheet import Sheet, normalised

#: What makes no difference between two titles.
_NO_WORD = re.compile(r"[\W_]+")


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\0{text}".encode()).hexdigest()[:40]


def plain_title(title: str) -> str:
    """A title as it is compared: without regard to width, capitals, spaces and marks."""
    return _NO_WORD.sub("", normalised(title)) or normalised(title)


def plain_address(address: str) -> str:
    """An address as it is compared: without http or https, www., the place on the page and a slash at its end."""
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").removeprefix("www.")
    return host + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def title_key(title: str) -> str:
    return _hash("title", plain_title(title))


def address_key(address: str) -> str:
    return _hash("address", plain_address(address))


def keys_of(sheet: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """By its key, each part that an item is recognised by, with what stands there."""
    found = {title_key(sheet["title"]): ("title", sheet["title"])} if sheet.get("title") else {}
    addresses = [source["address"] for source in sheet.get("sources", ()) if source.get("address")]
    return found | {address_key(address): ("sources", address) for address in addresses}


def keep(session: Session, item_id: int, sheet: Sheet) -> None:
    """Let an item be recognised by this sheet, inside `writing`."""
    session.execute(delete(Likeness).where(Likeness.item_id == item_id))
    session.add_all(Likeness(item_id=item_id, key=key) for key in keys_of(sheet))
    session.flush()


def others(viewer: Viewer, item_id: int, sheet: Mapping[str, Any], most: int = 20) -> list[tuple[str, str, Row[Any]]]:
    """Other items that the viewer may read with the same title or a source at the same address, the oldest first.

    Each as (part, what stands there, its id and title).
    """
    keys = keys_of(sheet)
    if not keys:
        return []
    rows = db.session.execute(
        select(Likeness.key, Item.id, Item.title)
        .join(Item, Item.id == Likeness.item_id)
        .where(Likeness.key.in_(list(keys)), Item.id != item_id, readable(Item.audience, viewer))
        .order_by(Item.id)
        .limit(most)
    ).all()
    return [(*keys[row.key], row) for row in rows]
