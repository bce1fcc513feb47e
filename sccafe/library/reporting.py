"""Every write of 試してみた: what became of an item elsewhere. One report of each person for an item."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.database import locked, writing
from sccafe.core.events import emit
from sccafe.library import policy, service
from sccafe.library.errors import MayNot, NotThere
from sccafe.library.events import ReportHidden, ReportWritten
from sccafe.library.models import Item, Report
from sccafe.library.using import check_active, item_on_shelf


@dataclass(frozen=True)
class Told:
    """What a report says, ready to be stored; `source` and `html` are its text, empty where nothing was written."""

    outcome: str
    place: str = ""
    #: As 2026-05, or empty.
    since: str = ""
    changed: str = ""
    cost: str = ""
    source: str = ""
    html: str = ""


def tell(viewer: Viewer, item_id: int, told: Told) -> Report:
    """Write one's report of an item, or put it in the place of the one before. Raises NotThere or MayNot.

    A hidden one stays hidden whatever is written: the secretariat shows it again.
    """
    with writing() as session:
        item = item_on_shelf(session, viewer, item_id)
        if not policy.may_report(viewer):
            raise MayNot("report" if viewer.signed_in else "sign_in")
        check_active(session, viewer)
        report = _own(session, viewer, item_id)
        is_new = report is None
        if report is None:
            report = Report(item_id=item_id, user_id=viewer.user_id or 0, created_at=clock.now())
            session.add(report)
        else:
            report.edited_at = clock.now()
        for name in ("outcome", "place", "since", "changed", "cost", "source", "html"):
            setattr(report, name, getattr(told, name))
        session.flush()
        _count(session, item)
        if is_new:
            emit(ReportWritten(item.id, report.id, report.user_id, item.owner_id))
        return report


def take_back(viewer: Viewer, item_id: int) -> None:
    """Delete one's own report for good. Raises NotThere."""
    with writing() as session:
        item = item_on_shelf(session, viewer, item_id)
        if not viewer.signed_in:
            raise MayNot("sign_in")
        report = _own(session, viewer, item_id)
        if report is None:
            raise NotThere
        session.delete(report)
        session.flush()
        _count(session, item)


def hide(viewer: Viewer, report_id: int, reason: str) -> int:
    """Take a report off the page for a reason that its writer is shown, or put it back where the reason is empty.

    Gives the item's id. Raises NotThere.
    """
    with writing() as session:
        item_id = session.scalar(select(Report.item_id).where(Report.id == report_id))
        if item_id is None or not policy.may_curate(viewer):
            raise NotThere
        item = session.scalars(locked(select(Item).where(Item.id == item_id), Item)).one()
        report = session.scalars(locked(select(Report).where(Report.id == report_id), Report)).one_or_none()
        if report is None:
            raise NotThere
        reason = reason.strip()[:1000]
        if report.hidden_reason != reason:
            report.hidden_reason = reason
            session.flush()
            _count(session, item)
            emit(ReportHidden(item.id, report.id, report.user_id, viewer.user_id, reason))
        return item.id


def _own(session: Session, viewer: Viewer, item_id: int) -> Report | None:
    return session.scalars(
        locked(select(Report).where(Report.item_id == item_id, Report.user_id == viewer.user_id), Report)
    ).one_or_none()


def _count(session: Session, item: Item) -> None:
    """Count those that stand anew, under the item's lock."""
    well = func.count(case((Report.outcome == "well", Report.id)))
    row = session.execute(
        select(func.count(Report.id), well).where(Report.item_id == item.id, Report.hidden_reason == "")
    ).one()
    if (item.report_count, item.report_well_count) != tuple(row):
        item.report_count, item.report_well_count = row
        service.touch(session, item)
