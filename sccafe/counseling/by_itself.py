"""Requests of categories that the desk lets rules route: the best proposal is asked, and nobody where none fits."""

from flask_babel import force_locale
from sqlalchemy import select

from sccafe.accounts.models import ExpertProfile
from sccafe.core import language
from sccafe.core.database import insert_once, locked, writing
from sccafe.counseling import proposing, service
from sccafe.counseling.deadlines import day_of
from sccafe.counseling.models import Reminder, Request
from sccafe.counseling.service.stepping import rule_of, tell

#: What the floors above and the record of reminders call it.
NOBODY = "nobody"


def route(request_id: int) -> None:
    """Ask the best expert for a new request of such a category; where nobody is left, tell the desk, once.

    A request that was given back or let run out is never routed by itself again: it is not new any more.
    """
    with writing() as session:
        request = session.scalars(
            locked(select(Request).where(Request.id == request_id), Request).execution_options(populate_existing=True)
        ).one_or_none()
        if request is None or request.state != "new" or not rule_of(session, request.category).by_itself:
            return
        # Two requests at the same moment must not take the same last place.
        session.execute(select(ExpertProfile.user_id).order_by(ExpertProfile.user_id).with_for_update())
        with force_locale("ja"):  # the reason stands in the record, for whoever reads it
            language.forget()
            proposed = proposing.judged(session, None, request.ref)
        language.forget()
        best = next((proposal for proposal in proposed.proposals if proposal.is_choosable), None)
        if best is not None:
            service.assign(None, request.ref, best.expert_id, "".join(best.reasons))
        elif insert_once(
            session, Reminder, {"request_id": request.id, "kind": NOBODY, "due_on": day_of(request.asked_at)}
        ):
            tell(session, request, NOBODY, None)
