"""How the desk treats each category, how long requests are kept, and what it says before the form."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from sccafe.core import site_settings
from sccafe.core.database import writing
from sccafe.core.site_settings import SiteSetting
from sccafe.counseling import dues, settings
from sccafe.counseling.models import ANSWER_DAYS, FIRST_DAYS, CategoryRule, Request
from sccafe.counseling.service.stepping import Actor, desk_only


@dataclass(frozen=True)
class Rule:
    """How the requests of one category are treated; the days are business days."""

    by_itself: bool = False
    second_look: bool = False
    first_days: int = FIRST_DAYS
    answer_days: int = ANSWER_DAYS


def save(actor: Actor, rules: Mapping[str, Rule], days: Mapping[SiteSetting, int]) -> None:
    """Set the rules of categories and the days of settings.py, all of them or none.

    Open requests get the deadlines that follow from the new rules. Raises NotThere for whoever is not of the desk.
    """
    with writing() as session:
        desk_only(session, actor)
        held = {row.category: row for row in session.scalars(select(CategoryRule))}
        changed = []
        for category, rule in rules.items():
            row = held.get(category)
            before = (row.first_days, row.answer_days) if row else (Rule.first_days, Rule.answer_days)
            if row is None:
                row = CategoryRule(category=category)
                session.add(row)
            row.by_itself, row.second_look = rule.by_itself, rule.second_look
            row.first_days, row.answer_days = rule.first_days, rule.answer_days
            if before != (rule.first_days, rule.answer_days):
                changed.append(category)
        session.flush()
        open_ones = select(Request).where(Request.category.in_(changed), Request.state.not_in(dues.DONE_STATES))
        dues.renew(session, session.scalars(open_ones.order_by(Request.id).with_for_update()).all())
        for setting, value in days.items():
            site_settings.put(setting, value)


def guide(actor: Actor, urgent: str) -> None:
    """Set what stands before the form: when not to wait here, and whom to call (Markdown; empty for nothing).

    Raises NotThere for whoever is not of the desk.
    """
    with writing() as session:
        desk_only(session, actor)
        site_settings.put(settings.URGENT, urgent)
