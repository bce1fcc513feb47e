"""What the entrance of counseling says to everybody: who answers, what others asked, how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from sccafe.accounts.models import ExpertProfile, User
from sccafe.core import taxonomy
from sccafe.core.database import db
from sccafe.counseling import dues
from sccafe.counseling.models import DaysOff

#: There are seven or eight; a page is not made longer by a hundred.
MOST_EXPERTS = 60


def experts(today: date) -> Sequence[Row[Any]]:
    """Who answers at present: user_id, handle, fields, sentence, picture, away_until, and `off`, the last day off."""
    off = (
        select(func.max(DaysOff.last))
        .where(DaysOff.expert_id == User.id, DaysOff.first <= today, DaysOff.last >= today)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            *(ExpertProfile.user_id, User.handle, ExpertProfile.fields, ExpertProfile.sentence),
            *(ExpertProfile.picture, ExpertProfile.away_until, off.label("off")),
        )
        .join(User, User.id == ExpertProfile.user_id)
        .where(ExpertProfile.active, User.state == "active")
        .order_by(ExpertProfile.user_id)
        .limit(MOST_EXPERTS)
    ).all()


def picture(user_id: int) -> str:
    """The name in the store of an active expert's picture; empty where there is none to be shown."""
    found = db.session.scalar(
        select(ExpertProfile.picture)
        .join(User, User.id == ExpertProfile.user_id)
        .where(ExpertProfile.user_id == user_id, ExpertProfile.active, User.state == "active")
    )
    return found or ""


@dataclass(frozen=True)
class Promise:
    """Business days within which there is a first response and an answer, in every category."""

    first: int
    answer: int


def promise() -> Promise:
    """What the desk's rules promise; where categories differ, the longest."""
    keys = [option.key for option in taxonomy.options("counseling_category")]
    rules = dues.rules_of(db.session(), keys).values()
    return Promise(first=max(rule.first_days for rule in rules), answer=max(rule.answer_days for rule in rules))
