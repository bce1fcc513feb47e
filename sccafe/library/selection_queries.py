"""Every read of the selections: the selection asks the wall, and each item in it asks for itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.library import policy
from sccafe.library.models import ON_SHELF, Item, Selection, SelectionItem

PER_PAGE = 20


def selections(viewer: Viewer, page: int) -> tuple[Sequence[Row[Any]], int]:
    """One page of what the viewer may read, newest first, each with how many items they find in it; and the count."""
    items = (
        select(func.count())
        .select_from(SelectionItem)
        .join(Item, Item.id == SelectionItem.item_id)
        .where(SelectionItem.selection_id == Selection.id, readable(Item.audience, viewer), ON_SHELF)
        .correlate(Selection)
        .scalar_subquery()
    )
    shown = readable(Selection.audience, viewer)
    rows = db.session.execute(
        select(
            Selection.id,
            Selection.title,
            Selection.html,
            Selection.audience,
            Selection.created_at,
            Selection.edited_at,
            items.label("item_count"),
        )
        .where(shown)
        .order_by(Selection.created_at.desc(), Selection.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    count = db.session.scalar(select(func.count()).select_from(Selection).where(shown)) or 0
    return rows, count


def selection(viewer: Viewer, selection_id: int) -> Row[Any] | None:
    return db.session.execute(
        select(
            Selection.id,
            Selection.title,
            Selection.source,
            Selection.html,
            Selection.audience,
            Selection.created_at,
            Selection.edited_at,
        ).where(Selection.id == selection_id, readable(Selection.audience, viewer))
    ).first()


def items_of(viewer: Viewer, selection_id: int) -> Sequence[Row[Any]]:
    """The items of a selection that the viewer may read, in their order, each with its note."""
    return db.session.execute(
        select(
            Item.id,
            Item.kind,
            Item.title,
            Item.summary,
            Item.prefecture,
            Item.municipality,
            SelectionItem.note,
        )
        .join(Item, Item.id == SelectionItem.item_id)
        .where(SelectionItem.selection_id == selection_id, readable(Item.audience, viewer), ON_SHELF)
        .order_by(SelectionItem.place)
    ).all()


def all_items_of(viewer: Viewer, selection_id: int) -> Sequence[Row[Any]]:
    """For the form: all of its items, those that are off the shelf among them; nothing for others than its makers."""
    if not policy.may_curate(viewer):
        return []
    return db.session.execute(
        select(SelectionItem.item_id, SelectionItem.note)
        .where(SelectionItem.selection_id == selection_id)
        .order_by(SelectionItem.place)
    ).all()
