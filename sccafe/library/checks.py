"""What the writes of this feature keep true, counted again: `sccafe check`."""

from collections.abc import Iterator

from sqlalchemy import and_, case, func, or_, select

from sccafe.core import markup
from sccafe.core.audience import STAFF
from sccafe.core.checks import check
from sccafe.core.database import db
from sccafe.library import policy, sheet
from sccafe.library.models import ON_SHELF, Item, Report, Use, Version


@check("library: number of uses")
def use_counts() -> Iterator[str]:
    found = func.count(Use.user_id)
    rows = db.session.execute(
        select(Item.id, Item.use_count, found.label("found"))
        .outerjoin(Use, Use.item_id == Item.id)
        .group_by(Item.id, Item.use_count)
        .having(Item.use_count != found)
        .order_by(Item.id)
    )
    for row in rows:
        yield f"item {row.id}: use_count is {row.use_count}, {row.found} people have used it"


@check("library: number of reports")
def report_counts() -> Iterator[str]:
    """Those that the secretariat has taken off the page are not counted."""
    stands = Report.hidden_reason == ""
    found = func.count(case((stands, Report.id)))
    well = func.count(case((and_(stands, Report.outcome == "well"), Report.id)))
    rows = db.session.execute(
        select(Item.id, Item.report_count, Item.report_well_count, found.label("found"), well.label("well"))
        .outerjoin(Report, Report.item_id == Item.id)
        .group_by(Item.id, Item.report_count, Item.report_well_count)
        .having(or_(Item.report_count != found, Item.report_well_count != well))
        .order_by(Item.id)
    )
    for row in rows:
        if row.report_count != row.found:
            yield f"item {row.id}: report_count is {row.report_count}, there are {row.found} reports"
        if row.report_well_count != row.well:
            yield f"item {row.id}: report_well_count is {row.report_well_count}, {row.well} reports say so"


@check("library: audiences")
def audiences() -> Iterator[str]:
    """What stands on the shelf is read by those it is shown to; all else is the staff's."""
    right = case((ON_SHELF, Item.shown_to), else_=STAFF)
    rows = db.session.execute(
        select(Item.id, Item.audience, right.label("right")).where(Item.audience != right).order_by(Item.id)
    )
    for row in rows:
        yield f"item {row.id}: its audience is {row.audience}, and should be {row.right}"


@check("library: what items are found by")
def tags() -> Iterator[str]:
    """Tags follow from the published sheet; what is not on the shelf has none."""
    rows = db.session.execute(
        select(Item.id, Item.title, Item.tags, ON_SHELF.label("shown"), Version.sheet)
        .outerjoin(Version, Version.id == Item.published_id)
        .order_by(Item.id)
        .execution_options(yield_per=500)
    )
    for row in rows:
        right = sheet.tags_of(row.sheet) if row.shown and row.sheet else ""
        if row.tags != right:
            yield f"item {row.id}: its tags are {row.tags or 'none'}, and should be {right or 'none'}"
        if row.shown and row.sheet and row.title != row.sheet["title"]:
            yield f"item {row.id}: its title is not that of the published version"


@check("library: versions")
def versions() -> Iterator[str]:
    """An item points at its own versions, each in a state that fits, and at all of those that are not over."""
    rows = db.session.execute(
        select(
            Version.id,
            Version.item_id,
            Version.state,
            Item.published_id,
            Item.open_id,
        )
        .join(Item, Item.id == Version.item_id)
        .where(
            or_(
                and_(Version.state == "published", or_(Item.published_id.is_(None), Item.published_id != Version.id)),
                and_(Version.state.in_(list(policy.SAVED_BY)), or_(Item.open_id.is_(None), Item.open_id != Version.id)),
            )
        )
        .order_by(Version.id)
    )
    for row in rows:
        named = "published_id" if row.state == "published" else "open_id"
        yield f"item {row.item_id}: version {row.id} is {row.state}, and {named} does not name it"
    for column, states in ((Item.published_id, ["published"]), (Item.open_id, list(policy.SAVED_BY))):
        wrong = db.session.execute(
            select(Item.id, column.label("version_id"), Version.item_id, Version.state)
            .outerjoin(Version, Version.id == column)
            .where(
                column.is_not(None),
                or_(Version.id.is_(None), Version.item_id != Item.id, Version.state.not_in(states)),
            )
            .order_by(Item.id)
        )
        for each in wrong:
            if each.item_id != each.id:
                yield f"item {each.id}: {column.key} is {each.version_id}, which is no version of it"
            else:
                yield f"item {each.id}: {column.key} is {each.version_id}, which is {each.state}"


@check("library: numbers of versions")
def version_numbers() -> Iterator[str]:
    highest, count = func.coalesce(func.max(Version.number), 0), func.count(Version.id)
    rows = db.session.execute(
        select(Item.id, Item.last_number, highest.label("highest"), count.label("count"))
        .outerjoin(Version, Version.item_id == Item.id)
        .group_by(Item.id, Item.last_number)
        .having(or_(Item.last_number != highest, highest != count))
        .order_by(Item.id)
    )
    for row in rows:
        yield f"item {row.id}: last_number is {row.last_number}, {row.count} versions go up to {row.highest}"


@check("library: renderer")
def old_renderings() -> Iterator[str]:
    count = db.session.scalar(select(func.count(Version.id)).where(Version.renderer < markup.RENDERER_VERSION))
    if count:
        yield f"{count} versions of items were rendered by an older version: run `sccafe rerender`"
