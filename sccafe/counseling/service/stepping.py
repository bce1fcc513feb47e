"""The one way in which a request takes a step: found, checked against the table as it is now, recorded, told."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.core import clock
from sccafe.core.audience import STAFF_ROLES, Viewer
from sccafe.core.database import joining, locked
from sccafe.core.events import emit
from sccafe.counseling import dues, mails, policy, receipts
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.events import RequestMoved
from sccafe.counseling.models import Assignment, CategoryRule, Message, OwnDraft, Request, StepTaken
from sccafe.counseling.sealing import Seal


@dataclass(frozen=True)
class Actor:
    """Who acts: a viewer, and by what else than their account they are the asker of requests."""

    viewer: Viewer
    #: Whose receipt code their browser has given: ref -> the mark of that code (`receipts.mark`).
    opened: Mapping[str, str] = field(default_factory=dict)
    #: The ref of the request whose personal link they came by.
    by_link: str = ""


def is_let_in(request: Any, actor: Actor) -> bool:
    """Whether somebody is the asker (of a row with ref and receipt_hash) by a personal link, or by the code it has now.

    A code that was replaced or has expired lets nobody in, whenever their browser gave it.
    """
    mark = actor.opened.get(request.ref)
    by_code = mark is not None and request.receipt_hash is not None and receipts.mark(request.receipt_hash) == mark
    return by_code or request.ref == actor.by_link


def capacities(session: Session, request: Any, actor: Actor | None) -> frozenset[str]:
    """In which capacities somebody meets a request (id, ref, asker_id, receipt_hash); None is the clock and the rules.

    One statement for signed-in people, none for others.
    """
    if actor is None:
        return frozenset({"system"})
    viewer = actor.viewer
    if viewer.user_id is not None and viewer.user_id == request.asker_id:
        # Whoever asks is nothing else there: one of the desk does not read what is noted about their own request.
        return frozenset({"asker"})
    by_code: frozenset[str] = frozenset({"asker"} if is_let_in(request, actor) else ())
    if viewer.user_id is None:
        return by_code
    found = set()
    rows = session.execute(
        select(User.counseling_desk, User.role, Assignment.state, Assignment.is_second)
        .outerjoin(
            Assignment,
            (Assignment.expert_id == User.id) & (Assignment.request_id == request.id) & (Assignment.state != "over"),
        )
        .where(User.id == viewer.user_id, User.state == "active")
    ).all()
    for row in rows:
        if row.counseling_desk and row.role in STAFF_ROLES:
            found.add("desk")
        if row.state is not None:
            found.add(part_of(row.state, row.is_second))
    # Whoever works on a request is not its asker besides, though they know its code.
    return frozenset(found) or by_code


def part_of(state: str, is_second: bool) -> str:
    """The capacity of an expert whose assignment is not over."""
    waits, answers = ("invited", "second") if is_second else ("asked", "expert")
    return waits if state == "asked" else answers


@dataclass
class Step:
    """A step that is being taken, inside its transaction."""

    session: Session
    #: Locked until the commit.
    request: Request
    action: str
    capacity: str
    actor_id: int | None
    #: Why, in the actor's words; sealed into the record.
    reason: str = ""
    #: Whether it concerns the asker: that a further expert is asked in does not.
    tells_asker: bool = True
    #: What it is told as, where that is more than the step: that an answer is published now.
    told_as: str = ""
    #: Experts who hear of it although they are not assigned any more.
    former_experts: set[int] = field(default_factory=set)

    @cached_property
    def seal(self) -> Seal:
        return Seal.of(self.request.data_key)

    @cached_property
    def rule(self) -> CategoryRule:
        return rule_of(self.session, self.request.category)

    def say(self, kind: str, source: str, html: str, capacity: str, author_id: int | None) -> Message:
        """Add a message to the conversation; `html` is what rendering.py prepared of it before the step began."""
        self.request.last_number += 1
        message = Message(
            request_id=self.request.id,
            number=self.request.last_number,
            capacity=capacity,
            author_id=author_id,
            kind=kind,
            text=self.seal.close(source),
            html=self.seal.close(html),
            created_at=clock.now(),
        )
        self.session.add(message)
        self.session.flush()
        return message

    def assigned(self) -> list[Assignment]:
        """Who is asked or has accepted, the one who answers first."""
        return list(
            self.session.scalars(
                select(Assignment)
                .where(Assignment.request_id == self.request.id, Assignment.state != "over")
                .order_by(Assignment.is_second, Assignment.id)
            )
        )

    def end(self, which: Collection[Assignment], how: str) -> None:
        """These experts have nothing more to do with it."""
        for assignment in which:
            assignment.state, assignment.ended, assignment.answered_at = "over", how, clock.now()
            self.former_experts.add(assignment.expert_id)
        self.session.flush()
        forget_own_drafts(self.session, self.request.ref, [assignment.expert_id for assignment in which])


def rule_of(session: Session, category: str) -> CategoryRule:
    """How the desk treats a category; the defaults where it has said nothing."""
    return dues.rules_of(session, [category])[category]


def was_asked(session: Session, request_id: int, user_id: int | None) -> bool:
    """Whether somebody is or was one of the experts of a request."""
    asked = (Assignment.request_id == request_id, Assignment.expert_id == user_id)
    return session.scalars(select(Assignment.id).where(*asked).limit(1)).first() is not None


@contextmanager
def stepping(actor: Actor | None, ref: str, action: str, reason: str = "") -> Iterator[Step]:
    """Take a step of policy's table inside one transaction; what the block does belongs to it.

    Raises NotThere where the actor may not read the request, and MayNot where the step is not open to them in the
    state that it is in now: nothing has changed then.
    """
    with joining() as session:
        request = session.scalars(
            select(Request).where(Request.ref == ref).with_for_update().execution_options(populate_existing=True)
        ).one_or_none()
        if request is None:
            raise NotThere
        held = capacities(session, request, actor)
        if actor is not None and not policy.may_read(request.state, held):
            raise NotThere
        found = policy.step(action, request.state, held)
        if found is None:
            raise MayNot("state")
        capacity, after = found
        step = Step(session, request, action, capacity, actor.viewer.user_id if actor else None, reason)
        if capacity == "asker":
            # The record must not say more of an asker than the request does.
            step.actor_id = None
        yield step
        _arrive(step, after, actor)


def _arrive(step: Step, after: str, actor: Actor | None) -> None:
    """Bring the request into its new state, record the step, renew its deadlines and tell whom it concerns."""
    session, request, now = step.session, step.request, clock.now()
    before = request.state
    if after == "gone":
        # service/deleting.py has taken it away, with everything that hangs on it.
        return
    if after == "resume":
        main = [assignment for assignment in step.assigned() if not assignment.is_second]
        after = "expert" if main else "routing"
    if after == "withdrawn":
        step.end(step.assigned(), "recalled")
    if after != before:
        request.state, request.state_at = after, now
        forget_own_drafts(session, request.ref, _shut_out(step, after))
    session.add(
        StepTaken(
            request_id=request.id,
            action=step.action,
            before=before,
            after=after,
            capacity=step.capacity,
            actor_id=step.actor_id,
            reason=step.seal.close(step.reason) if step.reason else None,
            at=now,
        )
    )
    session.flush()
    renew_deadlines(session, request)
    actor_id = actor.viewer.user_id if actor else None
    tell(session, request, step.told_as or step.action, actor_id, step.former_experts, with_asker=step.tells_asker)


def _shut_out(step: Step, state: str) -> list[int]:
    """Experts who cannot read the request any more in this state, though their part in it has not ended."""
    return [
        assignment.expert_id
        for assignment in step.assigned()
        if not policy.may_read(state, {part_of(assignment.state, assignment.is_second)})
    ]


def renew_deadlines(session: Session, request: Request) -> None:
    """Compute the request's deadlines anew, from what happened and what is known of days off."""
    dues.renew(session, [request])


def desk_people(session: Session) -> list[int]:
    """The active people of the counseling desk."""
    return list(
        session.scalars(
            select(User.id)
            .where(User.counseling_desk, User.state == "active", User.role.in_(sorted(STAFF_ROLES)))
            .order_by(User.id)
        )
    )


def desk_only(session: Session, actor: Actor) -> None:
    """Let nobody but an active person of the desk go on. Raises NotThere."""
    if actor.viewer.user_id not in desk_people(session):
        raise NotThere


def tell(
    session: Session,
    request: Request,
    action: str,
    actor_id: int | None,
    former_experts: Collection[int] = (),
    *,
    with_asker: bool = True,
) -> None:
    """Tell the floors above, and an asker without an account by mail where they gave an address."""
    experts = session.scalars(
        select(Assignment.expert_id).where(Assignment.request_id == request.id, Assignment.state != "over")
    )
    emit(
        RequestMoved(
            request.id,
            action,
            request.state,
            actor_id,
            request.asker_id if with_asker else None,
            tuple(sorted({*experts, *former_experts})),
            tuple(person for person in desk_people(session) if person != request.asker_id),
        )
    )
    if with_asker:
        mails.tell(session, request, action)


def forget_own_draft(session: Session, user_id: int | None, place: str) -> None:
    """What was typed has been sent."""
    if user_id is not None:
        session.execute(delete(OwnDraft).where(OwnDraft.user_id == user_id, OwnDraft.place == place))


def forget_own_drafts(session: Session, ref: str, people: Collection[int]) -> None:
    """These people have no more part in a request: what they typed for it goes."""
    if people:
        session.execute(delete(OwnDraft).where(OwnDraft.place == ref, OwnDraft.user_id.in_(people)))


def hold(session: Session, ref: str, actor: Actor) -> frozenset[str]:
    """Keep a request from other writers until the commit; in which capacities somebody may read it now, if any.

    For what is written beside its steps: nothing is left there of a request that was deleted a moment ago.
    """
    found = locked(select(Request.id, Request.ref, Request.asker_id, Request.state).where(Request.ref == ref), Request)
    request = session.execute(found).first()
    held: frozenset[str] = capacities(session, request, actor) if request is not None else frozenset()
    return held if request is not None and policy.may_read(request.state, held) else frozenset()
