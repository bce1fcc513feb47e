"""How a request comes to an expert and away from them: the desk's steps, and the experts' own yes and no."""

from sqlalchemy import select, update

from sccafe.accounts.models import ExpertProfile, User
from sccafe.core import clock
from sccafe.core.calendar import add_business_days
from sccafe.core.database import joining, locked
from sccafe.counseling.deadlines import day_of
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.models import Assignment, Request
from sccafe.counseling.service.stepping import Actor, Step, forget_own_drafts, stepping, tell

#: Business days in which an expert says yes or no.
ACCEPT_DAYS = 2


def take(actor: Actor, ref: str) -> None:
    """The desk looks after a new request. Raises NotThere, MayNot."""
    with stepping(actor, ref, "take"):
        pass


def assign(actor: Actor | None, ref: str, expert_id: int, reason: str = "") -> None:
    """Ask an expert to answer; `reason` is why this one. Who was asked in beside another becomes the one who answers.

    Raises NotThere, MayNot (also for who is no expert).
    """
    with stepping(actor, ref, "assign", reason) as step:
        _ask(step, expert_id, is_second=False)


def invite(actor: Actor, ref: str, expert_id: int, reason: str = "") -> None:
    """Ask a further expert in. Raises NotThere, MayNot (also for who is no expert, or is there already)."""
    with stepping(actor, ref, "invite", reason) as step:
        _ask(step, expert_id, is_second=True)


def _ask(step: Step, expert_id: int, is_second: bool) -> None:
    expert = step.session.execute(
        select(User.id)
        .join(ExpertProfile, ExpertProfile.user_id == User.id)
        .where(User.id == expert_id, User.state == "active", ExpertProfile.active)
    ).first()
    if expert is None:
        raise MayNot("no_expert")
    if expert_id == step.request.asker_id:
        raise MayNot("own")
    now = clock.now()
    for own in step.assigned():
        if own.expert_id != expert_id:
            continue
        if is_second or not own.is_second:
            raise MayNot("there")
        # Asked in before, and now the one who answers: a yes that was said stays said.
        own.is_second = False
        if own.state == "asked":
            own.asked_at, own.accept_by = now, add_business_days(day_of(now), ACCEPT_DAYS)
        step.session.flush()
        return
    step.session.add(
        Assignment(
            request_id=step.request.id,
            expert_id=expert_id,
            is_second=is_second,
            state="asked",
            ended="",
            asked_at=now,
            accept_by=add_business_days(day_of(now), ACCEPT_DAYS),
        )
    )
    step.session.flush()


def _own(step: Step) -> Assignment:
    return next(assignment for assignment in step.assigned() if assignment.expert_id == step.actor_id)


def accept(actor: Actor, ref: str) -> None:
    """An expert says yes. Raises NotThere, MayNot."""
    with stepping(actor, ref, "accept") as step:
        own = _own(step)
        own.state, own.answered_at = "accepted", clock.now()
        step.tells_asker = not own.is_second


def hand_back(actor: Actor, ref: str, reason: str) -> None:
    """The expert says no, or can go on no longer: the request is the desk's again. Raises NotThere, MayNot."""
    with stepping(actor, ref, "hand_back", reason) as step:
        step.end([_own(step)], "handed_back")


def leave(actor: Actor, ref: str, reason: str = "") -> None:
    """An expert who was asked in goes. Raises NotThere, MayNot."""
    with stepping(actor, ref, "leave", reason) as step:
        step.end([_own(step)], "left")


def recall(actor: Actor, ref: str, reason: str) -> None:
    """The desk takes a request back from all its experts. Raises NotThere, MayNot."""
    with stepping(actor, ref, "recall", reason) as step:
        step.end(step.assigned(), "recalled")


def expire(ref: str) -> None:
    """The expert asked has not answered in time: the request is the desk's again. Raises NotThere, MayNot.

    The clock calls it; MayNot("state") also where somebody has said yes meanwhile.
    """
    with stepping(None, ref, "expire") as step:
        today = day_of(clock.now())
        late = [
            assignment
            for assignment in step.assigned()
            if not assignment.is_second and assignment.state == "asked" and assignment.accept_by < today
        ]
        if not late:
            raise MayNot("state")
        step.end(late, "expired")


def lapse(ref: str) -> None:
    """Experts asked in beside another who have not answered in time are asked no longer.

    The request takes no step by it, as whoever answers goes on; "lapse" is told all the same. Raises NotThere.
    """
    with joining() as session:
        found = locked(select(Request).where(Request.ref == ref), Request).execution_options(populate_existing=True)
        request = session.scalars(found).one_or_none()
        if request is None:
            raise NotThere
        now = clock.now()
        late = session.scalars(
            update(Assignment)
            .where(
                *(Assignment.request_id == request.id, Assignment.is_second, Assignment.state == "asked"),
                Assignment.accept_by < day_of(now),
            )
            .values(state="over", ended="expired", answered_at=now)
            .returning(Assignment.expert_id)
            .execution_options(synchronize_session=False)
        ).all()
        if late:
            forget_own_drafts(session, ref, late)
            tell(session, request, "lapse", None, late)


def pass_on(actor: Actor, ref: str, where: str, reason: str = "") -> None:
    """Ask prefecture or ministry (`where`: prefecture, ministry). Raises NotThere, MayNot."""
    with stepping(actor, ref, "pass_on", reason) as step:
        step.end(step.assigned(), "recalled")
        step.request.passed_to = where
        # The asker is told where it was passed on to: that is a first word for them.
        step.request.first_response_at = step.request.first_response_at or clock.now()


def bring_back(actor: Actor, ref: str, reason: str = "") -> None:
    """What was passed on has come back. Raises NotThere, MayNot."""
    with stepping(actor, ref, "bring_back", reason):
        pass
