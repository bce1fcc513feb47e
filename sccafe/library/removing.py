"""Taking items away for good, with all that hangs on them: of the demo, and what counseling takes back.

Items of people are archived.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from sccafe.library import files
from sccafe.library.models import Item, Report, Use
from sccafe.library.service import touch

_AT_ONCE = 500


def remove_items(session: Session, item_ids: Sequence[int]) -> None:
    """Take these items away, inside `writing`; their files' bytes go with the commit."""
    for item_id in item_ids:
        files.remove_all(session, item_id)
    for some in _pieces(item_ids):
        session.execute(delete(Item).where(Item.id.in_(some)), execution_options={"synchronize_session": False})


def forget_users_of(session: Session, people: Collection[int]) -> None:
    """Take away what these people did with items that stay, inside `writing`, and count those anew."""
    touched: set[int] = set()
    for model in (Use, Report):
        theirs = model.user_id.in_(people)
        touched |= set(session.scalars(select(model.item_id).where(theirs)))
        session.execute(delete(model).where(theirs), execution_options={"synchronize_session": False})
    stands = (Report.item_id == Item.id) & (Report.hidden_reason == "")
    reports = select(func.count()).select_from(Report).where(stands)
    for some in _pieces(sorted(touched)):
        session.execute(
            update(Item)
            .where(Item.id.in_(some))
            .values(
                use_count=select(func.count()).select_from(Use).where(Use.item_id == Item.id).scalar_subquery(),
                report_count=reports.scalar_subquery(),
                report_well_count=reports.where(Report.outcome == "well").scalar_subquery(),
            ),
            execution_options={"synchronize_session": False},
        )
        for item in session.scalars(select(Item).where(Item.id.in_(some)).execution_options(populate_existing=True)):
            touch(session, item)


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
